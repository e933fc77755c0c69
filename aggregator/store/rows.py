"""Rows ↔ records. What is a dict or a row ends here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import TypeAdapter

from aggregator.errors import ErrorKind
from aggregator.model import (
    CategoryMatch,
    Decision,
    Enclosure,
    Gist,
    HubLink,
    KnownEntry,
    ListMemory,
    Mention,
    Origin,
    Source,
    SourceFeed,
    SourceKind,
    SourceState,
    SourceStatus,
    StoredEntry,
    Validators,
)
from aggregator.model.originals import home_of
from aggregator.store.search_words import body_of
from aggregator.store.tables import sources

Row = sa.RowMapping
Values = dict[str, Any]


# The options of a source that queries use, and their columns. All others are one object in ``options``, without those
# at their defaults: a database stays readable when an option is added.
_SOURCE_COLUMNS = {"name": "name", "url": "url", "title": "title", "priority": "priority", "group": "politeness_group"}
_SOURCE = TypeAdapter(Source)
_MEMORY = TypeAdapter(ListMemory)


def source_values(source: Source) -> Values:
    """Return the columns of what is configured of a source."""
    values: Values = {column: getattr(source, name) for name, column in _SOURCE_COLUMNS.items()}
    options = _SOURCE.dump_python(source, mode="json", exclude_defaults=True, exclude=set(_SOURCE_COLUMNS))
    return values | {"options": options}


def to_source(row: Row) -> Source:
    """Make a record of a row that has ``CONFIGURED``."""
    return _SOURCE.validate_python(row["options"] | {name: row[column] for name, column in _SOURCE_COLUMNS.items()})


# The columns that ``to_source`` needs.
CONFIGURED = tuple(sources.c[column] for column in (*_SOURCE_COLUMNS.values(), "options"))


# Fields of a state that are columns of the same name and value …
_STATE_COLUMNS = (
    "moved_to", "body_hash", "entry_hashes", "feed_id", "feed_title", "feed_updated", "site_url", "language",
    "last_checked", "last_success", "watched_since", "next_check", "next_check_reason", "failures", "last_error",
    "last_error_status", "found_at", "watched",
)  # fmt: skip
# … and those that are stored otherwise. ``seed`` never changes, and ``told_until`` is changed by hubs.
_STATE_VALUES: Mapping[str, Callable[[Any], Values]] = {
    "status": lambda status: {"status": status.value},
    "validators": lambda known: {
        "validators_url": known.url if known else None,
        "etag": known.etag if known else None,
        "last_modified": known.last_modified if known else None,
    },
    "last_error_kind": lambda kind: {"last_error_kind": kind.value if kind else None},
    "usual_gap": lambda gap: {"usual_gap_s": _seconds(gap)},
    "feed_wait": lambda wait: {"feed_wait_s": _seconds(wait)},
    "skip_hours": lambda hours: {"skip_hours": list(hours)},
    "skip_days": lambda days: {"skip_days": list(days)},
    "recent": lambda times: {"recent": [int(each.timestamp()) for each in times]},
    "response_times_ms": lambda times: {"response_times_ms": list(times)},
    "read_as": lambda kind: {"read_as": kind.value if kind else None},
    "listed": lambda memory: {
        "listed": _MEMORY.dump_python(memory, mode="json", exclude_defaults=True) if memory else None
    },
    "hub": lambda link: {"hub": link.hub if link else None, "topic": link.topic if link else None},
}
_STATE_FIELDS = (*_STATE_COLUMNS, *_STATE_VALUES)


def state_values(state: SourceState, fields: Iterable[str] = _STATE_FIELDS) -> Values:
    """Return the columns of a state, or of some of its fields."""
    values: Values = {}
    for field in fields:
        value = getattr(state, field)
        if field in _STATE_VALUES:
            values |= _STATE_VALUES[field](value)
        else:
            values[field] = value
    return values


def state_changes(before: SourceState, after: SourceState, *, also: Collection[str]) -> Values:
    """Return the columns of the fields in which two states differ, and of those named."""
    return state_values(
        after,
        [each for each in _STATE_FIELDS if each in also or getattr(before, each) != getattr(after, each)],
    )


def to_state(row: Row) -> SourceState:
    validators = None
    if row["validators_url"] is not None:
        validators = Validators(url=row["validators_url"], etag=row["etag"], last_modified=row["last_modified"])
    return SourceState(
        seed=row["seed"],
        told_until=row["told_until"],
        status=SourceStatus(row["status"]),
        validators=validators,
        last_error_kind=ErrorKind(row["last_error_kind"]) if row["last_error_kind"] else None,
        usual_gap=_timedelta(row["usual_gap_s"]),
        feed_wait=_timedelta(row["feed_wait_s"]),
        skip_hours=tuple(row["skip_hours"]),
        skip_days=tuple(row["skip_days"]),
        recent=tuple(datetime.fromtimestamp(each, UTC) for each in row["recent"]),
        response_times_ms=tuple(row["response_times_ms"]),
        read_as=SourceKind(row["read_as"]) if row["read_as"] else None,
        listed=_MEMORY.validate_python(row["listed"]) if row["listed"] else None,
        hub=HubLink(hub=row["hub"], topic=row["topic"]) if row["hub"] else None,
        **{name: row[name] for name in _STATE_COLUMNS},
    )


def entry_values(decision: Decision) -> Values:
    """Return the columns that an edit rewrites; a new entry has ``new_entry_values`` beside them."""
    entry = decision.entry
    return {
        "key": entry.key,
        "url": entry.url,
        "canonical_url": entry.canonical_url,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "is_full": entry.is_full,
        "authors": entry.authors,
        "tags": entry.tags,
        "enclosures": [
            {"url": each.url, "type": each.type, "length": each.length, "title": each.title}
            for each in entry.enclosures
        ],
        "origin": asdict(entry.origin) if entry.origin else None,
        "language": entry.language,
        "published": decision.published,
        "is_dated": decision.is_dated,
        "is_day": decision.entry.is_day,
        "updated": decision.updated,
        "fingerprint": entry.fingerprint,
        "digest": decision.digest,
    }


def new_entry_values(decision: Decision, source_pk: int) -> Values:
    return entry_values(decision) | {
        "pk": None,
        "id": decision.id,
        "source_pk": source_pk,
        "original": decision.original,
        "evidence": decision.evidence,
        "is_mention": decision.is_mention,
        "story": decision.story if decision.story != decision.original else None,
        "first_seen": decision.first_seen,
        "listed_at": decision.listed_at,
    }


class Indexed(NamedTuple):
    """What the full-text index has of an entry: its texts, and what lists choose entries by."""

    pk: int
    source_pk: int
    language: str | None
    first_seen: datetime
    listed_at: datetime
    title: str
    body: str


def to_indexed(row: Row) -> Indexed:
    return Indexed(
        pk=row["pk"],
        source_pk=row["source_pk"],
        language=row["language"],
        first_seen=row["first_seen"],
        listed_at=row["listed_at"],
        title=row["title"],
        body=body_of(row["summary"], row["content"]),
    )


def to_known_entry(row: Row) -> KnownEntry:
    """Make a record of a row of ``nearby.KNOWN``."""
    values = {name: value for name, value in row.items() if name not in {"pk", "source_pk"}}
    return KnownEntry(**values | {"origin": _origin(row["origin"])})


def gist_words(gist: Gist) -> str:
    return "|".join([" ".join(words) for words in (gist.title, gist.text, gist.links, gist.names, gist.lead_names)])


def to_gist(language: str, words: str) -> Gist:
    """Make a record of what ``gist_words`` wrote, be it an earlier version that knew less."""
    title, text, links, names, lead_names, *_ = (*[tuple(part.split()) for part in words.split("|")], (), (), ())
    return Gist(language=language, title=title, text=text, links=links, names=names, lead_names=lead_names)


_STORED_COLUMNS = (
    "id", "url", "canonical_url", "title", "summary", "content", "published", "updated", "first_seen", "language",
    "original", "evidence", "key", "is_mention", "story_evidence", "is_dated", "is_day",
)  # fmt: skip


def to_stored_entry(row: Row, categories: tuple[CategoryMatch, ...]) -> StoredEntry:
    """Make a record of a row of ``entries`` joined with ``SHOWN_OF_SOURCE``."""
    return StoredEntry(
        source=row["source_name"],
        authors=tuple(row["authors"]),
        tags=tuple(row["tags"]),
        enclosures=tuple(Enclosure(**each) for each in row["enclosures"]),
        origin=_origin(row["origin"]),
        categories=categories,
        story=row["story"] or row["original"],
        feed=SourceFeed(
            id=row["source_feed_id"] or row["source_url"],
            title=row["source_title"] or row["source_feed_title"] or row["source_name"],
            feed_url=row["source_url"],
            site_url=row["source_site_url"],
            updated=row["source_feed_updated"] or row["updated"],
        ),
        priority=row["source_priority"],
        **{name: row[name] for name in _STORED_COLUMNS},
    )


def to_mention(row: Row) -> Mention:
    """Make a record of some columns of ``entries`` joined with ``SHOWN_OF_SOURCE``."""
    return Mention(
        id=row["id"],
        source=row["source_name"],
        source_title=row["source_title"] or row["source_feed_title"] or row["source_name"],
        title=row["title"],
        url=row["url"],
        language=row["language"],
        published=row["published"],
        priority=row["source_priority"],
        is_dated=row["is_dated"],
        home=home_of(row["url"], _origin(row["origin"]), feed_url=row["source_url"], site_url=row["source_site_url"]),
    )


# The columns of ``sources`` that an entry shows, named apart from the entry's own.
SHOWN_OF_SOURCE = tuple(
    sources.c[name].label(f"source_{name}")
    for name in ("name", "url", "title", "feed_title", "feed_id", "feed_updated", "site_url", "priority")
)


def _origin(value: Mapping[str, Any] | None) -> Origin | None:
    return Origin(**value) if value else None


def _seconds(value: timedelta | None) -> int | None:
    return None if value is None else int(value.total_seconds())


def _timedelta(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
