"""N1, N2, N20 to N27, N38, N40 to N51 of docs/explanation/normalization.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from aggregator.model import Enclosure, Fetched, Origin, ParsedEntry, Text
from aggregator.normalize import normalize_feed
from aggregator.normalize.entry import times
from aggregator.parse import parse_feed
from aggregator.text.legal import legal
from aggregator.text.one_line import one_line, shorten
from tests.unit.normalize.making import NOW, html, normalized, one, plain

TIDE = "The tide turns twice a day"
LONG = "High water comes at six in the morning and again at half past six. "


# --- text


def test_n1_nothing_is_kept_that_cannot_be_stored() -> None:
    assert legal("a\x00b\x1fc\ud800d\ufffe\te\n") == "abcd\te\n"


def test_n1_one_line_is_composed_and_collapsed() -> None:
    assert one_line("  u\u0308ber\n\t\u200bdie\u00ad \u202eSee\u2069 ") == "über die See"


def test_n2_entries_keep_their_order() -> None:
    entries = normalized(*(ParsedEntry(id=str(number)) for number in (3, 1, 2)))

    assert [entry.key for entry in entries] == ["id:3", "id:1", "id:2"]


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("High at six", 11, "High at six"),
        ("High at six", 10, "High at…"),
        ("High, at six", 6, "High…"),
        ("x" * 20, 10, "x" * 9 + "…"),
        ("港" * 20, 10, "港" * 9 + "…"),
        ("a " + "x" * 20, 10, "a " + "x" * 7 + "…"),
    ],
)
def test_n23_what_is_too_long_is_cut_after_a_word(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short
    assert len(short) <= limit


# --- title and summary


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (html("A <b>big</b> wave &amp;amp; wind"), "A big wave &amp; wind"),
        (plain("A <b>big</b> wave &amp; wind"), "A <b>big</b> wave &amp; wind"),
        (plain("a\n  b"), "a b"),
        (plain("x" * 600), "x" * 499 + "…"),
    ],
)
def test_n20_a_title_is_plain_text_resolved_once(title: Text, shown: str) -> None:
    assert one(title=title).title == shown


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"title": html("<img src=x>"), "content": html("<p>High at six</p>")}, "High at six"),
        (
            {"summary": plain(LONG * 2)},
            "High water comes at six in the morning and again at half past six. High water…",
        ),
        ({"link": "https://example.org/2026/new-harbour_master.html"}, "New harbour master"),
        ({"link": "https://example.org/f%C3%A4hre/"}, "Fähre"),
        ({"link": "https://example.org/"}, "Untitled"),
        ({"id": "x"}, "Untitled"),
    ],
)
def test_n21_a_missing_title_is_made(fields: dict[str, object], title: str) -> None:
    assert one(**fields).title == title


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({"summary": plain("Short."), "content": html("<p>Long story</p>")}, "Short."),
        ({"content": html("<p>Long</p><p>story</p>")}, "Long story"),
        ({"summary": html("The <b>tide</b> turns twice a day!"), "content": html("<p>Story</p>")}, "Story"),
        ({"summary": plain(TIDE)}, ""),
        ({}, ""),
        ({"summary": plain("High at six [...]")}, "High at six…"),
        ({"summary": plain("High [\u2026] at six...")}, "High […] at six…"),
        ({"summary": plain("High. The post Tide appeared first on Harbour.")}, "High."),
        ({"summary": plain("Hoch. Der Beitrag Flut erschien zuerst auf hafen.example.org.")}, "Hoch."),
    ],
)
def test_n22_the_summary_says_what_the_title_does_not(fields: dict[str, object], summary: str) -> None:
    assert one(title=plain(TIDE), **fields).summary == summary


def test_n22_a_summary_is_short() -> None:
    summary = one(title=plain(TIDE), summary=plain(LONG * 50)).summary

    assert summary.endswith("…")
    assert 400 < len(summary) <= 500


# --- people, tags, language, origin


def test_n24_authors_are_names_once_each() -> None:
    authors = ("Ada Marin", "ADA MARIN", "ada@example.org", "Ben <ben@example.org>", "", *map(str, range(20)))

    assert one(id="1", authors=authors).authors == ("Ada Marin", "Ben", *map(str, range(8)))


@pytest.mark.parametrize(("format_", "authors"), [("atom10", ("Ada",)), ("json11", ("Ada",)), ("rss20", ())])
def test_n24_a_feeds_authors_are_its_entries_where_the_format_says_so(format_: str, authors: tuple[str, ...]) -> None:
    (entry,) = normalized(ParsedEntry(id="1"), format=format_, authors=("Ada",))

    assert entry.authors == authors


def test_n25_tags_are_listed_once_each() -> None:
    tags = ("Sea", " low \n tide", "SEA", "", *map(str, range(100)))

    kept = one(id="1", tags=tags).tags

    assert kept[:3] == ("Sea", "low tide", "0")
    assert len(kept) == 50


@pytest.mark.parametrize(("own", "language"), [("lb", "lb"), (None, "de")])
def test_n26_the_language_is_the_entrys_else_the_feeds(own: str | None, language: str) -> None:
    (entry,) = normalized(ParsedEntry(id="1", language=own), language="de")

    assert entry.language == language


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        (None, None),
        (Origin(title=" Sea\n Weekly ", url="https://sea.example.com/", id=" x "),) * 2,
        (Origin(url="javascript:1"), None),
    ],
)
def test_n27_an_origin_is_shown_if_it_says_anything(origin: Origin | None, shown: Origin | None) -> None:
    expected = Origin(title="Sea Weekly", url="https://sea.example.com/", id="x") if shown else None

    assert one(id="1", origin=origin).origin == expected


# --- content


@pytest.mark.parametrize(
    ("content", "summary", "fullest"),
    [
        (html("<p>Long story</p>"), plain("Short"), "<p>Long story</p>"),
        (html("<p>Caption</p>"), plain("The long story of it"), "<p>The long story of it</p>"),
        (None, html("<p>Short</p>"), "<p>Short</p>"),
        (plain("A story of the sea"), html("<p>A story of the <i>sea</i></p>"), "<p>A story of the <i>sea</i></p>"),
        (plain("The long story of the sea"), html("<p>The <i>sea</i></p>"), "<p>The long story of the sea</p>"),
        (html('<img src="//a.org/w.png">'), plain("A wave"), '<img src="https://a.org/w.png" loading="lazy">'),
        (None, None, ""),
    ],
)  # fmt: skip
def test_n38_content_is_the_fullest_text(content: Text | None, summary: Text | None, fullest: str) -> None:
    assert one(id="1", content=content, summary=summary).content == fullest


@pytest.mark.parametrize(
    ("base", "link", "address"),
    [
        ("https://cdn.example.net/x/", "https://example.org/tide/", "https://cdn.example.net/x/w.png"),
        (None, "https://example.org/tide/", "https://example.org/tide/w.png"),
        (None, None, "https://example.org/w.png"),
    ],
)
def test_n10_addresses_in_content_are_relative_to_base_then_link_then_feed(
    base: str | None, link: str | None, address: str
) -> None:
    assert f'src="{address}"' in one(link=link, content=html("<img src=w.png>", base=base)).content


# --- times


def at(day: int, hour: int = 0, **more: int) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC, **more)


@pytest.mark.parametrize(
    ("published", "updated", "expected"),
    [
        (at(1), at(2), (at(1), at(2))),
        (at(1), None, (at(1), None)),
        (None, at(2), (at(2), at(2))),
        (None, None, (None, None)),
        (at(2), at(1), (at(2), at(2))),
        (at(1, 5, microsecond=7), None, (at(1, 5), None)),
        (datetime(2026, 10, 1, 2, tzinfo=timezone(timedelta(hours=2))), None, (at(1), None)),
        (NOW + timedelta(days=9), None, (NOW, None)),
        (NOW + timedelta(days=9), at(1), (NOW, NOW)),
        (datetime(1970, 1, 1, tzinfo=UTC), at(1), (at(1), at(1))),
        (datetime(1989, 12, 31, tzinfo=UTC), None, (None, None)),
        (datetime(1990, 1, 1, tzinfo=UTC), None, (datetime(1990, 1, 1, tzinfo=UTC), None)),
        (datetime(9999, 12, 31, tzinfo=UTC), None, (None, None)),
    ],
)
def test_n40_n43_times_can_be_believed(
    published: datetime | None, updated: datetime | None, expected: tuple[datetime | None, datetime | None]
) -> None:
    assert times(published, updated, NOW) == expected


# --- files


def test_n50_files_are_listed_once_with_absolute_addresses() -> None:
    files = (
        Enclosure(url="/a.mp3", type="Audio/MPEG", length=5, title=" Talk "),
        Enclosure(url="https://example.org/a.mp3"),
        Enclosure(url="ftp://example.org/b.mp3"),
        Enclosure(url="https://secure.gravatar.com/avatar/x", type="image/*"),
    )

    kept = one(id="1", enclosures=files).enclosures

    assert kept == (Enclosure(url="https://example.org/a.mp3", type="audio/mpeg", length=5, title="Talk"),)


def test_n50_there_are_not_more_than_fifty() -> None:
    files = tuple(Enclosure(url=f"https://example.org/{number}.mp3") for number in range(80))

    assert len(one(id="1", enclosures=files).enclosures) == 50


@pytest.mark.parametrize(
    ("given", "name", "media_type"),
    [
        (None, "a.jpg", "image/jpeg"),
        ("image/*", "a.PNG", "image/png"),
        ("image/*", "a", "image/*"),
        ("mp3", "a.mp3", "audio/mpeg"),
        ("mp3", "a", None),
        ("video/mp4", "a.jpg", "video/mp4"),
    ],
)
def test_n51_the_ending_tells_a_missing_type(given: str | None, name: str, media_type: str | None) -> None:
    files = (Enclosure(url=f"https://example.org/{name}", type=given),)

    assert one(id="1", enclosures=files).enclosures[0].type == media_type


@pytest.mark.parametrize(
    ("written", "expected", "day"),
    [
        ("2026-02-27", datetime(2026, 2, 27, 11, tzinfo=UTC), True),
        ("27 February 2026", datetime(2026, 2, 27, 11, tzinfo=UTC), True),
        ("2026-02-27T00:00:00+01:00", datetime(2026, 2, 26, 23, tzinfo=UTC), False),
        ("Fri, 27 Feb 2026 00:00:00 +0000", datetime(2026, 2, 27, tzinfo=UTC), False),
        ("0001-01-01", None, False),
    ],
)
def test_n46_a_date_without_a_time_is_a_day_and_an_explicit_midnight_is_a_time(
    written: str, expected: datetime | None, day: bool
) -> None:
    feed = parse_feed(
        Fetched(
            url="https://x.example/feed",
            content_type=None,
            body=f"<rss><channel><item><title>A</title><pubDate>{written}</pubDate></item></channel></rss>".encode(),
        )
    )

    [entry] = normalize_feed(replace(feed, zone=ZoneInfo("Europe/Luxembourg")), now=NOW)

    assert entry.published == expected
    assert expected is None or entry.is_day is day
