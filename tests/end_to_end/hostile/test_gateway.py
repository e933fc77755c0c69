"""The gateway that a browser goes through, behind the operator's proxy."""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from aggregator.errors import AddressRefused
from aggregator.http import HttpClient, proxies_of
from tests.end_to_end.hostile.server import FEED, HostileServer, answer
from tests.proxy import Proxy

NAME = "site.example"
PATIENCE = timedelta(seconds=5)


def asked(client: HttpClient, lines: str, then: str = "") -> bytes:
    """Send a request through the gateway, with its password, and return all that comes back."""
    with client.gateway(PATIENCE, most_bytes=2_000_000) as gateway:
        login = b64encode(f"{gateway.user}:{gateway.password}".encode()).decode()
        with socket.create_connection(("127.0.0.1", int(gateway.url.rpartition(":")[2])), timeout=5) as sock:
            sock.sendall(f"{lines}\r\nProxy-Authorization: Basic {login}\r\n\r\n{then}".encode())
            received = b""
            while piece := sock.recv(65_536):
                received += piece
        refused = list(gateway.refused)
    if refused:
        raise refused[0]
    return received


def client_of(proxy_url: str, bundle: Path | None = None) -> HttpClient:
    return HttpClient(
        user_agent="us", timeout=PATIENCE, max_body=2_000_000, proxies=proxies_of(proxy_url), ca_bundle=bundle
    )


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_plain_page_is_asked_of_the_proxy_whole_and_needs_no_tunnel(is_encrypted: bool, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "own.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    page = FEED + b" " * 300_000  # more than TLS has in one piece
    with HostileServer() as server:
        server.tells("/page", answer(200, page))
        with Proxy(names={NAME: server.port}, login="us:swordfish", context=context if is_encrypted else None) as proxy:
            with client_of(proxy.url_with_login, tmp_path / "own.pem") as client:
                received = asked(client, f"GET http://{NAME}/page HTTP/1.1\r\nHost: {NAME}")

            assert received.endswith(page)
            assert proxy.lines == [f"GET http://{NAME}/page HTTP/1.1"]
            assert "proxy-authorization" not in server.requests[0].names()


def test_a_page_over_https_goes_through_a_tunnel() -> None:
    with HostileServer() as server, Proxy(names={NAME: server.port}) as proxy, client_of(proxy.url) as client:
        server.tells("/x", answer())
        through = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"  # where a browser speaks TLS
        received = asked(client, f"CONNECT {NAME}:443 HTTP/1.1\r\nHost: {NAME}:443", through)

        assert received.startswith(b"HTTP/1.1 200 Connected\r\n\r\n")
        assert received.endswith(FEED)
        assert proxy.lines == [f"CONNECT {NAME}:443 HTTP/1.1"]


@pytest.mark.parametrize("line", ["GET http://169.254.169.254/ HTTP/1.1", "CONNECT nas.lan:443 HTTP/1.1"])
def test_the_proxy_never_hears_of_what_is_private(line: str) -> None:
    with Proxy() as proxy, client_of(proxy.url) as client:
        with pytest.raises(AddressRefused):
            asked(client, f"{line}\r\nHost: x")

        assert proxy.asked == []
