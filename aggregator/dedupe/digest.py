"""What tells whether an entry still says what is stored of it."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from operator import attrgetter

from aggregator.model import Entry

# What the digest leaves out: ``key`` is how an entry is found, not what it says; times are settled at first sight.
_LEFT_OUT = {"key", "aliases", "published", "updated", "fingerprint", "is_full", "is_day", "text"}
_SAID = attrgetter(*(field.name for field in fields(Entry) if field.name not in _LEFT_OUT))
_BYTES = 12


def digest_of(entry: Entry) -> str:
    """Return a hash of all that is stored of an entry."""
    # texts go in as they are: writing them with repr takes longer than all else
    parts = "\0".join([value if isinstance(value, str) else repr(value) for value in _SAID(entry)])
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=_BYTES).hexdigest()


def is_as_stored(entry: Entry, digest: str) -> bool:
    """Whether an entry says what it said when it was stored with this digest."""
    return digest == (digest_of(entry) if len(digest) == 2 * _BYTES else _digest_before_0_5(entry))


def _digest_before_0_5(entry: Entry) -> str:
    return hashlib.sha256(repr(list(_SAID(entry))).encode("utf-8", "surrogatepass")).hexdigest()[:32]
