"""Python's search for garbage in cycles, put off while much is made of which nothing is garbage yet."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def put_off() -> Iterator[None]:
    """Don't look for garbage meanwhile. Each search goes through what was made since the last one, to find nothing.

    What nobody refers to is freed at once as ever. Of several threads, the one that began first ends it for all.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
