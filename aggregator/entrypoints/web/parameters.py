"""What a list is asked for in an address: names that are configured, languages."""

from __future__ import annotations

import re

from aggregator.errors import UsageError

# An answer to a mistake names so many of what there is: thousands of sources would be a page of their own.
_MOST_NAMED = 20

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def known_name(name: str | None, noun: str, names: list[str]) -> str | None:
    """Return a name that is configured; empty means none. Raises UsageError for another."""
    if not name:
        return None
    if name not in names:
        others = f", and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        raise UsageError(
            f"no {noun} is named {name[:60]!r}; there are: {', '.join(names[:_MOST_NAMED]) or 'none'}{others}"
        )
    return name


def language_of(tag: str | None) -> str | None:
    """Return a language tag (RFC 5646); empty means none. Raises UsageError for what is none."""
    if not tag:
        return None
    if not _LANGUAGE.fullmatch(tag):
        raise UsageError(f"{tag[:60]!r} is not a language; write it as in: en, de, pt-BR")
    return tag.lower()
