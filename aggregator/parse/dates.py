"""Dates as publishers write them → aware UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jän jänner janvier janv enero ene gennaio gen januari janeiro janeeër",
            "feb february februar februarie févr février fevr fevrier febrero febbraio februari fevereiro fev februar",
            "mar march mär mrz märz mars marzo maart mrt março mäerz",
            "apr april avr avril abr abril aprile abrëll",
            "may mai mayo maggio mag mei maio mee",
            "jun june juni juin junio giugno giu junho",
            "jul july juli juil juillet julio luglio lug julho",
            "aug august août aout agosto ago augustus",
            "sep sept september septembre septiembre settembre set setembro",
            "oct october okt oktober octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro",
            "dec december dez dezember déc décembre decembre diciembre dic dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONES_H = {  # hours east of Greenwich: those of RFC 822 and others that are common
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8,
    "hst": -10, "brt": -3, "bst": 1, "west": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "mez": 1, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "sgt": 8, "hkt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13,
}  # fmt: skip

_ISO = re.compile(
    r"(?:[^\W\d_]+, )?(?P<year>\d{4})(?:(?P<mark>[-/.]?)(?P<month>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))?)?"
    r"(?:,?[T ] ?(?P<hour>\d{1,2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?(?:[.,]\d+)?)?(?P<zone>\D.*)?)?",
    re.IGNORECASE,
)
_UNIX = re.compile(r"\d{9,10}(?:\d{3})?")
_NUMBERS = re.compile(r"(?<!\d)(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?[ -]*(?:of |de |d')?(?P<month>[^\W\d_]{3,})\.?"
    r"(?:,?[ -]*(?:de )?(?P<year>\d{4}|\d{2})(?![\d:]))?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    r"(?P<month>[^\W\d_]{3,})\.?[ -](?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d:])(?:,? ?(?P<year>\d{4})(?![\d:]))?",
    re.IGNORECASE,
)
_YEAR_LAST = re.compile(r"\b\d{4}$")
_CLOCK = re.compile(
    r"(?<![\d+-])(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:[.,]\d+)? ?(?P<half>[ap]\.?m\b)?",
    re.IGNORECASE,
)
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|UTC|Z|([+-]\d{4}))", re.ASCII
)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_MAX_CHARS = 100  # beyond it is no date


def parse_date(written: str | None) -> datetime | None:
    """Read a date in RFC 822, ISO 8601 or one of their many variants; None for what can't be read without guessing.

    A missing time is midnight, a missing zone is UTC. Months may have their English, German, French, Spanish, Italian,
    Dutch, Portuguese or Luxembourgish name, abbreviated or not. "03/04/2026" is refused: for some it is in March, for
    some in April.
    """
    if not written:
        return None
    text = " ".join(written[:_MAX_CHARS].split())
    for read in (_read_rfc_822, _read_iso, _read_unix, _read_numbers, _read_words):
        try:
            found = read(text)
        except (ValueError, OverflowError):  # a 31 February, an hour 25, a year beyond those of the calendar
            continue
        if found:
            return found
    return None


def _read_rfc_822(text: str) -> datetime | None:
    """Read a date as RFC 822 wants it, with its zone in figures, which is how most are written."""
    found = _RFC_822.fullmatch(text)
    month = _MONTHS.get(found[2].lower()) if found else None
    if found is None or month is None:
        return None
    return _moment(
        int(found[3]),
        month,
        int(found[1]),
        hour=int(found[4]),
        minute=int(found[5]),
        second=int(found[6]),
        zone=_offset(found[8]) if found[8] else UTC,
    )


def _read_iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if found is None or (found["month"] and not found["mark"] and not found["day"]):  # 202611 may be anything
        return None
    return _moment(
        int(found["year"]),
        int(found["month"] or 1),
        int(found["day"] or 1),
        hour=int(found["hour"] or 0),
        minute=int(found["minute"] or 0),
        second=int(found["second"] or 0),
        zone=_zone(found["zone"] or ""),
    )


def _read_unix(text: str) -> datetime | None:
    """Read seconds or milliseconds since 1970."""
    if not _UNIX.fullmatch(text):
        return None
    return datetime.fromtimestamp(int(text[:-3] if len(text) > 10 else text), UTC)


def _read_numbers(text: str) -> datetime | None:
    """Read "24.12.2026 18:00"; with slashes or dashes only when one of the numbers can't be a month."""
    found = _NUMBERS.search(text)
    if found is None:
        return None
    day, month = int(found["day"]), int(found["month"])
    if found["mark"] != "." and month > 12:
        day, month = month, day
    elif found["mark"] != "." and day <= 12 and day != month:
        return None
    return _with_clock(_year(found["year"]), month, day, text[found.end() :])


def _read_words(text: str) -> datetime | None:
    """Read "Mon, 02 Nov 2026 10:00:00 +0100", "November 2nd, 2026 at 10:00 PM", "2. November 2026", "2-Nov-26"."""
    for found in (*_DAY_MONTH.finditer(text), *_MONTH_DAY.finditer(text)):
        month = _MONTHS.get(found["month"].lower())
        year_last = _YEAR_LAST.search(text)  # as in Mon Nov 2 10:00:00 2026
        year = found["year"] or (year_last and year_last[0])
        if month and year:
            return _with_clock(_year(year), month, int(found["day"]), text)
    return None


def _with_clock(year: int, month: int, day: int, text: str) -> datetime:
    clock = _CLOCK.search(text)
    if clock is None:
        return _moment(year, month, day)
    hour = int(clock["hour"])
    if clock["half"] and hour <= 12:
        hour = hour % 12 + (12 if clock["half"].lower().startswith("p") else 0)
    return _moment(
        year,
        month,
        day,
        hour=hour,
        minute=int(clock["minute"]),
        second=int(clock["second"] or 0),
        zone=_zone(text[clock.end() :]),
    )


def _moment(
    year: int, month: int, day: int, *, hour: int = 0, minute: int = 0, second: int = 0, zone: timezone = UTC
) -> datetime:
    """Put a time together. 24:00 is the next midnight; a leap second counts as the one before it."""
    if hour < 24 and minute < 60 and second < 60:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    midnight = datetime(year, month, day, tzinfo=zone)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError("no such time of the day")
    return (midnight + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))).astimezone(UTC)


def _zone(text: str) -> timezone:
    """Return the zone named in what follows a time; UTC when there is none, or none that we know."""
    offset = _OFFSET.search(text)
    if offset:
        return _offset(f"{offset[1]}{int(offset[2]):02}{offset[3] or '00'}")
    hours = next((_ZONES_H[word] for word in _WORD.findall(text.lower()) if word in _ZONES_H), 0)
    return timezone(timedelta(hours=hours))


@lru_cache(maxsize=64)
def _offset(written: str) -> timezone:
    """Return the zone of "+0130"."""
    minutes = int(written[1:3]) * 60 + int(written[3:5])
    return timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes))


def _year(written: str) -> int:
    """A year of two digits is in this century below 50, in the last one from there on (RFC 5322 §4.3)."""
    return int(written) if len(written) == 4 else int(written) + (2000 if int(written) < 50 else 1900)
