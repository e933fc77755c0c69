"""Numbers of bytes: ``15MB`` as the configuration has them, "15 MB" as people read them."""

from __future__ import annotations

import re
from typing import Final

from aggregator.text.locales import ENGLISH, Locale, marked

_BYTES = {
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}

# The same rule for editors, in the JSON Schema (ECMA 262).
SIZE_PATTERN = r"^\s*0*[1-9][0-9]*\s*([kKmMgG][iI]?)?[bB]\s*$"

_NUMBER_AND_UNIT = re.compile(r"\s*([0-9]+)\s*([A-Za-z]+)\s*")


def parse_size(text: str) -> int:
    """Read "15MB" (10**6), "15MiB" (2**20) and the like as bytes. Raises ValueError, in words, for anything else."""
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None or match[2].lower() not in _BYTES:
        unit = " (add a unit: kB, MB or GB)" if text.strip().isdecimal() else ""
        raise ValueError(f"expected a size such as 15MB or 512KiB{unit}")
    digits = match[1].lstrip("0")
    if not digits:
        raise ValueError("expected a size of more than nothing")
    if len(digits) > 12:
        raise ValueError("expected a size of less than 10**12 units")
    return int(digits) * _BYTES[match[2].lower()]


def size_in_words(length: int, locale: Locale = ENGLISH) -> str:
    """Say a number of bytes in its largest unit, rounded down, with one decimal below ten: "34 MB", "1.2 kB"."""
    for unit, size in _UNITS:
        if length >= size:
            count = length // size if length >= 10 * size else length * 10 // size / 10
            return locale.gettext(unit, size=locale.number(int(count) if count == int(count) else count))
    return locale.ngettext("%(count)s byte", "%(count)s bytes", length)


_UNITS: Final = (
    (marked("%(size)s GB"), 10**9),
    (marked("%(size)s MB"), 10**6),
    (marked("%(size)s kB"), 10**3),
)
