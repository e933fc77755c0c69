from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest

from aggregator.errors import FetchError, FetchTimeout, NotAFeed, SourceError, StatusError, Throttled
from aggregator.fetch.next_check import MAX_JITTER, Check, NextCheck, counts_as_failure, next_check
from aggregator.fetch.quiet import QuietTimes
from aggregator.model import Freshness, Source

NOW = datetime(2026, 3, 2, 12, 7, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Pace:
    every: timedelta | None = None
    min_every: timedelta = 30 * MINUTE
    max_every: timedelta = 12 * HOUR


def source(every: timedelta | None = None) -> Source:
    return Source(name="s", url="http://example.org/feed", every=every)


def check(pace: Pace | None = None, *, every: timedelta | None = None, **facts) -> NextCheck:
    return next_check(source(every), pace or Pace(), Check(**{"now": NOW, **facts}))


def wait(*args, **facts) -> timedelta:
    return check(*args, **facts).at - facts.get("now", NOW)


def regular(gap: timedelta, *, newest: datetime = NOW, count: int = 40) -> list[datetime]:
    return [newest - number * gap for number in range(count)]


# --- the own interval


def test_a_sources_own_interval_is_fixed():
    found = check(Pace(every=3 * HOUR), every=15 * MINUTE, published=regular(DAY))

    assert found == NextCheck(at=NOW + 15 * MINUTE, reason="it is set to every 15 minutes", usual_gap=DAY)


def test_the_global_interval_counts_for_sources_without_one():
    assert wait(Pace(every=3 * HOUR)) == 3 * HOUR


def test_an_unknown_source_is_asked_hourly():
    found = check()

    assert found == NextCheck(at=NOW + HOUR, reason="too little is known yet of how often it publishes", usual_gap=None)


@pytest.mark.parametrize(
    ("pace", "expected"),
    [
        (Pace(min_every=2 * HOUR), 2 * HOUR),
        (Pace(max_every=40 * MINUTE), 40 * MINUTE),
    ],
)
def test_an_unknown_source_keeps_to_the_bounds(pace, expected):
    assert wait(pace) == expected


@pytest.mark.parametrize("gap", [MINUTE, 10 * MINUTE, HOUR, 5 * HOUR, DAY, 7 * DAY, 60 * DAY, 3000 * DAY])
def test_adapting_stays_within_the_bounds(gap):
    for pace in (Pace(), Pace(min_every=2 * HOUR, max_every=3 * HOUR)):
        found = wait(pace, published=regular(gap))

        assert pace.min_every <= found <= pace.max_every


def test_the_more_often_it_publishes_the_sooner_it_is_asked():
    waits = [wait(published=regular(gap)) for gap in (10 * MINUTE, 3 * HOUR, 17 * HOUR, 61 * HOUR, 3000 * HOUR)]

    assert waits == sorted(waits)
    assert waits[0] == 30 * MINUTE
    assert waits[-1] == 12 * HOUR


def test_the_reason_names_the_usual_gap():
    found = check(published=regular(3 * HOUR))

    assert found.reason == "it publishes about every 3 hours"
    assert found.usual_gap == 3 * HOUR


def test_a_source_that_fell_silent_is_asked_rarely():
    published = regular(HOUR, newest=NOW - 35 * DAY)

    found = check(published=published)

    assert found.at - NOW > 4 * HOUR
    assert found.reason == "it has published nothing for 35 days"
    assert wait(published=regular(HOUR, newest=NOW - 300 * DAY)) > 11 * HOUR


def test_two_publications_make_no_rhythm():
    assert check(published=regular(DAY, count=2)).reason.startswith("too little is known")


def test_what_was_published_in_one_go_is_one_event():
    at_once = [NOW - DAY - number * timedelta(seconds=1) for number in range(50)]

    assert check(published=at_once).usual_gap is None


def test_dates_in_the_future_are_not_believed():
    future = [NOW + number * HOUR for number in range(1, 30)]

    assert check(published=future).usual_gap is None
    assert check(published=[*reversed(future), *regular(DAY)]).usual_gap == DAY


def test_the_order_of_the_times_does_not_matter():
    published = regular(3 * HOUR)

    assert check(published=published[::-1]) == check(published=published)


def test_what_was_known_before_counts_for_a_check_that_brings_nothing():
    found = check(usual_gap=DAY)

    assert found.reason == "it publishes about every day"
    assert HOUR < found.at - NOW < 4 * HOUR
    assert found.usual_gap == DAY


# --- the rhythm, by running it against a source


def delays(published: list[datetime], *, pace: Pace | None = None) -> tuple[float, float]:
    """Poll along ``published`` after a third of it has been seen; the median delay in minutes, and checks a day."""
    published = sorted(published)
    seen = len(published) // 3
    now, checks, found = published[seen], 0, []
    start = now
    while seen < len(published):
        now = check(pace, now=now, published=published[max(0, seen - 50) : seen][::-1], jitter=0.5).at
        checks += 1
        while seen < len(published) and published[seen] <= now:
            found.append((now - published[seen]) / MINUTE)
            seen += 1
    return median(found), checks / ((now - start) / DAY)


def test_a_source_that_publishes_on_the_hour_is_asked_soon_after_the_hour():
    random.seed(1)
    published = [NOW.replace(minute=0) + number * HOUR + random.random() * MINUTE for number in range(500)]

    delay, a_day = delays(published)

    assert delay < 15
    assert a_day < 31


def test_a_source_that_publishes_in_the_morning_is_asked_in_the_morning():
    random.seed(2)
    published = [NOW.replace(hour=7, minute=0) + number * DAY + random.random() * 5 * MINUTE for number in range(60)]

    delay, a_day = delays(published)

    assert delay < 30
    assert a_day < 6


def test_a_source_that_keeps_office_hours_is_left_alone_at_night():
    random.seed(3)
    monday = NOW.replace(hour=0)
    days = [monday + number * DAY for number in range(40) if (monday + number * DAY).weekday() < 5]
    published = [day + 9 * HOUR + random.random() * 8 * HOUR for day in days for _ in range(8)]

    delay, a_day = delays(published)

    assert delay < 60  # a fixed interval of as many requests: 68 minutes
    assert a_day < 12


def test_days_without_a_time_say_nothing_of_the_hour():
    midnight = NOW.replace(hour=0, minute=0)

    waits = [wait(now=midnight + hour * HOUR, published=regular(DAY, newest=midnight)) for hour in range(0, 24, 4)]

    assert max(waits) - min(waits) < 20 * MINUTE


def test_waits_go_with_the_square_root_of_the_gap():
    """Four times as many entries, twice as many requests: that makes the sum of all delays smallest."""
    gap, quick = 13 * HOUR + 7 * MINUTE, Pace(min_every=MINUTE)

    def usual_wait(gap: timedelta) -> timedelta:
        moments = [NOW + number * 61 * MINUTE for number in range(100)]
        waits = [wait(quick, now=now, published=regular(gap, newest=now - gap / 2)) for now in moments]
        return sum(waits, timedelta()) / len(waits)

    assert usual_wait(4 * gap) / usual_wait(gap) == pytest.approx(2, rel=0.2)


# --- wishes of the server and of the feed


@pytest.mark.parametrize("every", [None, 2 * HOUR])
def test_wishes_lengthen_and_never_shorten(every):
    own = wait(every=every)

    for asked in (MINUTE, 10 * HOUR):
        assert wait(every=every, freshness=Freshness(wait=asked, reason="max-age")) == max(own, asked)
        assert wait(every=every, feed_wait=asked) == max(own, asked)


def test_the_longest_wish_gives_the_reason():
    asked = Freshness(wait=2 * HOUR, reason="Retry-After")

    assert check(freshness=asked).reason == "the server asked for 2 hours (Retry-After)"
    assert check(freshness=asked, feed_wait=3 * HOUR).reason == "the feed asks for 3 hours (ttl)"
    assert check(freshness=asked, feed_wait=3 * HOUR, every=4 * HOUR).reason == "it is set to every 4 hours"


def test_a_feeds_own_wish_counts_up_to_a_day():
    assert wait(feed_wait=400 * DAY) == DAY


# --- failures


def test_failures_in_a_row_double_the_wait_up_to_a_day_and_then_it_stays_there():
    error = FetchTimeout("too slow")

    waits = [wait(error=error, failures=count) / HOUR for count in (1, 2, 3, 4, 5, 6, 7, 50, 10_000)]

    assert waits == [1, 2, 4, 8, 16, 24, 24, 24, 24]


@pytest.mark.parametrize("error", [FetchError("x"), NotAFeed("x"), SourceError("x"), StatusError("x", status=404)])
def test_every_failure_backs_off(error):
    found = check(error=error, failures=3, usual_gap=DAY)

    assert found.reason == "it failed 3 times in a row"
    assert counts_as_failure(error)


def test_a_single_failure_is_said_as_such():
    assert check(error=FetchError("x"), failures=1).reason == "it failed once"


def test_an_interval_of_more_than_a_day_is_not_shortened_by_failing():
    assert wait(error=FetchError("x"), failures=5, every=7 * DAY) == 7 * DAY


def test_a_failure_waits_at_least_as_long_as_the_server_asks():
    error = StatusError("x", status=500, retry_after=5 * HOUR)

    assert wait(error=error, failures=1) == 5 * HOUR
    assert wait(error=error, failures=5) == 16 * HOUR


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (Throttled("x", status=429), False),
        (Throttled("x", status=429, retry_after=HOUR), False),
        (Throttled("x", status=503, retry_after=HOUR), False),
        (StatusError("x", status=503), True),
        (StatusError("x", status=500, retry_after=HOUR), True),
    ],
)
def test_being_asked_to_come_later_is_no_failure(error, counts):
    assert counts_as_failure(error) is counts


def test_a_429_with_a_time_is_followed_to_the_letter():
    found = check(error=Throttled("x", status=429, retry_after=2 * HOUR), failures=9)

    assert (found.at, found.reason) == (NOW + 2 * HOUR, "the server asked for 2 hours (Retry-After)")


@pytest.mark.parametrize(
    ("previous", "expected"),
    [(None, 2 * HOUR), (30 * MINUTE, 2 * HOUR), (2 * HOUR, 4 * HOUR), (20 * HOUR, DAY), (300 * HOUR, DAY)],
)
def test_a_429_without_a_time_doubles_the_wait(previous, expected):
    assert wait(error=Throttled("x", status=429), previous_wait=previous) == expected


def test_what_is_gone_is_not_asked_again():
    found = check(error=StatusError("x", status=410), published=regular(DAY))

    assert found == NextCheck(at=None, reason="the server says that it is gone for good (410)", usual_gap=DAY)


@pytest.mark.parametrize("facts", [{"is_moved": True, "failures": 1}, {"failures": 1}])
def test_a_410_is_not_the_last_word_of_another_address_or_when_it_means_429(facts):
    error = StatusError("x", status=410) if "is_moved" in facts else Throttled("x", status=410)

    assert check(error=error, **facts).at is not None


def test_another_status_that_means_429_is_named():
    assert check(error=Throttled("x", status=403)).reason == "the server asked us to come less often (403)"


# --- quiet times (NOW is Monday, 12:07)


@pytest.mark.parametrize(
    ("quiet", "every", "at"),
    [
        (QuietTimes(hours=(13, 14)), HOUR, NOW.replace(hour=15, minute=0)),
        (QuietTimes(hours=(14, 15)), HOUR, NOW + HOUR),
        (QuietTimes(hours=(23, 0, 1)), 11 * HOUR, NOW.replace(day=3, hour=2, minute=0)),
        (QuietTimes(days=(1,)), DAY, NOW.replace(day=4, hour=0, minute=0)),
        (QuietTimes(days=(5, 6)), 5 * DAY, NOW.replace(day=9, hour=0, minute=0)),
        (QuietTimes(hours=(0, 1), days=(1,)), DAY, NOW.replace(day=4, hour=2, minute=0)),
        (QuietTimes(days=(0, 1, 2, 3, 4, 5)), HOUR, NOW + DAY),
        (QuietTimes(hours=tuple(range(24))), HOUR, NOW + DAY),
        (QuietTimes(hours=tuple(range(24))), 7 * DAY, NOW + 7 * DAY),
    ],
)
def test_a_check_in_a_quiet_time_is_put_off_to_its_end(quiet, every, at):
    assert check(every=every, quiet=quiet).at == at


def test_the_feed_is_named_as_the_reason():
    found = check(every=HOUR, quiet=QuietTimes(hours=(13,)))
    never = check(every=HOUR, quiet=QuietTimes(days=tuple(range(7))))

    assert found.reason == "the feed asks to be left alone until Monday 14:00 UTC (skipHours)"
    assert never.reason == "the feed asks never to be asked; once a day it is"


def test_what_was_put_off_does_not_come_all_at_once():
    early, late = (check(every=HOUR, quiet=QuietTimes(hours=(13,)), jitter=jitter).at for jitter in (0.0, 1.0))

    assert early == NOW.replace(hour=14, minute=0)
    assert late == early + MAX_JITTER


def test_jitter_does_not_reach_into_a_quiet_time():
    found = check(every=52 * MINUTE, quiet=QuietTimes(hours=(13,)), jitter=1.0)

    assert found.at == NOW.replace(hour=14, minute=5)


def test_quiet_times_hold_for_failing_sources_too():
    assert wait(error=FetchError("x"), failures=1, quiet=QuietTimes(hours=(13,))) == HOUR + 53 * MINUTE


# --- jitter


def test_jitter_only_ever_adds_a_little():
    for facts in ({}, {"every": 10 * MINUTE}, {"error": FetchError("x"), "failures": 9}, {"published": regular(DAY)}):
        base = wait(**facts)
        spread = [wait(**facts, jitter=jitter) - base for jitter in (0.0, 0.25, 1.0)]

        assert spread == sorted(spread)
        assert spread[0] == timedelta()
        assert timedelta() < spread[-1] <= min(base / 10, MAX_JITTER)


@pytest.mark.parametrize(("jitter", "as_if"), [(-3.0, 0.0), (7.0, 1.0)])
def test_jitter_out_of_its_range_is_brought_into_it(jitter, as_if):
    assert wait(jitter=jitter) == wait(jitter=as_if)


def test_the_same_facts_give_the_same_decision():
    published = regular(3 * HOUR)

    assert check(published=published, jitter=0.3) == check(published=published, jitter=0.3)
