"""RULES D4, D5, D7, D8: who asks us to wait is not asked before, and nobody is given up silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StatusError
from aggregator.model import SourceState, SourceStatus
from tests.end_to_end.hostile.server import HostileServer, answer
from tests.end_to_end.hostile.visits import NOW, Visitor

HOUR = timedelta(hours=1)
DATE = "Date: Mon, 02 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("7200", 2 * HOUR),
        ("Mon, 02 Mar 2026 15:00:00 GMT", 3 * HOUR),
        ("60", HOUR),  # shorter than the own interval
        ("99999999999", timedelta(days=7)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=7)),
    ],
)
def test_retry_after_is_obeyed_and_is_no_failure(server: HostileServer, visitor: Visitor, status, retry_after, wait):
    url = server.tells("/feed", answer(status, b"", DATE, f"Retry-After: {retry_after}"))

    visit = visitor.visit(url)

    assert isinstance(visit.error, StatusError)
    assert visit.wait == wait
    assert visit.state.failures == 0
    assert visit.state.status is SourceStatus.NEW
    assert f"answered {status}" in visit.state.last_error


@pytest.mark.parametrize("retry_after", ["-5", "soon", "", "1e9", "Mon, 99 Foo 2026", "Mon, 02 Mar 2020 12:00:00 GMT"])
def test_a_senseless_retry_after_counts_as_none(server: HostileServer, visitor: Visitor, retry_after):
    url = server.tells("/feed", answer(503, b"", DATE, f"Retry-After: {retry_after}"))

    visit = visitor.visit(url)

    assert visit.error.retry_after is None
    assert visit.state.failures == 1


def test_a_429_that_says_no_time_is_met_with_longer_and_longer_waits(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(429, b""))
    state = SourceState(seed=url)
    waits = []

    for _ in range(6):
        visit = visitor.visit(url, replace(state, last_checked=NOW))
        state = visit.state
        waits.append(visit.wait / HOUR)

    assert waits == [2, 4, 8, 16, 24, 24]
    assert state.failures == 0
    assert state.next_check_reason == "the server asked us to come less often (429)"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 451, 500, 502, 503, 504, 599, 204, 206, 300, 305, 999])
def test_a_failing_source_is_asked_less_and_less_and_then_daily_for_ever(server, visitor: Visitor, status):
    url = server.tells("/feed", answer(status, b"" if status == 204 else b"no"))
    state = SourceState(seed=url)
    waits = []

    for _ in range(7):
        visit = visitor.visit(url, state)
        state = visit.state
        waits.append(visit.wait / HOUR)

    assert visit.error.status == status
    assert waits == [1, 2, 4, 8, 16, 24, 24]
    assert (state.status, state.failures) == (SourceStatus.FAILING, 7)
    assert state.next_check_reason == "it failed 7 times in a row"


def test_a_success_ends_the_back_off(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(500, b""), answer())

    second = visitor.visit(url, visitor.visit(url).state)

    assert (second.state.failures, second.state.last_error, second.state.status) == (0, None, SourceStatus.OK)


def test_a_410_stops_the_polling_and_says_so(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(410, b"gone", "Retry-After: 60"))

    visit = visitor.visit(url)

    assert (visit.state.status, visit.state.next_check) == (SourceStatus.GONE, None)
    assert visit.state.next_check_reason == "the server says that it is gone for good (410)"
    assert visit.says == f"127.0.0.1:{server.port} answered 410 Gone"


@pytest.mark.parametrize(
    ("headers", "wait", "words"),
    [
        (["Cache-Control: max-age=7200"], 2 * HOUR, "the server asked for 2 hours (max-age)"),
        (['Cache-Control: public, MAX-AGE = "7200"'], 2 * HOUR, "max-age"),
        (["Cache-Control: max-age=7200", "Age: 600"], 2 * HOUR - timedelta(minutes=10), "max-age"),
        (["Cache-Control: s-maxage=90000"], HOUR, "too little is known"),
        (["Cache-Control: no-cache, max-age=7200"], HOUR, "too little is known"),
        (["Cache-Control: max-age=-1"], HOUR, "too little is known"),
        (["Cache-Control: max-age=60"], HOUR, "too little is known"),
        (["Cache-Control: max-age=31536000"], timedelta(days=1), "the server asked for 1 day (max-age)"),
        (["Cache-Control: max-age=7200", DATE, "Expires: Mon, 02 Mar 2026 20:00:00 GMT"], 2 * HOUR, "max-age"),
        ([DATE, "Expires: Mon, 02 Mar 2026 16:00:00 GMT"], 4 * HOUR, "the server asked for 4 hours (Expires)"),
        ([DATE, "Expires: Mon, 02 Mar 2026 10:00:00 GMT"], HOUR, "too little is known"),
        ([DATE, "Expires: 0"], HOUR, "too little is known"),
        (["Retry-After: 10800", "Cache-Control: max-age=7200"], 3 * HOUR, "Retry-After"),
    ],
)
@pytest.mark.parametrize("status", [200, 304])
def test_an_answer_is_good_for_as_long_as_its_headers_say(server, visitor: Visitor, status, headers, wait, words):
    again = answer(status, b"" if status == 304 else b"x", *headers)
    url = server.tells("/feed", answer(200, b"x", 'ETag: "1"'), again)

    second = visitor.visit(url, visitor.visit(url).state)

    assert second.error is None
    assert second.wait == wait
    assert words in second.state.next_check_reason


def test_the_operators_interval_is_lengthened_by_the_server_and_never_shortened(server, visitor: Visitor):
    short = server.tells("/short", answer(200, b"x", "Cache-Control: max-age=60"))
    long = server.tells("/long", answer(200, b"x", "Cache-Control: max-age=14400"))

    assert visitor.visit(short, every=3 * HOUR).wait == 3 * HOUR
    assert visitor.visit(long, every=3 * HOUR).wait == 4 * HOUR
