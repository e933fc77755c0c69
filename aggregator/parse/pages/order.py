"""Does the day or the month come first in the dates of a list?

"03/04/2026" is in April or in March; what decides is, in this order, another date of the same list that can be read in
one way only, the order of the list, and what is usual where the page comes from.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.parse.pages.written_dates import Written, moment_of
from aggregator.text.hosts import host_of

AHEAD = timedelta(days=2)  # a date further ahead is that of an event, not of a text
_NEARER = 4  # times as near to each other are days of events as what comes of them in the wrong order
_MONTH_FIRST = ("us", "com", "gov", "mil", "edu", "org", "net", "ph")


def day_comes_first(written: Sequence[Written], *, url: str, language: str | None, now: datetime) -> bool:
    """Tell whether the dates of a list in figures have the day first."""
    figures = [each for each in written if each.is_open]
    if not figures:
        return True
    told = {each.is_month_first for each in written} - {None}
    if len(told) == 1:
        return told == {False}
    known = _by_order(written, now, is_english=(language or "en").split("-")[0] == "en")
    if known is not None:
        return known
    return all(each.is_dotted for each in figures) or _is_usual(url, language)


def _by_order(written: Sequence[Written], now: datetime, *, is_english: bool) -> bool | None:
    """Tell by the dates themselves whether the day comes first; None when they don't say.

    Days ahead are a fault of a reading, unless all of them are: they may be those of events, which are near each other.
    Only in English the month comes first in some countries, so that elsewhere nothing but disorder speaks for it.
    """
    day_first = _read(written, now)
    month_first = _read([each.turned() if each.is_open else each for each in written], now)
    if not is_english and day_first.disorder <= month_first.disorder:
        return True
    events, others = (day_first, month_first) if day_first.ahead else (month_first, day_first)
    if events.ahead and events.ahead == events.count and not others.ahead and events.disorder == others.disorder:
        is_near = events.span * _NEARER <= others.span and others.span
        return (events is day_first) if is_near else None
    faults = [each.ahead * 3 + each.disorder for each in (day_first, month_first)]
    return None if faults[0] == faults[1] else faults[0] < faults[1]


@dataclass(frozen=True, slots=True)
class _Reading:
    """How many days there are, how many of them lie ahead, how many are out of order, and how long they take."""

    count: int
    ahead: int
    disorder: int
    span: timedelta


def _read(written: Sequence[Written], now: datetime) -> _Reading:
    moments = [moment for each in written if (moment := moment_of(each, now=now)) is not None]
    rising = sum(one < other for one, other in itertools.pairwise(moments))
    falling = sum(one > other for one, other in itertools.pairwise(moments))
    span = max(moments) - min(moments) if moments else timedelta()
    return _Reading(len(moments), sum(moment > now + AHEAD for moment in moments), min(rising, falling), span)


def _is_usual(url: str, language: str | None) -> bool:
    """Tell whether the day comes first where a page comes from, by its language and its host's ending."""
    parts = (language or "").split("-")
    ending = (host_of(url) or "").rpartition(".")[2]
    if parts[-1].upper() in {"US", "PH"}:
        return False
    if parts[0] not in {"", "en"} or len(parts) > 1:
        return True
    return ending not in _MONTH_FIRST
