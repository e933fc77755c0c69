"""group: at the end of a round, the articles that came in it ─► stories. What takes long is outside of transactions.

    waiting ─► what is near ─► vectors ─► judge ─► write, all or nothing

All that waits is judged together, in the order in which it was published: the same input gives the same stories,
however many workers brought it and whichever server answered first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from aggregator.model import Report
from aggregator.store import Store
from aggregator.stories.candidates import MAX_AGE, WINDOW, Candidates, marks_of
from aggregator.stories.encoder import Encoder, cosine, packed
from aggregator.stories.grouping import group_reports, needing_vectors
from aggregator.stories.weights import Weights
from aggregator.text.marks import LINK

# Reports that are judged in one go: more would keep others from writing for too long.
_AT_ONCE = 2000
# Texts that the model reads between two looks whether to stop: about a second.
_READ_AT_ONCE = 32


class _Stopped(Exception):
    """Whoever waits for this wants to end: what was not written waits for the end of the next round."""


def group_waiting(
    store: Store,
    now: datetime,
    *,
    encoder: Encoder | None = None,
    stop: threading.Event | None = None,
    moves_on: Callable[[], None] = lambda: None,
) -> int:
    """Judge in which stories all articles are that wait for it; return how many joined one. Raises StoreError.

    ``stop`` ends it early; what is not judged then goes on waiting. ``moves_on`` is called every few seconds.
    """
    joined, stop = 0, stop or threading.Event()

    def look() -> None:
        moves_on()
        if stop.is_set():
            raise _Stopped

    with suppress(_Stopped):
        while not stop.is_set() and (waiting := store.rounds.waiting(limit=_AT_ONCE)):
            joined += _group(store, waiting, now, encoder, look)
    return joined


def _group(
    store: Store, came: Sequence[Report], now: datetime, encoder: Encoder | None, look: Callable[[], None]
) -> int:
    waiting = _to_judge(came, now - MAX_AGE)
    weights = Weights(store.vocabularies(), (each.gist for each in waiting))
    marks = {each.id: marks_of(each.gist, weights, each.published) for each in waiting}
    # nothing that is stored, or comes later, can tell of the event of what is that old; of the round it can
    fresh = [each for each in waiting if each.published > now - MAX_AGE]
    probes = [marks[each.id].looked_up for each in fresh]
    near = store.rounds.surroundings(probes, {mark for each in probes for mark in each if LINK.has(mark)})
    ids = {each.id for each in waiting}
    stored = {each.id: each for each in near.reports if each.id not in ids}
    reports = {each.id: each for each in (*stored.values(), *waiting)}
    vectors: dict[str, bytes] = {each.id: each.vector for each in reports.values() if each.vector is not None}
    made: dict[str, bytes] = {}
    found = Candidates(near.by_mark, stored).take_in(waiting, marks)
    if encoder is not None:
        wanted = needing_vectors(found, weights)
        made = _vectors_of([reports[each] for each in sorted(wanted.difference(vectors))], encoder, look)
    cosine = cosine_of(vectors | made if encoder is not None else {})
    judged = group_reports(found, stored.values(), weights, cosine)
    read = ((reports[id_], vector) for id_, vector in made.items())
    judged = replace(
        judged,
        waiting=tuple(each.pk for each in came),
        marks={each.pk: marks[each.id].stored for each in fresh},
        vectors={each.pk: (each.published, vector) for each, vector in read if each.published > now - MAX_AGE},
    )
    return len(judged.joined) if store.rounds.write(judged) else 0


def _to_judge(came: Sequence[Report], old: datetime) -> list[Report]:
    """Return what may be in one story with something, in order of publication.

    What was published before ``old`` can only be so with what came in the same round, from another source, and was
    published within the window: most of what new sources bring along is alone in its days.
    """
    came = sorted(came, key=lambda each: (each.published, each.id))
    with_others = {each.id for each in (*_within_window(came), *_within_window(came[::-1]))}
    return [each for each in came if each.published > old or each.id in with_others]


def _within_window(in_order: Iterable[Report]) -> Iterator[Report]:
    """Yield the reports that have one of another source before them, within the window."""
    last: Report | None = None
    of_another: Report | None = None
    for each in in_order:
        if last is not None and last.source != each.source:
            of_another = last
        if of_another is not None and abs(each.published - of_another.published) <= WINDOW:
            yield each
        last = each


def cosine_of(vectors: Mapping[str, bytes]) -> Callable[[Report, Report], float | None]:
    """Return what tells how near the vectors of two reports are."""

    def of(one: Report, other: Report) -> float | None:
        first, second = vectors.get(one.id), vectors.get(other.id)
        return None if first is None or second is None else cosine(first, second)

    return of


def _vectors_of(reports: Sequence[Report], encoder: Encoder, look: Callable[[], None]) -> dict[str, bytes]:
    """Return the vectors of reports by their ids. What many of them say word for word is read once.

    ``look`` is called between texts, and may raise.
    """
    said = {each.id: ". ".join(filter(None, (each.title, each.lead))) for each in reports}
    texts = list(dict.fromkeys(said.values()))
    vectors: dict[str, bytes] = {}
    for start in range(0, len(texts), _READ_AT_ONCE):
        look()
        some = texts[start : start + _READ_AT_ONCE]
        vectors |= zip(some, map(packed, encoder.embed(some)), strict=True)
    return {id_: vectors[text] for id_, text in said.items()}
