"""When to ask a source again, and why: pure decisions. docs/explanation/polling.md explains them to the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Protocol

from aggregator.errors import FetchError, SourceError, StatusError, Throttled
from aggregator.fetch.quiet import QuietTimes
from aggregator.fetch.rhythm import Rhythm, rhythm_of, steady_wait, waiting_too_long_at
from aggregator.model import Freshness, Source
from aggregator.text.durations import duration_in_words, interval_in_words
from aggregator.text.moments import WEEKDAYS

# One request is worth this much waiting of one entry. Less means more requests: half of it, 1.4 times as many.
PATIENCE: Final = timedelta(minutes=8)
# For a source of which too little is known (D19).
UNKNOWN_EVERY: Final = timedelta(hours=1)
# A source that fails is asked daily in the end, for ever (D8); a feed's own wishes (ttl) count up to as much.
MAX_BACKOFF: Final = timedelta(days=1)
MAX_FEED_WAIT: Final = timedelta(days=1)
# Spreads what would be due together; small, for a source asked soon after it publishes shall stay one.
MAX_JITTER: Final = timedelta(minutes=5)


NO_QUIET_TIMES: Final = QuietTimes()


class Pace(Protocol):
    """The operator's settings for how often to ask (FetchSettings has them). ``every`` None means: adapt."""

    @property
    def every(self) -> timedelta | None: ...
    @property
    def min_every(self) -> timedelta: ...
    @property
    def max_every(self) -> timedelta: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCheck:
    """When to ask again, and why, in words for ``aggregator sources``. ``at`` None: not of our own accord.

    ``usual_gap`` is the median time between the source's publications, None while too little is known.
    """

    at: datetime | None
    reason: str
    usual_gap: timedelta | None


@dataclass(frozen=True, slots=True)
class _Wait:
    """A wish not to ask for some time; of several, the longest is followed."""

    wait: timedelta
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a check at ``now`` brought that bears on when to make the next one.

    ``published`` are the source's latest publication times, newest first; ``usual_gap`` is what was known before,
    for a check that brings none. ``freshness`` is the server's wish, ``feed_wait`` and ``quiet`` are the feed's own
    (ttl, skipHours): they lengthen the wait and never shorten it (RULES D5, D23).
    ``error`` is why the check failed, ``failures`` how often in a row by now; ``previous_wait`` how long the wait
    before this check was, for servers that say "too many requests" and not for how long. ``is_moved``: not the
    configured address was asked, so that a 410 is not the last word. ``is_told``: a hub tells us of news.
    ``jitter`` is a random number from 0 to 1.
    """

    now: datetime
    published: Sequence[datetime] = ()
    usual_gap: timedelta | None = None
    freshness: Freshness | None = None
    feed_wait: timedelta | None = None
    quiet: QuietTimes = NO_QUIET_TIMES
    error: SourceError | None = None
    failures: int = 0
    previous_wait: timedelta | None = None
    is_moved: bool = False
    is_told: bool = False
    jitter: float = 0.0


def next_check(source: Source, pace: Pace, check: Check) -> NextCheck:
    """Decide when to ask ``source`` again after a check. Raises nothing."""
    now, error = check.now, check.error
    rhythm = rhythm_of(check.published, now)
    usual_gap = rhythm.usual_gap if rhythm else check.usual_gap
    if _is_gone(error) and not check.is_moved:
        return NextCheck(at=None, reason="the server says that it is gone for good (410)", usual_gap=usual_gap)

    own = _own_wait(source, pace, rhythm, usual_gap, now)
    if check.is_told and not (source.every or pace.every):
        own = _Wait(pace.max_every, "its hub tells us of news; it is asked only now and then")
    waits = [own, *_wishes(check.freshness, check.feed_wait)]
    if error:
        waits += _after(error, own.wait, failures=check.failures, previous_wait=check.previous_wait)
    # of equals the later one says more: an error rather than the interval
    longest = max(reversed(waits), key=_length)
    spread = min(longest.wait / 10, MAX_JITTER) * min(max(check.jitter, 0.0), 1.0)
    wait = _kept_quiet(_Wait(longest.wait + spread, longest.reason), check.quiet, now=now, spread=spread)
    return NextCheck(at=now + wait.wait, reason=wait.reason, usual_gap=usual_gap)


def counts_as_failure(error: SourceError) -> bool:
    """Whether a failed check is the source's failure. Being asked to come later is none (D4b)."""
    return not isinstance(error, Throttled)


def _own_wait(source: Source, pace: Pace, rhythm: Rhythm | None, usual_gap: timedelta | None, now: datetime) -> _Wait:
    """What we would do if nobody asked for more: the operator's interval, or one that fits the source."""
    fixed = source.every or pace.every
    if fixed:
        return _Wait(fixed, f"it is set to {interval_in_words(fixed)}")
    if usual_gap is None:
        return _Wait(_clamped(UNKNOWN_EVERY, pace), "too little is known yet of how often it publishes")
    reason = f"it publishes about {interval_in_words(usual_gap)}"
    if rhythm is None:
        return _Wait(_clamped(steady_wait(usual_gap, patience=PATIENCE), pace), reason)
    silence = now - rhythm.newest
    if silence > timedelta(weeks=2) and silence > 3 * usual_gap:
        reason = f"it has published nothing for {duration_in_words(silence)}"
    return _Wait(_clamped(waiting_too_long_at(rhythm, now, patience=PATIENCE, latest=pace.max_every), pace), reason)


def _clamped(wait: timedelta, pace: Pace) -> timedelta:
    return max(min(wait, pace.max_every), pace.min_every)


def _wishes(freshness: Freshness | None, feed_wait: timedelta | None) -> list[_Wait]:
    wishes = []
    if freshness:
        asked = duration_in_words(freshness.wait)
        wishes.append(_Wait(freshness.wait, f"the server asked for {asked} ({freshness.reason})"))
    if feed_wait:
        wait = min(feed_wait, MAX_FEED_WAIT)
        wishes.append(_Wait(wait, f"the feed asks for {duration_in_words(wait)} (ttl)"))
    return wishes


def _after(error: SourceError, own: timedelta, *, failures: int, previous_wait: timedelta | None) -> list[_Wait]:
    """The waits that an error brings: what the server asked for, and the back-off, which doubles up to a day."""
    asked = error.retry_after if isinstance(error, FetchError) else None
    wishes = [_Wait(asked, f"the server asked for {duration_in_words(asked)} (Retry-After)")] if asked else []
    if isinstance(error, Throttled):
        if not asked:
            wait = min(2 * max(own, previous_wait or own), MAX_BACKOFF)
            wishes.append(_Wait(wait, f"the server asked us to come less often ({error.status})"))
        return wishes
    count = max(failures, 1)
    wait = min(own * 2 ** min(count - 1, 16), MAX_BACKOFF)
    times = "once" if count == 1 else f"{count} times in a row"
    return [_Wait(max(wait, own), f"it failed {times}"), *wishes]


def _is_gone(error: SourceError | None) -> bool:
    if isinstance(error, Throttled):
        return False
    return isinstance(error, StatusError) and error.status == HTTPStatus.GONE


def _kept_quiet(planned: _Wait, quiet: QuietTimes, *, now: datetime, spread: timedelta) -> _Wait:
    """Put off what would fall into a quiet time to its end."""
    at = now + planned.wait
    over_at = quiet.over_at(at)
    if over_at is None:
        return max(planned, _Wait(MAX_FEED_WAIT, "the feed asks never to be asked; once a day it is"), key=_length)
    if over_at == at:
        return planned
    until = f"{WEEKDAYS[over_at.weekday()]} {over_at:%H:%M} UTC"
    return _Wait(over_at + spread - now, f"the feed asks to be left alone until {until} (skipHours)")


def _length(wait: _Wait) -> timedelta:
    return wait.wait
