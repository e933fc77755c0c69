"""Sizes and short times in words."""

from __future__ import annotations

from datetime import timedelta


def duration(span: timedelta) -> str:
    """Return a short time: ``140 ms``, ``2.4 s``."""
    seconds = span.total_seconds()
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def file_size(length: int) -> str:
    """Return a number of bytes in its largest unit: ``34 MB``, ``1.2 kB``."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if length >= size:
            return f"{length / size:.1f} {unit}" if length < 10 * size else f"{length // size} {unit}"
    return f"{length} bytes"
