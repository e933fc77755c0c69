"""URLs as the client needs them: the host to connect to, the exact target to ask for, credentials kept apart."""

from __future__ import annotations

import re
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit

import requests

from aggregator.errors import AddressRefused, FetchError

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# RFC 9110 §4.1 asks for at least 8,000; a redirect's address is stored, so it is not allowed to be a book.
MAX_URL_CHARS: Final = 8_000

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9_.])?|[0-9a-f:.]*:[0-9a-f:.]*")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An http(s) URL taken apart. ``target`` is what follows the host, exactly as it was written.

    ``authorization`` is the Authorization header that its userinfo asks for. It is part of nothing that is shown.
    """

    scheme: str
    host: str
    port: int
    target: str
    authorization: str | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """The host, with the port when it isn't the scheme's own: for messages and for who gets credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address without userinfo and fragment."""
        return f"{self.scheme}://{self.place}{self.target}"

    @property
    def shown(self) -> str:
        """The address without its query, where tokens live: for messages."""
        return f"{self.scheme}://{self.place}{self.target.partition('?')[0]}"

    def may_have_secrets_of(self, other: Address) -> bool:
        """Whether credentials meant for ``other`` may go here: the same host and port, or that host's own https."""
        if (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port):
            return True
        return self.host == other.host and (other.scheme, other.port, self.scheme, self.port) == (
            "http",
            80,
            "https",
            443,
        )


@lru_cache(maxsize=4_096)  # each step of an exchange takes the same one apart
def parse_address(url: str) -> Address:
    """Take a URL apart. Raises AddressRefused for other schemes, FetchError for what is no usable address."""
    url = re.sub(r"[\t\r\n]", "", url.strip())
    if len(url) > MAX_URL_CHARS:
        raise FetchError(f"an address of {len(url)} characters is too long (at most {MAX_URL_CHARS})")
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise FetchError("not a usable address: its host or port can't be read") from error
    if scheme not in DEFAULT_PORTS:
        raise AddressRefused(f"only http and https addresses are opened, not {scheme!r}")
    if not host or port == 0:
        raise FetchError("not a usable address: it names no host" if not host else "port 0 can't be connected to")
    return Address(
        scheme=scheme,
        host=_ascii_host(host),
        port=port or DEFAULT_PORTS[scheme],
        target=_target(url),
        authorization=_authorization(parts.username, parts.password),
    )


def follow(address: Address, location: str) -> Address:
    """Where a Location header leads. Its userinfo, if any, is dropped: no server hands us credentials to use.

    http.client reads headers as Latin-1; addresses in the wild are UTF-8. Raises as ``parse_address`` does.
    """
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        joined = urljoin(address.url, location.strip())
    except ValueError as error:
        raise FetchError(f"{address.place} redirects to something that is no address") from error
    found = parse_address(joined)
    return Address(scheme=found.scheme, host=found.host, port=found.port, target=found.target)


def _ascii_host(host: str) -> str:
    """The host in ASCII (IDNA 2008 as requests does it); FetchError when it can't be a host's name."""
    if not host.isascii():
        try:
            host = urlsplit(requests.Request("GET", f"http://{host}/").prepare().url or "").hostname or ""
        except (requests.RequestException, ValueError) as error:
            raise FetchError(f"{host!r} is not a host's name") from error
    if not _HOST.fullmatch(host):
        raise FetchError(f"{host!r} is not a host's name")
    return host


def _target(url: str) -> str:
    """Path and query byte for byte; only what may not stand in a request line is percent-encoded."""
    rest = re.sub(r"^[^:]*://[^/?#]*", "", url, count=1).partition("#")[0]
    rest = rest if rest.startswith("/") else f"/{rest}"
    return quote(rest, safe=_PRINTABLE)


def basic_authorization(user: str, password: str) -> str:
    """The Authorization header of HTTP Basic, in UTF-8 (RFC 7617)."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode('ascii')}"


def _authorization(user: str | None, password: str | None) -> str | None:
    if user is None and password is None:
        return None
    return basic_authorization(unquote(user or ""), unquote(password or ""))
