"""Dates as publishers write them → aware UTC."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from aggregator.parse.calendar_names import month_number, weekdays
from aggregator.parse.zones import offset_of, zone_in
from aggregator.text.days import DAY

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jän jänner janvier janv enero ene gennaio gen januari janeiro janeeër",
            "feb february februar februarie feber févr février fevr fevrier febrero febbraio februari fevereiro fev",
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

_ISO = re.compile(
    r"(?:[^\W\d_]+, )?(?P<year>\d{4})(?:(?P<mark>[-/.]?)(?P<month>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))?)?"
    r"(?:,?[T ] ?(?P<hour>\d{1,2})(?:[:.h]?(?P<minute>\d{2}|(?<=:)\d(?=:\d))(?:[:.m]?(?P<second>\d{2}|(?<=:)\d)(?!\d))?"
    r"(?:[.,]\d+)?)?"
    r"(?P<rest>\D.*)?)?",
    re.IGNORECASE,
)
_DAY_IN_A_ZONE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?P<rest>\D.*)?")
_UNIX = re.compile(r"@?(\d{9,10})(?:\d{3})?(?:\.\d+)?")
_WEEK_OR_DAY = re.compile(
    r"(?P<year>\d{4})-(?:W(?P<week>\d{2})-(?P<weekday>[1-7])|(?P<day>\d{3}))(?:[T ](?P<rest>\d.*))?", re.IGNORECASE
)
_YEAR_FIRST = re.compile(r"(?<![\d./-])(\d{4})([./-] ?)(\d{1,2})\2(\d{1,2})(?!\d|[/-]\d|\.\d)")
_NUMBERS = re.compile(
    r"(?<![\d./-])(?P<day>\d{1,2})(?P<mark>\. |[./-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?!\d|[./-]\d)"
)
_EAST_ASIAN = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日日号號일]?")
_EAST_ASIAN_MONTH = re.compile(r"(?<!\d)(?P<day>\d{1,2}) (?P<month>\d{1,2})[月월] (?P<year>\d{4})(?!\d)")
_EAST_ASIAN_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}) ?(?:[時时點点시] ?(?:(?P<minute>\d{1,2}) ?[分분]? ?(?:(?P<second>\d{1,2}) ?[秒초])?)?"
    r"|:(?P<minutes>\d{2})(?::(?P<seconds>\d{2}))?)"
)
_AFTERNOON = re.compile("下午|午後|오후|晚上")
_DAY_MONTH = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?[ -]*(?:of |de |del |d['’]|ta['’] )?(?P<month>[^\W\d_]{2,})\.?"
    r"(?:,?[ -]*(?:de |del )?(?P<year>\d{4}|\d{2})(?!\d| ?(?:[:h]|uhr)|\.\d))?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    r"(?P<month>[^\W\d_]{3,})\.?[ -](?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d:])(?:,? ?(?P<year>\d{4})(?![\d:]))?",
    re.IGNORECASE,
)
_LONE_YEAR = re.compile(r"(?<![\d:.+-])(?:19|20)\d{2}(?![\d:])")
_CLOCK = re.compile(
    r"(?<![\d.:+-])(?P<hour>\d{1,2})"
    r"(?:(?:[:.]| ?h(?:eures?)? ?| ?uhr )(?P<minute>\d{2}|(?<=:)\d(?=:\d))"
    r"(?:(?::|\.| ?min ?)(?P<second>\d{2}|(?<=:)\d))?(?!\d)(?:[.,]\d+)?"
    r"| ?(?:h|uhr|heures?)\b|(?= ?[ap]\.?m\b))(?: ?(?P<half>[ap])\.? ?m\b)?",
    re.IGNORECASE,
)
_HALF = re.compile(r" ?([ap])\.? ?m\b\.?", re.IGNORECASE)
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|UTC|Z|([+-]\d{4}))", re.ASCII
)
_WORD = re.compile(r"[^\W\d_]+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MAX_CHARS = 100  # beyond it is no date


def parse_date(written: str | None, language: str | None = None) -> datetime | None:
    """Read a date in RFC 822, ISO 8601 or one of their many variants; None for what can't be read without guessing.

    Without a time it is a day (``text.days``), a missing zone is UTC. Months may have their name in any language of
    Europe, abbreviated or not; ``language`` is that of the feed, which tells where languages disagree. "03/04/2026" is
    refused, as it is in March for some and in April for others, unless a weekday says which.
    """
    if not written:
        return None
    return _read_as_it_should_be(written) or _read_as_it_is(written[:_MAX_CHARS], language)


def _read_as_it_should_be(text: str) -> datetime | None:
    """Read a date as RFC 3339 or RFC 822 want it, with its zone in figures, which is how most are written."""
    try:
        if len(text) in {20, 25} and (text[7], text[10], text[13], text[16]) == ("-", "T", ":", ":"):
            return datetime.fromisoformat(text).astimezone(UTC) if text[19] in "Z+-" else None
        found = _RFC_822.fullmatch(text)
        month = _MONTHS.get(found[2].lower()) if found else None
        if found is None or month is None:
            return None
        day, _, year, hour, minute, second, _, offset = found.groups()
        zone = offset_of(offset) if offset else UTC
        return _moment(int(year), month, int(day), hour=int(hour), minute=int(minute), second=int(second), zone=zone)
    except (ValueError, OverflowError):  # a 31 February, an hour 25, a year beyond those of the calendar
        return None


@lru_cache(maxsize=512)  # an entry's dates are often the same
def _read_as_it_is(written: str, language: str | None) -> datetime | None:
    text = " ".join(written.split())
    if not text.isascii():
        text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    for read in (
        _read_as_it_should_be,
        _read_iso,
        _read_week_or_day,
        _read_compact,
        _read_unix,
        _read_year_first,
        _read_numbers,
        _read_words,
    ):
        with suppress(ValueError, OverflowError):  # a 31 February, an hour 25, a year beyond those of the calendar
            if found := read(text):
                return found
    with suppress(ValueError, OverflowError):
        return _read_east_asian(text) or _read_other_languages(text, language)
    return None


def _read_iso(text: str) -> datetime | None:
    if found := _DAY_IN_A_ZONE.fullmatch(text):  # a date of XML Schema
        text = found[1]
    found = _ISO.fullmatch(text)
    if found is None or (found["month"] and not found["mark"] and not found["day"]):  # 202611 may be anything
        return None
    if found["hour"] and not found["day"]:  # 2026, 5 mars
        return None
    rest = found["rest"] or ""
    half = _HALF.match(rest)
    return _moment(
        int(found["year"]),
        int(found["month"] or 1),
        int(found["day"] or 1),
        hour=_hour(int(found["hour"]), half[1] if half else None) if found["hour"] else None,
        minute=int(found["minute"] or 0),
        second=int(found["second"] or 0),
        zone=zone_in(rest),
    )


def _read_unix(text: str) -> datetime | None:
    """Read seconds or milliseconds since 1970: "1763287200", "1763287200000", "@1763287200", "1763287200.25"."""
    found = _UNIX.fullmatch(text)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _read_week_or_day(text: str) -> datetime | None:
    """Read "2026-W45-1" and "2026-306", the other two dates of ISO 8601."""
    found = _WEEK_OR_DAY.fullmatch(text)
    if found is None:
        return None
    year = int(found["year"])
    if found["week"]:
        day = date.fromisocalendar(year, int(found["week"]), int(found["weekday"]))
    else:
        day = date(year, 1, 1) + timedelta(days=int(found["day"]) - 1)
        if day.year != year:
            return None
    return _with_clock(day.year, day.month, day.day, found["rest"] or "")


def _read_compact(text: str) -> datetime | None:
    """Read "20261102100000" and "202611021000"."""
    found = _COMPACT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return _moment(year, month, day, hour=hour, minute=minute, second=second, zone=zone_in(found["rest"] or ""))


def _read_year_first(text: str) -> datetime | None:
    """Read "2026-11-02 à 10:30" and "2026. 11. 2."."""
    found = _YEAR_FIRST.search(text)
    return _with_clock(int(found[1]), int(found[3]), int(found[4]), _without(text, found)) if found else None


def _read_numbers(text: str) -> datetime | None:
    """Read "24.12.2026 18:00"; with slashes or dashes only when a weekday or a number tells which one is the month."""
    found = _NUMBERS.search(text)
    if found is None:
        return None
    year, day, month = _year(found["year"]), int(found["day"]), int(found["month"])
    if found["mark"] in {"/", "-"}:
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month:
            fitting = [order for order in ((day, month), (month, day)) if _is_weekday(text, year, order)]
            if len(fitting) != 1:
                return None
            day, month = fitting[0]
    return _with_clock(year, month, day, _without(text, found))


def _is_weekday(text: str, year: int, order: tuple[int, int]) -> bool:
    """Tell whether a text names the weekday of a date, given as day and month."""
    weekday = datetime(year, order[1], order[0], tzinfo=UTC).weekday()
    words = _WORD.findall(text.lower())
    if any(word[:3] in _ENGLISH_DAYS for word in words):
        return any(word.startswith(_ENGLISH_DAYS[weekday]) for word in words)
    return any(weekday in weekdays(word) for word in words)


def _read_words(text: str) -> datetime | None:
    """Read "Mon, 02 Nov 2026 10:00:00 +0100", "November 2nd, 2026 at 10:00 PM", "2. November 2026", "2-Nov-26"."""
    return _read_named(text, _MONTHS.get)


def _read_other_languages(text: str, language: str | None) -> datetime | None:
    """Read "5 marca 2026", "2026. március 5."; the names of months are those of CLDR."""
    return _read_named(text, lambda word: month_number(word, language))


def _read_named(text: str, number_of: Callable[[str], int | None]) -> datetime | None:
    for found in (*_DAY_MONTH.finditer(text), *_MONTH_DAY.finditer(text)):
        rest = _without(text, found)
        elsewhere = set(_LONE_YEAR.findall(rest)) if not found["year"] else set()  # Mon Nov 2 10:00:00 2026
        year = found["year"] or (elsewhere.pop() if len(elsewhere) == 1 else None)
        month = number_of(found["month"].lower()) if year else None
        if month and year:
            return _with_clock(_year(year), month, int(found["day"]), rest.replace(year, " ", 1))
    return None


def _read_east_asian(text: str) -> datetime | None:
    """Read "2026年3月5日 10時30分", "2026년 3월 5일 오후 3:15", and WordPress's "5 3月 2026"."""
    if found := _EAST_ASIAN_MONTH.search(text):
        return _with_clock(int(found["year"]), int(found["month"]), int(found["day"]), _without(text, found))
    found = _EAST_ASIAN.search(text)
    if found is None:
        return None
    rest = text[found.end() :]
    clock = _EAST_ASIAN_CLOCK.search(rest)
    if clock is None:
        return _moment(int(found[1]), int(found[2]), int(found[3]))
    return _moment(
        int(found[1]),
        int(found[2]),
        int(found[3]),
        hour=_hour(int(clock["hour"]), "p" if _AFTERNOON.search(rest) else None),
        minute=int(clock["minute"] or clock["minutes"] or 0),
        second=int(clock["second"] or clock["seconds"] or 0),
        zone=zone_in(rest[clock.end() :]),
    )


def _without(text: str, found: re.Match[str]) -> str:
    """Return what stands around a date, where its time is looked for."""
    return f"{text[: found.start()]} {text[found.end() :]}"


def _with_clock(year: int, month: int, day: int, rest: str) -> datetime:
    """Return a date with the time that stands beside it, in ``rest``, which holds the date no more."""
    clock = _CLOCK.search(rest)
    if clock is None:
        return _moment(year, month, day)
    return _moment(
        year,
        month,
        day,
        hour=_hour(int(clock["hour"]), clock["half"] or ("p" if _AFTERNOON.search(rest) else None)),
        minute=int(clock["minute"] or 0),
        second=int(clock["second"] or 0),
        zone=zone_in(rest[clock.end() :]),
    )


def _hour(hour: int, half: str | None) -> int:
    """Return an hour of 24; ``half`` is "a" or "p" where the clock has twelve."""
    return hour % 12 + (12 if half.lower() == "p" else 0) if half and hour <= 12 else hour


def _moment(
    year: int, month: int, day: int, *, hour: int | None = None, minute: int = 0, second: int = 0, zone: tzinfo = UTC
) -> datetime:
    """Put a time together; without an hour it is a day. 24:00 is the next midnight, a leap second the one before."""
    if hour is None:
        return datetime(year, month, day, tzinfo=DAY)
    if hour < 24 and minute < 60 and second < 60:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    midnight = datetime(year, month, day, tzinfo=zone)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError("no such time of the day")
    return (midnight + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))).astimezone(UTC)


def _year(written: str) -> int:
    """A year of two digits is in this century below 50, in the last one from there on (RFC 5322 §4.3)."""
    return int(written) if len(written) == 4 else int(written) + (2000 if int(written) < 50 else 1900)
