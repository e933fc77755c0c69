"""When a feed asks to be left alone: skipHours and skipDays of RSS 2.0, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# A weekend with a holiday. Who asks for more on end is asked daily.
LONGEST: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class QuietTimes:
    """``hours`` from 0 to 23, ``days`` of the week from 0, Monday."""

    hours: tuple[int, ...] = ()
    days: tuple[int, ...] = ()

    def over_at(self, moment: datetime) -> datetime | None:
        """Return ``moment``, or when the quiet time that it lies in is over; None when that lasts for too long."""
        found = moment
        while found.hour in self.hours or found.weekday() in self.days:
            found = found.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            if found - moment > LONGEST:
                return None
        return found
