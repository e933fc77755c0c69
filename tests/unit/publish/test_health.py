"""The page of sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aggregator.model import Source, SourceHealth, SourceState, SourceStatus
from aggregator.publish import SourceRow, arrange_sources
from aggregator.text.locales import ENGLISH, Locale, locale_of
from aggregator.text.moments import relative
from tests.unit.publish.samples import NOON


def rows_of(*sources: SourceHealth) -> tuple[SourceRow, ...]:
    return arrange_sources(sources, zone=ZoneInfo("UTC"), now=NOON, locale=ENGLISH)


def make_health(name: str = "a", *, title: str | None = None, entries: int = 0, **state: Any) -> SourceHealth:
    source = Source(name=name, url=f"https://{name}.example/feed", title=title)
    return SourceHealth(source=source, state=SourceState(**state), entries=entries)


def test_what_needs_attention_is_on_top_and_the_rest_goes_by_title():
    statuses = {"b": "ok", "a": "new", "c": "moved", "d": "changed", "e": "gone", "f": "failing"}

    rows = rows_of(*(make_health(name, status=SourceStatus(status)) for name, status in statuses.items()))

    assert [row.name for row in rows] == ["e", "c", "d", "f", "a", "b"]
    assert [row.needs_attention for row in rows] == [True, True, True, True, False, False]


def test_who_is_silent_comes_after_trouble_and_is_called_so():
    quiet = {"usual_gap": timedelta(days=1), "recent": (NOON - timedelta(days=41),)}

    rows = rows_of(
        make_health("a", status=SourceStatus.OK),
        make_health("b", status=SourceStatus.OK, **quiet),
        make_health("c", status=SourceStatus.FAILING, **quiet),
    )

    assert [(row.name, row.status, row.is_silent) for row in rows] == [
        ("c", "failing", False),
        ("b", "silent", True),
        ("a", "ok", False),
    ]
    assert "aggregator poll b" in (rows[1].next_step or "")


def test_a_source_tells_all_that_is_known_of_it():
    (row,) = rows_of(
        make_health(
            title="A News",
            entries=7,
            status=SourceStatus.FAILING,
            site_url="https://a.example/",
            last_success=NOON - timedelta(days=1),
            next_check=NOON + timedelta(minutes=20),
            next_check_reason="Retry-After",
            failures=3,
            last_error="503\x07",
            usual_gap=timedelta(hours=2),
        )
    )

    assert (row.title, row.url, row.status, row.entries, row.failures) == (
        "A News",
        "https://a.example/",
        "failing",
        7,
        3,
    )
    assert row.last_success is not None
    assert row.next_check is not None
    assert (row.last_success.words, row.last_success.exact) == ("1 day ago", "28 February 2026, 12:00")
    assert (row.next_check.words, row.next_check.machine) == ("in 20 minutes", "2026-03-01T12:20:00Z")
    assert (row.next_check_reason, row.last_error, row.usual_gap) == ("Retry-After", "503", "every 2 hours")


def test_a_new_source_is_called_by_its_name_and_the_rest_is_unknown():
    (row,) = rows_of(make_health())

    assert (row.title, row.url) == ("a", "https://a.example/feed")
    assert (row.last_success, row.next_check, row.last_error, row.usual_gap, row.moved_to) == (None,) * 5


@pytest.mark.parametrize(
    ("locale", "words"),
    [(ENGLISH, "due now"), (locale_of("fr"), "en attente"), (locale_of("de"), "jetzt fällig")],
    ids=lambda each: getattr(each, "language", each),
)
def test_a_check_whose_time_has_come_is_due_and_not_in_the_past(locale: Locale, words: str) -> None:
    sources = [
        make_health("a", next_check=NOON - timedelta(minutes=16)),
        make_health("b", next_check=NOON),
        make_health("c", next_check=NOON + timedelta(hours=2)),
    ]

    rows = arrange_sources(sources, zone=ZoneInfo("UTC"), now=NOON, locale=locale)

    said = [row.next_check.words for row in rows if row.next_check]
    assert said[:2] == [words, words]
    assert said[2] == relative(NOON + timedelta(hours=2), NOON, locale)
    assert rows[0].next_check is not None
    assert rows[0].next_check.machine == "2026-03-01T11:44:00Z"


def test_a_source_that_is_polled_under_another_name_has_no_check_of_its_own() -> None:
    health = replace(make_health("a", next_check=NOON - timedelta(minutes=16)), merged_into="b")

    (row,) = rows_of(health)

    assert row.next_check is None
