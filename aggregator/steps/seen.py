"""What one look at a source brought, on its way through the steps. Loads nothing that reads documents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregator.errors import SourceError
from aggregator.model import (
    Article,
    CategoryMatch,
    Entry,
    Fetched,
    Findings,
    Gist,
    NotModified,
    ParsedFeed,
    Sighting,
    Signature,
)

if TYPE_CHECKING:
    from aggregator.normalize import Changes
    from aggregator.steps.kinds import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look at a source brought: an answer with the entries that are new in it or were changed, or an error.

    ``signatures``, ``gists`` and ``categories`` are those of the entries, in their order. ``unchanged`` are the other
    entries of the document, ``remembered`` the keys of those among them that a new source brought along and that are
    not kept.
    """

    answer: Fetched | NotModified | None = None
    document: ParsedFeed | None = None
    findings: Findings | None = None
    body_hash: str | None = None
    entry_hashes: bytes | None = None
    entries: tuple[Entry, ...] = ()
    unchanged: tuple[Sighting, ...] = ()
    remembered: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    gists: tuple[Gist, ...] = ()
    categories: tuple[tuple[CategoryMatch, ...], ...] = ()
    error: SourceError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document that was read, and its new entries as the source tells them.

    With ``full`` they lack their articles: ``articles`` has those that are there, by the entries' keys; ``wanted`` the
    addresses of those to fetch first, likewise.
    """

    reading: Reading
    changes: Changes
    entries: tuple[Entry, ...]
    articles: Mapping[str, Article] = field(default_factory=dict)
    wanted: Mapping[str, str] = field(default_factory=dict)


def hash_of(answer: Fetched) -> str:
    """Return what an answer is known again by."""
    return hashlib.sha256(b"".join([answer.body, *(page.body for page in answer.pages)])).hexdigest()
