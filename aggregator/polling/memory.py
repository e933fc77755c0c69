"""Give memory back: glibc would keep what many threads used for large answers, each in a pool of its own."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

# Larger blocks are mapped by themselves and given back when they are freed (mallopt(3)); said explicitly, because glibc
# otherwise raises its threshold up to 32 MB as such blocks are freed.
_MMAP_THRESHOLD: Final = -3
_TRIM_THRESHOLD: Final = -1
_BYTES: Final = 128 * 1024


def give_back_large_blocks() -> None:
    """Set this process's allocator so, and that of processes forked from it; does nothing without glibc."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, _BYTES)
        mallopt(_TRIM_THRESHOLD, _BYTES)
