"""WebSub: hubs that tell us of a source's news, and what they sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class HubLink:
    """A feed's ``hub``, and its ``topic``: the address under which the hub knows it."""

    hub: str
    topic: str


class SubscriptionState(StrEnum):
    """``asked``: the hub has not asked back yet; ``leaving``: it is told that we want no more."""

    WANTED = "wanted"
    ASKED = "asked"
    ACTIVE = "active"
    DENIED = "denied"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A source's subscription at its hub. ``token`` is the end of our callback's address, ``secret`` signs pushes.

    ``lease_until`` is how long the hub tells us; ``attempts`` counts those in a row that it did not accept.
    """

    id: int
    source: str
    link: HubLink
    token: str
    secret: str
    state: SubscriptionState
    lease_until: datetime | None = None
    attempts: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A document that a hub sent, of a source, with a signature that holds."""

    id: int
    source: str
    topic: str
    body: bytes
    content_type: str | None
