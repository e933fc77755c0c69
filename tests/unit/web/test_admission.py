"""Host names, tokens, clients' addresses and the limit, each for itself."""

from __future__ import annotations

import pytest

from aggregator.config import Config, FeedConfig, Site, Tokens, Web
from aggregator.entrypoints.web.admission import (
    Area,
    Hosts,
    Keys,
    Limit,
    Proxies,
    area_of,
    client_key,
    feed_of,
    is_search,
    password_in,
)

PAGES, FEEDS, ROOM, OWN = ("p" * 16, "f" * 16, "r" * 16, "o" * 16)


def hosts(*names: str) -> Hosts:
    return Hosts(Config(site=Site(url="https://News.example.org:8443/x/"), web=Web(hosts=names)))


@pytest.mark.parametrize(
    "host",
    [
        "news.example.org",
        "NEWS.example.org.:443",
        "localhost:8080",
        "app.localhost",
        "127.0.0.1:8080",
        "127.8.8.8",
        "[::1]:8080",
    ],
)
def test_the_public_address_and_this_machine_are_known(host):
    assert hosts().knows(host, "10.0.0.5") is True


@pytest.mark.parametrize("host", ["evil.example", "news.example.org.evil.example", "xnews.example.org", "10.0.0.6"])
def test_other_names_are_not(host):
    assert hosts().knows(host, "10.0.0.5") is False


def test_the_address_that_the_connection_came_in_on_is_known():
    assert hosts().knows("10.0.0.5:8080", "10.0.0.5") is True
    assert hosts().knows("10.0.0.5:8080", "::ffff:10.0.0.5") is True
    assert hosts().knows("[2001:db8::5]:8080", "2001:db8:0::5") is True
    assert hosts().knows("10.0.0.5", None) is False


def test_more_names_are_configured_and_a_star_stands_for_what_is_before_the_dot():
    named = hosts("mirror.example", "*.example.net", "10.1.1.1")

    assert named.knows("mirror.example", None) is True
    assert named.knows("a.b.example.net", None) is True
    assert named.knows("10.1.1.1:80", None) is True
    assert named.knows("example.net", None) is False
    assert named.knows("badexample.net", None) is False
    assert hosts("*").knows("whatever.example", None) is True


@pytest.mark.parametrize("host", ["", "a b", "http://a", "a/b", "a@b", "[::1", "a:port", "a\x00", "é.example"])
def test_what_is_no_host_is_malformed(host):
    assert hosts("*").knows(host, None) is None


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("/", Area.PAGES),
        ("/stories/x", Area.PAGES),
        ("/search", Area.PAGES),
        ("/digests/daily", Area.PAGES),
        ("/digests/daily/3", Area.PAGES),
        ("/whatever/comes", Area.PAGES),
        ("/feeds", Area.FEEDS),
        ("/feeds/", Area.FEEDS),
        ("/feeds/all.atom", Area.FEEDS),
        ("/feeds/all/3.atom", Area.FEEDS),
        ("/sources", Area.CONTROL_ROOM),
        ("/sources/spacenews", Area.CONTROL_ROOM),
        ("/digests", Area.CONTROL_ROOM),
        ("/digests/", Area.CONTROL_ROOM),
        ("/metrics", Area.CONTROL_ROOM),
        ("/opml", Area.CONTROL_ROOM),
        ("/healthz", Area.OPEN),
        ("/unsubscribe/abc", Area.OPEN),
        ("/unsubscribe/abc/undo", Area.OPEN),
        ("/style.css", Area.OPEN),
        ("/stories/x.css", Area.PAGES),
    ],
)
def test_every_address_lies_in_an_area(path, area):
    assert area_of(path) is area


def test_a_feed_with_a_token_of_its_own_asks_for_that_one():
    config = Config(
        feeds=(FeedConfig(name="all"), FeedConfig(name="inner", token=OWN)),
        web=Web(tokens=Tokens(pages=PAGES, feeds=FEEDS, control_room=ROOM)),
    )
    keys = Keys(config)

    assert keys.needed("/feeds/all.atom") == FEEDS
    assert keys.needed("/feeds/inner.atom") == OWN
    assert keys.needed("/feeds/inner/2.json") == OWN
    assert keys.needed("/feeds/") == FEEDS
    assert keys.needed("/sources") == ROOM
    assert keys.needed("/") == PAGES
    assert keys.needed("/healthz") is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/feeds/", ""),
        ("/feeds", ""),
        ("/feeds/all.atom", "all"),
        ("/feeds/all/3.atom", "all"),
        ("/feeds/a.b.atom", "a.b"),
        ("/feeds/all", ""),
    ],
)
def test_the_feed_of_an_address(path, name):
    assert feed_of(path) == name


@pytest.mark.parametrize(
    ("header", "password"),
    [
        ("Basic dXNlcjpzZWNyZXQ=", "secret"),  # user:secret
        ("basic OnNlY3JldA==", "secret"),  # :secret
        ("Basic dXNlcjpzZTpjcmV0", "se:cret"),  # user:se:cret
        ("Bearer secret", "secret"),
        ("Basic dXNlcg==", None),  # user
        ("Basic !!!", None),
        ("Basic /////w==", None),
        ("Digest secret", None),
        ("", None),
    ],
)
def test_the_password_in_an_authorization(header, password):
    assert password_in(header) == password


@pytest.mark.parametrize(
    ("path", "query", "searches"),
    [
        ("/search", b"q=moon", True),
        ("/search", b"", True),
        ("/feeds/search.atom", b"q=moon", True),
        ("/", b"category=space&q=moon", True),
        ("/", b"category=space&q=", False),
        ("/", b"category=space", False),
        ("/feeds/all.atom", b"", False),
    ],
)
def test_what_searches(path, query, searches):
    assert is_search(path, query) is searches


def test_only_trusted_proxies_are_believed():
    proxies = Proxies(["127.0.0.1", "10.0.0.0/8"])

    assert proxies.client("203.0.113.9", "198.51.100.7") == "203.0.113.9"
    assert proxies.client("127.0.0.1", "198.51.100.7") == "198.51.100.7"
    assert proxies.client("127.0.0.1", "invented, 198.51.100.7, 10.2.3.4") == "198.51.100.7"
    assert proxies.client("127.0.0.1", "not an address") == "127.0.0.1"
    assert proxies.client("127.0.0.1", "") == "127.0.0.1"
    assert Proxies([]).client("127.0.0.1", "198.51.100.7") == "127.0.0.1"


def test_a_network_of_ipv6_is_one_client():
    assert client_key("2001:db8:1:2:3::4") == client_key("2001:db8:1:2:ffff::1")
    assert client_key("2001:db8:1:2:3::4") != client_key("2001:db8:1:3::4")
    assert client_key("::ffff:198.51.100.7") == client_key("198.51.100.7")


def test_so_many_a_minute_at_once_or_spread():
    limit = Limit()

    assert [limit.wait_s("a", per_minute=3, now=100.0) for _ in range(3)] == [0, 0, 0]
    assert limit.wait_s("a", per_minute=3, now=100.0) == pytest.approx(20)
    assert limit.wait_s("b", per_minute=3, now=100.0) == 0
    assert limit.wait_s("a", per_minute=3, now=119.0) == pytest.approx(1)
    assert limit.wait_s("a", per_minute=3, now=120.0) == 0
    assert limit.wait_s("a", per_minute=3, now=120.0) == pytest.approx(20)
    assert [limit.wait_s("a", per_minute=3, now=500.0) for _ in range(3)] == [0, 0, 0]


def test_clients_without_end_take_no_memory_without_end():
    limit = Limit()

    for number in range(25_000):
        limit.wait_s(str(number), per_minute=3, now=1.0)

    assert len(limit._free_at) == 10_000
