"""Which entry is it, and did it change? Keys and fingerprints (N60 to N66 of docs/explanation/normalization.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from aggregator.model import Enclosure, Entry
from aggregator.normalize.urls import canonical_url, comparable_url
from aggregator.text.one_line import one_line

MAX_KEY_CHARS = 500


def fingerprint(title: str, summary: str, text: str, enclosures: Iterable[Enclosure]) -> str:
    """Hash what readers see: title, summary, the visible text of the content, the files without their parameters.

    Not markup, not dates, not tags, not where links lead: those change without the entry being another.
    """
    files = sorted({(canonical_url(file.url) or file.url).partition("?")[0] for file in enclosures})
    return _hash("\n".join([title, summary, text, *files]))


def key_by_id(written: str) -> str:
    """Return the key of an entry by the id that its publisher gave it."""
    return f"id:{comparable_url(written, keep_fragment=True) or written}"


def key_by_link(url: str) -> str:
    """Return the key of an entry without an id."""
    return f"url:{comparable_url(url, keep_fragment=True) or url}"


def key_by_text(entry: Entry) -> str:
    """Return the key of an entry with neither id nor link."""
    return f"hash:{_hash(f'{entry.fingerprint} {entry.published}')}"


def link_detail(canonical: str | None) -> str:
    """Return what is added to the key of entries with the same id."""
    return f"url:{canonical}"


def title_detail(title: str) -> str:
    """Return what is added to the key of entries with the same link and no id."""
    return f"title:{_hash(one_line(title).casefold())[:16]}"


def bounded(key: str) -> str:
    """Return a key that databases can index, whatever its length was."""
    return key if len(key) <= MAX_KEY_CHARS else f"{key.partition(':')[0]}:sha256:{_hash(key)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
