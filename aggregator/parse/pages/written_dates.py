"""Dates as pages show them, in any place of a short text: what is written, and which day is meant.

Reading and judging are two steps: "03/04/2026" is read as figures of which either may be the day, and the list that it
stands in tells which (order.py). The expressions have no nested repetition, so that none can hang.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from aggregator.parse.pages.months import AGO, DAYS_BACK, ONE, SPANS_S, month_number
from aggregator.text.days import DAY

LONGEST = 160  # characters of a text that is looked at; a longer one is prose
_WORD = r"[^\W\d_][^\s\d,/()|:;–-]{1,14}"
_WEEKDAY = (
    r"(?:(?:mon|tues?|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)?|mo|di|mi|do|fr|sa|so|mittwoch"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|(?:lun|mar|mer|jeu|ven|sam|dim)|(?:lun|mar|mercre|jeu|vendre|same)di"
    r"|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|(?:lune|marte|mercole|giove|vener)dì)[.,]{0,2}\s"
)
_CLOCK = re.compile(
    r"^[\s,|/T@·•–-]{0,6}(?:at|um|à|a las|alle|om|kl\.?|в)?\s?(\d{1,2})(?:[:h]|\.(?=\d\d\s?Uhr))(\d{2})(?::\d{2})?"
    r"(?:\.\d{1,6})?\s?([ap]\.?m)?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?<![\d.,/-])((?:19|20)\d\d)\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_CJK = re.compile(r"(?<!\d)(?:(\d{4}|\d{2})\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일號号]?")
_FIGURE = re.compile(r"\d")
_MONTH = 18  # characters before a day that its month may take, with what parts them
_BEFORE_FIGURES = r"(?<![\d,/])(?<!\d[.-])"  # "03.-05.12.2026", and nothing within "1.3.12.2026"
_FIGURES = re.compile(rf"{_BEFORE_FIGURES}(\d{{1,2}})\s?([-/.|·•–])\s?(\d{{1,2}})\s?\2\s?((?:19|20)\d\d|\d\d)(?![\d%])")
_RARE_MARKS = frozenset("|·•–")  # between a day, a month and a whole year alone
_DAY_MONTH = re.compile(
    rf"(?<![\d:.,])(?<![^\W\d_]-)(\d{{1,2}})(?:st|nd|rd|th|er|re|º|ª|°|\.|,)?[\s./-]{{0,3}}"
    rf"(?:de |of |d[’'] ?|di |den )?({_WORD})"
    rf"(?:[\s.,/’'-]{{0,3}}(?:de[l]? |of )?((?:19|20)\d\d|[’']?\d\d(?![\d:.h]|\s?(?:Uhr|h\b))))?",
    re.IGNORECASE,
)
_FROM = rf"\W{{0,3}}(?:from |between |vom |du |les? |entre le |dal |del )?(?:{_WEEKDAY})?(\d{{1,2}})"
_FURTHER = r"(?:st|nd|rd|th|er|\.)?(?:\s?[,–-]\s?\d{1,2}\.?){0,4}"  # "12, 13 and 14 May"
_TO = rf"\s?(?:[-–—/&]|to|until|and|bis|und|au|et|et le|al|t/m)\s?(?:{_WEEKDAY})?"
# The first of several days at the beginning of a text: "24 – 25 November", "du lundi 24 au mardi 25 novembre",
# "30.11. – 3.12.2026".
_FIRST_DAY = re.compile(rf"{_FROM}{_FURTHER}{_TO}", re.IGNORECASE)
_FIRST_FIGURES = re.compile(rf"{_FROM}(?:([./])(\d{{1,2}})?\2?)?{_TO}", re.IGNORECASE)
_MONTH_DAY = re.compile(
    rf"(?<![^\W\d_])({_WORD})[\s./-]{{0,3}}(\d{{1,2}})(?:st|nd|rd|th|º)?(?!:?\d)"
    rf"(?:\s?[–—&-]\s?\d{{1,2}}(?:st|nd|rd|th)?(?=,?\s(?:19|20)\d\d))?(?:[\s.,/-]{{1,3}}((?:19|20)\d\d))?",
    re.IGNORECASE,
)
# "mar. 3 nov. 2026": a day of the week that is called as a month, and the month behind the day.
_MONTH_BEHIND = re.compile(rf"[\s.]{{1,2}}({_WORD})")
_YEAR_MONTH_DAY = re.compile(
    rf"(?<!\d)((?:19|20)\d\d)[\s.,/-]{{1,3}}({_WORD})[\s.,/-]{{0,3}}(\d{{1,2}})(?!\d)", re.IGNORECASE
)
_VIETNAMESE = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2})[,\s]+(?:năm\s+)?((?:19|20)\d\d)", re.IGNORECASE)
_HOURS = r"(?=\W{0,2}$|[\s,|–-]{1,4}(?:(?:at|um|à|ab|from)\s)?\d{1,2}(?:[:.h]\d\d|\s?(?:Uhr|h)\b))"
_SHORT = re.compile(rf"^\W{{0,2}}(?:{_WEEKDAY})?(\d{{1,2}})\.\s?(\d{{1,2}})\.{_HOURS}", re.IGNORECASE)
_MOST_COMPACT = 12  # characters
_COMPACT = re.compile(r"^\W{0,2}((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\W{0,2}$")
_MONTH_AND_DAY = re.compile(r"^\W{0,2}(\d\d)([-/])(\d\d)\W{0,2}$")
_WEEKDAY_AND_DAY = re.compile(rf"^\W{{0,2}}{_WEEKDAY}(\d{{1,2}})(/)(\d{{1,2}}){_HOURS}", re.IGNORECASE)
_AGO_CJK = re.compile(
    r"(\d{1,3})\s?(秒钟|秒|分钟|分鐘|分|小时|小時|時間|天|日|周|週間|週|个月|個月|か月|ヶ月|年|초|분|시간|일|주|개월|년)\s?(?:之)?[前전]"
)
_AGO = re.compile(r"(?<!\S)(?=(\d{1,3}|[^\W\d_]{1,5})\s?([^\W\d_]{1,12})\b)", re.IGNORECASE)
_FIGURES_OF_ALL = {ord(each): str(int(each)) for each in "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯０１２３４５６７８９"}
_BUDDHIST = 543  # years that Thailand is ahead


@dataclass(frozen=True, slots=True)
class Written:
    """A date as written at ``start`` to ``stop`` of a text. ``is_open``: day and month may change places.

    ``year`` None is not said. ``is_month_first`` is the order of figures that can be read in one way only;
    ``is_dotted`` tells of dots between them. ``clock`` is (hour, minute, minutes east of Greenwich).
    """

    year: int | None
    month: int
    day: int
    start: int
    stop: int
    is_open: bool = False
    clock: tuple[int, int, int] | None = None
    is_month_first: bool | None = None
    is_dotted: bool = False

    def turned(self) -> Written:
        return Written(self.year, self.day, self.month, self.start, self.stop, False, self.clock)


def find_written(text: str, language: str | None = None) -> Written | None:
    """Return the first date in a short text, as it is written; None for a long one, or one without a date."""
    return _find_written(text, language) if len(text) <= LONGEST else None


@lru_cache(maxsize=20_000)
def _find_written(text: str, language: str | None) -> Written | None:
    if not text.isascii():
        text = text.translate(_FIGURES_OF_ALL)
    figure = _FIGURE.search(text)
    if figure is None:
        return None
    first = figure.start()
    found = [each for read in _READERS if (each := read(text, first, language))]
    return min(found, key=lambda each: (each.start, each.start - each.stop), default=None)


def _year_first(text: str, first: int, _language: str | None) -> Written | None:
    found = _YEAR_FIRST.search(text, first)
    return found and _written(text, found, found[1], found[3], found[4])


def _cjk(text: str, first: int, _language: str | None) -> Written | None:
    found = _CJK.search(text, first) if not text.isascii() and ("月" in text or "월" in text) else None
    return found and _written(text, found, found[1], found[2], found[3])


def _vietnamese(text: str, first: int, _language: str | None) -> Written | None:
    found = _VIETNAMESE.search(text, first) if not text.isascii() and "áng" in text.casefold() else None
    return found and _written(text, found, found[3], found[2], found[1])


def _figures(text: str, first: int, language: str | None) -> Written | None:
    found = _FIGURES.search(text, first)
    if found is None or (found[2] in _RARE_MARKS and len(found[4]) == 2):
        return None
    begins = _begins(text, found)
    return begins if begins is not None else _in_figures(text, found, language)


def _in_figures(text: str, found: re.Match[str], language: str | None) -> Written | None:
    one, other, year = found[1], found[3], found[4]
    if language in {"ja", "zh", "ko"} and len(year) == 2:
        return _written(text, found, one, other, year)
    if int(other) > 12:
        return _ordered(_written(text, found, year, one, other), is_month_first=True)
    if int(one) > 12:
        return _ordered(_written(text, found, year, other, one), is_month_first=False)
    written = _written(text, found, year, other, one, is_open=one != other)
    return replace(written, is_dotted=found[2] == ".") if written is not None else None


def _begins(text: str, found: re.Match[str]) -> Written | None:
    """Return the first of several days, "30.11." of "30.11. – 3.12.2026"; None where these are no days in order."""
    first_of = _FIRST_FIGURES.fullmatch(text, 0, found.start()) if found.start() else None
    if first_of is None:
        return None
    day, month, year = int(found[1]), int(found[3]), _full_year(found[4])
    first_day, first_month = int(first_of[1]), int(first_of[3] or month)
    if first_month == month and first_day >= day:
        return None
    return _from(
        first_of.start(1), _written(text, found, str(year - (first_month > month)), first_month, str(first_day))
    )


def _from(start: int, written: Written | None) -> Written | None:
    return replace(written, start=start) if written is not None else None


def _ordered(written: Written | None, *, is_month_first: bool) -> Written | None:
    return replace(written, is_month_first=is_month_first) if written is not None else None


def _short(text: str, _first: int, _language: str | None) -> Written | None:
    found = _SHORT.search(text)
    return found and _written(text, found, None, found[2], found[1])


def _compact(text: str, _first: int, _language: str | None) -> Written | None:
    """Read "20261127", as long as it is all of the text."""
    found = _COMPACT.search(text) if len(text) <= _MOST_COMPACT else None
    return found and _written(text, found, found[1], found[2], found[3])


def _without_year(text: str, _first: int, _language: str | None) -> Written | None:
    """Read "[11-20]", "20/11" and "Fri 20/11, 18:00", as long as they are all of the text."""
    found = _MONTH_AND_DAY.search(text) or ("/" in text and _WEEKDAY_AND_DAY.search(text)) or None
    if found is None:
        return None
    one, mark, other = found[1], found[2], found[3]
    if int(one) > 12:
        return _ordered(_written(text, found, None, other, one), is_month_first=False)
    if mark == "/" and int(other) <= 12:
        return _written(text, found, None, other, one, is_open=one != other)
    return _written(text, found, None, one, other)


def _day_month(text: str, first: int, language: str | None) -> Written | None:
    found = _DAY_MONTH.search(text, first)
    while found is not None:
        month = month_number(found[2], language, has_year=bool(found[3]))
        if month:
            other = _FIRST_DAY.fullmatch(text, 0, found.start()) if found.start() else None
            if other is not None and int(other[1]) < int(found[1]):
                return _from(other.start(1), _written(text, found, found[3], month, other[1]))
            return _written(text, found, found[3], month, found[1])
        found = _DAY_MONTH.search(text, found.end(1))  # "7 au 11 décembre": the next figure may be the day
    return None


def _month_day(text: str, first: int, language: str | None) -> Written | None:
    for found in _MONTH_DAY.finditer(text, max(0, first - _MONTH)):
        month = month_number(found[1], language, has_year=bool(found[3]))
        behind = _MONTH_BEHIND.match(text, found.end(2)) if month else None
        if month and not (behind and month_number(behind[1], language)):
            return _written(text, found, found[3], month, found[2])
    return None


def _year_month_day(text: str, first: int, language: str | None) -> Written | None:
    found = _YEAR_MONTH_DAY.search(text, first)
    month = found and month_number(found[2], language)
    return _written(text, found, found[1], month, found[3]) if found and month else None


_READERS = (
    _year_first,
    _year_month_day,
    _cjk,
    _vietnamese,
    _figures,
    _day_month,
    _month_day,
    _short,
    _compact,
    _without_year,
)


def _written(
    text: str, found: re.Match[str], year: str | None, month: str | int, day: str, *, is_open: bool = False
) -> Written | None:
    full_year = _full_year(year) if year else None
    month, first_day = int(month), int(day)
    if not (1 <= month <= 12 and 1 <= first_day <= 31) or (full_year and not 1990 <= full_year <= 2100):
        return None
    clock = _CLOCK.search(text[found.end() : found.end() + 40])
    stop = found.end() + (clock.end() if clock else 0)
    return Written(full_year, month, first_day, found.start(), stop, is_open, _clock(clock) if clock else None)


def _full_year(written: str) -> int:
    year = int(written.lstrip("’'"))
    if year < 100:
        return year + (2000 if year < 70 else 1900)
    return year - _BUDDHIST if year > 2400 else year


def _clock(found: re.Match[str]) -> tuple[int, int, int] | None:
    hour, minute = int(found[1]), int(found[2])
    if found[3]:
        hour = hour % 12 + (12 if found[3].lower().startswith("p") else 0)
    if hour > 23 or minute > 59:
        return None
    zone = found[4] or ""
    east = int(zone[1:3]) * 60 + int(zone[-2:]) if zone[:1] in {"+", "-"} else 0
    return hour, minute, -east if zone.startswith("-") else east


def moment_of(written: Written, *, now: datetime, year: int | None = None) -> datetime | None:
    """Return the time that is meant; None where the calendar has no such day.

    Without a time it is a day (``text.days``), without a zone UTC. A year that isn't said is ``year``, else the latest
    that doesn't make it lie ahead.
    """
    hour, minute, east = written.clock or (0, 0, 0)
    for candidate in (written.year or year or now.year, now.year - 1):
        try:
            zone = UTC if written.clock else DAY
            moment = datetime(candidate, written.month, written.day, hour, minute, tzinfo=zone) - timedelta(
                minutes=east
            )
        except ValueError:
            return None
        if written.year or year or moment <= now + timedelta(days=2):
            return moment
    return None


@lru_cache(maxsize=20_000)
def _relative_s(text: str) -> int | None:
    plain = text.casefold().strip(" .,|·•–-()")
    if len(plain) > 40:
        return None
    found = _AGO_CJK.search(plain) if not plain.isascii() else None
    if found:
        return int(found[1]) * SPANS_S[found[2]]
    words = plain.split()
    for days in (DAYS_BACK[word.strip(",:")] for word in words[:3] if word.strip(",:") in DAYS_BACK):
        return days * 86_400 if len(words) <= 5 else None
    if not (AGO.intersection(words) or "il y a" in plain) or (
        not any(map(str.isdigit, plain)) and not ONE.intersection(words)
    ):
        return None
    for found in _AGO.finditer(plain):
        span = SPANS_S.get(found[2])
        if span and (found[1].isdigit() or found[1] in ONE):
            return (int(found[1]) if found[1].isdigit() else 1) * span
    return None


def find_relative(text: str, *, now: datetime) -> datetime | None:
    """Return the time meant by "3 hours ago", "vor 2 Tagen", "il y a 5 minutes", "gestern", "3小时前"; else None."""
    seconds = seconds_ago(text)
    return moment_ago(seconds, now) if seconds is not None else None


def seconds_ago(text: str) -> int | None:
    """Return how long ago a short text says that something was."""
    return _relative_s(text) if len(text) <= 60 else None


def moment_ago(seconds: int, now: datetime) -> datetime:
    """Return when that was: a day where days are counted."""
    moment = now - timedelta(seconds=seconds)
    is_day = seconds >= 86_400 or seconds == 0
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=DAY) if is_day else moment


_IN_PATH = re.compile(r"(?:^|[/_.-])((?:19|20)\d\d)([/_-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?=$|[/_.-])")
_SHORT_IN_PATH = re.compile(r"/((?:19|20)\d\d)([/-])(\d{1,2})\2(\d{1,2})(?=[/-]\D|$)")
_YEAR_IN_PATH = re.compile(r"/((?:19|20)\d\d)(?=/|-)")


def date_in_address(path: str, *, now: datetime) -> datetime | None:
    """Return the day that an address names: "/2026/03/12/…", "/20260312-…", "/2026-3-7-…"; None for one ahead."""
    found = _IN_PATH.search(path[:500]) or _SHORT_IN_PATH.search(path[:500])
    if found is None:
        return None
    try:
        moment = datetime(int(found[1]), int(found[3]), int(found[4]), tzinfo=DAY)
    except ValueError:
        return None
    return moment if moment <= now + timedelta(days=2) else None


def year_in_address(path: str) -> int | None:
    """Return the year that an address names as a folder."""
    found = _YEAR_IN_PATH.search(path[:500])
    return int(found[1]) if found else None
