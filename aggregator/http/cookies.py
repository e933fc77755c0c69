"""Cookies that redirects set: some sites loop without them. They live as long as one exchange and are never kept."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterable
from email.message import Message
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy

from aggregator.http.addresses import Address
from aggregator.text.hosts import registered_domain


class _Policy(DefaultCookiePolicy):
    """RFC 6265 as browsers have it: ``Domain`` reaches as far as what somebody registered, and no further."""

    def set_ok_domain(self, cookie: Cookie, request: urllib.request.Request) -> bool:
        domain, host = cookie.domain.lstrip("."), request.host.partition(":")[0]
        if cookie.domain_specified and domain != host and not domain.endswith(registered_domain(host)):
            return False
        return super().set_ok_domain(cookie, request)


class _Answer:
    """The headers of an answer, as the library asks for them."""

    def __init__(self, set_cookies: Iterable[str]) -> None:
        self._message = Message()
        for each in set_cookies:
            self._message["Set-Cookie"] = each

    def info(self) -> Message:
        return self._message


class ExchangeCookies:
    """What the redirects of one exchange have set so far."""

    def __init__(self) -> None:
        self._jar: CookieJar | None = None

    def keep(self, address: Address, set_cookies: Iterable[str]) -> None:
        """Take the Set-Cookie headers of an answer; what can't be read, or is for others, is passed over."""
        given = [each for each in set_cookies if each.isprintable()]
        if given:
            self._jar = self._jar or CookieJar(_Policy(strict_ns_domain=_Policy.DomainStrictNonDomain))
            self._jar.extract_cookies(_Answer(given), _request(address))  # type: ignore[arg-type]

    def header(self, address: Address, own: str | None) -> dict[str, str]:
        """Return the Cookie header for an address, ``own`` in front, which the operator gave; nothing for none."""
        if self._jar is None:
            return {}
        request = _request(address)
        self._jar.add_cookie_header(request)
        found = request.get_header("Cookie")
        return {"Cookie": f"{own}; {found}" if own else found} if found else {}


def _request(address: Address) -> urllib.request.Request:
    return urllib.request.Request(address.url)  # noqa: S310 - it is not opened; the library reads the address of it
