from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from aggregator.store.activity import DAYS, added, per_day

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_nothing_known_is_no_entry_on_any_day():
    assert per_day(b"", today=NOON.date()) == (0,) * DAYS


def test_entries_move_back_day_by_day_until_they_are_gone():
    known = added(b"", [NOON, NOON])

    assert [per_day(known, today=(NOON + number * DAY).date()).index(2) for number in (0, 1, 29)] == [29, 28, 0]
    assert per_day(known, today=(NOON + 30 * DAY).date()) == (0,) * DAYS
    assert per_day(known, today=(NOON + 9999 * DAY).date()) == (0,) * DAYS


def test_a_late_entry_counts_on_its_own_day_and_one_of_long_ago_on_none():
    known = added(added(b"", [NOON]), [NOON - 3 * DAY, NOON - 300 * DAY])

    counts = per_day(known, today=NOON.date())
    assert (counts[-1], counts[-4], sum(counts)) == (1, 1, 2)


def test_a_clock_that_went_back_shows_what_is_not_ahead_of_it():
    known = added(b"", [NOON, NOON - DAY])

    assert per_day(known, today=(NOON - DAY).date()) == (*[0] * 29, 1)


def test_days_are_those_of_utc():
    in_tokyo = datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=9)))

    assert added(b"", [in_tokyo]) == added(b"", [NOON])


def test_more_than_a_number_holds_is_as_much_as_it_holds():
    assert per_day(added(b"", [NOON] * 70_000), today=NOON.date())[-1] == 65_535
