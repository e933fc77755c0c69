"""What a page without stories says: why there are none, and when that may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from aggregator.model import SourceHealth, outage_of
from aggregator.publish.pages.advice import retry_in_words
from aggregator.text.locales import Locale


class Why(StrEnum):
    NO_SOURCES = "no sources"
    FIRST_POLL = "first poll"
    OFFLINE = "offline"
    NOTHING_YET = "nothing yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Why nothing is there; ``retry`` says when sources are asked again."""

    why: Why
    retry: str = ""


def standing_of(sources: Sequence[SourceHealth], *, zone: ZoneInfo, now: datetime, locale: Locale) -> Standing:
    """Return why there are no stories, as far as the sources' health tells."""
    if not sources:
        return Standing(why=Why.NO_SOURCES)
    outage = outage_of(sources)
    planned = [each.state.next_check for each in sources if each.state.next_check is not None]
    at = (outage and outage.next_try) or min(planned, default=None)
    if any(each.state.last_checked is None and each.merged_into is None for each in sources):
        return Standing(why=Why.FIRST_POLL)
    return Standing(why=Why.OFFLINE if outage else Why.NOTHING_YET, retry=retry_in_words(at, zone, now, locale))
