"""The way through a proxy: a connection to it, and through it to a host (CONNECT)."""

from __future__ import annotations

import http.client
import socket
from typing import cast

from aggregator.errors import FetchError, ProxyFailed, Unreachable
from aggregator.http.addresses import Address
from aggregator.http.failures import explain
from aggregator.http.sockets import (
    MAX_HEAD_BYTES,
    Answer,
    DeadlineSocket,
    DeadlineTLSSocket,
    Exchange,
    Limited,
    Limits,
    connect_first,
)


def connect_proxy(proxy: Address, exchange: Exchange) -> socket.socket:
    """Connect to a proxy, over TLS where its scheme says so. Raises ProxyFailed."""
    try:
        endpoints = exchange.resolver.resolve(proxy.host, proxy.port, deadline=exchange.deadline)
        sock: DeadlineSocket | DeadlineTLSSocket = connect_first(endpoints, exchange)
        if proxy.scheme == "https":
            sock = cast("DeadlineTLSSocket", exchange.context().wrap_socket(sock, server_hostname=proxy.host))
    except TimeoutError as error:
        raise ProxyFailed(f"the proxy {proxy.place} did not answer in time") from error
    except (OSError, UnicodeError) as error:
        raise ProxyFailed(f"there is no way to the proxy: {explain(error, proxy, timeout_s=0)}") from error
    sock.limits = Limits(exchange=exchange)
    sock.settimeout(exchange.left_s())
    return sock


def open_tunnel(sock: Limited, host: str, port: int, proxy: Address) -> None:
    """Have a proxy connect to a host (RFC 9110 §9.3.6). Raises ProxyFailed, or Unreachable for the host's part."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    sock.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
    sock.limits.head_left = MAX_HEAD_BYTES
    answer = Answer(cast("socket.socket", sock), method="CONNECT")
    try:
        answer.begin()
    except (http.client.HTTPException, ConnectionError) as error:
        raise ProxyFailed(f"there is no way to the proxy: {explain(error, proxy, timeout_s=0)}") from error
    finally:
        answer.close()
        sock.limits.head_left = None
    if not 200 <= answer.status < 300:
        raise proxy_refusal(answer.status, host, proxy)


def proxy_refusal(status: int, host: str, proxy: Address) -> FetchError:
    """Return what it means that a proxy did not do what we asked."""
    if status == http.HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ProxyFailed(f"the proxy {proxy.place} wants a user and a password, or others (407)")
    if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(f"the proxy {proxy.place} can't reach {host} ({status})")
    return ProxyFailed(f"the proxy {proxy.place} refuses to connect to {host} ({status})")
