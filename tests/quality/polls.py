"""Entries polled into a real store as the pipeline does it, without fetching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.dedupe import sign
from aggregator.errors import SourceError
from aggregator.model import Entry, Fetched, PollResult, Selection, Source, SourceState, StoredEntry
from aggregator.normalize import normalize_feed
from aggregator.parse import parse_feed
from aggregator.steps.decide import judge_entries
from aggregator.steps.marking import mark
from aggregator.store import Store
from aggregator.stories import gists_of

_LEASE = timedelta(minutes=5)


def open_store(url: str, now: datetime) -> Store:
    store = Store(url)
    store.upgrade()
    store.open_site(url="https://news.example.org/", now=now)
    return store


def poll_all(store: Store, documents: Mapping[str, Sequence[Entry]], *, now: datetime) -> dict[str, StoredEntry]:
    """Poll each document as a source of its own, in this order; return what is stored, by id."""
    store.configure([Source(name=name, url=f"https://{name}.example/feed") for name in documents])
    for name, entries in documents.items():
        poll_once(store, name, entries, now=now)
    return {entry.id: entry for entry in store.entries(Selection())}


def poll_once(store: Store, name: str, entries: Sequence[Entry], *, now: datetime) -> None:
    [claim] = store.claim_due_sources(now=now, lease=_LEASE, limit=1, names=[name])
    signatures, gists = sign(entries), gists_of(entries)
    with store.poll(claim) as poll:
        known = poll.known(entries)
        marking = mark(entries, signatures, gists, known, now=now)
        judged = judge_entries(entries, known, marking, poll.nearby(marking.probes), claim=claim, now=now)
        state = SourceState(seed=claim.state.seed, last_success=now, next_check=now)
        poll.write(PollResult(source=name, state=state, decisions=judged.decisions))


def read_feeds(folder: Path, now: datetime) -> dict[str, tuple[Entry, ...]]:
    """Return the entries of each feed of a folder that can be read."""
    documents: dict[str, tuple[Entry, ...]] = {}
    for number, path in enumerate(sorted(path for path in folder.iterdir() if path.is_file())):
        answer = Fetched(url=f"https://f{number}.example/feed", body=path.read_bytes(), content_type=None)
        try:
            documents[f"f{number}"] = normalize_feed(parse_feed(answer), now=now)
        except SourceError:
            continue
    return documents
