"""Which entry is it, and did it change? Keys and fingerprints (N60 to N66 of docs/normalization.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aggregator.model import Enclosure, Entry
from aggregator.normalize.text import one_line
from aggregator.normalize.urls import canonical_url, comparable_url

MAX_KEY_CHARS = 500

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry whose key is still to be settled, and the id that its publisher gave it, if any."""

    id: str | None
    entry: Entry


def with_keys(candidates: Sequence[Candidate]) -> tuple[Entry, ...]:
    """Give every entry of a document its key, unique in it; of the same entry given twice keep the newest.

    The same id with the same link is the same entry (RFC 4287 §4.1.1). The same id with another link, or the same
    link without ids and with another title, is another entry; its key is then longer by that.
    """
    bases = [_base_key(candidate) for candidate in candidates]
    details = [_detail(candidate) for candidate in candidates]
    variants: dict[str, set[str]] = {}
    for base, detail in zip(bases, details, strict=True):
        variants.setdefault(base, set()).add(detail)
    chosen: dict[str, Entry] = {}
    for candidate, base, detail in zip(candidates, bases, details, strict=True):
        key = _bounded(f"{base} {detail}" if len(variants[base]) > 1 else base)
        entry = replace(candidate.entry, key=key)
        if key not in chosen or _changed_at(entry) > _changed_at(chosen[key]):
            chosen[key] = entry
    return tuple(chosen.values())


def fingerprint(title: str, summary: str, text: str, enclosures: Iterable[Enclosure]) -> str:
    """Hash what readers see: title, summary, the visible text of the content, the files without their parameters.

    Not markup, not dates, not tags, not where links lead: those change without the entry being another.
    """
    files = sorted({(canonical_url(file.url) or file.url).partition("?")[0] for file in enclosures})
    return _hash("\n".join([title, summary, text, *files]))


def _base_key(candidate: Candidate) -> str:
    entry = candidate.entry
    if candidate.id:
        return f"id:{comparable_url(candidate.id, keep_fragment=True) or candidate.id}"
    if entry.url:
        return f"url:{comparable_url(entry.url, keep_fragment=True) or entry.url}"
    return f"hash:{_hash(f'{entry.fingerprint} {entry.published}')}"


def _detail(candidate: Candidate) -> str:
    """Return what tells entries with equal keys apart: the link for those with ids, the title for those without."""
    entry = candidate.entry
    return f"url:{entry.canonical_url}" if candidate.id else f"title:{_hash(one_line(entry.title).casefold())[:16]}"


def _bounded(key: str) -> str:
    return key if len(key) <= MAX_KEY_CHARS else f"{key.partition(':')[0]}:sha256:{_hash(key)}"


def _changed_at(entry: Entry) -> datetime:
    return entry.updated or entry.published or _LONG_AGO


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
