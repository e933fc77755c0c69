"""A source's answer ─► parse ─► normalize ─► categorize ─► dedupe ─► store: what came, what is new in it, what is kept.

Read, decide, write: the store says what it knows, plain functions decide, and one record of all that changed goes back
in the same transaction.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from http import HTTPStatus

from aggregator.categorize import Rules, categorize, compile_filter, compile_rules, is_wanted
from aggregator.config import CategoryConfig, FetchSettings
from aggregator.dedupe import decide, mark, sign
from aggregator.errors import AggregatorError, FetchError, SourceError, StatusError
from aggregator.fetch import after_failure, after_success, key_of
from aggregator.model import (
    CategoryMatch,
    Claim,
    Decision,
    Entry,
    Exchange,
    Fetched,
    Findings,
    NotModified,
    ParsedFeed,
    PollResult,
    PollSummary,
    Sighting,
    Signature,
    SourceState,
)
from aggregator.normalize import normalize_changes
from aggregator.reading import finished, is_news, read_document
from aggregator.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look at a source brought: an answer with the entries that are new in it or were changed, or an error.

    ``signatures`` and ``categories`` are those of the entries, in their order. ``unchanged`` are the other entries of
    the document.
    """

    answer: Fetched | NotModified | None = None
    document: ParsedFeed | None = None
    findings: Findings | None = None
    body_hash: str | None = None
    entry_hashes: bytes | None = None
    entries: tuple[Entry, ...] = ()
    unchanged: tuple[Sighting, ...] = ()
    signatures: tuple[Signature, ...] = ()
    categories: tuple[tuple[CategoryMatch, ...], ...] = ()
    error: SourceError | None = None


def read(claim: Claim, answer: Fetched | NotModified, now: datetime) -> Seen:
    """Parse ─► normalize; a body or an entry that is the same as the last time goes no further. Raises SourceError."""
    if isinstance(answer, NotModified):
        return Seen(answer=answer)
    body_hash = hash_of(answer)
    if body_hash == claim.state.body_hash:
        return Seen(answer=answer, body_hash=body_hash)
    reading = read_document(claim, answer, now)
    changes = normalize_changes(reading.document, now=now, seen=claim.state.entry_hashes)
    entries = tuple(finished(entry, answer, reading) for entry in changes.entries if is_taken(claim, entry))
    return Seen(
        answer=answer,
        document=reading.document,
        findings=reading.findings,
        body_hash=body_hash,
        entry_hashes=changes.hashes,
        entries=entries,
        unchanged=changes.unchanged,
        signatures=sign(entries, beside=changes.beside),
    )


def is_taken(claim: Claim, entry: Entry) -> bool:
    """Tell whether the operator wants an entry, by what its source says of it."""
    source = claim.source
    keep = compile_filter(source.keep) if source.keep else None
    drop = compile_filter(source.drop) if source.drop else None
    return is_news(claim, entry) and is_wanted(entry, keep, drop, source=f"{source.name}\n{source.title or ''}")


def hash_of(answer: Fetched) -> str:
    """Return what an answer is known again by."""
    return hashlib.sha256(b"".join([answer.body, *(page.body for page in answer.pages)])).hexdigest()


def crashed(claim: Claim, error: Exception) -> SourceError:
    """Log a bug of ours whole, and return what is recorded of it on the source."""
    import structlog

    structlog.get_logger().error("source.crashed", source=claim.source.name, exc_info=error)
    return SourceError(f"this program failed on it: {type(error).__name__}: {error}")


def _summary(result: PollResult) -> PollSummary:
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


@lru_cache(maxsize=2)
def rules_for(categories: tuple[CategoryConfig, ...]) -> Rules:
    """Compile the rules of a configuration, once: processes that are forked afterwards have them (processes.py)."""
    return compile_rules(categories)


class Recorder:
    """What is done with an answer, from its bytes to the store. All that a process of its own needs (processes.py)."""

    def __init__(
        self,
        store: Store,
        settings: FetchSettings,
        categories: tuple[CategoryConfig, ...],
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self.store = store
        self._settings = settings
        self._categories = categories
        self._clock = clock

    @cached_property
    def rules(self) -> Rules:
        """The rules, compiled when they are first asked for: most commands never do."""
        return rules_for(self._categories)

    def read_and_record(self, claim: Claim, answer: Fetched) -> PollSummary:
        """Parse ─► … ─► store. Raises StoreError, ClaimLost; what else went wrong is recorded on the source."""
        return self.record(claim, self.read(claim, answer))

    def read(self, claim: Claim, answer: Fetched) -> Seen:
        """Parse ─► normalize ─► categorize. Raises nothing: what went wrong, our bugs too, is in what is returned."""
        try:
            seen = read(claim, answer, self._clock())
            categories = tuple(categorize(entry, claim.source, self.rules) for entry in seen.entries)
            return replace(seen, categories=categories)
        except SourceError as error:
            return Seen(answer=answer, error=error)
        except Exception as error:  # noqa: BLE001 - a bug that one source's input brings out must not stop the others
            return Seen(answer=answer, error=crashed(claim, error))

    def record(self, claim: Claim, seen: Seen) -> PollSummary:
        """Read, decide, write: dedupe ─► store, in one transaction. Raises StoreError, ClaimLost."""
        if not seen.entries:
            return self.record_quiet([(claim, seen)])[0]
        now = self._clock()
        try:
            with self.store.poll(claim) as poll:
                known = poll.known(seen.entries)
                marking = mark(seen.entries, seen.signatures, known, now=now)
                nearby = poll.nearby(marking.probes)
                judged = decide(seen.entries, known, marking, nearby, claim=claim, now=now, unchanged=seen.unchanged)
                of_key = {entry.key: found for entry, found in zip(seen.entries, seen.categories, strict=True)}
                decisions = tuple(replace(each, categories=of_key[each.entry.key]) for each in judged.decisions)
                result = self._result(claim, seen, decisions, judged.unchanged, now)
                poll.write(result)
                return _summary(result)
        except SourceError as error:
            failed = Seen(answer=seen.answer, error=error)
        except AggregatorError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            failed = Seen(answer=seen.answer, error=crashed(claim, error))
        return self.record_quiet([(claim, failed)])[0]

    def record_quiet(self, looks: Sequence[tuple[Claim, Seen]]) -> list[PollSummary]:
        """Write what became of sources that brought no entries, all in one transaction. Raises StoreError.

        A result whose claim was lost meanwhile is not written; nothing of worth is lost with it.
        """
        now = self._clock()
        results = [self._result(claim, seen, (), len(seen.unchanged), now) for claim, seen in looks]
        self.store.write_quiet([(claim, result) for (claim, _), result in zip(looks, results, strict=True)])
        return [_summary(result) for result in results]

    def _result(
        self, claim: Claim, seen: Seen, decisions: tuple[Decision, ...], unchanged: int, now: datetime
    ) -> PollResult:
        settings, jitter = self._settings, random.random()  # noqa: S311 - spreads requests, keeps no secret
        if seen.answer is None or seen.error is not None:
            error = seen.error or SourceError("no answer")
            state = after_failure(claim, error, settings=settings, now=now, jitter=jitter)
            return PollResult(
                source=claim.source.name,
                state=state,
                error=str(error),
                exchange=_exchange(seen),
                host=self._new_host(claim, state),
            )
        state = after_success(
            claim,
            seen.answer,
            seen.document,
            body_hash=seen.body_hash,
            entry_hashes=seen.entry_hashes,
            findings=seen.findings,
            published=[each.published for each in decisions if each.is_new],
            has_news=bool(decisions),
            settings=settings,
            now=now,
            jitter=jitter,
        )
        return PollResult(
            source=claim.source.name,
            state=state,
            decisions=decisions,
            unchanged=unchanged,
            exchange=_exchange(seen),
            host=self._new_host(claim, state),
        )

    def _new_host(self, claim: Claim, state: SourceState) -> str | None:
        """Return by what a source that has moved is limited from now on; None for one that has not."""
        address = replace(claim, state=state).address
        if address == claim.address:
            return None
        host = key_of(claim.source.group, address, self._settings.politeness.per)
        return None if host == claim.host.key else host
