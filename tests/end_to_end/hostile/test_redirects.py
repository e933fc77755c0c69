"""RULES D6, D11, D12b: permanent moves are learned, circles end, secrets stay with their host."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from aggregator.errors import AddressRefused, FetchError
from aggregator.model import SourceState, SourceStatus
from tests.end_to_end.hostile.server import HostileServer, answer, redirect
from tests.end_to_end.hostile.visits import Visitor

BASIC = "Basic " + base64.b64encode(b"user:pa ss").decode()


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_is_remembered_and_asked_directly_next_time(server, visitor: Visitor, status):
    url = server.tells("/old", redirect("/new", status))
    server.tells("/new", answer(200, b"x", 'ETag: "1"'))

    first = visitor.visit(url)
    second = visitor.visit(url, first.state)

    assert first.state.moved_to == server.url("/new")
    assert first.state.status is SourceStatus.MOVED
    assert [request.target for request in server.requests] == ["/old", "/new", "/new"]
    assert server.requests[2].header("If-None-Match") == '"1"'
    assert second.state.moved_to == server.url("/new")


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_changes_nothing(server: HostileServer, visitor: Visitor, status):
    url = server.tells("/old", redirect("/new", status))
    server.tells("/new", answer())

    visit = visitor.visit(url)

    assert visit.fetched.url == server.url("/new")
    assert (visit.state.moved_to, visit.state.status) == (None, SourceStatus.OK)


def test_only_the_permanent_beginning_of_a_chain_is_remembered(server: HostileServer, visitor: Visitor):
    url = server.tells("/a", redirect("/b", 301))
    server.tells("/b", redirect("/c", 308))
    server.tells("/c", redirect("/d", 302))
    server.tells("/d", redirect("/e", 301))
    server.tells("/e", answer())

    visit = visitor.visit(url)

    assert visit.fetched.moved_to == server.url("/c")
    assert visit.fetched.url == server.url("/e")


def test_a_move_back_to_the_configured_address_is_no_move(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer())
    server.tells("/elsewhere", redirect("/feed", 301))

    visit = visitor.visit(url, SourceState(seed=url, moved_to=server.url("/elsewhere")))

    assert (visit.state.moved_to, visit.state.status) == (None, SourceStatus.OK)


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_redirect_to_an_error_is_not_remembered(server: HostileServer, visitor: Visitor, status):
    url = server.tells("/old", redirect("/new", 301))
    server.tells("/new", answer(status, b""))

    assert visitor.visit(url).state.moved_to is None


def test_five_redirects_are_followed_and_six_are_not(server: HostileServer, visitor: Visitor):
    for number in range(7):
        server.tells(f"/{number}", redirect(f"/{number + 1}"))
    server.tells("/7", answer())

    assert visitor.visit(server.url("/2")).fetched.url == server.url("/7")
    visit = visitor.visit(server.url("/1"))
    assert "redirects more than 5 times" in visit.says
    assert visit.state.moved_to is None


@pytest.mark.parametrize("path", ["/a", "/self"])
def test_a_circle_is_an_error(server: HostileServer, visitor: Visitor, path):
    server.tells("/a", redirect("/b"))
    server.tells("/b", redirect("/a"))
    server.tells("/self", redirect("/self", 302))

    visit = visitor.visit(server.url(path))

    assert "redirects in a circle" in visit.says
    assert len(server.requests) <= 2


def test_a_redirect_without_a_location_is_an_error(server: HostileServer, visitor: Visitor):
    visit = visitor.visit(server.tells("/feed", answer(301, b"")))

    assert visit.says == f"127.0.0.1:{server.port} redirects (301) without saying where to"


@pytest.mark.parametrize(
    ("location", "error", "says"),
    [
        ("ftp://example.org/feed", AddressRefused, "only http and https addresses are opened, not 'ftp'"),
        ("file:///etc/passwd", AddressRefused, "not 'file'"),
        ("javascript:alert(1)", AddressRefused, "not 'javascript'"),
        ("http://:80/", FetchError, "names no host"),
        ("http://[::1", FetchError, "no address"),
        ("http://exa mple.org/", FetchError, "not a host's name"),
        ("http://example.org:99999/", FetchError, "can't be read"),
        ("/" + "a" * 9000, FetchError, "too long"),
    ],
)
def test_a_redirect_to_no_usable_address_is_an_error(server, visitor: Visitor, location, error, says):
    visit = visitor.visit(server.tells("/feed", redirect(location)))

    assert type(visit.error) is error
    assert says in visit.says
    assert visit.state.failures == 1


def test_a_location_in_raw_utf8_with_spaces_is_followed_and_its_fragment_is_not_sent(server, visitor: Visitor):
    url = server.tells("/feed", redirect("/n\u00c3\u00a4chste seite?q=\u00c3\u00a4#top", 302))
    server.tells("/n%C3%A4chste%20seite", answer())

    assert visitor.visit(url).fetched.url == server.url("/n%C3%A4chste%20seite?q=%C3%A4")
    assert server.requests[1].target == "/n%C3%A4chste%20seite?q=%C3%A4"


def test_the_password_of_an_address_is_sent_to_its_own_host_along_redirects(server, visitor: Visitor):
    url = server.tells("/old", redirect("/new", 302)).replace("//", "//user:pa%20ss@")
    server.tells("/new", answer())

    visit = visitor.visit(url)

    assert [request.header("Authorization") for request in server.requests] == [BASIC, BASIC]
    assert "user" not in visit.fetched.url


def test_the_password_never_goes_to_another_host(server: HostileServer, other: HostileServer, visitor: Visitor):
    url = server.tells("/feed", redirect(other.tells("/feed", answer()), 301)).replace("//", "//user:pa%20ss@")

    first = visitor.visit(url)
    visitor.visit(url, first.state)

    assert server.requests[0].header("Authorization") == BASIC
    assert [request.header("Authorization") for request in other.requests] == [None, None]


def test_the_password_comes_back_when_a_chain_returns_to_its_host(server, other, visitor: Visitor):
    url = server.tells("/feed", redirect(other.url("/away"), 302)).replace("//", "//user:pa%20ss@")
    other.tells("/away", redirect(server.tells("/back", answer()), 302))

    visitor.visit(url)

    assert other.requests[0].header("Authorization") is None
    assert server.requests[1].header("Authorization") == BASIC


def test_a_source_that_moved_on_its_own_host_keeps_its_password(server: HostileServer, visitor: Visitor):
    url = server.tells("/old", redirect("/new", 301)).replace("//", "//user:pa%20ss@")
    server.tells("/new", answer())

    first = visitor.visit(url)
    visitor.visit(url, first.state)

    assert first.state.moved_to == server.url("/new")
    assert server.requests[2].header("Authorization") == BASIC


def test_a_redirect_hands_us_no_credentials_to_use(server, other: HostileServer, visitor: Visitor):
    url = server.tells("/feed", redirect(other.tells("/feed", answer()).replace("//", "//planted:secret@"), 301))

    visit = visitor.visit(url)

    assert other.requests[0].header("Authorization") is None
    assert visit.state.moved_to == other.url("/feed")


def test_a_password_shows_in_no_message(server: HostileServer, visitor: Visitor):
    paths = {
        "/circle": redirect("/circle"),
        "/nowhere": answer(301, b""),
        "/gone": answer(410, b""),
        "/empty": answer(200, b""),
        "/short": answer(200, b"", "Content-Length: 9", length=False),
        "/cut": b"",
    }
    for path, script in paths.items():
        server.tells(path, script)

    for path in paths:
        visit = visitor.visit(server.url(path, userinfo="user:pa%20ss@"))
        shown = f"{visit.error!r} {visit.error.__cause__!r} {replace(visit.state, seed='')!r}"
        assert visit.error is not None
        assert "pa ss" not in shown
        assert "pa%20ss" not in shown
        assert BASIC not in shown
