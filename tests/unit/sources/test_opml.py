from __future__ import annotations

import pytest

from aggregator.errors import ParseError
from aggregator.sources import OpmlSubscription, parse_opml


def test_subscriptions_come_in_order_with_their_folders() -> None:
    body = b"""<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body>
      <outline text="Space"><outline text="Europe">
        <outline type="rss" text="ESA" xmlUrl="https://esa.example/feed" htmlUrl="https://esa.example/"/>
      </outline></outline>
      <outline type="RSS" title="Only title" xmlUrl=" https://b.example/ "/>
    </body></opml>"""

    assert parse_opml(body) == (
        OpmlSubscription(url="https://esa.example/feed", title="ESA", folders=("Space", "Europe")),
        OpmlSubscription(url="https://b.example/", title="Only title", folders=()),
    )


def test_each_address_comes_once_and_other_schemes_never() -> None:
    body = b"""<opml version="1.1"><body>
      <outline text="a" xmlurl="https://a.example/"/><outline text="again" xmlUrl="https://a.example/"/>
      <outline text="bad" xmlUrl="file:///etc/passwd"/><outline text="none"/></body></opml>"""

    assert [each.url for each in parse_opml(body)] == ["https://a.example/"]


def test_undeclared_entities_and_bare_ampersands_are_read() -> None:
    body = b'<opml><body><outline text="R&D&nbsp;x" xmlUrl="https://a.example/?a=1&b=2"/></body></opml>'

    assert parse_opml(body)[0].url.startswith("https://a.example/?a=1")


@pytest.mark.parametrize("body", [b"", b"<rss/>", b"not xml", b"<html><body>x</body></html>", b"\x00\x01"])
def test_what_is_no_opml_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse_opml(body)


def test_external_entities_are_not_read() -> None:
    body = b"""<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]>
      <opml><body><outline text="&x;" xmlUrl="https://a.example/"/></body></opml>"""

    [found] = parse_opml(body)

    assert found.title is None or "file" not in found.title
