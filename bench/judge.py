"""What it costs to judge an entry, in stores of different sizes: duplicates, stories, categories.

python -m bench.judge [--sizes 10000 100000 1000000] [--url postgresql+psycopg://…/judge_{size}] [--per-day 2500]

The stores grow as they do in use, by so many entries a day, with words as often as in natural texts (the n-th most
frequent comes n times as rarely as the first). New entries are judged and written by the functions that a poll runs.
CPU time is this process's and, of a PostgreSQL server on this machine, that of the processes behind its connections.
"""

from __future__ import annotations

import argparse
import itertools
import random
import struct
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from aggregator.categorize import categorize, compile_rules
from aggregator.config import load
from aggregator.dedupe import decide, sign
from aggregator.model import Entry, PollResult, Source, SourceState
from aggregator.steps.decide import marks_of
from aggregator.steps.group import group_waiting
from aggregator.steps.seen import Seen
from aggregator.store import Store
from aggregator.store import signatures as stored_signatures
from aggregator.store.tables import entries, signatures, sources, vocabularies
from aggregator.stories.candidates import MAX_AGE, WINDOW
from aggregator.stories.encoder import SentenceEncoder, is_installed
from aggregator.stories.gist import gists_of
from aggregator.text.languages import stems
from aggregator.text.marks import TEXT, WORD, word_mark

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CATEGORIES = Path(__file__).parent.parent / "config" / "aggregator.yaml"
_SOURCES = 200
_POLLS, _IN_POLL, _ROUNDS = 30, 30, 6
# The housekeeping deletes older marks.
_MARKS_KEPT = timedelta(days=60)
_FILLED_AT_ONCE = 10_000
_LEASE = timedelta(hours=1)
_TITLE_WORDS, _LEAD_WORDS, _TEXT_WORDS = 9, 40, 120

_ENCODER = SentenceEncoder()
_BACKENDS = sa.text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--url", help="empty databases, {size} in their names; SQLite files in a temporary folder else")
    parser.add_argument("--per-day", type=int, default=2500)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.url or f"sqlite:///{folder}/judge_{{size}}.db"
        stores: dict[int, Store] = {}
        for size in chosen.sizes:
            began = time.perf_counter()
            _fill(url.format(size=size), size, per_day=chosen.per_day)
            print(f"{size:,} entries stored in {time.perf_counter() - began:.0f} s", flush=True)
            stores[size] = Store(url.format(size=size))
        _print(_rounds(stores, per_day=chosen.per_day))
        for store in stores.values():
            store.close()


def _rounds(stores: Mapping[int, Store], *, per_day: int) -> dict[int, dict[str, float]]:
    """Return what an entry costs in each store: the least of some rounds, which go from store to store.

    So that what else the machine does meanwhile falls on all of them.
    """
    world = _World(random.Random(2))
    found: dict[int, list[dict[str, float]]] = {size: [] for size in stores}
    for _ in range(_ROUNDS):
        for size, store in stores.items():
            found[size].append(_costs(store, world, NOW + timedelta(days=size / per_day)))
    return {size: {name: min(each[name] for each in costs) for name in costs[0]} for size, costs in found.items()}


def _print(costs: Mapping[int, Mapping[str, float]]) -> None:
    for size, least in costs.items():
        print(f"with {size:,} stored entries")
        first = _shown(next(iter(costs.values())))
        for name, cost in _shown(least).items():
            print(f"  {name:38} {cost:5.0f} µs an entry   {cost / first[name]:.2f} x", flush=True)


def _shown(least: Mapping[str, float]) -> dict[str, float]:
    shown = {
        "signatures and gists, before": least["sign"],
        "duplicates: look up, judge, write": least["text"] - least["none"],
        "stories: look up, judge, write": least["stories"],
        "stories of backlog, all of one day": least["backlog"],
        "stories of backlog, alone in its days": least["alone"],
        "categories": least["categories"],
        "the rest of the transaction": least["none"],
    }
    return shown | ({"with vectors: each that needs one, more": least["vectors"]} if "vectors" in least else {})


def _costs(store: Store, world: _World, now: datetime) -> dict[str, float]:
    """Return the CPU time that an entry takes, in microseconds."""
    rules, source = compile_rules(load(CATEGORIES).categories), Source(name="s0", url="https://s0.example/")
    fresh = world.documents(_POLLS)
    costs = {
        "sign": _timed(lambda document: (sign(document), gists_of(document)), fresh),
        "none": _polled(store, world.documents(_POLLS), now, is_signed=False),
        "categories": _timed(lambda document: [categorize(each, source, rules) for each in document], fresh),
    }
    group_waiting(store, now)
    costs["text"] = _polled(store, world.documents(_POLLS), now)
    costs["stories"] = _grouped(store, now)
    _polled(store, world.documents(_POLLS, published=now - 2 * MAX_AGE), now)
    costs["backlog"] = _grouped(store, now)
    times = [now - MAX_AGE - 2 * number * WINDOW for number in range(1, _POLLS + 1)]
    _polled(store, [document for each in times for document in world.documents(1, published=each)], now)
    costs["alone"] = _grouped(store, now)
    if is_installed():
        texts = [f"{entry.title}. {entry.summary}" for document in fresh for entry in document]
        _ENCODER.embed(texts[:1])
        costs["vectors"] = _timed(lambda document: _ENCODER.embed([each.title for each in document]), fresh[:2])
    return costs


def _timed(function: Callable[[Sequence[Entry]], object], documents: Sequence[Sequence[Entry]]) -> float:
    began = time.process_time()
    for document in documents:
        function(document)
    return (time.process_time() - began) / (len(documents) * _IN_POLL) * 1e6


def _grouped(store: Store, now: datetime) -> float:
    """Judge the stories of what waits, as at the end of a round."""
    began = _cpu_time(store)
    group_waiting(store, now)
    return (_cpu_time(store) - began) / (_POLLS * _IN_POLL) * 1e6


def _cpu_time(store: Store) -> float:
    """Return the CPU time so far, in seconds: of this process, and of the server's processes that work for it."""
    with store._read() as connection:
        pids = connection.execute(_BACKENDS).scalars().all() if connection.dialect.name == "postgresql" else []
    spent = (Path(f"/proc/{pid}/schedstat") for pid in pids)
    return time.process_time() + sum(int(path.read_text().split()[0]) for path in spent if path.exists()) / 1e9


def _polled(store: Store, documents: Sequence[Sequence[Entry]], now: datetime, *, is_signed: bool = True) -> float:
    """Poll the documents as sources; return the time of what stands between fetching and the answer."""
    names = [f"s{number}" for number in range(len(documents))]
    claims = {each.source.name: each for each in store.claims.take(now=now, lease=_LEASE, limit=999, names=names)}
    looks = [
        Seen(entries=tuple(each), signatures=sign(each), gists=gists_of(each)) if is_signed else Seen()
        for each in documents
    ]
    began = _cpu_time(store)
    for name, document, seen in zip(names, documents, looks, strict=True):
        claim = claims[name]
        with store.poll(claim) as poll:
            known = poll.known(document)
            if is_signed:
                marked = marks_of(seen, known, now=now)
                nearby = poll.nearby([each.probes for each in marked.values()])
                judged = decide(document, known, marked, nearby, claim=claim, now=now)
            else:
                judged = decide(document, known, claim=claim, now=now)
            state = SourceState(seed=claim.state.seed, last_success=now, next_check=now)
            poll.write(PollResult(source=name, state=state, decisions=judged.decisions))
    return (_cpu_time(store) - began) / (_POLLS * _IN_POLL) * 1e6


class _World:
    """Where entries come from: words as often as in natural texts, now and then a copy or another report."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        syllables = [first + second for first in "bcdfglmnprstv" for second in ("a", "e", "i", "o", "u", "an", "er")]
        language = random.Random(1)  # what is stored and what is new have the same words
        self.words = ["".join(language.choices(syllables, k=language.choice((2, 3, 3, 4)))) for _ in range(50_000)]
        self.stems = [(stems([word], "en") or ("",))[0] for word in self.words]
        self.ranks = range(len(self.words))
        self.weights = list(itertools.accumulate(1 / (rank + 1) for rank in self.ranks))
        self._number = itertools.count()
        self._last: Entry | None = None

    def ranks_of(self, count: int) -> list[int]:
        return self.chance.choices(self.ranks, cum_weights=self.weights, k=count)

    def documents(self, count: int, *, published: datetime | None = None) -> list[list[Entry]]:
        return [[self._entry(published) for _ in range(_IN_POLL)] for _ in range(count)]

    def _entry(self, published: datetime | None) -> Entry:
        number = next(self._number)
        url = f"https://new.example/{number}"
        title, text = self._text(_TITLE_WORDS), self._text(_TEXT_WORDS)
        if self._last is not None and number % 20 == 0:
            text = self._last.content[:600]
        elif self._last is not None and number % 10 == 0:
            title = f"{self._last.title} {self._text(2)}"
        entry = Entry(
            key=f"id:{url}",
            url=url,
            canonical_url=url,
            title=title.capitalize(),
            summary=text[:200],
            content=f"<p>{text}</p>",
            language="en",
            published=published,
            fingerprint=url,
        )
        self._last = entry
        return entry

    def _text(self, count: int) -> str:
        return " ".join(self.words[rank] for rank in self.ranks_of(count))


def _fill(url: str, size: int, *, per_day: int) -> None:
    """Make a store with entries as polls would have written them, by the thousands."""
    world = _World(random.Random(1))
    store = Store(url, pool_size=1)
    store.upgrade()
    store.open_site(url="https://news.example.org/", now=NOW)
    store.configure([Source(name=f"s{number}", url=f"https://s{number}.example/") for number in range(_SOURCES)])
    with store._write() as connection:
        source_pks = list(connection.execute(sa.select(sources.c.pk)).scalars())
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_size = -400000")
    for start in range(0, size, _FILLED_AT_ONCE):
        with store._write() as connection:
            pks = range(start + 1, min(start + _FILLED_AT_ONCE, size) + 1)
            rows = list(_rows(world, pks, source_pks, per_day))
            connection.execute(entries.insert(), [entry for entry, _, _ in rows])
            connection.execute(signatures.insert(), [signature for _, signature, _ in rows])
            if timedelta(days=(size - start) / per_day) <= _MARKS_KEPT:
                stored_signatures.insert_marks(connection, sorted({mark for _, _, marks in rows for mark in marks}))
    with store._write() as connection:
        learned = stored_signatures._learned(connection, "en") | {"language": "en", "seen": size, "learned_at": size}
        connection.execute(vocabularies.insert(), [learned | {"version": 1}])
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence("entries", "pk"), size)))
            connection.exec_driver_sql("ANALYZE")
    store.close()


def _rows(
    world: _World, pks: Iterable[int], source_pks: Sequence[int], per_day: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[tuple[int, int]]]]:
    for pk in pks:
        at = NOW + timedelta(days=pk / per_day)
        ranks = world.ranks_of(_TITLE_WORDS + _LEAD_WORDS)
        words = [world.words[rank] for rank in ranks[:_TITLE_WORDS]]
        rarest = [world.stems[rank] for rank in sorted(ranks, reverse=True)[:16]]
        pieces = [world.chance.getrandbits(32) for _ in range(5)]
        marks = [*TEXT.stored(pieces, at), *WORD.stored((word_mark(stem[:7]) for stem in rarest), at)]
        entry_id = f"{pk:016d}"
        entry = {
            "pk": pk,
            "id": entry_id,
            "source_pk": source_pks[pk % len(source_pks)],
            "key": entry_id,
            "original": entry_id,
            "url": f"https://old.example/{pk}",
            "canonical_url": f"https://old.example/{pk}",
            "title": " ".join(words),
            "summary": "",
            "content": f"<p>{' '.join(words * 5)}</p>",
            "authors": [],
            "tags": [],
            "enclosures": [],
            "origin": None,
            "language": "en",
            "evidence": None,
            "published": at,
            "updated": at,
            "first_seen": at,
            "listed_at": at,
            "fingerprint": "",
            "digest": "",
        }
        packed = struct.pack(f"<{len(marks)}q", *marks)
        title, lead = (
            " ".join(world.stems[rank] for rank in part) for part in (ranks[:_TITLE_WORDS], ranks[_TITLE_WORDS:])
        )
        signature = {"entry_pk": pk, "language": "en", "words": f"{title}|{lead}||", "marks": packed}
        yield entry, signature, [(each, pk) for each in marks]


if __name__ == "__main__":
    main()
