"""Time zones as dates name them: offsets, abbreviations, places."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Hours east of Greenwich: those of RFC 822 and others that are common.
_ZONES_H = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8,
    "hst": -10, "brt": -3, "bst": 1, "west": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "mez": 1, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "sgt": 8, "hkt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13,
}  # fmt: skip
# Those that might be words, in capitals only. "IST" is India's: it is the one that most people live by.
_CAPITAL_ZONES_H = {
    "IST": 5.5, "WIB": 7, "WITA": 8, "WIT": 9, "SAST": 2, "PKT": 5, "NPT": 5.75, "ICT": 7, "PHT": 8, "MYT": 8, "EAT": 3,
    "WAT": 1, "CAT": 2, "GST": 4, "TRT": 3, "IRST": 3.5, "IDT": 3, "UZT": 5, "AWST": 8, "ACST": 9.5, "ACDT": 10.5,
    "ART": -3, "CLT": -4, "COT": -5, "PET": -5, "VET": -4, "AST": -4, "ADT": -3, "NST": -3.5, "NDT": -2.5,
    "YEKT": 5, "OMST": 6, "KRAT": 7, "IRKT": 8, "VLAT": 10, "SAMT": 4,
}  # fmt: skip
# What says nothing of summer time.
_PLACES = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
    "AKT": "America/Anchorage", "UKT": "Europe/London",
}  # fmt: skip
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_PLACE = re.compile(r"\b[A-Z][A-Za-z_]+/[A-Z][A-Za-z_-]+(?:/[A-Z][A-Za-z_-]+)?")
_AMERICAN = re.compile(r"\b(eastern|central|mountain|pacific)(?: standard| daylight)? time\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def zone_in(text: str) -> tzinfo:
    """Return the zone named in what follows a time; UTC when there is none, or none that we know."""
    place = _PLACE.search(text)
    if place and (zone := _place(place[0])):
        return zone
    if offset := _OFFSET.search(text):
        return offset_of(f"{offset[1]}{int(offset[2]):02}{offset[3] or '00'}")
    if (named := _AMERICAN.search(text)) and (zone := _place(_PLACES[f"{named[1][0].upper()}T"])):
        return zone
    for word in _WORD.findall(text):
        if word in _PLACES and (zone := _place(_PLACES[word])):
            return zone
        hours = _CAPITAL_ZONES_H.get(word, _ZONES_H.get(word.lower()))
        if hours is not None:
            return timezone(timedelta(hours=hours))
    return UTC


@lru_cache(maxsize=64)
def _place(name: str) -> tzinfo | None:
    """Return the zone of "Europe/Luxembourg", with its summer time; None where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=64)
def offset_of(written: str) -> timezone:
    """Return the zone of "+0130"."""
    minutes = int(written[1:3]) * 60 + int(written[3:5])
    return timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes))
