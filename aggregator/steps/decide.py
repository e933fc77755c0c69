"""decide: what one look at a source changes in the store. No I/O but the questions that ``poll`` answers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from aggregator.config import FetchSettings
from aggregator.dedupe import Judged
from aggregator.dedupe import decide as judge
from aggregator.errors import FetchError, SourceError, StatusError
from aggregator.fetch import Brought, after_failure, after_success, key_of
from aggregator.model import (
    Claim,
    Decision,
    Entry,
    Exchange,
    Fetched,
    Known,
    Nearby,
    NotModified,
    PollResult,
    PollSummary,
    Sighting,
    SourceState,
)
from aggregator.steps.marking import Marking, mark
from aggregator.steps.parse import Seen
from aggregator.store import PollTransaction
from aggregator.stories import join_stories


def decide(poll: PollTransaction, claim: Claim, seen: Seen, *, settings: FetchSettings, now: datetime) -> PollResult:
    """Judge the entries of a document against what the store knows. Raises StoreError."""
    known = poll.known(seen.entries)
    marking = mark(seen.entries, seen.signatures, seen.gists, known, now=now)
    judged = judge_entries(
        seen.entries, known, marking, poll.nearby(marking.probes), claim=claim, now=now, unchanged=seen.unchanged
    )
    of_key = {entry.key: found for entry, found in zip(seen.entries, seen.categories, strict=True)}
    decisions = tuple(replace(each, categories=of_key[each.entry.key]) for each in judged.decisions)
    return _result(claim, seen, decisions, judged.unchanged, settings, now)


def judge_entries(
    entries: Sequence[Entry],
    known: Known,
    marking: Marking,
    nearby: Nearby,
    *,
    claim: Claim,
    now: datetime,
    unchanged: Sequence[Sighting] = (),
) -> Judged:
    """Judge the entries of one document: which are new, which are copies, and in which stories the new ones are."""
    judged = judge(entries, known, marking.marked, nearby, claim=claim, now=now, unchanged=unchanged)
    source = claim.source.name
    return replace(
        judged, decisions=join_stories(judged.decisions, marking.marked, marking.weights, nearby, source=source)
    )


def decide_quiet(claim: Claim, seen: Seen, *, settings: FetchSettings, now: datetime) -> PollResult:
    """Return what becomes of a source that brought no entries, or an error."""
    return _result(claim, seen, (), len(seen.unchanged), settings, now)


def summarize(result: PollResult) -> PollSummary:
    """Return a result in numbers."""
    new = [decision for decision in result.decisions if decision.is_new]
    return PollSummary(
        source=result.source,
        state=result.state,
        new=len(new),
        updated=len(result.decisions) - len(new),
        duplicates=sum(decision.original != decision.id for decision in new),
        unchanged=result.unchanged,
        error=result.error,
    )


def _result(
    claim: Claim, seen: Seen, decisions: Sequence[Decision], unchanged: int, settings: FetchSettings, now: datetime
) -> PollResult:
    jitter = random.random()  # noqa: S311 - spreads requests, keeps no secret
    if seen.answer is None or seen.error is not None:
        error = seen.error or SourceError("no answer")
        state = after_failure(claim, error, settings=settings, now=now, jitter=jitter)
        return PollResult(
            source=claim.source.name,
            state=state,
            error=str(error),
            exchange=_exchange(seen),
            host=_new_host(claim, state, settings),
        )
    state = after_success(
        claim,
        Brought(
            answer=seen.answer,
            document=seen.document,
            body_hash=seen.body_hash,
            entry_hashes=seen.entry_hashes,
            findings=seen.findings,
            published=[each.published for each in decisions if each.is_new],
            has_news=bool(decisions),
        ),
        settings=settings,
        now=now,
        jitter=jitter,
    )
    return PollResult(
        source=claim.source.name,
        state=state,
        decisions=tuple(decisions),
        unchanged=unchanged,
        exchange=_exchange(seen),
        edition=seen.findings.edition if seen.findings else None,
        host=_new_host(claim, state, settings),
        remembered=seen.remembered,
    )


def _exchange(seen: Seen) -> Exchange:
    match seen.answer, seen.error:
        case Fetched(took=took, body=body), _:
            return Exchange(status=HTTPStatus.OK.value, took=took, size=len(body))
        case NotModified(took=took), _:
            return Exchange(status=HTTPStatus.NOT_MODIFIED.value, took=took, size=0)
        case _, StatusError(status=status, took=took):
            return Exchange(status=status, took=took)
        case _, FetchError(took=took):
            return Exchange(took=took)
        case _:
            return Exchange()


def _new_host(claim: Claim, state: SourceState, settings: FetchSettings) -> str | None:
    """Return by what a source that has moved is limited from now on; None for one that has not."""
    address = replace(claim, state=state).address
    if address == claim.address:
        return None
    host = key_of(claim.source.group, address, settings.politeness.per)
    return None if host == claim.host.key else host
