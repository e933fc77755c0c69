"""Records for tests, complete by default, so that a test names only what matters to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.fetch import is_to_be_plain
from aggregator.model import (
    Claim,
    Decision,
    Entry,
    KnownEntry,
    Source,
    SourceFeed,
    SourceState,
    StoredEntry,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def make_source(name: str = "orbit", **fields: Any) -> Source:
    return Source(**{"name": name, "url": f"https://{name}.example/feed"} | fields)


def make_entry(title: str = "Lunar ice found", **fields: Any) -> Entry:
    slug = title.lower().replace(" ", "-")
    defaults: dict[str, Any] = {
        "key": f"id:{slug}",
        "url": f"https://orbit.example/{slug}",
        "canonical_url": f"https://orbit.example/{slug}",
        "title": title,
        "summary": "",
        "content": "",
        "published": NOW - timedelta(hours=1),
    }
    values = defaults | fields
    text = f"{values['title']}|{values['summary']}|{values['content']}"
    return Entry(**{"fingerprint": hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()} | values)


def make_claim(source: Source | None = None, **state: Any) -> Claim:
    source = source or make_source()
    return Claim(
        source=source,
        state=SourceState(**{"seed": source.url, "last_success": NOW - timedelta(days=1)} | state),
        token="token",
        until=NOW + timedelta(minutes=5),
    )


def make_known(entry: Entry | None = None, **fields: Any) -> KnownEntry:
    entry = entry or make_entry()
    defaults: dict[str, Any] = {
        "id": "aaaaaaaaaaaaaaaa",
        "source": "orbit",
        "key": entry.key,
        "original": fields.get("id", "aaaaaaaaaaaaaaaa"),
        "canonical_url": entry.canonical_url,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "published": entry.published or NOW,
        "updated": entry.published or NOW,
        "first_seen": NOW - timedelta(minutes=30),
        "listed_at": NOW - timedelta(minutes=30),
        "fingerprint": entry.fingerprint,
        "digest": "",
        "story": fields.get("original", fields.get("id", "aaaaaaaaaaaaaaaa")),
    }
    return KnownEntry(**defaults | fields)


def make_decision(entry: Entry | None = None, **fields: Any) -> Decision:
    entry = entry or make_entry()
    entry_id = fields.pop("id", hashlib.sha256(entry.key.encode()).hexdigest()[:16])
    defaults: dict[str, Any] = {
        "id": entry_id,
        "entry": entry,
        "is_new": True,
        "original": entry_id,
        "evidence": None,
        "published": entry.published or NOW,
        "updated": entry.published or NOW,
        "first_seen": NOW,
        "listed_at": NOW,
        "digest": "digest",
        "story": fields.get("original", entry_id),
    }
    return Decision(**defaults | fields)


def make_stored(title: str = "Lunar ice found", **fields: Any) -> StoredEntry:
    entry_id = fields.pop("id", hashlib.sha256(title.encode()).hexdigest()[:16])
    source = fields.get("source", "orbit")
    defaults: dict[str, Any] = {
        "id": entry_id,
        "source": source,
        "url": f"https://{source}.example/a",
        "canonical_url": f"https://{source}.example/a",
        "title": title,
        "summary": "Ice lies below the dust.",
        "content": "<p>Ice lies below the dust.</p>",
        "authors": (),
        "published": NOW - timedelta(hours=1),
        "updated": NOW - timedelta(hours=1),
        "first_seen": NOW,
        "language": "en",
        "tags": (),
        "enclosures": (),
        "origin": None,
        "categories": (),
        "original": entry_id,
        "evidence": None,
        "story": fields.get("original", entry_id),
        "story_evidence": None,
        "feed": SourceFeed(
            id=f"https://{source}.example/feed",
            title=source.title(),
            feed_url=f"https://{source}.example/feed",
            site_url=f"https://{source}.example/",
            updated=NOW,
        ),
    }
    return StoredEntry(**defaults | fields)


def believed_for(span: timedelta, urls: Mapping[str, str]) -> str:
    """Return the name of an address that is asked with conditions ``span`` after NOW, too.

    Each source is asked plainly on one day of eight: on which one depends on its address, and so on a server's port.
    """
    states = {name: SourceState(seed=url, last_success=NOW) for name, url in urls.items()}
    return next(name for name, state in states.items() if not is_to_be_plain(state, NOW + span))
