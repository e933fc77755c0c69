"""RULES D12, D22: no byte goes to an address that is not public, unless the operator allows it."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest

from aggregator.errors import AddressRefused, FetchError
from aggregator.http.resolve import Endpoint
from aggregator.http.sockets import ATTEMPT_DELAY_S
from tests.end_to_end.hostile.server import FEED, HostileServer, answer, redirect
from tests.end_to_end.hostile.visits import Visitor


class Names:
    """A resolver of names that tests make up: each lookup gets the next of the name's answers, the last for ever."""

    def __init__(self, **names: list[list[str]]) -> None:
        self.names = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.lookups: list[str] = []

    def resolve(self, host: str, port: int, *, deadline: float) -> list[Endpoint]:
        self.lookups.append(host)
        answers = self.names[host]
        ips = answers.pop(0) if len(answers) > 1 else answers[0]
        return [Endpoint(socket.AF_INET6 if ":" in ip else socket.AF_INET, (ip, port)) for ip in ips]


@pytest.fixture
def guarded():
    """A visitor as installed: private addresses are not allowed."""
    with Visitor(allow_private=False) as ready:
        yield ready


def with_names(visitor: Visitor, **names: list[list[str]]) -> Names:
    made_up = Names(**names)
    visitor.client._resolver = made_up
    return made_up


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST.",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "１２７.0.0.1",
        "%31%32%37.0.0.1",
    ],
)
def test_no_spelling_of_this_machine_gets_through(server: HostileServer, guarded: Visitor, host):
    visit = guarded.visit(f"http://{host}:{server.port}/feed")

    assert isinstance(visit.error, FetchError)
    assert server.connections == 0


def test_the_refusal_says_which_address_why_and_how_to_allow_it(server: HostileServer, guarded: Visitor):
    visit = guarded.visit(server.url("/feed", host="localhost"))

    assert isinstance(visit.error, AddressRefused)
    assert visit.says in {
        f"localhost has the address {ip}, which is this machine itself; to allow it, list it in fetch.allow_private"
        for ip in ("127.0.0.1", "::1")
    }


def test_a_redirect_to_a_private_address_is_refused_and_not_remembered(server: HostileServer):
    with Visitor(allow_private=("127.0.0.1",)) as visitor:
        for location in ("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/"):
            visit = visitor.visit(server.tells("/feed", redirect(location, 301)))

            assert isinstance(visit.error, AddressRefused)
            assert visit.state.moved_to is None


def test_a_name_that_changes_its_address_after_the_check_gains_nothing(server: HostileServer):
    """DNS rebinding: the address that was checked is the one that is connected to; there is no second lookup."""
    with Visitor(allow_private=("127.0.0.1",)) as visitor:
        names = with_names(visitor, rebind_example=[["127.0.0.1"], ["10.0.0.1"]])
        server.tells("/feed", answer(), answer())

        first = visitor.visit(server.url("/feed", host="rebind.example"))
        second = visitor.visit(server.url("/feed", host="rebind.example"))

    assert first.fetched.body == FEED
    assert isinstance(second.error, AddressRefused)
    assert names.lookups == ["rebind.example", "rebind.example"]
    assert server.requests[0].header("Host") == f"rebind.example:{server.port}"


def test_of_several_addresses_only_the_permitted_are_used(server: HostileServer):
    with Visitor(allow_private=("127.0.0.0/8",)) as visitor:
        with_names(visitor, mixed_example=[["10.0.0.1", "::1", "169.254.169.254", "127.0.0.1"]])
        server.tells("/feed", answer())

        assert visitor.visit(server.url("/feed", host="mixed.example")).fetched.body == FEED


@pytest.mark.parametrize(
    "allowed", [True, ("127.0.0.1",), ("127.0.0.0/8", "10.0.0.0/8"), ("News.LAN",), ("*.lan",), ("::1", "127.0.0.1/32")]
)
def test_what_the_operator_allows_is_asked(server: HostileServer, allowed):
    with Visitor(allow_private=allowed) as visitor:
        with_names(visitor, news_lan=[["127.0.0.1"]])
        server.tells("/feed", answer())

        assert visitor.visit(server.url("/feed", host="news.lan")).fetched.body == FEED


@pytest.mark.parametrize("allowed", [False, (), ("lan",), ("*.news.lan",), ("10.0.0.0/8", "fc00::/7"), ("other.lan",)])
def test_what_is_not_on_the_list_is_not_asked(server: HostileServer, allowed):
    with Visitor(allow_private=allowed) as visitor:
        with_names(visitor, news_lan=[["127.0.0.1"]])

        assert isinstance(visitor.visit(server.url("/feed", host="news.lan")).error, AddressRefused)
    assert server.connections == 0


def test_posts_are_guarded_like_polls(server: HostileServer, guarded: Visitor):
    with pytest.raises(AddressRefused):
        guarded.client.post(server.url("/hook"), b"{}")

    assert server.connections == 0


def test_an_ipv6_literal_works(visitor: Visitor):
    with HostileServer("::1") as server:
        assert visitor.visit(server.tells("/feed", answer())).fetched.body == FEED
        assert server.requests[0].header("Host") == f"[::1]:{server.port}"


def test_a_refused_ipv6_address_costs_no_time(server: HostileServer):
    took = []
    with Visitor() as visitor:
        with_names(visitor, both_example=[["::1", "127.0.0.1"]])
        server.tells("/feed", answer())
        for _ in range(3):
            started = time.monotonic()
            assert visitor.visit(server.url("/feed", host="both.example")).fetched.body == FEED
            took.append(time.monotonic() - started)

    assert min(took) < ATTEMPT_DELAY_S


def test_a_dead_address_is_passed_over_quickly(server: HostileServer):
    """The first address takes the connection to nowhere; the second is tried beside it a quarter of a second later."""
    patience = timedelta(seconds=10)
    with (
        socket.create_server(("127.0.0.2", server.port), backlog=0) as dead,
        Visitor(timeout=patience) as visitor,
    ):
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(dead.getsockname())
        with_names(visitor, half_example=[["127.0.0.2", "127.0.0.1"]])
        server.tells("/feed", answer())
        started = time.monotonic()

        visit = visitor.visit(server.url("/feed", host="half.example"))

        took = time.monotonic() - started
        for filler in fillers:
            filler.close()
    assert visit.fetched.body == FEED
    assert ATTEMPT_DELAY_S <= took < patience.total_seconds() / 2


def test_an_address_that_can_not_be_reached_at_all_is_passed_over_at_once(server: HostileServer):
    with Visitor() as visitor:
        with_names(visitor, odd_example=[["255.255.255.255", "127.0.0.1"]], lost_example=[["255.255.255.255"]])
        server.tells("/feed", answer())

        assert visitor.visit(server.url("/feed", host="odd.example")).fetched.body == FEED
        assert "lost.example" in visitor.visit(server.url("/feed", host="lost.example")).says


def test_of_several_dead_addresses_each_is_tried(server: HostileServer):
    with Visitor() as visitor:
        with_names(visitor, dead_example=[["127.0.0.2", "::1", "127.0.0.3", "127.0.0.1"]])
        server.tells("/feed", answer())

        assert visitor.visit(server.url("/feed", host="dead.example")).fetched.body == FEED


def test_nothing_that_listens_is_said_so(visitor: Visitor, free_port: int):
    says = visitor.visit(f"http://127.0.0.1:{free_port}/").says

    assert says == f"nothing answers at 127.0.0.1:{free_port} (connection refused)"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.org/feed", "only http and https addresses are opened, not 'ftp'"),
        ("file:///etc/passwd", "not 'file'"),
        ("gopher://example.org/", "not 'gopher'"),
        ("example.org/feed", "not ''"),
        ("http:///feed", "names no host"),
        ("http://exa mple.org/", "'exa mple.org' is not a host's name"),
        ("http://-x.example/", "is not a host's name"),
        ("http://example.org:0/", "port 0"),
        ("http://" + "a" * 300 + ".example/", "is not a host's name"),
        ("http://" + "a" * 64 + ".example/", "no such host"),
        ("http://news.invalid./feed", "news.invalid"),
    ],
)
def test_an_unusable_address_is_an_error(visitor: Visitor, url, says):
    visit = visitor.visit(url)

    assert isinstance(visit.error, FetchError)
    assert says in visit.says
