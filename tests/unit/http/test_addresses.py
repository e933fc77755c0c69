from __future__ import annotations

import pytest

from aggregator.errors import AddressRefused, FetchError
from aggregator.http.addresses import MAX_URL_CHARS, follow, parse_address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTP://Example.ORG/Feed", "http://example.org/Feed"),
        ("https://example.org:443/feed", "https://example.org/feed"),
        ("https://example.org:8443/feed", "https://example.org:8443/feed"),
        ("http://[2001:DB8::1]:8080/feed", "http://[2001:db8::1]:8080/feed"),
        ("http://example.org?q=1#top", "http://example.org/?q=1"),
        ("http://user:secret@example.org/feed", "http://example.org/feed"),
        ("http://a\\@example.org/feed", "http://example.org/feed"),
        (" http://exam\nple.org/fe\ted ", "http://example.org/feed"),
        ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4"),
        ("http://under_score.example/", "http://under_score.example/"),
        ("http://example.org./feed", "http://example.org./feed"),
        ("http://example.org/a%2fb%7E?x=%c3", "http://example.org/a%2fb%7E?x=%c3"),
    ],
)
def test_an_address_is_written_without_userinfo_fragment_and_default_port(url, expected):
    assert parse_address(url).url == expected


@pytest.mark.parametrize("url", ["ftp://example.org/", "example.org", "", "mailto:a@example.org", "//example.org/"])
def test_other_schemes_are_refused(url):
    with pytest.raises(AddressRefused, match="only http and https"):
        parse_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://:80/",
        "http://example.org:0/",
        "http://example.org:port/",
        "http://example.org:70000/",
        "http://[::1/",
        "http://[example]/",
        "http://exa mple.org/",
        "http://example.org%00/",
        "http://-example.org/",
        "http://exa$mple.org/",
        "http://ex\u2100mple.org/",
        "http://\u00ad/",
        f"http://{'a' * 260}.org/",
        "http://example.org/" + "a" * MAX_URL_CHARS,
    ],
)
def test_what_is_no_address_is_an_error(url):
    with pytest.raises(FetchError):
        parse_address(url)


@pytest.mark.parametrize(
    ("userinfo", "expected"),
    [
        ("user:secret@", "Basic dXNlcjpzZWNyZXQ="),
        ("user:p%40ss%3Aw@", "Basic dXNlcjpwQHNzOnc="),
        ("user@", "Basic dXNlcjo="),
        (":secret@", "Basic OnNlY3JldA=="),
        ("", None),
    ],
)
def test_userinfo_becomes_basic_authorization(userinfo, expected):
    address = parse_address(f"http://{userinfo}example.org/")

    assert address.authorization == expected
    assert "secret" not in repr(address)


def test_the_query_is_not_shown():
    assert parse_address("https://example.org/feed?token=1").shown == "https://example.org/feed"


@pytest.mark.parametrize(
    ("other", "may"),
    [
        ("http://example.org/b", True),
        ("https://example.org/b", True),
        ("http://example.org:8080/b", False),
        ("https://example.org:8443/b", False),
        ("http://www.example.org/b", False),
        ("http://example.com/b", False),
    ],
)
def test_secrets_go_to_the_same_host_or_its_https_only(other, may):
    assert parse_address(other).may_have_secrets_of(parse_address("http://example.org/a")) is may


def test_secrets_of_https_do_not_go_to_http():
    assert not parse_address("http://example.org/").may_have_secrets_of(parse_address("https://example.org/"))


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/new", "http://example.org/new"),
        ("new", "http://example.org/dir/new"),
        ("?page=2", "http://example.org/dir/feed?page=2"),
        ("//other.example/x", "http://other.example/x"),
        ("https://user:planted@other.example/x", "https://other.example/x"),
        ("/caf\u00c3\u00a9", "http://example.org/caf%C3%A9"),
        ("/caf\u00e9", "http://example.org/caf%C3%A9"),
        ("/\u0142", "http://example.org/%C5%82"),
        (" /spaced ", "http://example.org/spaced"),
    ],
)
def test_a_location_is_read_as_servers_write_it(location, expected):
    found = follow(parse_address("http://user:secret@example.org/dir/feed"), location)

    assert found.url == expected
    assert found.authorization is None


def test_a_location_that_is_no_address_is_an_error():
    with pytest.raises(FetchError, match="no address"):
        follow(parse_address("http://example.org/"), "http://[::1")
