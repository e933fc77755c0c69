"""What entries are recognized by, as rows; and the vocabularies that are learned from it."""

from __future__ import annotations

import json
import struct
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from aggregator.model import Decision, Gist, Vocabulary
from aggregator.store import rows
from aggregator.store.arrays import among, array
from aggregator.store.prepared import Prepared
from aggregator.store.tables import entry_marks, signatures, vocabularies

_MARKS_AT_ONCE = 5000

# A vocabulary is learned anew when it has doubled, later with every _STEP entries, from the newest _SAMPLE ones.
_FIRST_LEARNED = 50
_STEP = 5000
_SAMPLE = 5000
# Rows that are looked through for those of the language.
_LOOKED_THROUGH = 4 * _SAMPLE


_INSERT = Prepared(signatures.insert())
_EXCHANGE = signatures.update().where(signatures.c.entry_pk == sa.bindparam("of_entry"))
_PACK_STORY_MARKS = (
    signatures.update()
    .where(signatures.c.entry_pk == sa.bindparam("of_entry"))
    .values(story_marks=sa.bindparam("packed"))
)
_LANGUAGES = sa.select(signatures.c.language).where(among(signatures.c.entry_pk, "pks"))
_PACKED = sa.select(signatures.c.entry_pk, signatures.c.marks, signatures.c.story_marks).where(
    among(signatures.c.entry_pk, "pks")
)
_DELETE = signatures.delete().where(among(signatures.c.entry_pk, "pks"))
_DELETE_MARK = entry_marks.delete().where(
    entry_marks.c.mark == sa.bindparam("of_mark"), entry_marks.c.entry_pk == sa.bindparam("of_entry")
)
_VERSIONS = sa.select(vocabularies.c.language, vocabularies.c.version)
_SEEN = sa.select(vocabularies.c.language, vocabularies.c.seen, vocabularies.c.learned_at)
_INSERT_VOCABULARY = vocabularies.insert()


def bound(dialect: Dialect, decisions: Iterable[tuple[int, Decision]]) -> list[rows.Values]:
    """Return the signatures of entries, each with its pk, as ``insert`` takes them."""
    return _INSERT.bound(dialect, [{"entry_pk": pk} | _values(each) for pk, each in decisions])


def insert(connection: sa.Connection, signed: list[rows.Values]) -> None:
    """Write signatures of entries; their marks are written by themselves."""
    _INSERT.run(connection, signed)


def add_story_marks(connection: sa.Connection, marks: Mapping[int, Sequence[int]]) -> None:
    """Write the marks by which later reports of their events find these entries."""
    insert_marks(connection, sorted({(mark, pk) for pk, each in marks.items() for mark in each}))
    packed = [{"of_entry": pk, "packed": _packed(each)} for pk, each in marks.items() if each]
    if packed:
        connection.execute(_PACK_STORY_MARKS, packed)


def insert_marks(connection: sa.Connection, marks: Sequence[tuple[int, int]]) -> None:
    """Insert (mark, entry's pk), which are sorted: what lies together in the tree is written together.

    An article whose story is judged again has its marks already.
    """
    if not marks:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO entry_marks (mark, entry_pk) VALUES (?, ?) ON CONFLICT DO NOTHING", list(marks)
        )
        return
    statement = sa.text(
        "INSERT INTO entry_marks (mark, entry_pk) SELECT CAST(t.value->>0 AS bigint), CAST(t.value->>1 AS integer)"
        " FROM json_array_elements(CAST(:marks AS json)) AS t ON CONFLICT DO NOTHING"
    )
    connection.execute(statement, {"marks": json.dumps(marks)})


def exchange(connection: sa.Connection, decision: Decision, pk: int) -> None:
    """Write the gist and the marks of an entry whose text was edited in place of the one it had."""
    before = connection.execute(_PACKED, {"pks": array([pk])}).first()
    if before is None:
        insert(connection, bound(connection.dialect, [(pk, decision)]))
    else:
        _delete_marks(connection, pk, _unpacked(before.marks))
        connection.execute(_EXCHANGE, _values(decision) | {"of_entry": pk})
    insert_marks(connection, sorted({(mark, pk) for mark in decision.marks}))


def forget(connection: sa.Connection, pks: Sequence[int]) -> None:
    """Delete the signatures and marks of these entries."""
    chosen = {"pks": array(pks)}
    for row in connection.execute(_PACKED, chosen).all():
        _delete_marks(connection, row.entry_pk, (*_unpacked(row.marks), *_unpacked(row.story_marks or b"")))
    connection.execute(_DELETE, chosen)


def _delete_marks(connection: sa.Connection, pk: int, marks: Sequence[int]) -> None:
    if marks:
        connection.execute(_DELETE_MARK, [{"of_mark": mark, "of_entry": pk} for mark in marks])


def forget_marks(connection: sa.Connection, *, first: int, last: int) -> int:
    """Delete up to some thousands of the marks between two; return how many."""
    key = sa.tuple_(entry_marks.c.mark, entry_marks.c.entry_pk)
    some = sa.select(entry_marks.c.mark, entry_marks.c.entry_pk).where(entry_marks.c.mark.between(first, last))
    return connection.execute(entry_marks.delete().where(key.in_(some.limit(_MARKS_AT_ONCE)))).rowcount


def _values(decision: Decision) -> rows.Values:
    gist = decision.gist or Gist()
    return {
        "language": gist.language,
        "words": rows.gist_words(gist),
        "marks": _packed(decision.marks),
    }


def _packed(marks: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(marks)}q", *marks)


def _unpacked(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 8}q", packed)


class Vocabularies:
    """The vocabularies of a store, kept in memory as long as they are the current ones. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, Vocabulary]] = {}

    def current(self, connection: sa.Connection) -> Mapping[str, Vocabulary]:
        """Return the vocabularies by language; only those that were learned anew are read."""
        versions = {row.language: row.version for row in connection.execute(_VERSIONS)}
        with self._lock:
            old = [name for name, version in versions.items() if self._kept.get(name, (0, None))[0] != version]
            if old:
                for row in connection.execute(sa.select(vocabularies).where(vocabularies.c.language.in_(old))):
                    self._kept[row.language] = (row.version, Vocabulary(entries=row.entries, counts=row.counts))
            return {name: self._kept[name][1] for name in versions if name in self._kept}


def growth(connection: sa.Connection, pks: Sequence[int]) -> dict[str, rows.Values]:
    """Return what these new entries add to each vocabulary, by language, for ``learn``. Writes nothing.

    One that has grown by much is learned anew, at the end of a round, so that all of it is judged by the same ones.
    """
    added = Counter(connection.execute(_LANGUAGES, {"pks": array(pks)}).scalars())
    known = {row.language: row for row in connection.execute(_SEEN)}
    grown: dict[str, rows.Values] = {}
    for language, count in added.items():
        row = known.get(language)
        seen, learned_at = (count, 0) if row is None else (row.seen + count, row.learned_at)
        grown[language] = {"seen": vocabularies.c.seen + count}
        if seen >= max(_FIRST_LEARNED, min(2 * learned_at, learned_at + _STEP)):
            version = {"version": vocabularies.c.version + 1}
            grown[language] |= _learned(connection, language) | {"learned_at": seen} | version
    return grown


def learn(connection: sa.Connection, grown: Mapping[str, rows.Values]) -> None:
    """Write what ``growth`` has found. No other worker may decide meanwhile."""
    known = set(connection.execute(_VERSIONS).scalars())
    first = {"version": 0, "entries": 0, "counts": {}, "seen": 0, "learned_at": 0}
    new = [{"language": language} | first for language in grown if language not in known]
    if new:
        connection.execute(_INSERT_VOCABULARY, new)
    for language, values in grown.items():
        connection.execute(vocabularies.update().where(vocabularies.c.language == language).values(values))


def _learned(connection: sa.Connection, language: str) -> rows.Values:
    """Count in how many of the newest entries of a language each word is; words that are in one only are left out."""
    newest = (
        sa.select(signatures.c.language, signatures.c.words)
        .order_by(signatures.c.entry_pk.desc())
        .limit(_LOOKED_THROUGH)
        .subquery()
    )
    query = sa.select(newest.c.words).where(newest.c.language == language).limit(_SAMPLE)
    texts = [words.replace("|", " ", 1).partition("|")[0] for words in connection.execute(query).scalars()]
    counts = Counter(chain.from_iterable(dict.fromkeys(text.split()) for text in texts))
    return {"entries": len(texts), "counts": {word: count for word, count in counts.items() if count > 1}}
