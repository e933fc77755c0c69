"""What a process of ``aggregator run`` does: everything, or its part beside others on the same database."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from aggregator.errors import UsageError


class Role(StrEnum):
    """``poll`` asks sources and keeps the store, ``deliver`` makes and sends digests, ``web`` answers readers."""

    POLL = "poll"
    DELIVER = "deliver"
    WEB = "web"


EVERY: Final = frozenset(Role)


def roles_of(text: str) -> frozenset[Role]:
    """Return the roles of a list such as ``poll,deliver``; raises UsageError for a word that is none, and for none."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in EVERY]
    if unknown or not words:
        given = f"there is no role {unknown[0]!r}" if unknown else "no role is named"
        raise UsageError(f"{given}; --only takes one or more of {', '.join(Role)}, separated by commas")
    return frozenset(map(Role, words))
