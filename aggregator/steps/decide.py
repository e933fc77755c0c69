"""decide: what one look at a source changes in the store. No I/O but the questions that ``look`` answers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from aggregator.config import FetchSettings
from aggregator.errors import FetchError, SourceError, StatusError
from aggregator.fetch import Brought, after_failure, after_success, key_of
from aggregator.model import (
    Claim,
    Decision,
    Exchange,
    Fetched,
    Known,
    Marked,
    Nearby,
    NotModified,
    PollResult,
    PollSummary,
    SourceState,
)
from aggregator.steps.seen import Seen
from aggregator.store import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a poll decides, and all of the store that it follows from."""

    result: PollResult
    known: Known
    marked: Mapping[str, Marked]
    nearby: Nearby


def decide(
    look: Look, claim: Claim, seen: Seen, *, settings: FetchSettings, now: datetime, before: Decided | None = None
) -> Decided:
    """Judge the entries of a document against what the store knows: which are new, which are copies. Raises StoreError.

    With what was decided ``before``, it is that again as long as what it follows from is the same. In which stories
    entries are is judged at the end of the round (steps/group.py).
    """
    from aggregator.dedupe import decide as judge  # most sources have nothing new, and need no judging

    known = look.known(seen.entries)
    is_as_before = before is not None and known == before.known
    marked = before.marked if before is not None and is_as_before else marks_of(seen, known, now=now)
    nearby = look.nearby([each.probes for each in marked.values()])
    if before is not None and is_as_before and nearby == before.nearby:
        return before
    judged = judge(
        seen.entries,
        known,
        marked,
        nearby,
        claim=claim,
        now=now,
        categories={entry.key: found for entry, found in zip(seen.entries, seen.categories, strict=True)},
        unchanged=seen.unchanged,
        site_url=seen.document.link if seen.document else None,
    )
    result = _result(claim, seen, judged.decisions, judged.unchanged, settings, now)
    return Decided(result=result, known=known, marked=marked, nearby=nearby)


def marks_of(seen: Seen, known: Known, *, now: datetime) -> dict[str, Marked]:
    """Return what the entries that are new, or say something else than before, are recognized by, by key."""
    from aggregator.dedupe import mark_copies

    stored = {each.key: each for each in known.same_source}
    marked: dict[str, Marked] = {}
    for entry, signature, gist in zip(seen.entries, seen.signatures, seen.gists, strict=True):
        before = stored.get(entry.key)
        if entry.key not in known.forgotten and (before is None or before.fingerprint != entry.fingerprint):
            marked[entry.key] = mark_copies(entry, signature, gist, before.first_seen if before else now)
    return marked


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
        found_out=result.found_out,
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
        found_out=seen.findings.note if seen.findings else None,
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
    address = claim.address_after(state)
    if address == claim.address:
        return None
    host = key_of(claim.source.group, address, settings.politeness.per)
    return None if host == claim.host.key else host
