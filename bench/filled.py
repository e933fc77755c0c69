"""Stores with as many entries as are asked for, as polls over months would have left them: for the benchmarks."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from aggregator.model import Source
from aggregator.store import Store, activity, search
from aggregator.store.tables import deliveries, digests, entries, entry_categories, issue_entries, issues, sources

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PER_DAY = 2500
# What part of the entries is in which language and category; a category's name says how many are in it.
LANGUAGES = {"en": 0.55, "de": 0.2, "fr": 0.14, "de-AT": 0.02, "ja": 0.01, "lb": 0.0002}
CATEGORIES = {"half": 0.5, "tenth": 0.1, "hundredth": 0.01, "thousandth": 0.001, "few": 0.00002}
_DUPLICATES, _IN_STORIES = 0.05, 0.2
_AT_ONCE = 5000
_PIECES = 20_000
_PER_ISSUE = 50


def source_name(number: int) -> str:
    return f"s{number:05}"


def fill(url: str, count: int, *, source_count: int, per_day: int = PER_DAY) -> None:
    """Make a store; source 0 has the most entries, the last ones hardly any (by Zipf's law)."""
    chance = random.Random(1)
    store = Store(url, pool_size=1)
    store.upgrade()
    store.open_site(url="https://news.example.org/", now=NOW)
    names = [source_name(number) for number in range(source_count)]
    store.configure([Source(name=name, url=f"https://{name}.example/feed", title=name.title()) for name in names])
    with store._write() as connection:
        pks = {row.name: row.pk for row in connection.execute(sa.select(sources.c.name, sources.c.pk))}
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_size = -400000")
    rows = _rows(chance, count, [pks[name] for name in names], per_day)
    while batch := list(itertools.islice(rows, _AT_ONCE)):
        with store._write() as connection:
            connection.execute(entries.insert(), batch)
            connection.execute(entry_categories.insert(), list(_categories(chance, batch)))
            search.catch_up(connection)
    with store._write() as connection:
        _count(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence("entries", "pk"), count)))
    store.close()


def settle(url: str) -> None:
    """Let the database learn what it has, as its own housekeeping does in time."""
    store = Store(url, pool_size=1)
    with store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "SELECT 1")
    store.close()


def send(connection: sa.Connection, digest: str, pks: range, *, per_day: int = PER_DAY) -> None:
    """Let these entries have been sent in issues of a digest, _PER_ISSUE in each, to three readers; the last 3 wait."""
    for number, start in enumerate(range(pks.start, pks.stop, _PER_ISSUE), start=1):
        sent = range(start, min(start + _PER_ISSUE, pks.stop))
        at = NOW - timedelta(days=(pks.stop - start) / per_day)
        made = connection.execute(
            issues.insert().values(
                id=f"{digest}-{number}",
                digest=digest,
                number=number,
                made_at=at,
                content={
                    "id": f"{digest}-{number}",
                    "digest": digest,
                    "number": number,
                    "title": "News",
                    "made_at": at.isoformat(),
                    "sections": [],
                },
            )
        )
        [issue_pk] = made.inserted_primary_key or (0,)
        rows = [
            {"digest": digest, "entry_id": f"{pk:016x}", "issue_pk": issue_pk, "title": "As sent", "updated": NOW}
            for pk in sent
        ]
        connection.execute(issue_entries.insert(), rows)
        is_waiting = pks.stop - start <= 3 * _PER_ISSUE
        connection.execute(
            deliveries.insert(),
            [
                {
                    "issue_pk": issue_pk,
                    "digest": digest,
                    "kind": "email",
                    "endpoint": f"reader{reader}",
                    "label": "a reader",
                    "message_id": f"{digest}-{number}-{reader}",
                    "status": "waiting" if is_waiting else "sent",
                    "attempts": 1,
                    "parts_sent": 0,
                    "made_at": at,
                    "next_attempt": at if is_waiting else None,
                }
                for reader in range(3)
            ],
        )
    count = sa.select(sa.func.count()).where(deliveries.c.digest == digest).scalar_subquery()
    connection.execute(digests.update().where(digests.c.name == digest).values(delivery_count=count))


def _rows(chance: random.Random, count: int, source_pks: Sequence[int], per_day: int) -> Iterator[dict[str, Any]]:
    pieces, weights = _texts(chance), list(itertools.accumulate(1 / (n + 1) for n in range(len(source_pks))))
    languages = [*LANGUAGES, None]
    shares = [*LANGUAGES.values(), 1 - sum(LANGUAGES.values())]
    began = NOW - timedelta(days=count / per_day)
    recent: list[tuple[str, str]] = []  # (original, story) of the latest
    for pk in range(1, count + 1):
        at = (began + timedelta(days=pk / per_day)).replace(microsecond=0)
        entry_id = f"{pk:016x}"
        original, story, kind = entry_id, entry_id, chance.random()
        if recent and kind < _DUPLICATES:
            original, story = chance.choice(recent)
        elif recent and kind < _DUPLICATES + _IN_STORIES:
            story = chance.choice(recent)[1]
        if original == entry_id:
            recent = [*recent[-199:], (entry_id, story)]
        title, text, more = chance.choice(pieces)[:60], chance.choice(pieces), chance.choice(pieces)
        yield {
            "pk": pk,
            "id": entry_id,
            "source_pk": chance.choices(source_pks, cum_weights=weights)[0],
            "key": entry_id,
            "original": original,
            "url": f"https://old.example/{pk}",
            "canonical_url": f"https://old.example/{pk}",
            "title": f"{title} x{pk % (count // 10 + 1)}x".capitalize(),
            "summary": text[:200],
            "content": f"<p>{text}</p><p>{more}</p>",
            "authors": [],
            "tags": [],
            "enclosures": [],
            "origin": None,
            "language": chance.choices(languages, shares)[0],
            "evidence": None,
            "published": at,
            "updated": at,
            "first_seen": at,
            "listed_at": at,
            "fingerprint": "",
            "digest": "",
            "story": story if story != original else None,
            "story_evidence": None,
        }


def _texts(chance: random.Random) -> list[str]:
    """Return pieces of 60 words, each as often as in natural texts: the n-th most frequent, n times as rarely."""
    syllables = [first + second for first in "bcdfglmnprstv" for second in ("a", "e", "i", "o", "u", "an", "er")]
    words = ["".join(chance.choices(syllables, k=chance.choice((2, 3, 3, 4)))) for _ in range(50_000)]
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(words))))
    words[9] = "common"
    return [" ".join(chance.choices(words, cum_weights=weights, k=60)) for _ in range(_PIECES)]


def _categories(chance: random.Random, batch: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in batch:
        names = [name for name, share in CATEGORIES.items() if chance.random() < share]
        for position, name in enumerate(names):
            yield {"entry_pk": row["pk"], "category": name, "position": position, "reasons": ["its title"]}


def _count(connection: sa.Connection) -> None:
    is_duplicate = entries.c.original != entries.c.id
    counts = sa.select(entries.c.source_pk, sa.func.count(), sa.func.sum(sa.cast(is_duplicate, sa.Integer)))
    for source_pk, count, duplicates in connection.execute(counts.group_by(entries.c.source_pk)).all():
        since = NOW - timedelta(days=activity.DAYS)
        listed = sa.select(entries.c.listed_at).where(entries.c.source_pk == source_pk, entries.c.listed_at > since)
        values = {
            "entry_count": count,
            "duplicate_count": duplicates,
            "activity": activity.added(b"", connection.execute(listed).scalars()),
        }
        connection.execute(sources.update().where(sources.c.pk == source_pk).values(values))
