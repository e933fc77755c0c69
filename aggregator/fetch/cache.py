"""How long a server wants to be left alone, from its headers. Everything here is pure; garbage counts as silence."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from aggregator.http import Response, date_of
from aggregator.model import Freshness

# A plan may not be put off by more than this: a server that says "a year" would otherwise never be asked again.
MAX_FRESH: Final = timedelta(days=1)
# Retry-After is an explicit order, so it is followed further; beyond that it is a mistake (D4).
MAX_RETRY_AFTER: Final = timedelta(days=7)

_MAX_AGE = re.compile(r'max-age\s*=\s*"?(\d{1,12})"?', re.IGNORECASE)


def freshness(response: Response, *, now: datetime) -> Freshness | None:
    """How long this answer is good for; None when the server doesn't say, or says that it must be checked.

    max-age wins over Expires (RFC 9111 §5.3), and what the answer has spent in caches counts (Age, §4.2.3).
    s-maxage is for shared caches, which we are not. At most MAX_FRESH, or MAX_RETRY_AFTER for a Retry-After.
    """
    asked = retry_after(response, now=now)
    cached = _cached(response, now=now)
    wishes = (Freshness(wait=asked, reason="Retry-After") if asked else None, cached)
    return max(filter(None, wishes), key=lambda wish: wish.wait, default=None)


def retry_after(response: Response, *, now: datetime) -> timedelta | None:
    """What Retry-After asks for, at most MAX_RETRY_AFTER."""
    asked = response.retry_after(now)
    return None if asked is None else _within(asked, MAX_RETRY_AFTER)


def _cached(response: Response, *, now: datetime) -> Freshness | None:
    directives = ",".join(response.header_values("Cache-Control"))
    names = {part.partition("=")[0].strip().lower() for part in directives.split(",")}
    if names & {"no-cache", "no-store"}:
        return None
    match = next(filter(None, map(_MAX_AGE.fullmatch, map(str.strip, directives.split(",")))), None)
    if match:
        reason, fresh_for = "max-age", timedelta(seconds=int(match[1]))
    elif (expires := date_of(response.header("Expires") or "")) is not None:
        reason, fresh_for = "Expires", expires - response.sent_at(now)
    else:
        return None
    age = (response.header("Age") or "").strip()
    if re.fullmatch(r"\d{1,12}", age, re.ASCII):
        fresh_for -= timedelta(seconds=int(age))
    wait = _within(fresh_for, MAX_FRESH)
    return Freshness(wait=wait, reason=reason) if wait else None


def _within(wait: timedelta, limit: timedelta) -> timedelta | None:
    return min(wait, limit) if wait > timedelta() else None
