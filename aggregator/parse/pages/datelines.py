"""Texts that are hardly more than a date, or begin or end with one: "Luxembourg, 12 September 2026 – …"."""

from __future__ import annotations

import re
from dataclasses import replace

from aggregator.parse.pages.date_labels import LABELS
from aggregator.parse.pages.written_dates import Written, find_written

_LETTER = re.compile(r"[^\W\d_]")
_LEFT_OVER = 16  # letters beside a date in a text that says nothing else: "Published on", "Donnerstag"
_LEFT_OF_NUMBER = 8  # and beside a date and a number: "No. 58/2026"
_NUMBER = re.compile(r"\d")
LONGEST_LINE = 60
_LONGEST_MIXED = 80  # characters of a line with a weekday beside its date, and an author
DATELINE = 70  # characters of a text in which a dateline stands
# What stands before the date in a dateline: nothing, or a place ("Esch-sur-Alzette, ", "LUXEMBOURG (").
_PLACE = re.compile(
    r"\W{0,3}(?!(?i:on|in|at|by|until|since|from|before|after|the|am|im|bis|seit|vom|ab|den|der|die|das|nach"
    r"|vor|le|les|la|du"
    r"|de|des|au|en|dès|depuis|jusqu.au|avant|après|el|il|dal|fino)\b)(?:[^\W\d_a-zß-öø-ÿ][\w'’.-]*(?:[ ,/(|:–-]+"
    r"(?:(?:am|an|der|im|la|le|les|sur|de|den|du|upon|of)[ ])?){1,2}){0,4}(?:den |the |le )?[\[(]?"
)
_BEHIND_DATELINE = re.compile(
    r"[\])]?\s*(?:\([^)]{0,8}\)\s*)?(?:[–—|:·•]|-\s|,\s*[^\W\d_a-zß-öø-ÿ]|\.?\s+[„“«\"]?[^\W\d_a-zß-öø-ÿ])"
)
# What stands beside a day and belongs to it: "Donnerstag", "… Uhr".
_BESIDE_DAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|(?:méin|dënsch|donnesch|frei|samsch|sonn)deg|mëttwoch"
    r"|(?:maan|dins|woens|donder|vrij|zater|zon)dag|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|(?:lune|marte|mercole|giove|vener)dì|sabato|domenica|uhr|auer|heures)\b",
    re.IGNORECASE,
)
_LAST = re.compile(r"[(\[]([^()\[\]]{6,40})[)\]]\.?$")


def is_only_date(text: str, written: Written) -> bool:
    """Tell whether a text says hardly more than a date."""
    rest = text[: written.start] + text[written.stop :]
    if len(_LETTER.findall(rest)) <= _LEFT_OVER:
        return True
    rest = _BESIDE_DAY.sub("", rest) if len(text) <= _LONGEST_MIXED else rest
    if len(_LETTER.findall(rest)) <= _LEFT_OVER:
        return True
    if len(text) > LONGEST_LINE or not LABELS.search(rest):
        return False
    other = find_written(rest)
    rest = rest[: other.start] + rest[other.stop :] if other else rest
    rest = LABELS.sub("", rest)
    is_numbered = _NUMBER.search(rest) is not None  # "Decision no. 31/2026 of 20 November 2026" is a title
    return len(_LETTER.findall(rest)) <= (_LEFT_OF_NUMBER if is_numbered else _LEFT_OVER)


def dateline(text: str, language: str | None) -> Written | None:
    """Return the date that a text begins with, as press releases do: "Luxembourg, 12 September 2026 – …"."""
    head = text[:DATELINE]
    written = find_written(head, language)
    if written is None or not _PLACE.fullmatch(head[: written.start]):
        return None
    behind = head[written.start : written.stop].rstrip(" ,.-–|") if written.clock is None else head[: written.stop]
    stop = written.start + len(behind) if written.clock is None else written.stop
    return written if _BEHIND_DATELINE.match(text[stop : stop + 12]) else None


def behind_text(text: str, language: str | None) -> Written | None:
    """Return the date that a text ends with, in brackets: "… within the next years. (12.09.2026)"."""
    found = _LAST.search(text, max(0, len(text) - DATELINE))
    written = find_written(found[1], language) if found is not None else None
    if found is None or written is None or written.year is None or not is_only_date(found[1], written):
        return None
    return replace(written, start=found.start(1) + written.start, stop=found.start(1) + written.stop)
