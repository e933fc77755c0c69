"""Cookies that redirects set are sent on within the exchange, to whom they are for, and forgotten afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.http import HttpClient, proxies_of
from tests.end_to_end.hostile.program import program
from tests.end_to_end.hostile.server import FEED, HostileServer, Line, Script, answer, redirect
from tests.end_to_end.hostile.visits import Visitor
from tests.proxy import Proxy


def setting(location: str, *cookies: str, status: int = 302) -> bytes:
    return answer(status, b"", f"Location: {location}", *(f"Set-Cookie: {cookie}" for cookie in cookies))


def cookies_of(server: HostileServer) -> list[str | None]:
    return [request.header("Cookie") for request in server.requests]


def test_a_site_that_sets_a_cookie_and_leads_back_to_the_same_address_is_read(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", setting("/feed", "seen=1; Path=/; HttpOnly"), answer())

    visit = visitor.visit(url)

    assert visit.fetched.body == FEED
    assert cookies_of(server) == [None, "seen=1"]


def test_cookies_of_several_steps_are_sent_together(server: HostileServer, visitor: Visitor):
    server.tells("/consent", setting("/done", "b=2; Max-Age=60"))
    server.tells("/done", setting("/feed", "a=3"))
    url = server.tells("/feed", setting("/consent", "a=1; Expires=Wed, 01 Jan 2098 00:00:00 GMT"), answer())

    visitor.visit(url)

    assert [set((each or "").split("; ")) for each in cookies_of(server)] == [
        {""},
        {"a=1"},
        {"a=1", "b=2"},
        {"a=3", "b=2"},
    ]


def test_the_next_poll_begins_without_them(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", setting("/feed", "seen=1"), answer())

    visitor.visit(url)
    visitor.visit(url)

    assert cookies_of(server) == [None, "seen=1", None]


def test_a_cookie_that_is_renewed_each_time_ends_after_five_redirects(server: HostileServer, visitor: Visitor):
    count = iter(range(99))

    def script(line: Line) -> None:
        line.send(setting("/feed", f"n={next(count)}"))

    visit = visitor.visit(server.tells("/feed", script))

    assert "redirects more than 5 times" in visit.says
    assert len(server.requests) == 6


def test_a_circle_with_the_same_cookie_is_a_circle(server: HostileServer, visitor: Visitor):
    visit = visitor.visit(server.tells("/feed", setting("/feed", "seen=1")))

    assert "redirects in a circle" in visit.says
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("cookie", "start", "end", "is_sent"),
    [
        ("a=1", "a.example", "a.example", True),
        ("a=1", "a.example", "b.example", False),
        ("a=1", "a.example", "www.a.example", False),
        ("a=1; Domain=a.example", "a.example", "www.a.example", True),
        ("a=1; Domain=.a.example", "www.a.example", "a.example", True),
        ("a=1; Domain=example", "a.example", "b.example", False),
        ("a=1; Domain=co.uk", "a.co.uk", "b.co.uk", False),
        ("a=1; Domain=b.example", "a.example", "b.example", False),
        ("a=1; Secure", "a.example", "a.example", False),
        ("a=1; Path=/private", "a.example", "a.example", False),
        ("a=1; Max-Age=0", "a.example", "a.example", False),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a.example", "a.example", False),
        ("a=\x01", "a.example", "a.example", False),
        ("", "a.example", "a.example", False),
    ],
)
def test_a_cookie_goes_to_whom_it_is_for(server: HostileServer, cookie: str, start: str, end: str, is_sent: bool):
    server.tells("/start", setting(f"http://{end}/end", cookie))
    server.tells("/end", answer())

    names = {start: server.port, end: server.port}
    with Proxy(names=names) as proxy, Visitor(allow_private=False, proxies=proxies_of(proxy.url)) as visitor:
        assert visitor.visit(f"http://{start}/start").fetched.body == FEED

    assert cookies_of(server)[1] == ("a=1" if is_sent else None)


def test_an_answer_that_is_no_redirect_sets_nothing(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, FEED, "Set-Cookie: a=1"), answer())

    for _ in range(2):
        visitor.visit(url)

    assert cookies_of(server) == [None, None]


def configured(url: str) -> str:
    return f"  - {{url: '{url}', name: a, headers: {{User-Agent: 'Mozilla/5.0 (us)', cookie: 'consent=yes'}}}}"


def test_a_sources_own_name_and_cookie_go_to_its_host_in_the_place_of_ours(server, other, tmp_path: Path):
    elsewhere = other.tells("/end", answer())
    first: Script = setting("/next", "seen=1")
    url = server.tells("/feed", first)
    server.tells("/next", redirect(elsewhere, 302))

    with program(tmp_path, configured(url)) as running:
        running.poll("a")

    assert cookies_of(server) == ["consent=yes", "consent=yes; seen=1"]
    assert [request.header("User-Agent") for request in server.requests] == ["Mozilla/5.0 (us)"] * 2
    assert [request.names().count("user-agent") for request in server.requests] == [1, 1]
    assert (other.requests[0].header("User-Agent") or "").startswith("aggregator/")
    assert "consent" not in (other.requests[0].header("Cookie") or "")


def test_no_cookie_is_kept_by_the_client(server: HostileServer, visitor: Visitor):
    client: HttpClient = visitor.client
    url = server.tells("/feed", setting("/other", "a=1"))
    server.tells("/other", answer())

    client.get(url)
    client.get(server.url("/other"))

    assert cookies_of(server) == [None, "a=1", None]
