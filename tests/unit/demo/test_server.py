"""The sample site behaves like a good publisher, and fails when it is told to."""

from __future__ import annotations

import gzip
import http.client
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from aggregator.entrypoints.demo import DemoSite
from aggregator.errors import UsageError
from tests.unit.demo.conftest import NOW

FEED = "/orbital-harbour/feed.xml"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def get(site: DemoSite, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
    connection = http.client.HTTPConnection(site.url.split("/")[2], timeout=10)
    connection.request(method, path, headers={"Accept-Encoding": "identity", **(headers or {})})
    response = connection.getresponse()
    answer = Answer(response.status, dict(response.getheaders()), response.read())
    connection.close()
    return answer


def test_a_document_comes_with_both_validators_and_its_type(site: DemoSite) -> None:
    answer = get(site, FEED)

    assert answer.status == 200
    assert answer.body == site.read(FEED)
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert answer.headers["Last-Modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert answer.headers["ETag"].startswith('"')


def test_the_query_does_not_choose_the_document(site: DemoSite) -> None:
    answer = get(site, FEED + "?utm_source=test")

    assert answer.body == site.read(FEED)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_a_known_etag_is_answered_with_304(site: DemoSite, form: str) -> None:
    etag = get(site, FEED).headers["ETag"]

    answer = get(site, FEED, {"If-None-Match": form.format(etag)})

    assert answer.status == 304
    assert answer.body == b""
    assert answer.headers["ETag"] == etag
    assert "Content-Length" not in answer.headers


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 01 Mar 2026 12:00:00 GMT", 304),
        ("Sun, 01 Mar 2026 12:00:00 -0000", 304),
        ("Sun, 01 Mar 2026 11:59:59 GMT", 200),
        ("yesterday", 200),
    ],
)
def test_a_date_is_answered_with_304_unless_the_document_is_newer(site: DemoSite, since: str, status: int) -> None:
    answer = get(site, FEED, {"If-Modified-Since": since})

    assert answer.status == status


def test_an_unknown_etag_outweighs_a_matching_date(site: DemoSite) -> None:
    modified = get(site, FEED).headers["Last-Modified"]

    answer = get(site, FEED, {"If-None-Match": '"other"', "If-Modified-Since": modified})

    assert answer.status == 200


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip", "gzip;q=0.5, identity", "gzip; q=1"])
def test_gzip_is_used_when_it_is_accepted_and_has_an_etag_of_its_own(site: DemoSite, accepted: str) -> None:
    plain = get(site, FEED)

    answer = get(site, FEED, {"Accept-Encoding": accepted})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.body) == plain.body
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["ETag"] != plain.headers["ETag"]
    again = get(site, FEED, {"Accept-Encoding": accepted, "If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "gzip;q=0.000", "x-gzip-like"])
def test_gzip_is_not_used_when_it_is_not_accepted(site: DemoSite, accepted: str) -> None:
    answer = get(site, FEED, {"Accept-Encoding": accepted})

    assert "Content-Encoding" not in answer.headers


def test_sound_is_never_compressed(site: DemoSite) -> None:
    answer = get(site, "/regolith-radio/episode-44.wav", {"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
    assert answer.body.startswith(b"RIFF")


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/orbital-harbour", "/orbital-harbour/", "/../sources.py", "/articles/../site/mill.svg", "/articles/"],
)
def test_only_documents_are_there(site: DemoSite, path: str) -> None:
    answer = get(site, path)

    assert answer.status == 404


def test_other_methods_than_get_are_refused(site: DemoSite) -> None:
    answer = get(site, FEED, method="DELETE")

    assert answer.status == 501


def test_a_replaced_document_has_new_validators(site: DemoSite) -> None:
    before = get(site, FEED).headers

    site.put(FEED, b"<rss/>")

    answer = get(site, FEED, {"If-None-Match": before["ETag"]})
    assert (answer.status, answer.body) == (200, b"<rss/>")
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["ETag"] != before["ETag"]
    assert answer.headers["Last-Modified"] == "Sun, 01 Mar 2026 12:00:01 GMT"


def test_a_new_document_is_served_until_it_is_removed(site: DemoSite) -> None:
    site.put("/new.txt", b"hello", "text/plain")

    assert get(site, "/new.txt").body == b"hello"

    site.remove("/new.txt")

    assert get(site, "/new.txt").status == 404


def test_a_path_fails_until_it_recovers(site: DemoSite) -> None:
    site.set_status(FEED, 503, {"Retry-After": "120"})

    failing = get(site, FEED)
    assert (failing.status, failing.headers["Retry-After"]) == (503, "120")

    site.set_status(FEED, None)
    site.set_status(FEED, None)

    assert get(site, FEED).status == 200


def test_a_path_without_a_document_can_fail_too(site: DemoSite) -> None:
    site.set_status("/nothing", 410)

    assert get(site, "/nothing").status == 410


def test_the_broken_source_fails_and_has_a_feed_for_when_it_recovers(site: DemoSite) -> None:
    assert get(site, "/exoplanet-club/feed.xml").status == 500

    site.set_status("/exoplanet-club/feed.xml", None)

    assert b"<rss" in get(site, "/exoplanet-club/feed.xml").body


def test_the_moved_source_says_where_it_has_gone(site: DemoSite) -> None:
    answer = get(site, "/courrier/rss.xml")

    assert answer.status == 301
    assert answer.headers["Location"] == site.url + "courrier-orbital/feed.xml"
    assert get(site, "/courrier-orbital/feed.xml").status == 200


def test_requests_are_remembered_as_they_were_answered(site: DemoSite) -> None:
    get(site, FEED + "?page=1", {"User-Agent": "test"})
    get(site, "/nothing")

    first, second = site.requests

    assert (first.method, first.path, first.status) == ("GET", FEED + "?page=1", 200)
    assert first.headers["user-agent"] == "test"
    assert second.status == 404


def test_nothing_is_logged(site: DemoSite, capfd: pytest.CaptureFixture[str]) -> None:
    get(site, FEED)
    get(site, "/nothing")

    assert capfd.readouterr() == ("", "")


def hang_up_at_once(site: DemoSite, path: str) -> None:
    """Ask, and reset the connection instead of reading the answer."""
    host, port = site.url.split("/")[2].split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())


def test_a_reader_that_hangs_up_is_not_reported(site: DemoSite, capfd: pytest.CaptureFixture[str]) -> None:
    site.put("/large", bytes(20_000_000), "audio/wav")

    hang_up_at_once(site, "/large")
    get(site, "/")
    site.close()

    assert capfd.readouterr().err == ""


def test_a_bug_of_the_site_is_reported(site: DemoSite, capfd: pytest.CaptureFixture[str]) -> None:
    site.set_status("/bug", 200, {"X-Bug": "\N{SNOWMAN}"})

    with pytest.raises(http.client.HTTPException):
        get(site, "/bug")

    assert "UnicodeEncodeError" in capfd.readouterr().err


def test_a_closed_site_is_gone() -> None:
    with DemoSite(NOW) as site:
        pass

    with pytest.raises(ConnectionError):
        get(site, "/")


@pytest.mark.parametrize("port", [None, 70_000])
def test_a_port_that_cannot_be_had_is_named(site: DemoSite, port: int | None) -> None:
    wanted = port or int(site.url.rstrip("/").rpartition(":")[2])

    with pytest.raises(UsageError, match=f"{wanted}.*choose another port"):
        DemoSite(NOW, port=wanted)
