"""When the fast reader leaves a document to feedparser, and what it never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.parse.fast import MAX_TAGS, read_fast
from aggregator.parse.nested import MAX_DEPTH
from aggregator.parse.tolerant import read_tolerantly
from tests.unit.parse.making import parsed, rss

ITEM = "<item><title>Tide</title></item>"


def test_who_read_a_feed_is_told() -> None:
    assert parsed(rss(ITEM)).reader == "fast"
    assert parsed(rss(ITEM).replace("</channel>", "")).reader == "feedparser"


@pytest.mark.parametrize(
    "document",
    [
        rss(ITEM).replace("</title>", "</titel>"),
        rss("<item><title>Tide &nbsp;</title></item>"),
        rss("<item><dc:creator>Ada</dc:creator></item>"),
        rss('<item><dc:creator>Ada</dc:creator><x xmlns="relative"/></item>'),
        rss("<item><title>High <b>tide</b></title></item>"),
        rss('<item xml:base="https://example.org/"><title>Tide</title></item>'),
        rss("<item><item><title>Tide</title></item></item>"),
        rss(ITEM, attributes=' xmlns:media="http://purl.org/dc/elements/1.1/" xmlns:m="http://search.yahoo.com/mrss/"'),
        rss("<item><image><text>Tide</text></image></item>"),
        rss("<image><image/></image>"),
        rss(f"<item>{'<x>' * MAX_DEPTH}{'</x>' * MAX_DEPTH}</item>"),
        rss(f"<item>{'<x/>' * MAX_TAGS}</item>"),
        rss(ITEM) + rss(ITEM),
        "<news><item><title>Tide</title></item></news>",
    ],
)
def test_in_doubt_a_document_is_left_to_feedparser(document: str) -> None:
    assert read_fast(_without_prolog(document).encode(), base=None) is None


@pytest.mark.parametrize(
    "document",
    [
        rss(ITEM, attributes=' xmlns:cc="http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html"'),
        rss("<item><title>Tide</title><image><title>Ebb</title><url>/i.png</url><width>9</width></image></item>"),
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel xmlns="http://purl.org/rss/1.0/"/></r:RDF>',
        '<RSS VERSION="2.0"><CHANNEL><ITEM><TITLE>Tide</TITLE></ITEM></CHANNEL></RSS>',
    ],
)
def test_what_is_odd_but_plain_is_read_as_feedparser_does(document: str) -> None:
    fast = read_fast(_without_prolog(document).encode(), base=None)
    tolerant = read_tolerantly(document, base=None)

    assert fast is not None
    assert fast.version == tolerant.version
    assert [entry.title for entry in fast.entries] == [entry.title for entry in tolerant.entries]


def test_a_document_type_is_left_to_feedparser() -> None:
    assert read_fast(('<!DOCTYPE rss [<!ENTITY a "b">]>' + _without_prolog(rss(ITEM))).encode(), base=None) is None


def test_no_file_is_read_for_an_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("confidential")
    doctype = f'<!DOCTYPE rss [<!ENTITY a SYSTEM "{secret.as_uri()}"><!ENTITY % b SYSTEM "{secret.as_uri()}">%b;]>'
    document = doctype + _without_prolog(rss("<item><title>x&a;</title></item>"))

    assert read_fast(document.encode(), base=None) is None
    assert "confidential" not in repr(parsed(document))


def test_both_readers_give_the_same_shape() -> None:
    document = _without_prolog(rss(ITEM))

    fast, tolerant = read_fast(document.encode(), base=None), read_tolerantly(document, base=None)

    assert fast is not None
    assert (fast.version, fast.mistake) == (tolerant.version, tolerant.mistake) == ("rss20", None)
    assert fast.entries[0].title == tolerant.entries[0].title
    assert fast.entries[0].title is not None
    assert fast.entries[0].title.value == "Tide"


def _without_prolog(document: str) -> str:
    return document.partition("?>\n")[2] or document
