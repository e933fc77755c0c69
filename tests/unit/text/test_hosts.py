"""Hosts of addresses."""

from __future__ import annotations

from itertools import product

import pytest

from aggregator.text.hosts import domain_of, fragment_of, host_of, share_domain, site_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://News.Example.org:8443/a", "news.example.org"),
        ("https://user:secret@www.example.org/", "www.example.org"),
        (" //example.org/a", "example.org"),
        ("http://[::1]:80/", "::1"),
        ("mailto:ada@example.org", None),
        ("/a/b", None),
        ("http://[broken/", None),
        ("", None),
        (None, None),
    ],
)
def test_a_host_is_in_small_letters_without_port_or_user(url: str | None, host: str | None) -> None:
    assert host_of(url) == host


def test_an_address_with_www_is_of_the_same_site_as_without() -> None:
    assert site_of("https://www.example.org/a") == site_of("http://example.org/b") == "example.org"
    assert site_of("https://www2.example.org/") == "www2.example.org"
    assert site_of("urn:uuid:1") is None


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://news.bbc.co.uk/1", "bbc.co.uk"),
        ("https://www.agency.example/a", "agency.example"),
        ("https://ann.github.io/a", "ann.github.io"),
        ("http://127.0.0.1:8001/feed", "127.0.0.1:8001"),
        ("http://localhost/feed", "localhost"),
        ("urn:uuid:1", None),
        (None, None),
    ],
)
def test_a_domain_is_what_somebody_registered(url: str | None, domain: str | None) -> None:
    assert domain_of(url) == domain


def test_two_addresses_share_a_domain_when_each_has_the_same_one() -> None:
    hosts = ["example.org", "www.example.org", "example.com", "bbc.co.uk", "news.bbc.co.uk", "co.uk", "itv.co.uk"]
    hosts += ["ann.github.io", "bob.github.io", "github.io", "localhost", "localhost:80", "org", "example.org."]
    hosts += ["127.0.0.1:8001", "127.0.0.1:8002", "10.1.0.1", "[::1]:80", "[::1]", "localhost."]
    addresses = [*(f"http://{host}/a" for host in hosts), "urn:uuid:1", None]

    shared = [share_domain(one, other) for one, other in product(addresses, repeat=2)]

    assert shared == [domain_of(one) == domain_of(other) is not None for one, other in product(addresses, repeat=2)]
    assert {True, False} == set(shared)


@pytest.mark.parametrize(("fragment", "found"), [("comment-7", "comment-7"), ("xtor=RSS-1", ""), (":~:text=a", "")])
def test_fragments_that_track_lead_nowhere_else(fragment: str, found: str) -> None:
    assert fragment_of(f"https://example.org/a#{fragment}") == found
