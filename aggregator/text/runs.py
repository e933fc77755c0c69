"""Texts whose few letters beyond ASCII are replaced, run by run: quick, as they have the same ones again and again."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_RUN = re.compile(r"[^\x00-\x7f]+")
# Longer runs are of scripts without ASCII, and seldom seen twice.
_REMEMBERED_CHARS = 24


def replacing(replaced: Callable[[str], str]) -> Callable[[str], str]:
    """Return what replaces each run of characters beyond ASCII, which must not depend on what stands beside it."""
    remembered = lru_cache(maxsize=1 << 15)(replaced)

    def of_run(found: re.Match[str]) -> str:
        run = found[0]
        return remembered(run) if len(run) <= _REMEMBERED_CHARS else replaced(run)

    def of_text(text: str) -> str:
        return text if text.isascii() else _RUN.sub(of_run, text)

    return of_text
