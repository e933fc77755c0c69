"""What a check leaves for the next one: the source's state after a success and after a failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from aggregator.errors import ErrorKind, NoSuchHost, PageChanged, SourceError, StatusError, Throttled
from aggregator.fetch.next_check import Check, Pace, counts_as_failure, next_check
from aggregator.fetch.quiet import QuietTimes
from aggregator.model import Claim, Fetched, Findings, NotModified, ParsedFeed, SourceState, SourceStatus

# Publication times that are kept of a source; several may be one event (see rhythm.STEP).
REMEMBERED_TIMES: Final = 50
# How long its latest answers took: enough for a median that one slow answer doesn't move.
_REMEMBERED_RESPONSES: Final = 11
# A source that isn't there any more where redirects led it, so often in a row, is asked where it is configured again.
LOST_AFTER: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What an answer that could be used brought. ``document`` is None when the body was the same as the last one.

    ``published`` are the times of its new entries. ``findings`` None: nothing was read, what was found before holds;
    so does what is None of the hashes.
    """

    answer: Fetched | NotModified
    document: ParsedFeed | None = None
    body_hash: str | None = None
    entry_hashes: bytes | None = None
    findings: Findings | None = None
    published: Sequence[datetime] = ()
    has_news: bool = False


def after_success(claim: Claim, brought: Brought, *, settings: Pace, now: datetime, jitter: float) -> SourceState:
    """The state after an answer that could be used.

    The validators are always the latest ones, and none when a 200 gave none (RULES D3). Permanent redirects are
    remembered: their target has been read as a feed by now (D6). Of a document of which a part could be read, nothing
    is stored that would keep the rest from coming: neither validators nor the hash of its body.
    """
    answer, document, findings = brought.answer, brought.document, brought.findings
    state, source = claim.state, claim.source
    moved_to = answer.moved_to or state.moved_to
    moved_to = None if moved_to == source.url else moved_to
    if document:
        state = replace(state, feed_wait=document.wait, skip_hours=document.skip_hours, skip_days=document.skip_days)
    if findings:
        state = replace(
            state,
            read_as=findings.read_as,
            found_at=findings.found_at,
            listed=findings.listed,
            watched=findings.watched,
            hub=findings.hub,
        )
    complaint = state.listed.complaint if state.listed else None
    part_only = document.complaint if document else None
    request = findings.request if findings else None
    if findings is None and state.last_error_kind is ErrorKind.UNCONFIRMED:  # nothing came since
        request = state.last_error
    recent = state.recent
    if brought.published:
        recent = tuple(sorted((*brought.published, *state.recent), reverse=True)[:REMEMBERED_TIMES])
    check = next_check(
        source,
        settings,
        Check(
            now=now,
            published=recent,
            usual_gap=state.usual_gap,
            freshness=answer.freshness,
            feed_wait=state.feed_wait,
            quiet=QuietTimes(state.skip_hours, state.skip_days),
            is_told=state.told_until is not None and state.told_until > now,
            jitter=jitter,
        ),
    )
    state = replace(
        state,
        status=SourceStatus.CHANGED if complaint else SourceStatus.MOVED if moved_to else SourceStatus.OK,
        moved_to=moved_to,
        validators=None if part_only else answer.validators,
        body_hash=None if part_only else brought.body_hash or state.body_hash,
        entry_hashes=state.entry_hashes if brought.entry_hashes is None else brought.entry_hashes,
        last_checked=now,
        last_success=now,
        watched_since=now if state.last_success is None else state.watched_since,
        next_check=check.at,
        next_check_reason=check.reason,
        failures=0,
        last_error=complaint or part_only or request,
        last_error_kind=ErrorKind.PAGE_CHANGED if complaint else ErrorKind.UNCONFIRMED if request else None,
        last_error_status=None,
        usual_gap=check.usual_gap,
        recent=recent,
        response_times_ms=_with_response(state.response_times_ms, answer.took),
    )
    state = _described(state, document, has_news=brought.has_news, now=now) if document else state
    return _with_memory_of(claim.state, state) if isinstance(answer, Fetched) and answer.is_pushed else state


def _with_memory_of(before: SourceState, state: SourceState) -> SourceState:
    """Return the state after a push: what is known of the source's own answers, and when it is asked, stays."""
    return replace(
        state,
        validators=before.validators,
        body_hash=before.body_hash,
        entry_hashes=before.entry_hashes,
        hub=before.hub,
        last_checked=before.last_checked,
        next_check=before.next_check,
        next_check_reason=before.next_check_reason,
    )


def after_failure(claim: Claim, error: SourceError, *, settings: Pace, now: datetime, jitter: float) -> SourceState:
    """The state after a failed check: nothing is forgotten that an answer had brought (RULES D3).

    But where redirects led, when there is nothing any more, LOST_AFTER times in a row.
    """
    state = claim.state
    is_failure = counts_as_failure(error)
    failures = state.failures + is_failure
    is_moved = state.moved_to is not None or state.found_at is not None
    is_lost = is_moved and failures >= LOST_AFTER and _is_missing(error)
    check = next_check(
        claim.source,
        settings,
        Check(
            now=now,
            usual_gap=state.usual_gap,
            quiet=QuietTimes(state.skip_hours, state.skip_days),
            error=error,
            failures=1 if is_lost else failures,
            previous_wait=_previous_wait(state),
            is_moved=is_moved,
            jitter=jitter,
        ),
    )
    failed_as = SourceStatus.CHANGED if isinstance(error, PageChanged) else SourceStatus.FAILING
    status = failed_as if is_failure else state.status
    return replace(
        state,
        status=SourceStatus.GONE if check.at is None else status,
        moved_to=None if is_lost else state.moved_to,
        found_at=None if is_lost else state.found_at,
        read_as=None if is_lost and state.found_at else state.read_as,
        last_checked=now,
        next_check=check.at,
        next_check_reason="it is not there any more where it had moved; back to its address"
        if is_lost
        else check.reason,
        failures=failures,
        last_error=str(error),
        last_error_kind=error.kind,
        last_error_status=error.status if isinstance(error, StatusError) else None,
        usual_gap=check.usual_gap,
    )


def _with_response(known: tuple[int, ...], took: timedelta | None) -> tuple[int, ...]:
    if took is None:
        return known
    return (round(took / timedelta(milliseconds=1)), *known)[:_REMEMBERED_RESPONSES]


def _is_missing(error: SourceError) -> bool:
    if isinstance(error, StatusError) and not isinstance(error, Throttled):
        return error.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
    return isinstance(error, NoSuchHost)


def _described(state: SourceState, document: ParsedFeed, *, has_news: bool, now: datetime) -> SourceState:
    """What the feed says of itself. Its time moves with news only: many feeds are dated anew at each request, and
    what we publish of them must not differ for that (RULES E9b).
    """
    updated = state.feed_updated
    if has_news or updated is None:
        updated = min(document.updated or now, now)
    return replace(
        state,
        feed_id=document.id,
        feed_title=document.title,
        feed_updated=updated,
        site_url=document.link,
        language=document.language,
    )


def _previous_wait(state: SourceState) -> timedelta | None:
    if state.next_check is None or state.last_checked is None:
        return None
    return state.next_check - state.last_checked
