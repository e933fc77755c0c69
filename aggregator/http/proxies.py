"""The proxy between us and the Internet: which one an address is asked through, and what it is handed.

A proxy looks names up itself, so that the address guard can't judge what a name turns out to be. What it can judge is
judged before the proxy hears of it: addresses written as such, and names that are of no use but in a private network.
The proxy's own address is the operator's word, and allowed.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from aggregator.errors import AddressRefused, FetchError, UsageError
from aggregator.http.addresses import Address, parse_address
from aggregator.http.guard import Guard, HostList
from aggregator.http.resolve import numeric

# The setting that means: what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say.
ENVIRONMENT: Final = "environment"

# Special-use and customary top-level names of private networks (RFC 6761, RFC 6762 appendix G, ICANN's .internal).
_PRIVATE_NAMES: Final = frozenset(
    {"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "localhost", "private"}
)
_HOME: Final = ".home.arpa"
# A host that ends so is an address to whoever reads it as browsers do (WHATWG URL, "ends in a number").
_ENDS_IN_A_NUMBER: Final = re.compile(r"(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\.?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """Which proxy an address is asked through, by its scheme; none for those that ``direct`` has, or ``is_unused``."""

    by_scheme: Mapping[str, Address] = field(default_factory=dict)
    direct: HostList = field(default_factory=HostList)
    direct_places: frozenset[str] = frozenset()
    is_unused: bool = False

    def of(self, address: Address) -> Address | None:
        proxy = self.by_scheme.get(address.scheme)
        if proxy is None or self.is_unused or f"{address.host}:{address.port}" in self.direct_places:
            return None
        return None if self.direct.has_name(address.host) or self.direct.has_written(address.host) else proxy


NO_PROXIES: Final = Proxies()


def proxies_of(setting: str | None, no_proxy: Iterable[str] = ()) -> Proxies:
    """Return the proxies that ``fetch.proxy`` and ``fetch.no_proxy`` name. Raises UsageError for a bad environment."""
    if setting is None:
        return NO_PROXIES
    direct = HostList(no_proxy)
    if setting != ENVIRONMENT:
        proxy = parse_address(setting)
        return Proxies(by_scheme={"http": proxy, "https": proxy}, direct=direct)
    named = urllib.request.getproxies_environment()  # that of HTTP_PROXY alone is not to be had in CGI (httpoxy)
    found = {scheme: named.get(scheme) or named.get("all") for scheme in ("http", "https")}
    excepted = [each.strip().lower() for each in named.get("no", "").split(",") if each.strip()]
    places = frozenset(each for each in excepted if re.fullmatch(r"[^:]+:[0-9]+", each))
    names = [form for each in excepted if each not in places and each != "*" for form in _forms(each)]
    return Proxies(
        by_scheme={scheme: _from_environment(scheme, url) for scheme, url in found.items() if url},
        direct=HostList([*no_proxy, *names]),
        direct_places=places,
        is_unused="*" in excepted,
    )


def _forms(name: str) -> Iterable[str]:
    """Return what a name of NO_PROXY means: itself, and all below it, with or without a dot in front."""
    bare = name.removeprefix("*").lstrip(".")
    return (bare,) if not bare or re.search(r"[:/]", bare) or numeric(bare) else (bare, f"*.{bare}")


def _from_environment(scheme: str, url: str) -> Address:
    try:
        return parse_address(url if "://" in url else f"http://{url}")
    except FetchError as error:
        variable = f"{scheme.upper()}_PROXY"
        raise UsageError(f"the environment's {variable} names no proxy of http or https (fetch.proxy)") from error


def refuse_private(host: str, guard: Guard) -> None:
    """Raise AddressRefused for a host that must not be handed to a proxy, as far as that can be told by its name."""
    if guard.allows_name(host):
        return
    name = host.lower().rstrip(".")
    endpoints = numeric(name)
    for endpoint in endpoints:
        if reason := guard.refusal(host, endpoint.ip):
            raise AddressRefused(f"{host} is {reason}; to allow it, list it in fetch.allow_private")
        if ":" not in host and str(ip_address(endpoint.ip)) != host:  # the proxy may take it for another address
            raise AddressRefused(f"{host} is an address in an odd spelling; write {endpoint.ip}")
    if endpoints:
        return
    if _ENDS_IN_A_NUMBER.search(name):
        raise AddressRefused(f"{host} is an address that can't be read")
    if "." not in name or name.rpartition(".")[2] in _PRIVATE_NAMES or f".{name}".endswith(_HOME):
        raise AddressRefused(f"{host} is a name of a private network; to allow it, list it in fetch.allow_private")
