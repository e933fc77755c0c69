"""Feeds of ten megabytes, of thousands of entries, of one entry that is a book: read whole, in time, in bounded memory.

The bounds are several times what it takes; what grows with the square of a feed's size would go beyond them by far.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from aggregator.model import Entry
from aggregator.normalize import normalize_feed
from tests.memory import resident_mb
from tests.unit.parse.making import parsed, rss

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ENTRIES = 2_500
CONTENT = "<p>High water at <b>noon</b> &amp; low water at six, when the moon is full.</p>\n"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title>{}</feed>'
XHTML = '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{}</div></content>'
BOOK = 5_000_000  # characters


def _escaped(markup: str) -> str:
    return markup.replace("&", "&amp;").replace("<", "&lt;")


def _in_rss(content: str, count: int) -> str:
    return rss(
        "\n".join(
            f"<item><title>Tide {n}</title><guid>{n}</guid><link>https://example.org/{n}</link>"
            f"<description>{_escaped(content)}</description></item>"
            for n in range(count)
        )
    )


def _in_cdata(content: str, count: int) -> str:
    items = (f"<item><guid>{n}</guid><description><![CDATA[{content}]]></description></item>" for n in range(count))
    return rss("\n".join(items))


def _in_atom(content: str, count: int) -> str:
    construct = f'<content type="html">{_escaped(content)}</content>'
    return ATOM.format("".join(f"<entry><id>urn:example:{n}</id>{construct}</entry>" for n in range(count)))


def _in_xhtml(content: str, count: int) -> str:
    construct = XHTML.format(content)
    return ATOM.format("".join(f"<entry><id>urn:example:{n}</id>{construct}</entry>" for n in range(count)))


def _in_json(content: str, count: int) -> str:
    items = [{"id": str(n), "url": f"/{n}", "content_html": content} for n in range(count)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": items})


def _cut_off(content: str, count: int) -> str:
    return _in_rss(content, count).partition("</channel>")[0]


@pytest.mark.parametrize(
    ("make", "size"),
    [(_in_cdata, 4_000), (_in_rss, 500), (_in_atom, 500), (_in_xhtml, 250), (_in_json, 500), (_cut_off, 250)],
    ids=lambda given: getattr(given, "__name__", str(given)),
)
def test_thousands_of_entries_are_read_whole(make: Callable[[str, int], str], size: int) -> None:
    document = make(CONTENT * (size // len(CONTENT)), ENTRIES)

    entries, cpu_s, grown_mb = _measured(document)

    assert len(entries) == len({entry.key for entry in entries}) == ENTRIES
    assert all(entry.content.count("<p>") == size // len(CONTENT) for entry in entries)
    assert cpu_s < 20
    assert grown_mb < 50 + 12 * len(document) / 1_000_000


@pytest.mark.parametrize("make", [_in_cdata, _in_atom, _in_json])
def test_an_entry_may_be_as_long_as_a_book(make: Callable[[str, int], str]) -> None:
    chapters = BOOK // len(CONTENT)

    entries, cpu_s, grown_mb = _measured(make(CONTENT * chapters, 1))

    assert entries[0].content.count("<p>") == chapters
    assert entries[0].title.startswith("High water at noon & low water")
    assert len(entries[0].summary) <= 500
    assert cpu_s < 20
    assert grown_mb < 300


@pytest.mark.parametrize(
    "written",
    [
        "fish &amp;amp; ships, " * (BOOK // 40),
        "fish &amp; ships, " * (BOOK // 30),
        "tide\n" * (BOOK // 5),
        "&lt;p&gt;" * (BOOK // 20),
        "&lt;" * (BOOK // 8),
        "&#8217;" * (BOOK // 14),
    ],
    ids=["references", "ampersands", "lines", "open paragraphs", "open tags", "characters"],
)
def test_a_text_without_an_end_takes_no_time_without_an_end(written: str) -> None:
    document = rss(f"<item><title>{written}</title><description>{written}</description></item>")

    entries, cpu_s, _ = _measured(document)

    assert len(entries) == 1
    assert len(entries[0].title) <= 500
    assert cpu_s < 20


@pytest.mark.parametrize("depth", [90, 200, 20_000])
def test_elements_may_be_nested_deeply(depth: int) -> None:
    nested = f"{'<x>' * depth}<y>{'</y>' if depth < 200 else ''}{'</x>' * depth}"
    document = rss(f"<item><title>Tide</title>{nested}<description>High at noon</description></item>")

    entries, cpu_s, _ = _measured(document)

    assert [entry.title for entry in entries] == ["Tide"]
    assert cpu_s < 10


@pytest.mark.parametrize("depth", [50, 400, 100_000])
def test_markup_in_a_content_may_be_nested_deeply(depth: int) -> None:
    content = f"{'<blockquote>' * depth}<p>High at noon</p>{'</blockquote>' * depth}"

    entries, cpu_s, _ = _measured(_in_rss(content, 1))

    assert "High at noon" in entries[0].content
    assert entries[0].content.count("<blockquote>") in {depth, 0}
    assert cpu_s < 10


def _measured(document: str) -> tuple[tuple[Entry, ...], float, float]:
    """Return a document's entries, the CPU time to make them, and the memory that they and their making still take."""
    body = document.encode()
    before, started = resident_mb(), time.process_time()
    feed = parsed(body)
    entries = normalize_feed(feed, now=NOW)
    return entries, time.process_time() - started, resident_mb() - before
