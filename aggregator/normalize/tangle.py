"""HTML that would keep a parser busy for hours, and what can still be had of it."""

from __future__ import annotations

import html
import re

MAX_DEPTH = 500  # of elements open at once: at every tag a parser looks through all of them
MAX_REOPENED = 4  # formatting elements left open, on average of all tags: a parser repeats them in every paragraph
MAX_TAG_CHARS = 10_000  # and
MAX_ATTRIBUTES = 1_000  # of one tag: a parser compares each with all others
MAX_AMPERSANDS = 10_000  # in a row without another element: the parser in nh3 reads them in quadratic time
_FEW_TAGS = MAX_DEPTH  # are no trouble however they are nested

_START = re.compile("<(?!/)")
_TAG_NAME = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9-]*)")
_ELEMENT_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]*)")
_WHOLE_TAG = re.compile(r"""<[a-zA-Z](?:[^>"'=]+|=\s*(?:"[^"]*"|'[^']*')?|["'])*+""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_BETWEEN_ATTRIBUTES = re.compile(r"[\s/]+")
_HIDDEN = re.compile(r"<(script|style)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_FORMATTING = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
_CLOSED_BY_OTHERS = {
    "area", "base", "body", "br", "caption", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img",
    "input", "li", "link", "meta", "optgroup", "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead",
    "tr", "track", "wbr",
}  # fmt: skip


def is_tangled(markup: str) -> bool:
    """Whether a parser would need quadratic time or space for HTML; what people write and read is far from it."""
    if len(markup) > MAX_TAG_CHARS and any(map(_has_many_attributes, _long_tags(markup))):
        return True
    if markup.count("&") > MAX_AMPERSANDS and any(run.count("&") > MAX_AMPERSANDS for run in _START.split(markup)):
        return True
    return markup.count("<") > _FEW_TAGS and _is_nested_too_deeply(markup)


def element_names(markup: str) -> set[str]:
    """Return the names of all elements that begin somewhere, in small letters."""
    return {name.lower() for name in set(_ELEMENT_NAME.findall(markup))}


def flattened(markup: str) -> str:
    """Return the text of HTML without parsing it, by linear means: no tags, no scripts, no styles."""
    shown, position = [], 0
    while hidden := _HIDDEN.search(markup, position):
        shown.append(markup[position : hidden.start()])
        end = re.compile(f"</{hidden[1]}", re.IGNORECASE).search(markup, hidden.end())
        position = end.start() if end else len(markup)
    shown.append(markup[position:])
    return html.unescape(_TAG.sub(" ", "".join(shown)))


def _long_tags(markup: str) -> list[str]:
    tags: list[str] = _WHOLE_TAG.findall(markup)
    return [tag for tag in tags if len(tag) > MAX_TAG_CHARS] if max(map(len, tags), default=0) > MAX_TAG_CHARS else []


def _has_many_attributes(tag: str) -> bool:
    return len(_BETWEEN_ATTRIBUTES.findall(_QUOTED.sub("", tag))) > MAX_ATTRIBUTES


def _is_nested_too_deeply(markup: str) -> bool:
    is_open: dict[str, int] = {}
    depth = formatting = starts = reopened = 0
    for tag in map(str.lower, _TAG_NAME.findall(markup)):
        if tag[0] != "/":
            starts += 1
            reopened += formatting
            if tag not in _CLOSED_BY_OTHERS:
                is_open[tag] = is_open.get(tag, 0) + 1
                depth += 1
                formatting += tag in _FORMATTING
                if depth > MAX_DEPTH:
                    return True
        elif is_open.get(name := tag[1:]):
            is_open[name] -= 1
            depth -= 1
            formatting -= name in _FORMATTING
    return reopened > MAX_REOPENED * starts
