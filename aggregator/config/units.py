"""Durations and sizes as people write them: ``15m``, ``15MB``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_MILLISECONDS = {"ms": 0.001}
_BYTES = {
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}

# The same rules for editors, in the JSON Schema (ECMA 262).
DURATION_PATTERN = r"^\s*0*[1-9][0-9]*\s*[smhd]\s*$"
SHORT_DURATION_PATTERN = r"^\s*0*[1-9][0-9]*\s*(ms|[smhd])\s*$"
SIZE_PATTERN = r"^\s*0*[1-9][0-9]*\s*([kKmMgG][iI]?)?[bB]\s*$"

_NUMBER_AND_UNIT = re.compile(r"\s*([0-9]+)\s*([A-Za-z]+)\s*")
_LONGEST = timedelta(days=36_500)  # a hundred years: any moment less that is still a datetime


def parse_duration(text: str) -> timedelta:
    """Read "90s", "15m", "2h" or "7d". Raises ValueError, in words, for anything else, for none and for over 36500d."""
    return _duration(text, _SECONDS, "15m or 2h", "s, m, h or d")


def parse_short_duration(text: str) -> timedelta:
    """Read what ``parse_duration`` reads, and "500ms"."""
    return _duration(text, _SECONDS | _MILLISECONDS, "500ms or 2s", "ms, s, m, h or d")


def _duration(text: str, units: Mapping[str, float], example: str, all_units: str) -> timedelta:
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None or match[2] not in units:
        raise ValueError(f"expected a duration such as {example}" + _missing_unit(text, all_units))
    # what is longer than this many digits is too long in any unit; int() need not look at all of it
    if len(match[1].lstrip("0")) > 10:
        raise ValueError(f"expected a duration of at most {format_duration(_LONGEST)}")
    seconds = int(match[1]) * units[match[2]]
    if seconds == 0:
        raise ValueError("expected a duration of more than nothing")
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"expected a duration of at most {format_duration(_LONGEST)}")
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """Write a duration, from 1 s on to the second, in the largest unit that it fills: 90 minutes → "90m"."""
    if timedelta() < duration < timedelta(seconds=1):
        return f"{round(duration / timedelta(milliseconds=1))}ms"
    seconds = round(duration.total_seconds())
    unit = next((unit for unit in "dhm" if seconds and seconds % _SECONDS[unit] == 0), "s")
    return f"{seconds // _SECONDS[unit]}{unit}"


def parse_size(text: str) -> int:
    """Read "15MB" (10**6), "15MiB" (2**20) and the like as bytes. Raises ValueError, in words, for anything else."""
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None or match[2].lower() not in _BYTES:
        raise ValueError("expected a size such as 15MB or 512KiB" + _missing_unit(text, "kB, MB or GB"))
    digits = match[1].lstrip("0")
    if not digits:
        raise ValueError("expected a size of more than nothing")
    if len(digits) > 12:
        raise ValueError("expected a size of less than 10**12 units")
    return int(digits) * _BYTES[match[2].lower()]


def _missing_unit(text: str, units: str) -> str:
    return f" (add a unit: {units})" if text.strip().isdecimal() else ""
