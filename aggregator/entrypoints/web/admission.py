"""Who may ask for what, and how often: host names, tokens, clients' addresses and a limit on searching.

Touches nothing outside: the configuration and what a request says of itself go in, an answer comes out.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aggregator.config import Config
from aggregator.text.hosts import host_of

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network

_HOST: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::[0-9]{0,5})?", re.IGNORECASE)

# For monitoring, and for readers of mail and hubs, who have no token; files are what the page that refuses needs too.
_OPEN: Final = frozenset({"healthz", "readyz", "unsubscribe", "websub"})
_FILES: Final = (".css", ".js", ".svg", ".txt")
_CONTROL_ROOM: Final = frozenset({"sources", "opml", "metrics"})

# Whose host name is not looked at: load balancers ask by address, and the answers tell nothing.
_HEALTH: Final = frozenset({"/healthz", "/readyz"})

_MINUTE_S: Final = 60.0

# Clients remembered at most; who was not heard of for longest is forgotten first.
_CLIENTS: Final = 10_000


# Host headers whose judgment is remembered: nearly all requests bring one of very few.
_HOSTS: Final = 100


class Area(StrEnum):
    """Parts of the site that a token may be asked for."""

    OPEN = "open"
    PAGES = "pages"
    FEEDS = "feeds"
    CONTROL_ROOM = "control room"


def area_of(path: str) -> Area:
    """Return the part of the site that an address lies in; what isn't known belongs to the pages."""
    first, _, rest = path.removeprefix("/").partition("/")
    if first == "feeds":
        return Area.FEEDS
    if first in _CONTROL_ROOM or (first == "digests" and not rest):
        return Area.CONTROL_ROOM
    return Area.OPEN if first in _OPEN or (first.endswith(_FILES) and not rest) else Area.PAGES


def is_search(path: str, query: bytes) -> bool:
    """Tell whether a request looks for words."""
    return path == "/search" or path.startswith("/feeds/search.") or re.search(rb"(?:^|&)q=[^&]", query) is not None


def feed_of(path: str) -> str:
    """Return the name of the feed that an address below ``/feeds/`` is of, or of its archives; "" for the list."""
    name, slash, _ = path.removeprefix("/feeds/").partition("/")
    return name if slash else name.rpartition(".")[0]


# --- hosts -----------------------------------------------------------------------------------------------------------


class Hosts:
    """The host names that the site may be asked for under.

    A page elsewhere can point its own name at this machine (DNS rebinding): its readers' browsers would then let it
    read what is meant for us alone. An address in place of a name can't be pointed anywhere, so the one that the
    connection came in on is always right.
    """

    def __init__(self, config: Config) -> None:
        given = config.web.hosts
        self._names = {host_of(config.site.url) or "", "localhost"} | {each.strip("[]") for each in given}
        self._endings = (".localhost", *(each.removeprefix("*") for each in given if each.startswith("*.")))
        self._are_all = "*" in given
        self._judged: dict[tuple[str, str | None], bool | None] = {}

    def knows(self, host: str, listening_at: str | None) -> bool | None:
        """Tell whether a Host header is one of ours; None when it is malformed (RFC 9110 §7.2)."""
        asked = (host, listening_at)
        if asked not in self._judged:
            if len(self._judged) >= _HOSTS:  # anybody may invent more
                self._judged.clear()
            self._judged[asked] = self._judge(host, listening_at)
        return self._judged[asked]

    def _judge(self, host: str, listening_at: str | None) -> bool | None:
        found = _HOST.fullmatch(host)
        if found is None:
            return None
        name = found["name"].lower().strip("[]").rstrip(".")
        if self._are_all or name in self._names or name.endswith(self._endings):
            return True
        address = _parsed(name)
        return address is not None and (address.is_loopback or address == _parsed(listening_at or ""))


def is_health_check(path: str) -> bool:
    return path in _HEALTH


# --- tokens ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """The tokens that a request shows: in its address, and as a password or bearer token."""

    in_address: str | None
    in_header: str | None


class Keys:
    """Which token opens what."""

    def __init__(self, config: Config) -> None:
        tokens = config.web.tokens
        areas = {Area.PAGES: tokens.pages, Area.FEEDS: tokens.feeds, Area.CONTROL_ROOM: tokens.control_room}
        self._areas = {area: token.get_secret_value() for area, token in areas.items() if token is not None}
        self._feeds = {feed.name: feed.token.get_secret_value() for feed in config.feeds if feed.token is not None}

    def needed(self, path: str) -> str | None:
        """Return the token that an address asks for; None when it is public."""
        area = area_of(path)
        own = self._feeds.get(feed_of(path)) if area is Area.FEEDS else None
        return own or self._areas.get(area)


def fits(shown: str | None, needed: str) -> bool:
    """Tell whether a token is the right one, in a time that tells nothing of it."""
    return shown is not None and hmac.compare_digest(shown.encode(), needed.encode())


def password_in(authorization: str) -> str | None:
    """Return the password of Basic, whatever the user name (RFC 7617), or the token of Bearer; None for all else."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(value.strip(), validate=True).decode().partition(":")[2] or None
    except ValueError:
        return None


# --- clients ---------------------------------------------------------------------------------------------------------


class Proxies:
    """The reverse proxies whose word for their clients' addresses is taken."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks: tuple[_Network, ...] = tuple(ip_network(each, strict=False) for each in trusted)

    def client(self, peer: str, forwarded: str) -> str:
        """Return who asks: the peer, or the last in X-Forwarded-For whom a trusted proxy vouches for.

        ``forwarded`` are the header's values, joined by commas; each proxy adds the address that it was asked by at
        the end, so that what stands before the first untrusted one from there may be invented.
        """
        client = peer
        for hop in reversed([each.strip() for each in forwarded.split(",") if each.strip()]):
            if not self.are_trusted(client):
                break
            if _parsed(hop) is None:
                break
            client = hop
        return client

    def are_trusted(self, peer: str) -> bool:
        address = _parsed(peer)
        return address is not None and any(address in network for network in self._networks)


def client_key(address: str) -> str:
    """Return what a client is counted by: its address, or its network of 64 bits, all of which one may have in IPv6."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed) if parsed else address


class Limit:
    """How often each client may do something: so many times a minute, all at once or spread (GCRA).

    One number a client is kept, for the last 10,000 clients. For one thread.
    """

    def __init__(self) -> None:
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, client: str, *, per_minute: int, now: float) -> float:
        """Count a request and return 0, or return how many seconds are left to wait, without counting it.

        ``now`` is of a clock that only goes forward, in seconds.
        """
        interval = _MINUTE_S / per_minute
        free_at = max(self._free_at.get(client, now), now)
        wait = free_at + interval - now - _MINUTE_S
        if wait > 1e-6:  # what adding up fractions leaves
            return wait
        self._free_at[client] = free_at + interval
        self._free_at.move_to_end(client)
        if len(self._free_at) > _CLIENTS:
            self._free_at.popitem(last=False)
        return 0.0


def _parsed(text: str) -> _Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
