"""What a regular expression can't do without: texts that lack it are passed over.

Looking for a few letters is a hundred times as fast as trying an expression at every place of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

# All of these must occur in what is matched, and of each one of the strings; the rarest, so to say, come first.
Needles = tuple[tuple[str, ...], ...]

_TOKEN = re.compile(
    r"""  (?P<letter>[^\\.^$*+?{}()\[\]|])
        | \\(?P<quoted>[^\w\s])
        | \[(?P<one_of>[^\\^\[\]-][^\\\[\]-]{0,2}-?)\]
        | (?P<other>[.^$] | \\[bBAZdDsSwW] | \[\^?\]?(?:\\.|[^\\\]])*\])  # a letter of several, or none: a place
        | (?P<group>\((?:\?:)?(?!\?))
        | (?P<aside>\(\?(?:[=!]|<[=!]|i:))  # looks around, or reads capitals and small letters as the same
        | (?P<end>\))
        | (?P<bar>\|)
        | (?P<times>(?:[*?+]|\{(?:\d+(?:,\d*)?|,\d*)\})[?+]?)""",
    re.VERBOSE | re.DOTALL,
)

# Strings that differ in a letter or two, at most.
_MAX_VARIANTS = 4

# The letters that may stand at a place, or what the things that are not letters need.
_Item = str | Needles


def needles_of(expression: str) -> Needles:
    """Return what every match of a regular expression contains; nothing where that can't be told."""
    tokens = list(_TOKEN.finditer(expression))
    if "".join(token[0] for token in tokens) != expression:  # something this doesn't know
        return ()
    branches: list[list[_Item]] = [[]]
    around: list[tuple[list[list[_Item]], bool]] = []
    for token in tokens:
        match token.lastgroup:
            case "letter" | "quoted" | "one_of" as kind:
                branches[-1].append(token[kind])
            case "group" | "aside" as kind:
                around.append((branches, kind == "group"))
                branches = [[]]
            case "end":
                inner = _needs_of_any(branches)
                branches, counts = around.pop()
                branches[-1].append(inner if counts else ())
            case "bar":
                branches.append([])
            case "times":
                if token[0].startswith(("*", "?", "{0", "{,")):
                    branches[-1].pop()
                branches[-1].append(())
            case _:
                branches[-1].append(())
    return _needs_of_any(branches)


def may_match(needles: Needles, text: str) -> bool:
    """Whether a text has all the needles of an expression."""
    for group in needles:
        for needle in group:
            if needle in text:
                break
        else:
            return False
    return True


def _needs_of_any(branches: Sequence[Sequence[_Item]]) -> Needles:
    """Return what is needed whichever branch is taken: all that the only one needs, or one group of each."""
    needs = [_needs_of(branch) for branch in branches]
    if len(needs) == 1:
        return needs[0]
    if not all(needs):
        return ()
    return (tuple(chain.from_iterable(max(each, key=_shortest) for each in needs)),)


def _needs_of(items: Sequence[_Item]) -> Needles:
    needs: list[tuple[str, ...]] = []
    variants = [""]
    for item in (*items, ()):
        if variants != [""] and (not isinstance(item, str) or len(variants) * len(item) > _MAX_VARIANTS):
            needs.append(tuple(variants))
            variants = [""]
        if isinstance(item, str):
            variants = [variant + letter for variant in variants for letter in item]
        else:
            needs.extend(item)
    return tuple(sorted(needs, key=_shortest, reverse=True))


def _shortest(group: Iterable[str]) -> int:
    return min(map(len, group))
