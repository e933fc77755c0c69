"""Typed reading of what a library hands out as nested dicts; here its ``Any`` ends."""

from __future__ import annotations

Fields = dict[str, object]


def fields(value: object) -> Fields:
    """Return a plain copy of a dict, {} for anything else.

    feedparser's own dict answers to other keys too (``updated`` with ``published``, with a warning); a plain one
    doesn't.
    """
    return dict(value) if isinstance(value, dict) else {}


def list_of_fields(value: object) -> list[Fields]:
    """Return the dicts of a list, [] for anything else."""
    return [fields(each) for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def string(value: object) -> str | None:
    """Return a string without outer white space; None when it is empty or something else."""
    return (value.strip() or None) if isinstance(value, str) else None


def whole_number(value: object) -> int | None:
    """Return a number that is written as digits or is an int already; None for all else, as for "about 3"."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = string(value)
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None
