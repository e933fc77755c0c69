"""The nearest known word, for people who mistyped one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

# what has a colon before the @ may be a password with slashes in it
_USERINFO = re.compile(r"(?<=://)(?:[^\s@/]*:\S*|[^/?#\s]*)@")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'categories'?", or nothing when no known word is near."""
    close = get_close_matches(word, sorted(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def bare_address(url: str) -> str:
    """Return an address without its user and password, else as it is."""
    return re.sub(r"^([^:/?#]*://)[^/?#]*@", r"\1", url)


def without_userinfo(text: str) -> str:
    """Return the text with user and password of each address in it masked."""
    return _USERINFO.sub("***@", text)
