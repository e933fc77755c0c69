"""RULES D1-D3b: validators go back byte for byte, to the address that gave them, and are never invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from aggregator.fetch import fetch_source, is_to_be_plain
from aggregator.model import Claim, Source, SourceState, Validators
from tests.end_to_end.hostile.server import HostileServer, answer, redirect
from tests.end_to_end.hostile.visits import NOW, Visitor

DATE = "Mon, 02 Mar 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("etag", "last_modified"),
    [
        ('"abc"', DATE),
        ('W/"abc"', "yesterday, more or less"),
        ("unquoted", "Mon, 2 Mar 2026 10:00:00 +0100"),
        ('"caf\u00c3\u00a9"', "0"),
        ('"a, b"', "Mon,  02  Mar 2026"),
        ('"abc-gzip"', "2026-03-02T10:00:00Z"),
    ],
)
def test_both_validators_go_back_byte_for_byte(server: HostileServer, visitor: Visitor, etag, last_modified):
    url = server.tells("/feed", answer(200, b"x", f"ETag: {etag}", f"Last-Modified: {last_modified}"), answer(304, b""))

    first = visitor.visit(url)
    second = visitor.visit(url, first.state)

    assert server.requests[1].header("If-None-Match") == etag
    assert server.requests[1].header("If-Modified-Since") == last_modified
    assert second.not_modified.validators == Validators(url=url, etag=etag, last_modified=last_modified)


def test_an_etag_alone_goes_back_alone(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"x", 'ETag: "1"'), answer(304, b""))

    visitor.visit(url, visitor.visit(url).state)

    assert "if-modified-since" not in server.requests[1].names()


def test_a_last_modified_alone_goes_back_alone(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"x", f"Last-Modified: {DATE}"), answer(304, b""))

    visitor.visit(url, visitor.visit(url).state)

    assert server.requests[1].header("If-Modified-Since") == DATE
    assert "if-none-match" not in server.requests[1].names()


def test_nothing_is_invented_when_the_server_gave_no_validators(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"x", f"Date: {DATE}"))

    visitor.visit(url, visitor.visit(url).state)

    assert not {"if-none-match", "if-modified-since"} & set(server.requests[1].names())


@pytest.mark.parametrize("etag", ["", '"' + "x" * 3000 + '"', '"a\x07b"', '"a\x00b"'])
def test_a_validator_that_can_not_be_sent_back_is_not_kept(server: HostileServer, visitor: Visitor, etag):
    url = server.tells("/feed", answer(200, b"x", f"ETag: {etag}"))

    assert visitor.visit(url).fetched.validators is None


def test_a_validator_folded_over_two_lines_is_sent_back_on_one(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"x", 'ETag: "a\r\n b"'), answer(304, b""))

    visitor.visit(url, visitor.visit(url).state)

    assert server.requests[1].header("If-None-Match") == '"a b"'


def test_of_two_etags_the_first_counts(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"x", 'ETag: "1"', 'ETag: "2"'))

    assert visitor.visit(url).fetched.validators == Validators(url=url, etag='"1"')


def test_the_latest_200_replaces_the_validators_even_when_the_body_is_the_same(server, visitor: Visitor):
    url = server.tells(
        "/feed", answer(200, b"x", 'ETag: "1"', f"Last-Modified: {DATE}"), answer(200, b"x", 'ETag: "2"')
    )

    second = visitor.visit(url, visitor.visit(url).state)

    assert second.state.validators == Validators(url=url, etag='"2"')


def test_a_200_without_validators_clears_them(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"x", 'ETag: "1"'), answer(200, b"x"))

    second = visitor.visit(url, visitor.visit(url).state)

    assert second.state.validators is None


def test_a_304_with_a_new_etag_updates_it_and_keeps_the_date(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"x", 'ETag: "1"', f"Last-Modified: {DATE}"), answer(304, b"", 'ETag: "2"'))

    second = visitor.visit(url, visitor.visit(url).state)

    assert second.state.validators == Validators(url=url, etag='"2"', last_modified=DATE)


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
def test_an_error_page_changes_no_validators(server: HostileServer, visitor: Visitor, status):
    url = server.tells("/feed", answer(200, b"x", 'ETag: "1"'), answer(status, b"<html>", 'ETag: "error"'))

    second = visitor.visit(url, visitor.visit(url).state)

    assert second.state.validators == Validators(url=url, etag='"1"')


def test_a_304_that_nobody_asked_for_is_an_error(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(304, b"", 'ETag: "1"'))

    visit = visitor.visit(url)

    assert "answered 304 (not modified) to a request that set no condition" in visit.says
    assert visit.state.validators is None


def test_validators_of_another_address_are_not_sent(server: HostileServer, visitor: Visitor):
    url = server.tells("/new", answer())
    old = visitor.visit(server.tells("/old", answer(200, b"x", 'ETag: "1"')))

    visitor.visit(url, old.state)

    assert "if-none-match" not in server.requests[-1].names()


def test_validators_wait_for_the_end_of_a_temporary_redirect(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", redirect("/today", 302))
    server.tells("/today", answer(200, b"x", 'ETag: "1"'), answer(304, b""))

    first = visitor.visit(url)
    second = visitor.visit(url, first.state)

    assert [request.header("If-None-Match") for request in server.requests] == [None, None, None, '"1"']
    assert second.not_modified.url == server.url("/today")


def test_validators_are_dropped_when_a_redirect_leads_elsewhere(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", redirect("/a", 302), redirect("/b", 302))
    server.tells("/a", answer(200, b"x", 'ETag: "1"'))
    server.tells("/b", answer(200, b"y", 'ETag: "2"'))

    second = visitor.visit(url, visitor.visit(url).state)

    assert server.requests[-1].header("If-None-Match") is None
    assert second.state.validators == Validators(url=server.url("/b"), etag='"2"')


def test_empty_validators_set_no_condition_so_that_a_304_is_an_error(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(), answer(304, b""))
    state = replace(visitor.visit(url).state, validators=Validators(url=url))

    assert "no condition" in visitor.visit(url, state).says


def test_a_date_in_the_future_is_not_sent_and_the_etag_beside_it_is(server: HostileServer, visitor: Visitor):
    """A server that compares would answer 304 until then."""
    future = "Last-Modified: Wed, 02 Jan 2041 10:00:00 GMT"
    both = server.tells("/both", answer(200, b"x", future, 'ETag: "1"'))
    alone = server.tells("/alone", answer(200, b"x", future))

    for url in (both, alone):
        visitor.visit(url, visitor.visit(url).state)

    assert [name for name in server.requests[1].names() if name.startswith("if-")] == ["if-none-match"]
    assert [name for name in server.requests[3].names() if name.startswith("if-")] == []


def test_a_server_that_is_stuck_at_304_is_asked_plainly_every_eight_days():
    begin, day = NOW, timedelta(days=1)
    plain = {}
    for seed in ("https://a.example/feed", "https://b.example/feed"):
        state = SourceState(seed=seed, last_success=begin)
        plain[seed] = []
        for hour in range(40 * 24):
            now = begin + timedelta(hours=hour)
            if is_to_be_plain(state, now):
                plain[seed].append(now)
            state = replace(state, last_success=now)

    for times in plain.values():
        assert len(times) == 5
        assert {later - earlier for earlier, later in pairwise(times)} == {8 * day}
    assert len({times[0] for times in plain.values()}) == 2, "not all sources at once"


def test_a_plain_claim_sends_no_validators(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"x", 'ETag: "1"', f"Last-Modified: {DATE}"))
    state = visitor.visit(url).state
    claim = Claim(source=Source(name="s", url=url), state=state, token="t", until=NOW, is_plain=True)

    fetch_source(visitor.client, claim)

    assert [name for name in server.requests[1].names() if name.startswith("if-")] == []


@pytest.mark.parametrize("interim", [b"HTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\n", b"HTTP/1.1 102 P\r\n\r\n" * 3])
def test_answers_that_only_announce_one_are_passed_over(server: HostileServer, visitor: Visitor, interim):
    url = server.tells("/feed", interim + answer(200, b"the feed"))

    assert visitor.visit(url).fetched.body == b"the feed"


def test_announcements_without_end_are_bounded(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", b"HTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\n" * 20_000)

    assert visitor.visit(url).error is not None


def test_203_is_a_success(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(203, b"the feed"))

    assert visitor.visit(url).fetched.body == b"the feed"
