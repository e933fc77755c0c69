"""One exchange over HTTP from the first lookup to the last byte, redirects included, within one deadline."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import requests
import urllib3.exceptions as u3
from requests.structures import CaseInsensitiveDict

import aggregator
from aggregator.errors import AddressRefused, FetchError
from aggregator.http.addresses import Address, follow, parse_address
from aggregator.http.body import Decoded
from aggregator.http.connect import GuardedAdapter
from aggregator.http.conversation import Conversation
from aggregator.http.cookies import ExchangeCookies
from aggregator.http.failures import LIBRARY_ERRORS, explain
from aggregator.http.gateway import Gateway
from aggregator.http.guard import Guard
from aggregator.http.intake import body_of, decoded_of, excerpt_of
from aggregator.http.lending import lent
from aggregator.http.proxies import NO_PROXIES, Proxies
from aggregator.http.resolve import Resolver
from aggregator.http.response import REDIRECTS, Hop, Response
from aggregator.http.sockets import Exchange, current_exchange
from aggregator.http.tunnel import proxy_refusal
from aggregator.model import Validators

MAX_REDIRECTS: Final = 5
# The same for every request, so that caches in between keep one copy (RFC 9110 §12.5.1).
ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.1"
)


def user_agent(contact: str | None) -> str:
    """Who we are, for the servers' operators: product, version, and where to complain (RFC 9110 §10.1.5)."""
    product = f"aggregator/{aggregator.__version__}"
    printable = re.sub(r"[^\x21-\x7e]", "", contact or "")
    return f"{product} (+{printable})" if printable else product


class HttpClient:
    """Opens http and https addresses for anyone in the program. Thread-safe; keeps connections for reuse.

    ``timeout`` is for a whole exchange: lookup, connecting, TLS, redirects, the last byte of the body. ``max_body``
    is in bytes after decompression. ``allow_private`` and ``ca_bundle`` as in ``fetch``. Cookies live as long as the
    exchange whose redirects set them. Nothing is read from the environment here but the system's authorities.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        timeout: timedelta,
        max_body: int,
        allow_private: bool | tuple[str, ...] = False,
        proxies: Proxies = NO_PROXIES,
        ca_bundle: Path | None = None,
        kept_per_host: int = 32,
    ) -> None:
        self._user_agent = user_agent
        self._timeout_s = timeout.total_seconds()
        self._max_body = max_body
        self._guard = Guard(allow_private)
        self._resolver = Resolver()
        self._proxies = proxies
        # It warns of what servers do wrong and of full pools: we report the first ourselves, the second is as intended.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        self._adapter = GuardedAdapter(kept_per_host=kept_per_host, ca_bundle=ca_bundle)
        self._unverified = GuardedAdapter(kept_per_host=1, is_verified=False)
        self._under_way: set[Exchange] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept."""
        self._adapter.close()
        self._unverified.close()

    def count_silent(self) -> int:
        """How many exchanges under way have servers that say next to nothing: they cost a thread that sleeps."""
        now = time.monotonic()
        return sum(exchange.is_silent(now) for exchange in tuple(self._under_way))

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Response:
        """Ask for ``url`` and follow redirects, at most MAX_REDIRECTS of them.

        ``secrets`` are headers for the host of ``url`` only, as is its userinfo: they stay behind when a redirect
        leads elsewhere. ``validators`` are sent, byte for byte, when their own address is asked. Raises FetchError
        and its kin for everything that isn't an answer; any status is one.
        """
        start = parse_address(url)
        with self._exchange() as exchange:
            return self._follow(start, exchange, headers or {}, _secrets(start, secrets), validators)

    def reach(self, url: str) -> None:
        """Connect to the server of ``url`` as ``get`` would, with TLS where it is https, and hang up: no request.

        Raises as ``get`` does.
        """
        address = parse_address(url)
        request = requests.PreparedRequest()
        request.prepare("GET", address.url)
        with self._exchange() as exchange:
            self._direct(exchange, address)
            token = current_exchange.set(exchange)
            try:
                self._adapter.connect(request)
            except (FetchError, *LIBRARY_ERRORS) as error:
                raise explain(error, address, timeout_s=self._timeout_s) from error
            finally:
                current_exchange.reset(token)

    def _follow(
        self,
        start: Address,
        exchange: Exchange,
        headers: Mapping[str, str],
        secret: Mapping[str, str],
        validators: Validators | None,
    ) -> Response:
        address = start
        hops: list[Hop] = []
        cookies = ExchangeCookies()
        seen: set[tuple[str, str | None]] = set()
        while True:
            sent = self._headers({"Accept": ACCEPT, **headers, **_conditions(address, validators)})
            if secret and address.may_have_secrets_of(start):
                sent.update(secret)
            sent.update(cookies.header(address, sent.get("Cookie")))
            asked = (address.url, sent.get("Cookie"))
            if asked in seen:
                raise FetchError(f"{start.place} redirects in a circle ({address.shown})")
            if len(hops) > MAX_REDIRECTS:
                raise FetchError(f"{start.place} redirects more than {MAX_REDIRECTS} times")
            seen.add(asked)
            response = self._send("GET", address, sent, exchange, with_excerpt=False)
            if response.status not in REDIRECTS:
                return replace(response, hops=tuple(hops)) if hops else response
            cookies.keep(address, response.header_values("Set-Cookie"))
            address = _redirected(address, response, has_secrets=bool(secret))
            hops.append(Hop(status=response.status, url=address.url))

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Response:
        """Send ``body`` to ``url`` once; a redirect is an answer like any other. Raises as ``get`` does."""
        address = parse_address(url)
        sent = self._headers({"Accept": "*/*", **(headers or {}), **_secrets(address, None)})
        sent["Content-Length"] = str(len(body))
        with self._exchange() as exchange:
            return self._send("POST", address, sent, exchange, body=body, with_excerpt=True)

    @property
    def max_body(self) -> int:
        """How many bytes of an answer are taken at most."""
        return self._max_body

    @contextmanager
    def conversation(self, host: str, port: int, *, is_tls: bool) -> Iterator[Conversation]:
        """Open a connection for another protocol, such as IMAP: guarded, and with one deadline for all of it.

        Raises FetchError and its kin, for what goes wrong in the body too.
        """
        place = Address(scheme="https", host=host, port=port, target="")
        with self._exchange() as exchange:
            try:
                talk = Conversation.begin(host, port, exchange, is_tls=is_tls)
                try:
                    yield talk
                finally:
                    talk.sock.close()
            except (FetchError, *LIBRARY_ERRORS) as error:
                raise explain(error, place, timeout_s=self._timeout_s) from error

    @property
    def user_agent(self) -> str:
        return self._user_agent

    @contextmanager
    def gateway(self, patience: timedelta, *, most_bytes: int) -> Iterator[Gateway]:
        """Open a proxy of our own, for a program that opens addresses by itself: guarded as all else."""

        def exchange() -> Exchange:
            now = time.monotonic()
            return Exchange(
                began=now,
                deadline=now + patience.total_seconds(),
                guard=self._guard,
                resolver=self._resolver,
                context=self._adapter.context,
            )

        with Gateway(exchange, self._proxies, most_bytes=most_bytes) as gateway:
            yield gateway

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Have what a library sends with requests' functions in this thread go our way, each within one deadline.

        What is not let out leaves as FetchError and its kin; all else is said in requests' own exceptions.
        """
        with lent(self._send_lent):
            yield

    def _send_lent(self, request: requests.PreparedRequest, is_verified: bool, cert: Any) -> requests.Response:  # noqa: ANN401 - requests' signature
        address = parse_address(request.url or "")
        with self._exchange() as exchange:
            self._direct(exchange, address)
            token = current_exchange.set(exchange)
            try:
                adapter = self._adapter if is_verified else self._unverified
                bare = adapter.send(request, stream=True, timeout=exchange.left_s(), verify=is_verified, cert=cert)
                answer = adapter.complete(request, bare)
                try:
                    body = decoded_of(answer.raw, limit=self._max_body).body
                except (FetchError, *LIBRARY_ERRORS):
                    if request.method in {"GET", "HEAD"}:
                        raise
                    body = b""  # as with our own POSTs: what was accepted stays so
                vars(answer).update(_content=body, _content_consumed=True)
                return answer
            except (u3.HTTPError, OSError) as error:
                if isinstance(error, requests.RequestException):
                    raise
                raise requests.ConnectionError(error, request=request) from error
            finally:
                current_exchange.reset(token)

    def _headers(self, headers: Mapping[str, str]) -> CaseInsensitiveDict[str]:
        """Return what is sent: what all requests have, and ``headers``, of which the last of one name counts."""
        return CaseInsensitiveDict({"User-Agent": self._user_agent, "Accept-Encoding": "gzip, deflate", **headers})

    def _direct(self, exchange: Exchange, address: Address) -> None:
        """Tell an exchange where its next request goes."""
        exchange.proxy = self._proxies.of(address)
        exchange.is_forwarded = exchange.proxy is not None and address.scheme == "http"
        exchange.target = address.url if exchange.is_forwarded else address.target

    @contextmanager
    def _exchange(self) -> Iterator[Exchange]:
        now = time.monotonic()
        exchange = Exchange(
            began=now,
            deadline=now + self._timeout_s,
            guard=self._guard,
            resolver=self._resolver,
            context=self._adapter.context,
        )
        self._under_way.add(exchange)
        try:
            yield exchange
        finally:
            self._under_way.discard(exchange)

    def _send(
        self,
        method: str,
        address: Address,
        headers: CaseInsensitiveDict[str],
        exchange: Exchange,
        *,
        with_excerpt: bool,
        body: bytes | None = None,
    ) -> Response:
        request = requests.PreparedRequest()
        request.method, request.url, request.body, request.headers = method, address.url, body, headers
        self._direct(exchange, address)
        token = current_exchange.set(exchange)
        try:
            answer = self._open(request, exchange)
            try:
                if exchange.proxy and answer.status_code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
                    raise proxy_refusal(answer.status_code, address.host, exchange.proxy)
                if with_excerpt:
                    decoded = Decoded(excerpt_of(answer.raw, exchange))
                else:
                    decoded = body_of(answer.status_code, answer.raw, limit=self._max_body)
                return Response(
                    status=answer.status_code,
                    url=address.url,
                    headers=tuple(answer.raw.headers.items()),
                    body=decoded.body,
                    is_cut=decoded.is_cut,
                )
            finally:
                # closes a connection whose answer was not read to its end
                answer.close()
        except (FetchError, *LIBRARY_ERRORS) as error:
            raise explain(error, address, timeout_s=self._timeout_s) from error
        finally:
            current_exchange.reset(token)

    def _open(self, request: requests.PreparedRequest, exchange: Exchange) -> requests.Response:
        """Send, and again when a kept connection turns out to have been closed by the server (RFC 9110 §9.2.2)."""
        try:
            return self._adapter.send(request, stream=True, timeout=exchange.left_s())
        except requests.ConnectionError:
            if not exchange.is_reused or request.method != "GET":
                raise
        # outside of the except: what goes wrong now has nothing to do with what went wrong before
        return self._adapter.send(request, stream=True, timeout=exchange.left_s())


def _secrets(address: Address, secrets: Mapping[str, str] | None) -> dict[str, str]:
    return {**({"Authorization": address.authorization} if address.authorization else {}), **(secrets or {})}


def _conditions(address: Address, validators: Validators | None) -> dict[str, str]:
    """If-None-Match and If-Modified-Since, both when both were given (RFC 9110 §13.1), for their own address only."""
    if validators is None or validators.url != address.url:
        return {}
    pairs = (("If-None-Match", validators.etag), ("If-Modified-Since", validators.last_modified))
    return {name: value for name, value in pairs if value}


def _redirected(address: Address, response: Response, *, has_secrets: bool) -> Address:
    """Where a redirect leads. Raises FetchError when it says nowhere, AddressRefused when it gives secrets away."""
    location = response.header("location")
    if not location:
        raise FetchError(f"{address.place} redirects ({response.status}) without saying where to")
    found = follow(address, location)
    if has_secrets and (address.scheme, found.scheme) == ("https", "http"):
        raise AddressRefused(f"{address.place} redirects from https to http, which an address with a password must not")
    return found
