from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.errors import ErrorKind, FetchError, NoSuchHost, PageChanged, StatusError, Throttled
from aggregator.fetch import Brought, after_failure, after_success
from aggregator.model import (
    Claim,
    Fetched,
    Findings,
    Freshness,
    ListMemory,
    NotModified,
    ParsedFeed,
    Source,
    SourceKind,
    SourceState,
    SourceStatus,
    Validators,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "http://example.org/feed"
NEW_URL = "http://example.org/new"
VALIDATORS = Validators(url=URL, etag='"2"')


@dataclass(frozen=True)
class Pace:
    every: timedelta | None = None
    min_every: timedelta = timedelta(minutes=30)
    max_every: timedelta = timedelta(hours=12)


def claim(**state) -> Claim:
    return Claim(source=Source(name="s", url=URL), state=SourceState(seed=URL, **state), token="t", until=NOW + HOUR)


def fetched(**facts) -> Fetched:
    return Fetched(**{"url": URL, "body": b"<rss/>", "content_type": None, "validators": VALIDATORS, **facts})


def document(**facts) -> ParsedFeed:
    return ParsedFeed(**{"format": "rss20", "reader": "feedparser", "url": URL, **facts})


def succeed(state: Claim, answer=None, document=None, **facts) -> SourceState:
    brought = Brought(answer=answer or fetched(), document=document, **facts)
    return after_success(state, brought, settings=Pace(), now=NOW, jitter=0)


def fail(state: Claim, error, **facts) -> SourceState:
    return after_failure(state, error, **{"settings": Pace(), "now": NOW, "jitter": 0, **facts})


def test_a_success_forgets_the_failures():
    state = succeed(claim(status=SourceStatus.FAILING, failures=7, last_error="down"))

    assert (state.status, state.failures, state.last_error) == (SourceStatus.OK, 0, None)
    assert (state.last_checked, state.last_success) == (NOW, NOW)


def test_a_success_keeps_what_the_feed_says_of_itself():
    state = succeed(
        claim(),
        document=document(id="urn:1", title="News", link="http://example.org/", language="de", updated=NOW - HOUR),
        body_hash="abc",
    )

    assert (state.feed_id, state.feed_title, state.site_url, state.language) == (
        "urn:1",
        "News",
        "http://example.org/",
        "de",
    )
    assert (state.feed_updated, state.body_hash) == (NOW - HOUR, "abc")


def test_an_unchanged_body_leaves_what_is_known_of_the_feed():
    known = claim(feed_title="News", body_hash="abc", feed_updated=NOW - DAY)

    for answer in (fetched(), NotModified(url=URL, validators=VALIDATORS)):
        state = succeed(known, answer)

        assert (state.feed_title, state.body_hash, state.feed_updated) == ("News", "abc", NOW - DAY)
        assert state.validators == VALIDATORS


def test_a_feed_without_a_date_was_updated_when_it_last_had_news():
    known = claim(feed_updated=NOW - DAY)

    assert succeed(known, document=document(), has_news=True).feed_updated == NOW
    assert succeed(known, document=document(), has_news=False).feed_updated == NOW - DAY


def test_a_feed_of_the_future_was_updated_now():
    assert succeed(claim(), document=document(updated=NOW + DAY)).feed_updated == NOW


def test_a_success_without_validators_clears_the_old_ones():
    assert succeed(claim(validators=VALIDATORS), fetched(validators=None)).validators is None


def test_a_move_is_remembered_and_shown_until_the_configuration_follows():
    first = succeed(claim(), fetched(moved_to=NEW_URL))
    later = succeed(replace(claim(), state=first), NotModified(url=NEW_URL, validators=VALIDATORS))
    followed = succeed(Claim(source=Source(name="s", url=NEW_URL), state=first, token="t", until=NOW))

    assert (first.moved_to, first.status) == (NEW_URL, SourceStatus.MOVED)
    assert (later.moved_to, later.status) == (NEW_URL, SourceStatus.MOVED)
    assert (followed.moved_to, followed.status) == (None, SourceStatus.OK)


def test_the_wishes_of_server_and_feed_are_passed_on():
    asked = fetched(freshness=Freshness(wait=5 * HOUR, reason="max-age"))

    assert succeed(claim(), asked).next_check == NOW + 5 * HOUR
    assert succeed(claim(), document=document(wait=7 * HOUR)).next_check_reason == "the feed asks for 7 hours (ttl)"


def test_the_rhythm_is_remembered():
    state = succeed(claim(), published=[NOW - number * DAY for number in range(1, 9)])

    assert state.usual_gap == DAY
    assert succeed(replace(claim(), state=state)).usual_gap == DAY


def test_it_is_noted_when_a_source_answered_first():
    first = succeed(claim())
    again = succeed(claim(last_success=NOW - DAY, watched_since=NOW - 9 * DAY))
    unnoted = succeed(claim(last_success=NOW - DAY))

    assert [state.watched_since for state in (first, again, unnoted)] == [NOW, NOW - 9 * DAY, None]


def test_a_failure_forgets_nothing_that_an_answer_brought():
    known = claim(
        validators=VALIDATORS,
        body_hash="abc",
        feed_title="News",
        last_success=NOW - DAY,
        moved_to=NEW_URL,
        usual_gap=DAY,
    )

    state = fail(known, FetchError("down"))

    unchanged = {"validators", "body_hash", "feed_title", "last_success", "moved_to", "usual_gap"}
    assert all(getattr(state, name) == getattr(known.state, name) for name in unchanged)
    assert (state.status, state.failures, state.last_error) == (SourceStatus.FAILING, 1, "down")
    assert (state.last_checked, state.next_check_reason) == (NOW, "it failed once")


def test_each_failure_counts():
    assert fail(claim(failures=4), FetchError("down")).failures == 5


def test_a_429_leaves_status_and_count_alone_and_doubles_the_wait():
    known = claim(status=SourceStatus.OK, failures=0, last_checked=NOW - 3 * HOUR, next_check=NOW)

    state = fail(known, Throttled("slow down", status=429))

    assert (state.status, state.failures, state.last_error) == (SourceStatus.OK, 0, "slow down")
    assert state.next_check == NOW + 6 * HOUR


def test_a_source_that_is_gone_has_no_next_check():
    state = fail(claim(status=SourceStatus.OK), StatusError("gone", status=410))

    assert (state.status, state.next_check, state.last_error) == (SourceStatus.GONE, None, "gone")


def test_the_quiet_times_of_a_feed_outlast_answers_that_bring_none():
    first = succeed(claim(), document=document(skip_hours=(13, 14), skip_days=(6,)))
    later = succeed(replace(claim(), state=first), NotModified(url=URL, validators=VALIDATORS))
    failed = fail(replace(claim(), state=first), FetchError("down"))
    dropped = succeed(replace(claim(), state=first), document=document())

    for state in (first, later, failed):
        assert (state.skip_hours, state.skip_days) == ((13, 14), (6,))
        assert state.next_check == NOW + 3 * HOUR
    assert (dropped.skip_hours, dropped.skip_days, dropped.next_check) == ((), (), NOW + HOUR)


MISSING = [StatusError("not there", status=404), StatusError("gone", status=410), NoSuchHost("no such host")]


@pytest.mark.parametrize("error", MISSING, ids=str)
def test_a_move_to_what_is_not_there_any_more_is_forgotten_at_the_third_time(error):
    moved = claim(status=SourceStatus.MOVED, moved_to=NEW_URL, validators=VALIDATORS)
    states = []

    for _ in range(3):
        states.append(fail(moved, error))
        moved = replace(moved, state=states[-1])

    assert [state.moved_to for state in states] == [NEW_URL, NEW_URL, None]
    assert [state.status for state in states] == [SourceStatus.FAILING] * 3
    assert states[-1].next_check == NOW + HOUR
    assert states[-1].next_check_reason == "it is not there any more where it had moved; back to its address"


@pytest.mark.parametrize(
    "error",
    [FetchError("down"), StatusError("broken", status=500), Throttled("too often", status=404)],
    ids=str,
)
def test_a_move_to_what_only_fails_is_kept(error):
    assert fail(claim(moved_to=NEW_URL, failures=8), error).moved_to == NEW_URL


def test_how_long_the_latest_answers_took_is_remembered_the_last_one_first():
    known = tuple(range(11))

    state = succeed(claim(response_times_ms=known), fetched(took=timedelta(milliseconds=99.6)))

    assert state.response_times_ms == (100, *range(10))
    assert succeed(claim(response_times_ms=known), fetched()).response_times_ms == known
    assert fail(claim(response_times_ms=known), FetchError("down")).response_times_ms == known


def test_what_was_found_is_kept_until_something_else_is_found():
    found = Findings(read_as=SourceKind.FEED, found_at="http://example.org/rss")
    state = succeed(claim(), document=document(), findings=found)

    later = succeed(Claim(source=Source(name="s", url=URL), state=state, token="t", until=NOW))

    assert (later.read_as, later.found_at) == (SourceKind.FEED, "http://example.org/rss")


def test_a_complaint_about_a_list_stays_while_nothing_new_is_read():
    listed = ListMemory(place="li", usual=12, complaint="few entries")
    state = succeed(claim(), document=document(), findings=Findings(listed=listed))
    unchanged = succeed(Claim(source=Source(name="s", url=URL), state=state, token="t", until=NOW))
    better = succeed(
        Claim(source=Source(name="s", url=URL), state=unchanged, token="t", until=NOW),
        document=document(),
        findings=Findings(listed=replace(listed, complaint=None)),
    )

    assert (state.status, state.last_error) == (SourceStatus.CHANGED, "few entries")
    assert (unchanged.status, unchanged.last_error) == (SourceStatus.CHANGED, "few entries")
    assert (better.status, better.last_error) == (SourceStatus.OK, None)


def test_a_rebuilt_page_is_changed_and_backed_off_as_a_failure():
    state = fail(claim(status=SourceStatus.OK, validators=VALIDATORS), PageChanged("rebuilt"))

    assert (state.status, state.failures, state.last_error) == (SourceStatus.CHANGED, 1, "rebuilt")
    assert state.validators == VALIDATORS


def test_a_feed_that_a_page_named_and_that_is_gone_is_looked_for_anew():
    found = {"read_as": SourceKind.FEED, "found_at": "http://example.org/rss"}
    once = fail(claim(**found), StatusError("404", status=404))
    thrice = fail(claim(failures=2, **found), StatusError("404", status=404))

    assert (once.read_as, once.found_at) == (SourceKind.FEED, "http://example.org/rss")
    assert (thrice.read_as, thrice.found_at) == (None, None)


def test_the_kind_and_status_of_an_error_stay_until_the_next_success():
    refused = fail(claim(), StatusError("403", status=403))
    lost = fail(claim(last_error_status=403), NoSuchHost("no such host"))
    listed = ListMemory(place="li", usual=12, complaint="few entries")
    complained = succeed(claim(), document=document(), findings=Findings(listed=listed))
    well = succeed(claim(last_error="403", last_error_kind=ErrorKind.STATUS, last_error_status=403))

    assert (refused.last_error_kind, refused.last_error_status) == (ErrorKind.STATUS, 403)
    assert (lost.last_error_kind, lost.last_error_status) == (ErrorKind.NO_SUCH_HOST, None)
    assert (complained.last_error_kind, complained.last_error_status) == (ErrorKind.PAGE_CHANGED, None)
    assert (well.last_error_kind, well.last_error_status) == (None, None)


def test_of_a_document_that_was_cut_off_nothing_is_kept_that_would_hold_back_the_rest():
    before = claim(validators=VALIDATORS, body_hash="old")

    cut = succeed(before, document=document(complaint="it is cut off"), body_hash="half")
    whole = succeed(
        Claim(source=before.source, state=cut, token="t", until=NOW), document=document(), body_hash="whole"
    )

    assert (cut.status, cut.failures, cut.last_error) == (SourceStatus.OK, 0, "it is cut off")
    assert (cut.validators, cut.body_hash) == (None, None)
    assert (whole.last_error, whole.validators, whole.body_hash) == (None, VALIDATORS, "whole")
