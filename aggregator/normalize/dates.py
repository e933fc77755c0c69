"""When an entry was published and updated, as far as that can be believed (docs/normalization.md, N40 to N43)."""

from __future__ import annotations

from datetime import UTC, datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # there was no web before; what is earlier is a default of some program
_LAST_YEAR = 9999  # "never" in many databases


def times(
    published: datetime | None, updated: datetime | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return both times in whole seconds, none in the future, ``updated`` not before ``published``.

    An absurd one is None. Where only ``updated`` is known it is when the entry was published.
    """
    published, updated = _believable(published, now), _believable(updated, now)
    if published is None:
        return updated, updated
    return published, max(published, updated) if updated else None


def _believable(moment: datetime | None, now: datetime) -> datetime | None:
    if moment is None or moment < EARLIEST or moment.year >= _LAST_YEAR:
        return None
    return min(moment, now).astimezone(UTC).replace(microsecond=0)
