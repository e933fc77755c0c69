"""Behind a proxy: what goes through it, what the address guard still refuses, and what is said when it fails."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from aggregator.errors import AddressRefused, ErrorKind, FetchTimeout, ProxyFailed, Unreachable, UsageError
from aggregator.http import proxies_of
from tests.end_to_end.hostile.program import RSS, program
from tests.end_to_end.hostile.server import FEED, HostileServer, answer, kept, redirect
from tests.end_to_end.hostile.visits import Visitor
from tests.proxy import Proxy

NAME = "feeds.example"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("authorities") / "authorities.pem"
    authority.cert_pem.write_to_path(file)
    return file


def certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[HostileServer]:
    with HostileServer(context=certified(authority, NAME)) as server:
        yield server


def behind(proxy: Proxy, **settings: object) -> Visitor:
    """A visitor that is not allowed into private networks; the names are the proxy's to look up."""
    return Visitor(**{"allow_private": False, "proxies": proxies_of(proxy.url), **settings})


def test_a_plain_request_goes_to_the_proxy_with_its_whole_address(server: HostileServer):
    server.tells("/feed", answer())

    with Proxy(names={NAME: server.port}) as proxy, behind(proxy) as visitor:
        visit = visitor.visit(f"http://{NAME}/feed?a=%7e")

        assert visit.fetched.body == FEED
        assert proxy.lines == [f"GET http://{NAME}/feed?a=%7e HTTP/1.1"]
        assert proxy.asked[0].headers["host"] == NAME
        assert server.requests[0].target == "/feed?a=%7e"


def test_https_goes_through_the_proxy_and_the_certificate_is_the_hosts(secure: HostileServer, bundle: Path):
    secure.tells("/feed", kept(answer()))

    with Proxy(names={NAME: secure.port, "other.example": secure.port}) as proxy:
        with behind(proxy, ca_bundle=bundle) as visitor:
            bodies = [visitor.visit(f"https://{NAME}/feed").fetched.body for _ in range(2)]
            other = visitor.visit("https://other.example/feed")

        assert bodies == [FEED, FEED]
        assert proxy.lines == [f"CONNECT {NAME}:443 HTTP/1.1", "CONNECT other.example:443 HTTP/1.1"]
        assert other.says == "the certificate of other.example is for another name"
        assert "authorization" not in "".join(name for asked in proxy.asked for name in asked.headers)


def test_a_proxy_may_itself_speak_tls(authority, server: HostileServer, secure: HostileServer, bundle: Path):
    server.tells("/feed", answer())
    secure.tells("/feed", kept(answer()))
    names = {NAME: secure.port, "plain.example": server.port}

    with Proxy(names=names, context=certified(authority, "127.0.0.1"), login="us:pa ss") as proxy:
        url = proxy.url_with_login.replace(" ", "%20")
        with Visitor(allow_private=False, proxies=proxies_of(url), ca_bundle=bundle) as visitor:
            assert visitor.visit("http://plain.example/feed").fetched.body == FEED
            assert [visitor.visit(f"https://{NAME}/feed").fetched.body for _ in range(2)] == [FEED, FEED]

        assert len(proxy.asked) == 2


def test_the_login_of_the_proxy_goes_to_the_proxy_and_no_further(
    server: HostileServer, secure: HostileServer, bundle: Path
):
    server.tells("/feed", answer())
    secure.tells("/feed", answer())
    names = {NAME: secure.port, "plain.example": server.port}

    with Proxy(names=names, login="us:swordfish") as proxy:
        proxies = proxies_of(proxy.url_with_login)
        with Visitor(allow_private=False, proxies=proxies, ca_bundle=bundle) as visitor:
            plain, https = visitor.visit("http://plain.example/feed"), visitor.visit(f"https://{NAME}/feed")

        assert (plain.fetched.body, https.fetched.body) == (FEED, FEED)
        assert "swordfish" not in repr(proxies)
        for each in (server, secure):
            assert "proxy-authorization" not in each.requests[0].names()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_another_login_is_said_to_without_showing_it(scheme: str):
    with Proxy(login="us:swordfish") as proxy:
        wrong = proxy.url.replace("://", "://us:sailfish@")
        with Visitor(allow_private=False, proxies=proxies_of(wrong)) as visitor:
            visit = visitor.visit(f"{scheme}://{NAME}/feed")

    assert isinstance(visit.error, ProxyFailed)
    assert visit.says == f"the proxy 127.0.0.1:{proxy.port} wants a user and a password, or others (407)"


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [(403, ProxyFailed, "refuses to connect to feeds.example (403)"), (502, Unreachable, "can't reach feeds.example")],
)
def test_what_the_proxy_says_of_a_host_is_told(status: int, kind: type[Exception], says: str):
    with Proxy(refuses={NAME: status}) as proxy, behind(proxy) as visitor:
        visit = visitor.visit(f"https://{NAME}/feed")

        assert type(visit.error) is kind
        assert says in visit.says


def test_a_proxy_that_is_away_is_named_and_not_the_site():
    with Proxy() as proxy:
        pass
    with behind(proxy) as visitor:
        visit = visitor.visit(f"https://{NAME}/feed")

    assert visit.state.last_error_kind is ErrorKind.PROXY_FAILED
    assert visit.says == (
        f"there is no way to the proxy: nothing answers at 127.0.0.1:{proxy.port} (connection refused)"
    )


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, b"SSH-2.0-OpenSSH_9.6\r\n"])
def test_what_is_no_proxy_is_said_to_be_none(said: bytes):
    with HostileServer() as server:
        server.tells(f"{NAME}:443", said)
        with Visitor(allow_private=False, proxies=proxies_of(server.url(""))) as visitor:
            visit = visitor.visit(f"https://{NAME}/feed")

    assert isinstance(visit.error, ProxyFailed)
    assert "there is no way to the proxy: 127.0.0.1" in visit.says


def test_a_proxy_that_hangs_does_so_until_the_deadline():
    with HostileServer() as server:
        server.tells(f"{NAME}:443", lambda line: line.drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000))
        patience = timedelta(seconds=0.4)
        with Visitor(allow_private=False, proxies=proxies_of(server.url("")), timeout=patience) as visitor:
            visit = visitor.visit(f"https://{NAME}/feed")

    assert isinstance(visit.error, FetchTimeout)


PRIVATE = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "localhost", "LOCALHOST.", "[::1]"),
    *("[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "１２７.0.0.1", "%31%32%37.0.0.1", "10.1.2.3", "169.254.169.254"),
    *("nas", "printer.local", "metadata.google.internal", "router.lan", "x.localhost", "a.home.arpa", "intra.corp"),
    *("1.2.3.0x", "010.8.8.8", "134744072"),
]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", PRIVATE)
def test_the_proxy_never_hears_of_what_is_private(scheme: str, host: str):
    with Proxy() as proxy, behind(proxy) as visitor:
        visit = visitor.visit(f"{scheme}://{host}/feed")

        assert visit.error is not None
        assert visit.error.kind in {ErrorKind.ADDRESS_REFUSED, ErrorKind.NO_USABLE_ANSWER}
        assert proxy.asked == []


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1]", "news.example.org", "1e100.example", "xn--a.example"])
def test_the_proxy_is_asked_for_what_is_public(host: str):
    with Proxy(refuses={host.strip("[]"): 502}) as proxy, behind(proxy) as visitor:
        visitor.visit(f"https://{host}/feed")

        assert proxy.lines == [f"CONNECT {host}:443 HTTP/1.1"]


@pytest.mark.parametrize("allowed", [True, ("nas.lan", "10.0.0.0/8", "*.corp")])
@pytest.mark.parametrize("host", ["nas.lan", "10.1.2.3", "wiki.corp"])
def test_what_the_operator_allows_goes_through_the_proxy(allowed, host: str):
    with Proxy(refuses={host: 502}) as proxy, behind(proxy, allow_private=allowed) as visitor:
        visitor.visit(f"https://{host}/feed")

        assert proxy.lines == [f"CONNECT {host}:443 HTTP/1.1"]


def test_a_redirect_to_what_is_private_stays_behind(server: HostileServer):
    server.tells("/feed", redirect("http://169.254.169.254/latest/"))

    with Proxy(names={NAME: server.port}) as proxy, behind(proxy) as visitor:
        visit = visitor.visit(f"http://{NAME}/feed")

        assert isinstance(visit.error, AddressRefused)
        assert "a cloud metadata service" in visit.says
        assert len(proxy.asked) == 1


def test_hosts_of_no_proxy_are_asked_directly_and_guarded_as_ever(server: HostileServer):
    url = server.tells("/feed", answer())

    with Proxy() as proxy:
        direct = proxies_of(proxy.url, ["127.0.0.0/8"])
        with Visitor(allow_private=True, proxies=direct) as visitor:
            assert visitor.visit(url).fetched.body == FEED
        with Visitor(allow_private=False, proxies=direct) as visitor:
            assert isinstance(visitor.visit(url).error, AddressRefused)

        assert proxy.asked == []
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("no_proxy", "host", "is_direct"),
    [
        ("example.org", "example.org", True),
        ("example.org", "news.example.org", True),
        (".example.org", "news.example.org", True),
        ("*.example.org", "news.example.org", True),
        ("example.org", "badexample.org", False),
        ("a.example , 10.0.0.0/8,", "10.2.3.4", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("example.org:8080", "example.org", False),
        ("example.org:80", "example.org", True),
        ("*", "anything.example", True),
        ("", "anything.example", False),
    ],
)
def test_the_environments_exceptions_are_read_as_everybody_reads_them(monkeypatch, no_proxy, host, is_direct):
    from aggregator.http import parse_address

    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)

    found = proxies_of("environment").of(parse_address(f"http://{host}/"))

    assert (found is None) == is_direct
    assert found is None or found.place == "proxy.example:3128"


def test_the_environment_counts_only_when_it_is_asked_for(server: HostileServer, monkeypatch: pytest.MonkeyPatch):
    url = server.tells("/feed", answer())
    with Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        with Visitor() as visitor:
            assert visitor.visit(url).fetched.body == FEED
        with Visitor(proxies=proxies_of("environment")) as visitor:
            assert visitor.visit(url).fetched.body == FEED

        assert len(proxy.asked) == 1


def test_a_proxy_of_the_environment_that_can_not_be_used_is_an_error_that_names_the_variable(monkeypatch):
    monkeypatch.setenv("https_proxy", "socks5://user:swordfish@127.0.0.1:1080")

    with pytest.raises(UsageError, match="HTTPS_PROXY") as error:
        proxies_of("environment")

    assert "swordfish" not in str(error.value)


def test_hundreds_of_requests_at_once_through_one_proxy(server: HostileServer):
    server.tells("/feed", answer())
    with Proxy(names={f"n{number}.example": server.port for number in range(40)}) as proxy, behind(proxy) as visitor:
        bodies: list[bytes] = []

        def visit(number: int) -> None:
            bodies.append(visitor.visit(f"http://n{number}.example/feed").fetched.body)

        threads = [threading.Thread(target=visit, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert bodies == [FEED] * 40


def test_polls_and_whole_articles_go_through_the_proxy_of_the_configuration(server: HostileServer, tmp_path: Path):
    text = "Ice lies below the dust of the southern craters of the Moon, as two orbiters have seen. " * 8
    server.tells(
        "/ice", answer(200, f"<article><h1>Ice</h1><p>{text}</p></article>".encode(), "Content-Type: text/html")
    )
    server.tells("/feed", answer(200, RSS.replace(b"<guid>", b"<link>http://feeds.example/ice</link><guid>")))

    with Proxy(names={NAME: server.port}, login="us:swordfish") as proxy:
        sources = f"  - {{url: 'http://{NAME}/feed', name: a, full: true}}"
        with program(tmp_path, sources, fetch=", proxy: '${PROXY}'", PROXY=proxy.url_with_login) as running:
            assert running.poll("a")["a"].new == 1

        assert proxy.lines == [f"GET http://{NAME}/feed HTTP/1.1", f"GET http://{NAME}/ice HTTP/1.1"]


def test_to_connect_and_hang_up_works_through_a_proxy_too(secure: HostileServer, bundle: Path):
    with Proxy(names={NAME: secure.port}) as proxy, behind(proxy, ca_bundle=bundle) as visitor:
        visitor.client.reach(f"https://{NAME}/feed")

        assert proxy.lines == [f"CONNECT {NAME}:443 HTTP/1.1"]
        assert secure.requests == []


def test_the_proxys_own_address_is_no_way_around_the_guard(server: HostileServer):
    with Proxy() as proxy, behind(proxy) as visitor:
        visit = visitor.visit(f"http://127.0.0.1:{proxy.port}/")

        assert isinstance(visit.error, AddressRefused)
        assert proxy.asked == []


def test_a_site_that_the_proxy_can_not_find_is_not_looked_up_here(monkeypatch: pytest.MonkeyPatch):
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def noted(host, *given):
        if not given[-1] & socket.AI_NUMERICHOST:
            looked_up.append(host)
        return real(host, *given)

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    with Proxy(refuses={NAME: 504}) as proxy, behind(proxy) as visitor:
        visitor.visit(f"https://{NAME}/feed")

    assert looked_up == []
