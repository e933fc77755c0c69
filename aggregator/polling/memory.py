"""Give memory back: glibc would keep what many threads used for large answers, each in a pool of its own."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

# A larger document leaves much behind, in gaps between what stays.
LARGE_BYTES: Final = 200_000

# mallopt(3). Larger blocks are mapped by themselves and given back when they are freed; said explicitly, because glibc
# otherwise raises its threshold up to 32 MB as such blocks are freed.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_BYTES: Final = 128 * 1024
# One pool for all threads: they take turns anyway, as Python computes in one at a time.
_ARENA_MAX: Final = -8


def set_allocator() -> None:
    """Set this process's allocator so, before it has threads; does nothing without glibc."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, _BYTES)
        mallopt(_TRIM_THRESHOLD, _BYTES)
        mallopt(_ARENA_MAX, 1)


def give_back_memory() -> None:
    """Give back what is free in this process now; does nothing without glibc."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
