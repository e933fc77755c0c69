"""What it costs to judge an entry, in stores of different sizes: duplicates, stories, categories.

python -m bench.judge [--sizes 10000 100000 1000000] [--url postgresql+psycopg://…/judge_{size}] [--per-day 2500]

The stores grow as they do in use, by so many entries a day, with words as often as in natural texts (the n-th most
frequent comes n times as rarely as the first). New entries are judged and written by the functions that a poll runs.
"""

from __future__ import annotations

import argparse
import itertools
import random
import struct
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from aggregator.categorize import categorize, compile_rules
from aggregator.config import load
from aggregator.dedupe import decide, sign
from aggregator.model import Entry, Gist, PollResult, Signature, Source, SourceState
from aggregator.steps.decide import judge_entries
from aggregator.steps.marking import mark
from aggregator.store import Store
from aggregator.store import signatures as stored_signatures
from aggregator.store.tables import entries, signatures, sources, vocabularies
from aggregator.stories import gists_of
from aggregator.text.languages import stems
from aggregator.text.marks import TEXT, WORD, word_mark

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CATEGORIES = Path(__file__).parent.parent / "config" / "aggregator.yaml"
_SOURCES = 200
_POLLS, _IN_POLL, _ROUNDS = 30, 30, 4
# The housekeeping deletes older marks.
_MARKS_KEPT = timedelta(days=60)
_FILLED_AT_ONCE = 10_000
_LEASE = timedelta(hours=1)
_TITLE_WORDS, _TEXT_WORDS = 9, 120

Signed = tuple[Signature, Gist]


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
    return {
        "signatures, before the transaction": least["sign"],
        "duplicates: look up, judge, write": least["text"] - least["none"],
        "stories: look up, judge, write": least["headline"] - least["none"],
        "both together": least["both"] - least["none"],
        "categories": least["categories"],
        "the rest of the transaction": least["none"],
    }


def _costs(store: Store, world: _World, now: datetime) -> dict[str, float]:
    """Return the CPU time that an entry takes, in microseconds."""
    rules, source = compile_rules(load(CATEGORIES).categories), Source(name="s0", url="https://s0.example/")
    fresh = world.documents(_POLLS)
    return {
        "sign": _timed(lambda document: (sign(document), gists_of(document)), fresh),
        "none": _judged(store, world.documents(_POLLS), now, None),
        "text": _judged(store, world.documents(_POLLS), now, _text_only),
        "headline": _judged(store, world.documents(_POLLS), now, _headline_only),
        "both": _judged(store, world.documents(_POLLS), now, lambda *each: each),
        "categories": _timed(lambda document: [categorize(each, source, rules) for each in document], fresh),
    }


def _timed(function: Callable[[Sequence[Entry]], object], documents: Sequence[Sequence[Entry]]) -> float:
    began = time.process_time()
    for document in documents:
        function(document)
    return (time.process_time() - began) / (_POLLS * _IN_POLL) * 1e6


def _text_only(signature: Signature, gist: Gist) -> Signed:
    return signature, replace(gist, title=(), text=())


def _headline_only(signature: Signature, gist: Gist) -> Signed:
    return Signature(), gist


def _judged(
    store: Store, documents: Sequence[Sequence[Entry]], now: datetime, keep: Callable[[Signature, Gist], Signed] | None
) -> float:
    """Poll the documents as sources; return the time of what stands between fetching and the answer."""
    names = [f"s{number}" for number in range(len(documents))]
    claims = {each.source.name: each for each in store.claim_due_sources(now=now, lease=_LEASE, limit=999, names=names)}
    signed = [list(map(keep, sign(document), gists_of(document))) if keep else [] for document in documents]
    began = time.process_time()
    for name, document, its_signatures in zip(names, documents, signed, strict=True):
        claim = claims[name]
        with store.poll(claim) as poll:
            known = poll.known(document)
            if keep is None:
                judged = decide(document, known, claim=claim, now=now)
            else:
                marking = mark(document, *_apart(its_signatures), known, now=now)
                judged = judge_entries(document, known, marking, poll.nearby(marking.probes), claim=claim, now=now)
            state = SourceState(seed=claim.state.seed, last_success=now, next_check=now)
            poll.write(PollResult(source=name, state=state, decisions=judged.decisions))
    return (time.process_time() - began) / (_POLLS * _IN_POLL) * 1e6


def _apart(signed: Sequence[Signed]) -> tuple[list[Signature], list[Gist]]:
    return [signature for signature, _ in signed], [gist for _, gist in signed]


class _World:
    """Where entries come from: words as often as in natural texts, now and then a copy or another report."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        syllables = [first + second for first in "bcdfglmnprstv" for second in ("a", "e", "i", "o", "u", "an", "er")]
        self.words = ["".join(chance.choices(syllables, k=chance.choice((2, 3, 3, 4)))) for _ in range(50_000)]
        self.stems = [(stems([word], "en") or ("",))[0] for word in self.words]
        self.ranks = range(len(self.words))
        self.weights = list(itertools.accumulate(1 / (rank + 1) for rank in self.ranks))
        self._number = itertools.count()
        self._last: Entry | None = None

    def ranks_of(self, count: int) -> list[int]:
        return self.chance.choices(self.ranks, cum_weights=self.weights, k=count)

    def documents(self, count: int) -> list[list[Entry]]:
        return [[self._entry() for _ in range(_IN_POLL)] for _ in range(count)]

    def _entry(self) -> Entry:
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
                stored_signatures._insert_marks(connection, {mark for _, _, marks in rows for mark in marks})
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
        ranks = world.ranks_of(_TITLE_WORDS)
        words = [world.words[rank] for rank in ranks]
        rarest = [world.stems[rank] for rank in sorted(ranks, reverse=True)[:4]]
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
        title = " ".join(world.stems[rank] for rank in ranks)
        signature = {"entry_pk": pk, "language": "en", "words": f"{title}|", "marks": packed}
        yield entry, signature, [(each, pk) for each in marks]


if __name__ == "__main__":
    main()
