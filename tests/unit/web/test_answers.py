"""Validators, 304 and gzip, over HTTP."""

from __future__ import annotations

import gzip
import threading
from datetime import timedelta
from email.utils import format_datetime

import pytest

from aggregator.entrypoints.web.responses import Outputs, accepts_gzip
from tests.unit.publish.samples import NOON, make_item
from tests.unit.web.samples import client_of, make_aggregator

VALIDATED = ("/", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/sources", "/feeds/", "/opml", "/style.css")


def http_date(when):
    return format_datetime(when, usegmt=True)


@pytest.mark.parametrize("path", VALIDATED)
def test_who_has_it_already_gets_a_304_without_body(path):
    client = client_of(make_aggregator(make_item()))
    first = client.get(path)

    by_tag = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    by_date = client.get(path, headers={"If-Modified-Since": first.headers["last-modified"]})

    assert (by_tag.status_code, by_tag.content) == (304, b"")
    assert (by_date.status_code, by_date.content) == (304, b"")
    for name in ("etag", "last-modified", "cache-control", "vary"):
        assert by_tag.headers[name] == first.headers[name]


@pytest.mark.parametrize("path", VALIDATED)
def test_head_has_the_headers_of_get_and_no_body(path):
    client = client_of(make_aggregator(make_item()))
    got = client.get(path)

    head = client.head(path)

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers["etag"] == got.headers["etag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"a",W/{} , "b"'])
def test_a_tag_matches_weakly_and_among_others(form):
    client = client_of(make_aggregator(make_item()))
    etag = client.get("/feeds/all.atom").headers["etag"]

    response = client.get("/feeds/all.atom", headers={"If-None-Match": form.format(etag)})

    assert response.status_code == 304


def test_a_star_matches_whatever_there_is():
    assert client_of(make_aggregator()).get("/feeds/all.atom", headers={"If-None-Match": "*"}).status_code == 304


def test_another_tag_decides_alone_even_when_the_date_would_match():
    client = client_of(make_aggregator())
    headers = {"If-None-Match": '"other"', "If-Modified-Since": http_date(NOON)}

    assert client.get("/feeds/all.atom", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (http_date(NOON), 304),
        (http_date(NOON + timedelta(days=1)), 304),
        (http_date(NOON - timedelta(seconds=1)), 200),
        ("Sun, 01 Mar 2026 12:00:00 -0000", 304),
        ("yesterday", 200),
    ],
)
def test_a_date_matches_from_the_last_modification_on(since, status):
    client = client_of(make_aggregator())

    assert client.get("/feeds/all.atom", headers={"If-Modified-Since": since}).status_code == status


def test_a_new_entry_that_was_published_long_ago_is_no_304():
    aggregator = make_aggregator(make_item("new"))
    client = client_of(aggregator)
    first = client.get("/feeds/all.atom")

    aggregator.store.items.append(
        make_item("late", published=NOON - timedelta(days=30), updated=NOON - timedelta(days=30))
    )
    aggregator.store.version += 1

    by_tag = client.get("/feeds/all.atom", headers={"If-None-Match": first.headers["etag"]})
    by_date = client.get("/feeds/all.atom", headers={"If-Modified-Since": first.headers["last-modified"]})
    assert (by_tag.status_code, by_date.status_code) == (200, 200)


def test_what_did_not_change_keeps_its_tag_and_date_when_something_else_did():
    aggregator = make_aggregator(make_item())
    client = client_of(aggregator)
    first = client.get("/feeds/all.atom")

    aggregator.store.version += 1
    aggregator.now += timedelta(hours=1)
    again = client.get("/feeds/all.atom")

    assert aggregator.rendered == 2
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["last-modified"] == first.headers["last-modified"]


def test_a_feed_is_rendered_once_while_nothing_changes():
    aggregator = make_aggregator(make_item())
    client = client_of(aggregator)

    for _ in range(3):
        client.get("/feeds/all.atom")

    assert aggregator.rendered == 1


def test_two_programs_give_the_same_tag_to_the_same_feed():
    tags = {client_of(make_aggregator(make_item())).get("/feeds/all.atom").headers["etag"] for _ in range(2)}

    assert len(tags) == 1


def test_who_likes_gzip_gets_it_with_a_tag_of_its_own():
    client = client_of(make_aggregator(*(make_item(f"e{number}") for number in range(9))))
    plain = client.get("/feeds/all.atom")

    with client.stream("GET", "/feeds/all.atom", headers={"Accept-Encoding": "br, gzip"}) as response:
        raw = b"".join(response.iter_raw())

    assert response.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content)
    assert response.headers["etag"] != plain.headers["etag"]
    assert response.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers


def test_either_variants_tag_is_current():
    client = client_of(make_aggregator(*(make_item(f"e{number}") for number in range(9))))
    compressed = client.get("/feeds/all.atom", headers={"Accept-Encoding": "gzip"}).headers["etag"]

    same = client.get("/feeds/all.atom", headers={"Accept-Encoding": "gzip", "If-None-Match": compressed})
    other = client.get("/feeds/all.atom", headers={"If-None-Match": compressed})

    assert (same.status_code, other.status_code) == (304, 304)


def test_what_is_small_is_not_compressed():
    response = client_of(make_aggregator()).get("/healthz", headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in response.headers


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("GZIP;q=0.5", True),
        ("deflate, x-gzip", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("br", False),
        ("identity", False),
        ("", False),
        ("gzip;q=much", False),
        ("gzip;level=9", True),
    ],
)
def test_gzip_is_accepted_where_the_header_says_so(header, accepted):
    assert accepts_gzip(header) is accepted


def test_only_so_many_outputs_are_remembered_the_least_used_go_first():
    outputs, made = Outputs(2), []

    def get(address):
        outputs.get(address, 1, lambda: made.append(address) or b"x", media_type="text/plain", now=NOON)

    for address in ("a", "b", "a", "c", "a", "b"):
        get(address)

    assert made == ["a", "b", "c", "b"]


def test_two_versions_within_one_second_have_different_dates():
    outputs = Outputs(2)

    first = outputs.get("a", 1, lambda: b"one", media_type="text/plain", now=NOON)
    second = outputs.get("a", 2, lambda: b"two", media_type="text/plain", now=NOON)

    assert second.last_modified == first.last_modified + timedelta(seconds=1)


def test_what_could_not_be_made_is_not_remembered():
    outputs = Outputs(2)

    def fail():
        raise LookupError

    with pytest.raises(LookupError):
        outputs.get("a", 1, fail, media_type="text/plain", now=NOON)

    assert outputs.get("a", 1, lambda: b"made", media_type="text/plain", now=NOON).body == b"made"


def test_threads_may_share_what_is_remembered():
    outputs, seen = Outputs(3), []

    def ask(number):
        for turn in range(50):
            address = f"{(number + turn) % 5}"
            seen.append((address, outputs.get(address, 1, address.encode, media_type="text/plain", now=NOON).body))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 200
    assert all(address.encode() == body for address, body in seen)
