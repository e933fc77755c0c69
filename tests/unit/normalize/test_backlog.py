"""Of a new source's document, what is old is known by its key, and not worked on."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import BacklogRule, ParsedEntry
from aggregator.normalize import Changes, normalize_changes
from tests.unit.normalize.making import NOW, html, make_feed

YEAR = timedelta(days=365)


def entry(number: int, published: datetime | None) -> ParsedEntry:
    return ParsedEntry(id=f"urn:{number}", title=html(f"Tide {number}"), published=published)


def first_poll(*published: datetime | None, newest: int) -> Changes:
    feed = make_feed(*(entry(number, when) for number, when in enumerate(published)))
    return normalize_changes(feed, now=NOW, backlog=BacklogRule(newest=newest, younger_than=YEAR))


def test_the_newest_are_kept_however_old_they_are() -> None:
    changes = first_poll(NOW - 5 * YEAR, NOW - 3 * YEAR, NOW - 4 * YEAR, newest=2)

    assert [each.key for each in changes.entries] == ["id:urn:1", "id:urn:2"]
    assert changes.remembered == ("id:urn:0",)
    assert [each.key for each in changes.unchanged] == ["id:urn:0"]


def test_all_that_is_young_is_kept_however_much_it_is() -> None:
    changes = first_poll(*(NOW - timedelta(days=day) for day in range(100)), NOW - 2 * YEAR, newest=3)

    assert len(changes.entries) == 100
    assert changes.remembered == ("id:urn:100",)


def test_what_has_no_date_that_can_be_believed_is_kept() -> None:
    changes = first_poll(None, datetime.min.replace(tzinfo=NOW.tzinfo), NOW - 2 * YEAR, NOW + YEAR, newest=0)

    assert [each.key for each in changes.entries] == ["id:urn:0", "id:urn:1", "id:urn:3"]


def test_of_an_entry_given_twice_the_newer_one_counts() -> None:
    feed = make_feed(entry(1, NOW - 5 * YEAR), entry(1, NOW))

    changes = normalize_changes(feed, now=NOW, backlog=BacklogRule(newest=0, younger_than=YEAR))

    assert [each.published for each in changes.entries] == [NOW]
    assert changes.remembered == ()


def test_the_next_document_has_nothing_new_in_what_was_remembered() -> None:
    feed = make_feed(*(entry(number, NOW - number * YEAR) for number in range(4)))
    first = normalize_changes(feed, now=NOW, backlog=BacklogRule(newest=1, younger_than=YEAR))

    second = normalize_changes(feed, now=NOW, seen=first.hashes)

    assert len(first.remembered) == 3 - 1  # that of exactly a year is not older than a year
    assert second.entries == ()
    assert len(second.unchanged) == 4


def test_without_a_rule_everything_is_kept() -> None:
    feed = make_feed(entry(1, NOW - 9 * YEAR))

    assert normalize_changes(feed, now=NOW).remembered == ()
    assert len(normalize_changes(feed, now=NOW).entries) == 1
