"""The caption of a picture is told from the description of an entry, whatever its prefix."""

from __future__ import annotations

import pytest

from aggregator.parse.slips import put_right

MEDIA = "http://search.yahoo.com/mrss/"


@pytest.mark.parametrize("prefix", ["media", "m", "a-b.c"])
def test_a_caption_gets_a_name_of_its_own_and_loses_its_attributes(prefix: str) -> None:
    document = f'<rss xmlns:{prefix}="{MEDIA}"><{prefix}:description type="html">x</{prefix}:description ></rss>'

    assert (
        put_right(document, is_atom=False)
        == f'<rss xmlns:{prefix}="{MEDIA}"><{prefix}:caption>x</{prefix}:caption></rss>'
    )


@pytest.mark.parametrize(
    "document",
    [
        f'<rss xmlns:media="{MEDIA}"><description>x</description><media:title>y</media:title></rss>',
        f'<rss xmlns:media="{MEDIA}" xmlns:dc="urn:dc"><dc:description>x</dc:description></rss>',
        f'<rss xmlns:media="{MEDIA}"><media:descriptions>x</media:descriptions></rss>',
        '<rss xmlns:media="urn:media"><media:description>x</media:description></rss>',
        f'<rss><media:description xmlns:media="{MEDIA}">x</media:description></rss>',
    ],
)
def test_everything_else_stays_as_it_is(document: str) -> None:
    assert put_right(document, is_atom=False) == document


def test_an_empty_caption_stays_one_element() -> None:
    document = f'<rss xmlns:media="{MEDIA}"><media:description/><media:description type="plain" /></rss>'

    assert put_right(document, is_atom=False) == f'<rss xmlns:media="{MEDIA}"><media:caption/><media:caption/></rss>'
