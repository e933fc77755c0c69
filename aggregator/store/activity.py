"""How many entries a source had on each of the latest days, in 64 bytes: the last day, and a number for each."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, date, datetime

DAYS = 30
_FORMAT = struct.Struct(f"<I{DAYS}H")
_MOST = 2**16 - 1


def added(known: bytes, listed_at: Iterable[datetime]) -> bytes:
    """Return what is known and these entries, by the days (UTC) on which they count as news; older ones are gone."""
    days = [each.astimezone(UTC).toordinal() for each in listed_at]
    last, counts = _read(known)
    today = max([last, *days])
    counts = _moved(counts, today - last)
    for day in days:
        if today - day < DAYS:
            counts[today - day] = min(counts[today - day] + 1, _MOST)
    return _FORMAT.pack(today, *counts)


def per_day(known: bytes, *, today: date) -> tuple[int, ...]:
    """Return the numbers of entries of the DAYS days that end with ``today``, the oldest first."""
    last, counts = _read(known)
    return tuple(reversed(_moved(counts, today.toordinal() - last)))


def _read(known: bytes) -> tuple[int, list[int]]:
    if not known:
        return 0, [0] * DAYS
    last, *counts = _FORMAT.unpack(known)
    return last, counts


def _moved(counts: list[int], days: int) -> list[int]:
    if days >= 0:
        return ([0] * min(days, DAYS) + counts)[:DAYS]
    return (counts[-days:] + [0] * min(-days, DAYS))[:DAYS]
