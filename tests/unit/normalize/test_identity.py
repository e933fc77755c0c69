"""N60 to N66 of docs/explanation/normalization.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Enclosure, ParsedEntry
from aggregator.normalize import notes_on_ids
from tests.unit.normalize.making import html, make_feed, normalized, one, plain

OLD, NEW = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC)
LINK = "https://example.org/tide"


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"id": "tag:example.org,2026:1", "link": LINK}, "id:tag:example.org,2026:1"),
        ({"id": "Tide 7", "link": LINK}, "id:Tide 7"),
        ({"id": "http://www.example.org/?p=7&utm_source=rss"}, "id:https://example.org?p=7"),
        ({"id": "https://example.org/log#v2"}, "id:https://example.org/log#v2"),
        ({"id": "https://example.org/log#xtor=RSS-1"}, "id:https://example.org/log"),
        ({"id": "a\x00 \n b"}, "id:a b"),
        ({"link": "http://www.example.org/tide/#top"}, "url:https://example.org/tide#top"),
        ({"link": "https://example.org/" + "ü" * 1_000}, None),
    ],
)
def test_n60_n61_an_entry_is_known_by_its_id_else_by_its_link(fields: dict[str, Any], key: str | None) -> None:
    entry = one(**fields)

    assert entry.key == key or (key is None and entry.key.startswith("url:sha256:"))


def test_n60_an_entry_with_neither_is_known_by_its_title_and_time_else_by_its_text() -> None:
    first, other_title, other_time = (
        one(title=plain("Tide"), content=plain("High"), published=OLD).key,
        one(title=plain("Ebb"), content=plain("High"), published=OLD).key,
        one(title=plain("Tide"), content=plain("High"), published=NEW).key,
    )
    undated, other_text = (one(title=plain("Tide"), content=plain(text)).key for text in ("High", "Low"))

    assert first.startswith("hash:")
    assert len({first, other_title, other_time, undated, other_text}) == 5
    assert first == one(title=plain(" tide"), content=html("<p>Higher</p>"), published=OLD).key


def test_n60_a_file_that_moves_makes_no_other_entry_of_one_with_neither() -> None:
    here, there = (Enclosure(url=f"https://{host}.example.org/1.mp3", type="audio/mpeg") for host in ("cdn", "media"))

    assert one(title=plain("Part 1"), enclosures=(here,)).key == one(title=plain("Part 1"), enclosures=(there,)).key


def test_n60_entries_with_neither_and_one_title_and_time_are_told_apart_by_the_rest() -> None:
    entries = normalized(
        *(ParsedEntry(title=plain("Tide"), content=plain(text), published=OLD) for text in ("High", "Low", "High"))
    )

    assert [entry.summary for entry in entries] == ["High", "Low"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("http://example.org/a", "https://www.example.org/a/"),
        ("https://example.org/a?utm_campaign=1", "https://example.org/a?utm_campaign=2"),
    ],
)
def test_n61_a_move_to_https_or_another_campaign_is_the_same_entry(before: str, after: str) -> None:
    assert one(id=before).key == one(id=after).key
    assert one(link=before).key == one(link=after).key


@pytest.mark.parametrize("newest_first", [True, False])
def test_n62_the_same_id_and_link_is_one_entry_the_newest(newest_first: bool) -> None:
    old = ParsedEntry(id="1", link=LINK, title=plain("Tide"), summary=plain("Old"), published=OLD)
    new = replace(old, link=LINK + "?utm_source=x", summary=plain("New"), updated=NEW)

    entries = normalized(*([new, old] if newest_first else [old, new]))

    assert [(entry.summary, entry.key) for entry in entries] == [("New", "id:1")]


def test_n62_without_times_the_first_counts() -> None:
    entries = normalized(
        *(ParsedEntry(id="1", title=plain("Tide"), summary=plain(text)) for text in ("First", "Second"))
    )

    assert [entry.summary for entry in entries] == ["First"]


@pytest.mark.parametrize("feed_format", ["rss20", "json11"])
@pytest.mark.parametrize("link", [None, LINK, "https://example.org/"])
def test_n62_one_id_for_all_items_loses_none_of_them(feed_format: str, link: str | None) -> None:
    items = [ParsedEntry(id="0", link=link, title=plain(title)) for title in ("Version 2", "Version 1", "version 1")]

    entries = normalized(*items, format=feed_format)

    assert [entry.title for entry in entries] == ["Version 2", "Version 1"]
    assert all(entry.key.startswith("id:0 title:") and entry.aliases == ("id:0",) for entry in entries)


def test_n62_in_atom_two_titles_of_two_times_are_revisions_and_three_are_entries() -> None:
    items = [
        ParsedEntry(id="tag:example.org,2026:1", link=LINK, title=plain(f"Version {n}"), updated=OLD + n * (NEW - OLD))
        for n in (1, 2, 3)
    ]

    assert [entry.title for entry in normalized(*items[:2], format="atom10")] == ["Version 2"]
    assert [entry.title for entry in normalized(*items, format="atom10")] == ["Version 1", "Version 2", "Version 3"]


@pytest.mark.parametrize(
    "revision", ["#0", "#12", "#v3", "#rev-2", "?rev=4", "-v2", ":2", "#1763373600", "#9f86d081884c7d65"]
)
def test_n68_an_id_that_is_the_link_with_a_revision_is_the_link(revision: str) -> None:
    entry = one(id=LINK + revision, link=LINK + "?utm_source=rss")

    assert (entry.key, entry.aliases) == (f"url:{LINK}", (f"id:{LINK}{revision}",))


@pytest.mark.parametrize(
    ("ident", "link"),
    [
        (f"{LINK}#2026-11-17", LINK),
        (f"{LINK}#comment-7", LINK),
        (f"{LINK}?d=17", LINK),
        (f"{LINK}/17", LINK),
        (f"{LINK}#3", f"{LINK}#3"),
        ("https://example.org/#3", "https://example.org/"),
        (f"{LINK}-v2", "https://example.org/other"),
    ],
)
def test_n68_what_names_a_day_a_comment_or_another_page_is_no_revision(ident: str, link: str) -> None:
    assert one(id=ident, link=link).key.startswith("id:")


def test_n68_numbered_anchors_of_one_page_with_other_titles_are_as_many_entries() -> None:
    entries = normalized(*(ParsedEntry(id=f"{LINK}#{n}", link=LINK, title=plain(f"Notice {n}")) for n in (1, 2)))

    assert [entry.key for entry in entries] == [f"id:{LINK}#1", f"id:{LINK}#2"]


def test_n69_one_link_and_title_under_two_ids_is_one_entry_the_newest() -> None:
    items = [
        ParsedEntry(id=ident, link=LINK, title=plain("Tide"), summary=plain(ident), published=at)
        for ident, at in (("a", NEW), ("b", OLD))
    ]

    [entry] = normalized(*items)

    assert (entry.key, entry.aliases, entry.summary) == ("id:a", ("id:b",), "a")


def test_n69_a_series_at_one_link_and_titles_of_the_front_page_stay_apart() -> None:
    def days(link: str, count: int) -> list[ParsedEntry]:
        return [
            ParsedEntry(
                id=str(n),
                link=link,
                title=plain("Level"),
                summary=plain(f"{n} m"),
                published=OLD + n * (NEW - OLD),
            )
            for n in range(count)
        ]

    assert len(normalized(*days(LINK, 3))) == 3
    assert len(normalized(*days("https://example.org/", 2))) == 2


def test_n63_the_same_id_with_other_links_is_other_entries() -> None:
    entries = normalized(
        ParsedEntry(id="site", link="https://example.org/1"),
        ParsedEntry(id="site", link="https://example.org/2"),
        ParsedEntry(id="site", link="https://example.org/2"),
        ParsedEntry(id="site"),
    )

    assert [entry.key for entry in entries] == [
        "id:site url:https://example.org/1",
        "id:site url:https://example.org/2",
        "id:site url:None",
    ]


def test_n64_the_same_link_with_other_titles_is_other_entries() -> None:
    entries = normalized(*(ParsedEntry(link=LINK, title=plain(title)) for title in ("One", "Two", "one")))

    assert [entry.title for entry in entries] == ["One", "Two"]
    assert all(entry.key.startswith("url:https://example.org/tide title:") for entry in entries)


def test_n65_a_long_key_is_replaced_by_its_hash() -> None:
    key = one(id="x" * 600).key

    assert key.startswith("id:sha256:")
    assert len(key) == len("id:sha256:") + 64


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(
        st.builds(
            ParsedEntry,
            id=st.sampled_from([None, "1", "site", "site url:https://a.example/", "http://a.example/"]),
            link=st.sampled_from([None, "https://a.example/", "http://b.example/x", "x" * 600]),
            title=st.sampled_from([None, plain("One"), plain("Two")]),
            published=st.sampled_from([None, OLD, NEW]),
        ),
        max_size=12,
    )
)
def test_keys_are_unique_in_a_document_and_bounded(parsed: list[ParsedEntry]) -> None:
    entries = normalized(*parsed)

    assert len({entry.key for entry in entries}) == len(entries)
    assert all(0 < len(entry.key) <= 500 for entry in entries)
    assert bool(entries) == bool(parsed)


SEEN: dict[str, Any] = {
    "id": "1",
    "title": plain("Tide"),
    "content": html('<p class="a" title="x">High <a href="https://example.org/a?utm_source=x">six</a></p>'),
    "enclosures": (Enclosure(url="https://example.org/a.mp3?token=1"),),
    "tags": ("sea",),
    "published": OLD,
}


@pytest.mark.parametrize(
    "change",
    [
        {"content": html('<p title="x" class="b">High  <a href="https://example.org/a?utm_source=y">six</a></p>')},
        {"content": html('<div>High <b>six</b></div><img src="https://example.org/w.png" width="1">')},
        {"enclosures": (Enclosure(url="https://example.org/a.mp3?token=2"),)},
        {"tags": ("moon",)},
        {"updated": NEW},
        {"title": html("<i>Tide</i>")},
        {"id": "2"},
    ],
)
def test_n66_what_readers_do_not_see_is_no_change(change: dict[str, Any]) -> None:
    assert one(**SEEN | change).fingerprint == one(**SEEN).fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"content": html("<p>High seven</p>")},
        {"title": plain("Ebb")},
        {"summary": plain("In short")},
        {"enclosures": (Enclosure(url="https://example.org/b.mp3"),)},
    ],
)
def test_n66_what_readers_see_is_a_change(change: dict[str, Any]) -> None:
    assert one(**SEEN | change).fingerprint != one(**SEEN).fingerprint


def test_n62_ids_that_several_items_have_are_told() -> None:
    items = [ParsedEntry(id=ident, title=plain(str(n))) for n, ident in enumerate(("0", "0", "1", None, None))]

    assert notes_on_ids(make_feed(*items)) == ["2 items have the id 0; other titles or links make them other entries"]
