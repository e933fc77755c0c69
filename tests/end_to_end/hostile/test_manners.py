"""RULES D9, D20, D24, D26: one honest request per poll, always the same, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

import aggregator
from aggregator.errors import FetchTimeout
from tests.end_to_end.hostile.server import FEED, HostileServer, Line, answer, kept, redirect
from tests.end_to_end.hostile.visits import Visitor


def test_a_poll_is_one_get_that_says_who_asks_and_what_it_reads(server: HostileServer, visitor: Visitor):
    visitor.visit(server.tells("/feed", answer()))

    (request,) = server.requests
    assert (request.method, request.target, request.body) == ("GET", "/feed", b"")
    assert dict(request.headers) == {
        "Host": f"127.0.0.1:{server.port}",
        "User-Agent": f"aggregator/{aggregator.__version__} (+https://news.example.org/about)",
        "Accept-Encoding": "gzip, deflate",
        "Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
        "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.1",
    }


def test_no_cookie_outlives_an_exchange_and_no_referer_is_sent(server: HostileServer, visitor: Visitor):
    cookie = "Set-Cookie: visitor=42; Path=/; Max-Age=86400"
    url = server.tells("/feed", answer(302, b"", "Location: /there", cookie))
    server.tells("/there", answer(200, FEED, cookie))

    visitor.visit(url, visitor.visit(url).state)

    assert len(server.requests) == 4
    assert [request.header("Cookie") for request in server.requests] == [None, "visitor=42"] * 2
    assert "referer" not in {name for request in server.requests for name in request.names()}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/%7euser/a%2fb?x=%c3%a4", "/%7euser/a%2fb?x=%c3%a4"),
        ("/a/../b/./c", "/a/../b/./c"),
        ("//double//slash", "//double//slash"),
        ("/?b=2&a=1&b=", "/?b=2&a=1&b="),
        ("/a|b^c{d}?[e]", "/a|b^c{d}?[e]"),
        ("/with space/ä?q=ü#part", "/with%20space/%C3%A4?q=%C3%BC"),
        ("/100%", "/100%"),
        ("?q", "/?q"),
        ("", "/"),
    ],
)
def test_the_address_is_asked_for_exactly_as_it_is_configured(server: HostileServer, visitor: Visitor, path, target):
    visitor.visit(server.url(path))

    assert server.requests[0].target == target


def test_environment_and_netrc_do_not_matter(server: HostileServer, visitor: Visitor, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    assert visitor.visit(server.tells("/feed", answer())).fetched.body == FEED
    assert server.requests[0].header("Authorization") is None


def test_connections_are_used_again(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", kept(answer(302, b"", "Location: /there")))
    server.tells("/there", kept(answer(200, FEED)))

    for _ in range(3):
        assert visitor.visit(url).fetched.body == FEED

    assert server.connections == 1


def test_an_unread_error_page_does_not_spoil_the_next_answer(server: HostileServer, visitor: Visitor):
    bad = server.tells("/bad", kept(answer(500, b"HTTP/1.1 200 OK\r\n\r\nnot the feed")))
    good = server.tells("/good", kept(answer()))

    visitor.visit(bad)

    assert visitor.visit(good).fetched.body == FEED


def test_a_kept_connection_that_the_server_closes_meanwhile_costs_nothing(server: HostileServer, visitor: Visitor):
    first = server.tells("/first", kept(answer()))
    second = server.tells("/second", Line.reset, answer())

    visitor.visit(first)
    visit = visitor.visit(second)

    assert visit.fetched.body == FEED
    assert [request.connection for request in server.requests] == [1, 1, 2]


def test_what_goes_wrong_on_the_fresh_connection_is_what_is_said(server: HostileServer):
    first = server.tells("/first", kept(answer()))
    second = server.tells("/second", Line.reset, Line.hang)

    with Visitor(timeout=timedelta(seconds=0.3)) as visitor:
        visitor.visit(first)
        visit = visitor.visit(second)

    assert isinstance(visit.error, FetchTimeout)


def test_a_fresh_connection_that_breaks_is_not_tried_again(server: HostileServer, visitor: Visitor):
    visit = visitor.visit(server.tells("/feed", b""))

    assert visit.error
    assert len(server.requests) == 1


def test_redirects_are_the_only_further_requests(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", redirect("/new"))
    server.tells("/new", answer())

    visitor.visit(url)

    assert [(request.method, request.target) for request in server.requests] == [("GET", "/feed"), ("GET", "/new")]


def test_a_post_sends_its_body_once_and_follows_no_redirect(server: HostileServer, visitor: Visitor):
    url = server.tells("/hook", redirect("/elsewhere", 307)).replace("//", "//user:secret@")

    response = visitor.client.post(url, b'{"a": 1}', headers={"Content-Type": "application/json"})

    (request,) = server.requests
    assert (request.method, request.body) == ("POST", b'{"a": 1}')
    assert request.header("Content-Type") == "application/json"
    assert request.header("Authorization").startswith("Basic ")
    assert (response.status, response.header("location")) == (307, "/elsewhere")


@pytest.mark.parametrize(
    ("data", "excerpt"),
    [
        (answer(422, b"no such channel"), b"no such channel"),
        (answer(500, b"x" * 100_000), b"x" * 4096),
        (answer(500, b"", length=False), b""),
        (answer(500, b"zipped", "Content-Encoding: gzip"), b""),
        (answer(204, b"", length=False), b""),
        (answer(200, b"fine"), b"fine"),
    ],
)
def test_a_post_brings_the_beginning_of_an_error_page(server: HostileServer, visitor: Visitor, data, excerpt):
    response = visitor.client.post(server.tells("/hook", data), b"")

    assert excerpt.startswith(response.body)
    assert bool(response.body) == bool(excerpt)


def test_a_post_whose_error_page_never_comes_still_tells_the_status(server: HostileServer, visitor: Visitor):
    def script(line: Line) -> None:
        line.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 10\r\n\r\n")
        line.hang()

    response = visitor.client.post(server.tells("/hook", script), b"")

    assert (response.status, response.body) == (500, b"")
