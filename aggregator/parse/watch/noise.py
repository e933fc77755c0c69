"""What changes on a page without anything being new: clocks, counters, tokens, the day's date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_UNITS: Final = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?"
    r"|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|secondes?|heures?|jours?|semaines?|mois)"
)
_NUMBER: Final = r"\d[\d.,'’ \u00a0\u202f]*"
_COUNTED: Final = (
    r"(?:visitors?|visits?|views?|page ?views?|hits?|users? online|members? online|guests? online|online|downloads?"
    r"|likes?|shares?|besucher|besuche|aufrufe|zugriffe|gäste|visiteurs?|visites?|vues?|lectures?|téléchargements?)"
)
_SEEN: Final = (
    r"(?:seen|viewed|read|visited|downloaded|opened|shared|gelesen|angesehen|aufgerufen|geöffnet|besucht|heruntergeladen"
    r"|vue?s?|lue?s?|consultée?s?|téléchargée?s?|partagée?s?)"
)
_SHOWN: Final = (
    rf"(?:showing|displaying)\s+{_NUMBER}(?:(?:to|through|[-–])\s*{_NUMBER})?(?:of|out of)\s+{_NUMBER}\w*"
    rf"|(?:affichage|éléments?|résultats?)\s+(?:de\s+)?{_NUMBER}(?:à|[-–])\s*{_NUMBER}(?:sur|de)\s+{_NUMBER}\w*"
    rf"|{_NUMBER}(?:bis|[-–])\s*{_NUMBER}von\s+{_NUMBER}\w*"
)
_TIMES: Final = r"(?:times|mal|fois|x|×)"
_MASKS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), mask)
    for pattern, mask in (
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "⟨token⟩"),
        (r"\b(?=[0-9a-z_-]*\d)(?=[0-9a-z_-]*[a-z])[0-9a-z_-]{20,}\b", "⟨token⟩"),
        (r"\b\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[ap]\.?m\b\.?)?(?:\s?uhr\b)?", "⟨clock⟩"),
        (r"\b\d{1,2}\s?[h]\s?\d{2}\b", "⟨clock⟩"),
        (rf"\b\d+\s+{_UNITS}\s+ago\b|\bvor\s+\d+\s+{_UNITS}|\bil y a\s+\d+\s+{_UNITS}", "⟨ago⟩"),
        (r"\b\d+(?:[.,]\d+)?\s?(?:ms|msec|milliseconds?|seconds?|secs?|s|secondes?|sekunden?)\b", "⟨lapse⟩"),
        (rf"\b{_NUMBER}\s*{_COUNTED}\b", "⟨count⟩"),
        (rf"\b{_COUNTED}\s*(?:\([^)]{{1,20}}\))?\s*:\s*{_NUMBER}", "⟨count⟩"),
        (rf"\b{_SEEN}\s*:?\s*{_NUMBER}\s*{_TIMES}\b|\b{_NUMBER}\s*{_TIMES}\s+{_SEEN}\b", "⟨count⟩"),
        (rf"\b(?:{_SHOWN})\b", "⟨count⟩"),
        (r"(?:©|\(c\)|copyright)\s*(?:\d{4}\s*[-–—]\s*)?\d{4}", "⟨year⟩"),
    )
)
_MONTHS: Final = {
    "en": ("january february march april may june july august september october november december", 3),
    "de": ("januar februar märz april mai juni juli august september oktober november dezember", 3),
    "fr": ("janvier février mars avril mai juin juillet août septembre octobre novembre décembre", 4),
}
_DECIMAL: Final = re.compile(r"0*(\d+)(?:([.,])(\d|\d\d|\d{4,}))?")  # three digits behind a mark may be thousands
_NOT_SAID: Final = re.compile(r"[^\w⟨⟩+\-]+")


def is_noise(before: str, after: str, *, day_before: date, day_after: date) -> bool:
    """Whether two texts say the same, but for what changes by itself.

    A date counts as such when it is the day on which each of them was read, or the day before: "as of today".
    """
    return essence(before, day_before) == essence(after, day_after)


def is_same_number(before: str, after: str) -> bool:
    """Whether two cells are one number, written with other zeros: "1" and "01", "91.2" and "91.20"."""
    one, other = _DECIMAL.fullmatch(before), _DECIMAL.fullmatch(after)
    if one is None or other is None or (one[2] and other[2] and one[2] != other[2]):
        return False
    return (one[1], (one[3] or "").rstrip("0")) == (other[1], (other[3] or "").rstrip("0"))


def essence(text: str, day: date) -> str:
    """Return what a text says when it was read on ``day``."""
    for pattern, mask in _days(day):
        text = pattern.sub(mask, text)
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return _NOT_SAID.sub(" ", text).strip().casefold()


@lru_cache(maxsize=8)
def _days(day: date) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the ways to write a day, and the one before and after it, which it is elsewhere on Earth."""
    written = "|".join(way for offset in (0, -1, 1) for way in _ways(day + timedelta(days=offset)))
    return ((re.compile(rf"\b(?:{written})\b", re.IGNORECASE), "⟨day⟩"),)


def _ways(day: date) -> Iterator[str]:
    year = rf"(?:{day.year}|{day.year % 100:02d})"
    yield rf"{day.year}-{day.month:02d}-{day.day:02d}"
    yield rf"0?{day.day}[./-]\s?0?{day.month}[./-]\s?{year}"
    yield rf"0?{day.month}/0?{day.day}/{year}"
    for names, shortest in _MONTHS.values():
        name = names.split()[day.month - 1]
        month = rf"{name[:shortest]}(?:{name[shortest:]})?\.?" if len(name) > shortest else name
        yield rf"0?{day.day}(?:\.|st|nd|rd|th|er)?\s+{month}\s+{day.year}"
        yield rf"{month}\s+0?{day.day}(?:st|nd|rd|th)?,?\s+{day.year}"
