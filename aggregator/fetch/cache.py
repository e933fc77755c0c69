"""How long a server wants to be left alone, from its headers. Everything here is pure; garbage counts as silence."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from aggregator.http import Response
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
    """What Retry-After says, in seconds or as a date on the server's clock (RFC 9110 §10.2.3)."""
    value = (response.header("Retry-After") or "").strip()
    if re.fullmatch(r"\d{1,12}", value, re.ASCII):
        return _within(timedelta(seconds=int(value)), MAX_RETRY_AFTER)
    until = date_of(value)
    return _within(until - _sent(response, now), MAX_RETRY_AFTER) if until else None


def _cached(response: Response, *, now: datetime) -> Freshness | None:
    directives = ",".join(response.header_values("Cache-Control"))
    names = {part.partition("=")[0].strip().lower() for part in directives.split(",")}
    if names & {"no-cache", "no-store"}:
        return None
    match = next(filter(None, map(_MAX_AGE.fullmatch, map(str.strip, directives.split(",")))), None)
    if match:
        reason, fresh_for = "max-age", timedelta(seconds=int(match[1]))
    elif (expires := date_of(response.header("Expires") or "")) is not None:
        reason, fresh_for = "Expires", expires - _sent(response, now)
    else:
        return None
    age = (response.header("Age") or "").strip()
    if re.fullmatch(r"\d{1,12}", age, re.ASCII):
        fresh_for -= timedelta(seconds=int(age))
    wait = _within(fresh_for, MAX_FRESH)
    return Freshness(wait=wait, reason=reason) if wait else None


def _within(wait: timedelta, limit: timedelta) -> timedelta | None:
    return min(wait, limit) if wait > timedelta() else None


def _sent(response: Response, now: datetime) -> datetime:
    """When the server says it answered: its own clock is what its other dates are on."""
    return date_of(response.header("Date") or "") or now


def date_of(value: str) -> datetime | None:
    """Return the moment that a header names; None for what is no date."""
    try:
        found = parsedate_to_datetime(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
