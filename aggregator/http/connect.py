"""How connections are made and kept: urllib3's pools over our own ``sockets``, behind requests' adapter."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from typing import Any, Final, cast

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse

from aggregator.http.addresses import Address, parse_address
from aggregator.http.proxies import refuse_private
from aggregator.http.sockets import (
    MAX_HEAD_BYTES,
    Answer,
    Exchange,
    Limited,
    Limits,
    connect_first,
    current_exchange,
    permitted,
    tls_context,
)
from aggregator.http.tunnel import connect_proxy, open_tunnel

# Hosts whose idle connections are kept; the least recently used ones go first.
KEPT_HOSTS: Final = 64


class GuardedConnection(HTTPConnection):
    """Connects to a checked address and asks for the exact target of the exchange under way."""

    response_class = Answer

    _requests_made = 0

    def _new_conn(self) -> socket.socket:
        exchange = current_exchange.get()
        if exchange.proxy is not None:
            refuse_private(self.host, exchange.guard)
            return self._through(exchange.proxy, exchange)
        endpoints = exchange.resolver.resolve(self._dns_host, self.port, deadline=exchange.deadline)
        return connect_first(permitted(self.host, endpoints, exchange.guard), exchange)

    def _through(self, proxy: Address, exchange: Exchange) -> socket.socket:
        """Return a connection to the proxy, which is asked for what we want of the host behind it."""
        return connect_proxy(proxy, exchange)

    def connect(self) -> None:
        self._requests_made = 0
        super().connect()
        self._arm(current_exchange.get())

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        """Send the target as it was written: urllib3's ``url`` has its percent-encoding normalized."""
        exchange = current_exchange.get()
        exchange.is_reused = self.sock is not None and self._requests_made > 0
        if self.sock is not None:
            self._arm(exchange)
        super().putrequest(method, exchange.target, skip_host, skip_accept_encoding)
        if exchange.is_forwarded and exchange.proxy and exchange.proxy.authorization:
            self.putheader("Proxy-Authorization", exchange.proxy.authorization)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 does
        limits = self._limited.limits
        limits.head_left = MAX_HEAD_BYTES
        response = super().getresponse()
        limits.head_left = None
        self._requests_made += 1
        return response

    def _arm(self, exchange: Exchange) -> None:
        self._limited.limits = Limits(exchange=exchange)
        self._limited.settimeout(exchange.left_s())

    @property
    def _limited(self) -> Limited:
        """The socket, which is never one of another kind."""
        return cast("Limited", self.sock)


class GuardedTLSConnection(GuardedConnection, HTTPSConnection):
    """The same over TLS; the certificate is checked against the host's name, not against the address."""

    def _through(self, proxy: Address, exchange: Exchange) -> socket.socket:
        sock = super()._through(proxy, exchange)
        try:
            open_tunnel(cast("Limited", sock), self.host, self.port, proxy)
        except BaseException:
            sock.close()
            raise
        return sock


class GuardedPool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection


class GuardedTLSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTLSConnection


class GuardedAdapter(HTTPAdapter):
    """requests' adapter over our connections. Send with ``current_exchange`` set, from any thread.

    What it answers is bare: ``raw`` and the status; ``complete`` adds the rest, which takes as long as the request.
    """

    def __init__(self, *, kept_per_host: int, ca_bundle: Path | None = None, is_verified: bool = True) -> None:
        self._context: ssl.SSLContext | None = None
        self._ca_bundle = ca_bundle
        self._is_verified = is_verified
        self._making_context = threading.Lock()
        super().__init__(pool_connections=KEPT_HOSTS, pool_maxsize=kept_per_host)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:  # noqa: ANN401 - requests' signature
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": GuardedPool, "https": self._tls_pool}

    def _tls_pool(self, *given: Any, **named: Any) -> GuardedTLSPool:  # noqa: ANN401 - urllib3's signature
        return GuardedTLSPool(*given, ssl_context=self.context(), **named)

    def context(self) -> ssl.SSLContext:
        """Return what all connections share; at first the authorities are read, which takes a moment."""
        with self._making_context:
            self._context = self._context or tls_context(self._ca_bundle, is_verified=self._is_verified)
            return self._context

    def connect(self, request: PreparedRequest) -> None:
        """Open a connection for a request, and close it."""
        pool = cast("GuardedPool | GuardedTLSPool", self.get_connection_with_tls_context(request))
        connection = cast("GuardedConnection", pool._new_conn())
        try:
            connection.connect()
        finally:
            connection.close()

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: object = True,
        proxies: object = None,
        cert: object = None,
    ) -> HTTPConnectionPool:
        """Return the pool of an address; requests would take it apart five times over.

        Whether certificates are verified is the context's, which all share; ``proxies`` are those of the exchange.
        """
        address = parse_address(request.url or "")
        return cast(
            "HTTPConnectionPool", self.poolmanager.connection_from_host(address.host, address.port, address.scheme)
        )

    def request_url(self, request: PreparedRequest, proxies: object) -> str:
        """Return what the exchange asks for."""
        return current_exchange.get().target

    def build_response(self, req: PreparedRequest, resp: BaseHTTPResponse) -> Response:
        """Return an answer that is bare."""
        answer = Response()
        answer.raw, answer.status_code = resp, resp.status
        return answer

    def complete(self, request: PreparedRequest, answer: Response) -> Response:
        """Return an answer with all that requests' users expect of one."""
        return super().build_response(request, answer.raw)

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Leave the context alone: requests would load all authorities anew into it for each connection."""
