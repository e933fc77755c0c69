from __future__ import annotations

import time

import pytest

from aggregator.parse.nested import without_foreign_fields

ITEM = "<rss><channel><item>{}<title>Tide</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("<related><title>x</title></related>", "<related></related>"),
        ("<related><a:id>1</a:id><x/><link href='y'/></related>", "<related><x/></related>"),
        ("<related><title><![CDATA[</related>]]></title></related>", "<related></related>"),
        ("<g><h><author><name>x</name></author></h><title>y</title></g>", "<g><h></h></g>"),
        ("<author><name>Ada</name><title>Dr</title></author>", "<author><name>Ada</name></author>"),
        (
            "<author><name><![CDATA[Ada]]></name><link>x</link></author>",
            "<author><name><![CDATA[Ada]]></name></author>",
        ),
        ("<image><url>x</url><title>y</title></image>", "<image><url>x</url></image>"),
        ("<media:group><media:category>x</media:category></media:group>", "<media:group></media:group>"),
    ],
)
def test_fields_of_parts_go(written: str, left: str) -> None:
    assert without_foreign_fields(ITEM.format(written)) == ITEM.format(left)


@pytest.mark.parametrize(
    "written",
    [
        "<source><title>x</title><link>y</link></source>",
        "<description><div><title>x</title></div></description>",
        "<media:group><media:title>x</media:title><media:description>y</media:description></media:group>",
        "<unclosed><guid>1</guid>",
        "<br><related>",
        "<categories><category>x</category></categories>",
        "<itunes:category text='x'><itunes:category text='y'/></itunes:category>",
        "<description><![CDATA[<related><title>x</title></related>]]></description>",
        "<!-- <related><title>x</title></related> -->",
        "<a10:author><a10:name>Ada</a10:name></a10:author>",
    ],
)
def test_what_is_the_entrys_own_stays(written: str) -> None:
    assert without_foreign_fields(ITEM.format(written)) == ITEM.format(written)


def test_items_that_are_never_closed_keep_their_fields() -> None:
    text = "<rss><channel>" + "<item><related><id>1</id></related><title>x</title>" * 2 + "</channel></rss>"

    assert without_foreign_fields(text) == text


@pytest.mark.parametrize(
    "part", ["<a><b>", "<![CDATA[", "<!--", "<author><name>", "<a b='", "<related><title></related>"]
)
def test_it_takes_linear_time(part: str) -> None:
    began = time.perf_counter()

    without_foreign_fields("<item><related><title>" + part * (1_000_000 // len(part)))

    assert time.perf_counter() - began < 10
