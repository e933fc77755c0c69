"""When to ask a source again, and why: pure decisions. docs/polling.md explains them to the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Protocol

from aggregator.errors import FetchError, SourceError, StatusError
from aggregator.fetch.rhythm import Rhythm, rhythm_of, steady_wait, waiting_too_long_at
from aggregator.model import Freshness, Source

# One request is worth this much waiting of one entry. Less means more requests: half of it, 1.4 times as many.
PATIENCE: Final = timedelta(minutes=12)
# For a source of which too little is known (D19).
UNKNOWN_EVERY: Final = timedelta(hours=1)
# A source that fails is asked daily in the end, for ever (D8); a feed's own wish (ttl) counts up to as much.
MAX_BACKOFF: Final = timedelta(days=1)
MAX_FEED_WAIT: Final = timedelta(days=1)
# Spreads what would be due together; small, for a source asked soon after it publishes shall stay one.
MAX_JITTER: Final = timedelta(minutes=5)


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


def next_check(  # noqa: PLR0913 - each is one fact that bears on the decision
    source: Source,
    pace: Pace,
    *,
    now: datetime,
    published: Sequence[datetime] = (),
    usual_gap: timedelta | None = None,
    freshness: Freshness | None = None,
    feed_wait: timedelta | None = None,
    error: SourceError | None = None,
    failures: int = 0,
    previous_wait: timedelta | None = None,
    jitter: float = 0.0,
) -> NextCheck:
    """Decide when to ask ``source`` again after a check at ``now``. Raises nothing.

    ``published`` are the source's latest publication times, newest first; ``usual_gap`` is what was known before,
    for a check that brings none. ``freshness`` is the server's wish, ``feed_wait`` the feed's own (ttl): they lengthen
    the wait and never shorten it (RULES D5, D23).
    ``error`` is why the check failed, ``failures`` how often in a row by now; ``previous_wait`` how long the wait
    before this check was, for servers that say "too many requests" and not for how long. ``jitter`` is a random
    number from 0 to 1.
    """
    rhythm = rhythm_of(published, now)
    usual_gap = rhythm.usual_gap if rhythm else usual_gap
    if isinstance(error, StatusError) and error.status == HTTPStatus.GONE:
        return NextCheck(at=None, reason="the server says that it is gone for good (410)", usual_gap=usual_gap)

    own = _own_wait(source, pace, rhythm, usual_gap, now)
    waits = [own, *_wishes(freshness, feed_wait)]
    if error:
        waits += _after(error, own.wait, failures=failures, previous_wait=previous_wait)
    # of equals the later one says more: an error rather than the interval
    longest = max(reversed(waits), key=lambda wait: wait.wait)
    spread = min(longest.wait / 10, MAX_JITTER) * min(max(jitter, 0.0), 1.0)
    return NextCheck(at=now + longest.wait + spread, reason=longest.reason, usual_gap=usual_gap)


def counts_as_failure(error: SourceError) -> bool:
    """Whether a failed check is the source's failure. Being asked to come later is none (D4b)."""
    return not _is_throttled(error)


def in_words(duration: timedelta) -> str:
    """A duration as people say it: 45 s, 20 min, 1.5 h, 2 days, 5 weeks."""
    for unit, length in (("weeks", timedelta(weeks=1)), ("days", timedelta(days=1))):
        if duration >= 2 * length:
            return f"{round(duration / length)} {unit}"
    if duration >= timedelta(hours=1):
        return f"{round(duration / timedelta(hours=1), 1):g} h"
    if duration >= timedelta(minutes=1):
        return f"{round(duration / timedelta(minutes=1))} min"
    return f"{round(duration.total_seconds())} s"


def _own_wait(source: Source, pace: Pace, rhythm: Rhythm | None, usual_gap: timedelta | None, now: datetime) -> _Wait:
    """What we would do if nobody asked for more: the operator's interval, or one that fits the source."""
    fixed = source.every or pace.every
    if fixed:
        return _Wait(fixed, f"it is set to every {in_words(fixed)}")
    if usual_gap is None:
        return _Wait(_clamped(UNKNOWN_EVERY, pace), "too little is known yet of how often it publishes")
    reason = f"it publishes about every {in_words(usual_gap)}"
    if rhythm is None:
        return _Wait(_clamped(steady_wait(usual_gap, patience=PATIENCE), pace), reason)
    silence = now - rhythm.newest
    if silence > timedelta(weeks=2) and silence > 3 * usual_gap:
        reason = f"it has published nothing for {in_words(silence)}"
    return _Wait(_clamped(waiting_too_long_at(rhythm, now, patience=PATIENCE, latest=pace.max_every), pace), reason)


def _clamped(wait: timedelta, pace: Pace) -> timedelta:
    return max(min(wait, pace.max_every), pace.min_every)


def _wishes(freshness: Freshness | None, feed_wait: timedelta | None) -> list[_Wait]:
    wishes = []
    if freshness:
        wishes.append(_Wait(freshness.wait, f"the server asked for {in_words(freshness.wait)} ({freshness.reason})"))
    if feed_wait:
        wait = min(feed_wait, MAX_FEED_WAIT)
        wishes.append(_Wait(wait, f"the feed asks for {in_words(wait)} (ttl)"))
    return wishes


def _after(error: SourceError, own: timedelta, *, failures: int, previous_wait: timedelta | None) -> list[_Wait]:
    """The waits that an error brings: what the server asked for, and the back-off, which doubles up to a day."""
    asked = error.retry_after if isinstance(error, FetchError) else None
    wishes = [_Wait(asked, f"the server asked for {in_words(asked)} (Retry-After)")] if asked else []
    if _is_throttled(error):
        if not asked:
            wait = min(2 * max(own, previous_wait or own), MAX_BACKOFF)
            wishes.append(_Wait(wait, "the server asked us to come less often (429)"))
        return wishes
    count = max(failures, 1)
    wait = min(own * 2 ** min(count - 1, 16), MAX_BACKOFF)
    times = "once" if count == 1 else f"{count} times in a row"
    return [_Wait(max(wait, own), f"failed {times}"), *wishes]


def _is_throttled(error: SourceError) -> bool:
    if not isinstance(error, StatusError):
        return False
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    return error.status == HTTPStatus.SERVICE_UNAVAILABLE and error.retry_after is not None
