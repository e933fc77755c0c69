from __future__ import annotations

import codecs

import pytest

from aggregator.errors import ParseError
from aggregator.sources.opml import LeftOut, OpmlSubscription, parse_opml


def opml(*outlines: str, end: str = "</body></opml>") -> bytes:
    return (
        f'<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body>{"".join(outlines)}{end}'.encode()
    )


def only(outline: str) -> OpmlSubscription:
    [found] = parse_opml(opml(outline)).subscriptions
    return found


def test_subscriptions_come_in_order_with_their_folders() -> None:
    listed = parse_opml(
        opml(
            '<outline text="Space"><outline text="Europe"><outline type="rss" text="ESA" '
            'xmlUrl="https://esa.example/feed"/></outline></outline>',
            '<outline type="RSS" title="Only title" xmlUrl=" https://b.example/ "/>',
        )
    )

    assert listed.subscriptions == (
        OpmlSubscription(url="https://esa.example/feed", title="ESA", folders=("Space", "Europe")),
        OpmlSubscription(url="https://b.example/", title="Only title", folders=()),
    )
    assert listed.folders == (("Space",), ("Space", "Europe"))
    assert (listed.left_out, listed.repeated, listed.is_cut) == ((), 0, False)


def test_each_address_comes_once() -> None:
    listed = parse_opml(
        opml('<outline text="a" xmlurl="https://a.example/"/>', '<outline text="again" xmlUrl="https://a.example/"/>')
    )

    assert [each.title for each in listed.subscriptions] == ["a"]
    assert listed.repeated == 1


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://a.example/f?a=1&b=2", "https://a.example/f?a=1&b=2"),
        ("https://a.example/f?a=1&amp;b=2", "https://a.example/f?a=1&b=2"),
        ("https://a.example/f?x&copy=1&not=2&lt=3", "https://a.example/f?x&copy=1&not=2&lt=3"),
        ("https://a.example/?q=R&D", "https://a.example/?q=R&D"),
        ("https://a.example/?a=1&#38;b=2", "https://a.example/?a=1&b=2"),
        ("https://a.example/?a=1&x;b=2", "https://a.example/?a=1&x;b=2"),
        ("https://a.example/?a=<b>", "https://a.example/?a=<b>"),
        ("https://a.example/my feed.xml", "https://a.example/my%20feed.xml"),
        ("feed://a.example/f", "http://a.example/f"),
        ("feed:https://b.example/f", "https://b.example/f"),
        ("a.example/rss", "https://a.example/rss"),
        ("//c.example/rss", "https://c.example/rss"),
    ],
)
def test_the_whole_address_arrives(written: str, url: str) -> None:
    assert only(f'<outline text="A" xmlUrl="{written}"/>').url == url


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Caf&eacute; &nbsp;&amp; x", "Café & x"),
        ("R&D", "R&D"),
        ("AT&T &unknown; x", "AT&T &unknown; x"),
        ("A&#10;B", "A B"),
        ("A\nB", "A B"),
        ("&quot;A&quot;", '"A"'),
        ("Tom's", "Tom's"),
        ("日本", "日本"),
        ("", None),
    ],
)
def test_titles_are_one_line_of_what_was_meant(written: str, title: str | None) -> None:
    assert only(f'<outline text="{written}" xmlUrl="https://a.example/"/>').title == title


@pytest.mark.parametrize(
    "outline",
    [
        '<outline type="rss" url="https://a.example/f"/>',
        '<OUTLINE TEXT="A" XMLURL="https://a.example/f"/>',
        '<o:outline o:text="A" o:xmlUrl="https://a.example/f"/>',
        "<outline text='A' xmlUrl='https://a.example/f'></outline>",
        '<outline text="A" text="B" xmlUrl="https://a.example/f"/>',
        '<outline text="A" xmlUrl="https://a.example/f" xmlUrl="https://b.example/f"/>',
        "<outline text=A xmlUrl=https://a.example/f />",
        '<outline text="A <b>x</b>" xmlUrl="https://a.example/f"/>',
        '<outline text="A" xmlUrl="https://a.example/f">',
    ],
)
def test_outlines_are_read_however_they_are_written(outline: str) -> None:
    assert only(outline).url == "https://a.example/f"


def test_the_document_may_have_a_namespace_and_any_case() -> None:
    for root in ('<opml xmlns="http://opml.org/spec2">', "<OPML>", "<!DOCTYPE opml><opml>", '<x:opml xmlns:x="a">'):
        body = f'{root}<body><outline xmlUrl="https://a.example/f"/></body></opml>'.encode()

        assert len(parse_opml(body).subscriptions) == 1


@pytest.mark.parametrize(
    "address",
    ["https://[a/", "https://a.example:99999/f", "https:///f", "javascript:x", "file:///etc/passwd", "ftp://a.example/",
     "not an address"],
)  # fmt: skip
def test_one_bad_outline_is_named_and_the_rest_is_read(address: str) -> None:
    listed = parse_opml(
        opml(
            '<outline text="A" xmlUrl="https://a.example/"/>',
            f'<outline text="Bad" xmlUrl="{address}"/>',
            '<outline text="B" xmlUrl="https://b.example/"/>',
        )
    )

    assert [each.title for each in listed.subscriptions] == ["A", "B"]
    [left_out] = listed.left_out
    assert (left_out.title, left_out.address) == ("Bad", address)
    assert left_out.reason


def test_links_and_outlines_without_an_address_are_named() -> None:
    listed = parse_opml(
        opml(
            '<outline type="link" text="Site" url="https://a.example/"/>',
            '<outline type="rss" text="Empty" xmlUrl=""/>',
            '<outline text="Only a site" htmlUrl="https://b.example/"/>',
        )
    )

    assert listed.subscriptions == ()
    assert [(each.title, each.reason) for each in listed.left_out] == [
        ("Site", "it is a link, and no feed"),
        ("Empty", "it has no address of a feed"),
        ("Only a site", "it has no address of a feed"),
    ]


def test_episodes_of_a_podcast_are_no_feeds() -> None:
    listed = parse_opml(
        opml(
            '<outline text="Show" type="rss" xmlUrl="https://a.example/f">'
            '<outline type="podcast-episode" title="One" url="https://a.example/1" enclosureUrl="https://a.example/1.mp3"/>'
            "</outline>"
        )
    )

    assert [each.url for each in listed.subscriptions] == ["https://a.example/f"]
    assert (listed.left_out, listed.folders) == ((), ())


def test_a_folder_may_be_written_as_a_category() -> None:
    found = only('<outline xmlUrl="https://a.example/f" category="/Boston/Weather,/Travel"/>')

    assert found.folders == ("Boston", "Weather")


def test_an_empty_folder_that_says_so_is_one() -> None:
    listed = parse_opml(opml('<outline text="A" type="folder"/>'))

    assert (listed.folders, listed.left_out) == ((("A",),), ())


def test_folders_are_told_also_when_they_are_empty() -> None:
    listed = parse_opml(opml('<outline text="A"><outline text="B"></outline></outline>', '<outline text="C"/>'))

    assert listed.folders == (("A",), ("A", "B"), ("C",))


@pytest.mark.parametrize("end", ["", "</body>", '<outline text="B" xmlUrl="https://b.exam', "<outl"])
def test_a_file_that_ends_in_the_middle_is_told(end: str) -> None:
    listed = parse_opml(opml('<outline text="A" xmlUrl="https://a.example/"/>', end=end))

    assert [each.title for each in listed.subscriptions] == ["A"]
    assert listed.is_cut


def test_an_outline_that_is_lost_is_counted() -> None:
    listed = parse_opml(
        opml('<outline text="A" xmlUrl="https://a.example/"/>', '<outlin text="B" xmlUrl="https://b.example/"/>')
    )

    assert listed.left_out == (LeftOut(title=None, address="", reason="one outline is broken beyond repair"),)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE),
     ("utf-16-le", b""), ("utf-16-be", b"")],
)  # fmt: skip
def test_unicode_is_read_in_any_form(encoding: str, mark: bytes) -> None:
    text = '<?xml version="1.0"?><opml><body><outline text="Été" xmlUrl="https://a.example/"/></body></opml>'

    assert parse_opml(mark + text.encode(encoding)).subscriptions[0].title == "Été"


@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252", "utf-8", "x-unknown"])
def test_other_encodings_are_read(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><opml><outline text="Été" xmlUrl="https://a.example/"/></opml>'

    assert parse_opml(text.encode("latin-1")).subscriptions[0].title == "Été"


@pytest.mark.parametrize(
    "body", [b"", b"<rss/>", b"not xml", b"<html><body>x</body></html>", b"\x00\x01", b"<![foo", b"<!DOCTYPE"]
)
def test_what_is_no_opml_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse_opml(body)


def test_external_entities_are_not_read() -> None:
    body = b"""<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]>
      <opml><body><outline text="&x;" xmlUrl="https://a.example/"/></body></opml>"""

    [found] = parse_opml(body).subscriptions

    assert found.title == "&x;"


def test_what_is_commented_out_is_not_subscribed_to() -> None:
    listed = parse_opml(opml('<!-- <outline text="A" xmlUrl="https://a.example/"/> -->'))

    assert (listed.subscriptions, listed.left_out) == ((), ())
