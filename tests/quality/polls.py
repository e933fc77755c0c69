"""Entries polled into a real store as the pipeline does it, without fetching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.dedupe import decide, sign
from aggregator.errors import SourceError
from aggregator.model import Decision, Entry, Fetched, PollResult, Selection, Source, SourceState, StoredEntry
from aggregator.normalize import normalize_feed
from aggregator.parse import parse_feed
from aggregator.steps.decide import marks_of
from aggregator.steps.group import group_waiting
from aggregator.steps.seen import Seen
from aggregator.store import Store
from aggregator.stories.encoder import Encoder
from aggregator.stories.gist import gists_of

_LEASE = timedelta(minutes=5)


def open_store(url: str, now: datetime) -> Store:
    store = Store(url)
    store.upgrade()
    store.open_site(url="https://news.example.org/", now=now)
    return store


def poll_all(
    store: Store, documents: Mapping[str, Sequence[Entry]], *, now: datetime, encoder: Encoder | None = None
) -> dict[str, StoredEntry]:
    """Poll each document as a source of its own, in this order, as one round; return what is stored, by id."""
    store.configure([Source(name=name, url=f"https://{name}.example/feed") for name in documents])
    for name, entries in documents.items():
        poll_once(store, name, entries, now=now)
    group_waiting(store, now, encoder=encoder)
    return {entry.id: entry for entry in store.entries(Selection())}


def poll_once(store: Store, name: str, entries: Sequence[Entry], *, now: datetime) -> tuple[Decision, ...]:
    """Judge and write entries as a poll of the source does it; their stories are judged at the end of the round."""
    [claim] = store.claims.take(now=now, lease=_LEASE, limit=1, names=[name])
    seen = Seen(entries=tuple(entries), signatures=sign(entries), gists=gists_of(entries))
    with store.poll(claim) as poll:
        known = poll.known(entries)
        marked = marks_of(seen, known, now=now)
        nearby = poll.nearby([each.probes for each in marked.values()])
        judged = decide(entries, known, marked, nearby, claim=claim, now=now)
        state = SourceState(seed=claim.state.seed, last_success=now, next_check=now)
        poll.write(PollResult(source=name, state=state, decisions=judged.decisions))
    return judged.decisions


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
