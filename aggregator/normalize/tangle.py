"""HTML that would keep a parser busy for hours, and what can still be had of it."""

from __future__ import annotations

import re
from collections import Counter

MAX_DEPTH = 500  # of elements open at once; a parser looks through all of them at every tag
MAX_REOPENED = 20  # formatting elements open at each tag, on average; a parser repeats them in every paragraph
_FEW = 1_000  # tags that are no trouble however they are nested

_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ALL_BUT_SCRIPTS = re.compile(r"<(?!/?(?:script|style)\b)[^<>]*>", re.IGNORECASE)
_FORMATTING = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
_CLOSED_BY_OTHERS = {
    "area", "base", "body", "br", "caption", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img",
    "input", "li", "link", "meta", "optgroup", "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead",
    "tr", "track", "wbr",
}  # fmt: skip


def is_tangled(markup: str) -> bool:
    """Whether elements are nested deeper, or formatting is left open more often, than in anything that people read."""
    if markup.count("<") <= _FEW:
        return False
    is_open: Counter[str] = Counter()
    depth = formatting = starts = reopened = 0
    for closing, written in _TAG_NAME.findall(markup):
        name = written.lower()
        if not closing:
            starts += 1
            reopened += formatting
        if name in _CLOSED_BY_OTHERS or (closing and not is_open[name]):
            continue
        step = -1 if closing else 1
        is_open[name] += step
        depth += step
        formatting += step * (name in _FORMATTING)
        if depth > MAX_DEPTH:
            return True
    return reopened > MAX_REOPENED * starts


def flattened(markup: str) -> str:
    """Return HTML without its tags, but for scripts and styles, whose content must still be told from text."""
    return _ALL_BUT_SCRIPTS.sub(" ", markup)
