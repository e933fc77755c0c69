"""Hosts of addresses."""

from __future__ import annotations

import pytest

from aggregator.text.hosts import host_of, site_of


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
