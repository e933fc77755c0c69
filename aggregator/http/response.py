"""What came back at the end of the redirects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

PERMANENT: Final = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
REDIRECTS: Final = PERMANENT | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect: its status, and the address it led to."""

    status: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The answer at the end of the redirects. ``url`` gave it; ``body`` is decoded from its encodings.

    Only answers of the 200s have their body read in full; of others there is at most an excerpt. ``is_cut``: it was
    compressed, and the compressed data ended before its end.
    """

    status: int
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_cut: bool = False
    hops: tuple[Hop, ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None

    def header_values(self, name: str) -> tuple[str, ...]:
        """All values of a header that came more than once, in order."""
        wanted = name.lower()
        return tuple([value for key, value in self.headers if key.lower() == wanted])

    def retry_after(self, now: datetime) -> timedelta | None:
        """What Retry-After says: seconds, of which services give fractions, or a date (RFC 9110 §10.2.3).

        A date is on the server's clock. One that is over gives a negative wait, what is neither gives None.
        """
        value = (self.header("Retry-After") or "").strip()
        if re.fullmatch(r"\d{1,12}(\.\d{1,12})?", value, re.ASCII):
            return timedelta(seconds=float(value))
        until = date_of(value)
        return until - self.sent_at(now) if until else None

    def sent_at(self, now: datetime) -> datetime:
        """When the server says it answered: its own clock is what its other dates are on."""
        return date_of(self.header("Date") or "") or now

    @property
    def moved_to(self) -> str | None:
        """Where the permanent redirects (301, 308) at the beginning of the chain led; None when there were none."""
        found = None
        for hop in self.hops:
            if hop.status not in PERMANENT:
                break
            found = hop.url
        return found


def date_of(value: str) -> datetime | None:
    """Return the moment that a header names; None for what is no date."""
    try:
        found = parsedate_to_datetime(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
