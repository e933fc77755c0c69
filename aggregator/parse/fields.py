"""Typed reading of what a library hands out as nested dicts; here its ``Any`` ends."""

from __future__ import annotations

from aggregator.parse.decode import without_forbidden

Fields = dict[str, object]

# Beyond these no feed says more, and reading it would take minutes (docs/explanation/polling.md).
MAX_ENTRIES = 20_000
MAX_ELEMENTS = 500_000

MAX_NUMBER = 10**18  # what any database and any duration can hold


def fields(value: object) -> Fields:
    """Return a dict as a plain one, {} for anything else.

    feedparser's own dict answers to other keys too (``updated`` with ``published``, with a warning); a plain one
    doesn't.
    """
    if type(value) is dict:
        return value
    return dict(value) if isinstance(value, dict) else {}


def list_of_fields(value: object) -> list[Fields]:
    """Return the dicts of a list, [] for anything else."""
    return [fields(each) for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def string(value: object) -> str | None:
    """Return a string without outer white space and without what JSON lets in and nothing else can hold, "\\ud800".

    None when it is empty or something else.
    """
    if not isinstance(value, str):
        return None
    is_plain = value.isascii() and value.isprintable()  # as most are that are short
    return (value if is_plain else without_forbidden(value)).strip() or None


def whole_number(value: object) -> int | None:
    """Return a number from 0 that is written in digits or is an int already; None for all else, as for "about 3"."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < MAX_NUMBER else None
    text = string(value)
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < len(str(MAX_NUMBER)) else None
