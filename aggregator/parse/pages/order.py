"""Does the day or the month come first in the dates of a list?

"03/04/2026" is in April or in March; what decides is, in this order, another date of the same list that can be read in
one way only, the order of the list, and what is usual where the page comes from.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.parse.pages.written_dates import Written, moment_of
from aggregator.text.hosts import host_of

AHEAD = timedelta(days=2)  # a date further ahead is that of an event, not of a text
_MONTH_FIRST = ("us", "com", "gov", "mil", "edu", "org", "net", "ph")


def day_comes_first(written: Sequence[Written], *, url: str, language: str | None, now: datetime) -> bool:
    """Tell whether the dates of a list in figures have the day first."""
    figures = [each for each in written if each.is_open]
    if not figures:
        return True
    told = {each.is_month_first for each in written} - {None}
    if len(told) == 1:
        return told == {False}
    known = _by_order(written, now)
    if known is not None:
        return known
    return all(each.is_dotted for each in figures) or _is_usual(url, language)


def _by_order(written: Sequence[Written], now: datetime) -> bool | None:
    """Tell by the dates themselves whether the day comes first; None when they don't say."""
    faults = []
    for day_first in (True, False):
        read = [each if day_first or not each.is_open else each.turned() for each in written]
        moments = [moment for each in read if (moment := moment_of(each, now=now)) is not None]
        ahead = sum(moment > now + AHEAD for moment in moments)
        rising = sum(one < other for one, other in itertools.pairwise(moments))
        falling = sum(one > other for one, other in itertools.pairwise(moments))
        faults.append(ahead * 3 + min(rising, falling))
    if faults[0] == faults[1]:
        return None
    return faults[0] < faults[1]


def _is_usual(url: str, language: str | None) -> bool:
    """Tell whether the day comes first where a page comes from, by its language and its host's ending."""
    parts = (language or "").split("-")
    ending = (host_of(url) or "").rpartition(".")[2]
    if parts[-1].upper() in {"US", "PH"}:
        return False
    if parts[0] not in {"", "en"} or len(parts) > 1:
        return True
    return ending not in _MONTH_FIRST
