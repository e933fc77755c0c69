"""What a copy of an entry is recognized by: computed from a document's entries alone, before the store is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import chain, islice
from urllib.parse import urlsplit

from aggregator.model import Entry, Gist, Marked, Probes, Signature
from aggregator.model.originals import title_at_origin
from aggregator.text.folding import first_words, fold
from aggregator.text.marks import CLAIMED, ID, MAX_WORDS, TEXT, TITLE, choose_marks, smallest_pieces, word_mark

# Below this a text is a headline.
_LEAST_WORDS = 10
_PAGE = re.compile(r"id:https?://[\w.-]+/[\w.~%-]", re.ASCII)
# A piece that so many entries of one document have is the source's, not the article's.
_REPEATED = 3


def sign(entries: Sequence[Entry], *, beside: Sequence[Entry] = ()) -> tuple[Signature, ...]:
    """Return the signature of each of these entries of one document, of which ``beside`` are some others."""
    if not entries:
        return ()
    wanted, entries = len(entries), (*entries, *beside)
    pieces = [_pieces(entry) for entry in entries]
    seen = Counter(chain.from_iterable({*beginning, *whole} for beginning, whole in pieces))
    repeated = {piece for piece, count in seen.items() if count >= _REPEATED}
    return tuple(
        _signature(entry, *each, repeated) for entry, each in islice(zip(entries, pieces, strict=True), wanted)
    )


def mark_copies(entry: Entry, signature: Signature, gist: Gist, first_seen: datetime) -> Marked:
    """Return the marks to store for an entry with this signature, and those to look its copies up by."""
    ids = () if signature.id_mark is None else (signature.id_mark,)
    titles = (word_mark(fold(entry.title)),)
    claimed = (word_mark(fold(title_at_origin(entry.title, entry.origin))),) if entry.origin is not None else titles
    return Marked(
        gist=gist,
        stored=(
            *TEXT.stored(signature.marks, first_seen),
            *ID.stored(ids, first_seen),
            *TITLE.stored(titles, first_seen),
            *(CLAIMED.stored(claimed, first_seen) if entry.origin is not None else ()),
        ),
        probes=Probes(
            copies=(*TEXT.looked_up(signature.probes, first_seen), *ID.looked_up(ids, first_seen)),
            titles=tuple((TITLE if entry.origin is not None else CLAIMED).looked_up(claimed, first_seen)),
        ),
    )


def _pieces(entry: Entry) -> tuple[list[int], list[int]]:
    words = first_words(entry.lines if entry.content else entry.summary, MAX_WORDS)
    if len(words) < _LEAST_WORDS:
        words = []
    return smallest_pieces(words)


def _signature(
    entry: Entry,
    beginning: list[int],
    whole: list[int],
    repeated: set[int],
) -> Signature:
    if not repeated.isdisjoint(whole) or not repeated.isdisjoint(beginning):
        is_short = whole is beginning
        whole = [piece for piece in whole if piece not in repeated]
        beginning = whole if is_short else [piece for piece in beginning if piece not in repeated]
    marks, probes = choose_marks(beginning, whole)
    return Signature(
        marks=marks,
        probes=probes,
        id_mark=word_mark(entry.key) if is_universal(entry.key) else None,
    )


def is_universal(key: str) -> bool:
    """Whether a key is an id that names one entry in all the world (RFC 4287 §4.2.6), not "1234" or a front page."""
    if _PAGE.match(key):  # as most
        return " " not in key
    scheme, _, rest = key.removeprefix("id:").partition(":")
    if not key.startswith("id:") or " " in key:
        return False
    if scheme in {"http", "https"}:
        try:
            parts = urlsplit(f"{scheme}:{rest}")
            return bool(parts.hostname and (parts.path.strip("/") or parts.query))
        except ValueError:
            return False
    return scheme in {"tag", "urn"} and len(rest) > 8
