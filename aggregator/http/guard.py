"""Where we don't connect: addresses that are not on the public Internet, unless the operator allows them.

The networks are those of IANA's special-purpose registries (RFC 6890), written out because what Python's
``is_private`` covers changes with its version; and the ways in which IPv6 wraps an IPv4 address.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aggregator.errors import ConfigError, Problem

_Network = IPv4Network | IPv6Network

# The first that holds gives the reason, so the narrow ones come first.
_REFUSED: Final[tuple[tuple[_Network, str], ...]] = tuple(
    (ip_network(network), reason)
    for network, reason in (
        ("169.254.169.254/32", "a cloud metadata service"),
        ("100.100.100.200/32", "a cloud metadata service"),
        ("168.63.129.16/32", "a cloud metadata service"),
        ("192.0.0.192/32", "a cloud metadata service"),
        ("fd00:ec2::254/128", "a cloud metadata service"),
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's private address"),
        ("127.0.0.0/8", "this machine itself"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::/128", "an unspecified address"),
        ("::1/128", "this machine itself"),
        ("::/96", "an IPv4 address wrapped in IPv6"),
        ("::ffff:0:0/96", "an IPv4 address wrapped in IPv6"),
        ("::ffff:0:0:0/96", "an IPv4 address wrapped in IPv6"),
        ("64:ff9b::/96", "an IPv4 address behind NAT64"),
        ("64:ff9b:1::/48", "an IPv4 address behind NAT64"),
        ("2001::/32", "a Teredo tunnel"),
        ("2001:2::/48", "a benchmarking address"),
        ("2001::/23", "a reserved address"),
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 tunnel"),
        ("3fff::/20", "a documentation address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)
# All that is given out on the public Internet is here; the rest of IPv6 is reserved (IANA, RFC 4291 §2.4).
_GLOBAL_UNICAST: Final = ip_network("2000::/3")


def why_not_public(address: IPv4Address | IPv6Address) -> str | None:
    """Say in words what an address is when it is not a public one; None when it is."""
    for network, reason in _REFUSED:
        if address.version == network.version and address in network:
            return reason
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return "a reserved address"
    return None


class HostList:
    """Some hosts (``nas.lan``, ``*.lan``) and networks. ConfigError for an entry that is neither."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        networks = {entry: _network(entry) for entry in entries}
        self._networks = tuple(network for network in networks.values() if network)
        self._hosts = frozenset(entry.lower().rstrip(".") for entry, network in networks.items() if not network)

    def has_name(self, host: str) -> bool:
        name = host.lower().rstrip(".")
        suffixes = (f"*{name[dot:]}" for dot, char in enumerate(name) if char == ".")
        return name in self._hosts or any(suffix in self._hosts for suffix in suffixes)

    def has_address(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address.version == network.version and address in network for network in self._networks)

    def has_written(self, host: str) -> bool:
        """Whether a host is written as an address of one of the networks."""
        try:
            return self.has_address(ip_address(host))
        except ValueError:
            return False


class Guard:
    """The operator's ``fetch.allow_private``: everything, nothing, or some hosts and networks.

    A host that is listed may have any address. ConfigError for an entry that is neither host nor network.
    """

    def __init__(self, allow_private: bool | Iterable[str]) -> None:
        self._allow_all = allow_private is True
        self._listed = HostList(() if isinstance(allow_private, bool) else allow_private)

    def allows_name(self, host: str) -> bool:
        """Whether ``host`` may be connected to whatever its address is."""
        return self._allow_all or self._listed.has_name(host)

    def refusal(self, host: str, address: str) -> str | None:
        """Say why ``host`` must not be connected to at ``address`` (as getaddrinfo writes it); None when it may."""
        parsed = ip_address(address.partition("%")[0])
        reason = why_not_public(parsed)
        if reason is None or self.allows_name(host) or self._listed.has_address(parsed):
            return None
        return reason


def _network(entry: str) -> _Network | None:
    try:
        return ip_network(entry.strip().strip("[]"), strict=False)
    except ValueError:
        if "/" in entry or ":" in entry or not entry.strip():
            problem = f"{entry!r} is neither a host nor a network such as 10.0.0.0/8"
            raise ConfigError(Problem("fetch.allow_private", 0, problem)) from None
        return None
