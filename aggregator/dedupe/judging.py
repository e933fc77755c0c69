"""Judge each entry of a poll against what the store knows. Touches nothing; the same input gives the same decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from aggregator.dedupe.digest import digest_of, is_as_stored
from aggregator.dedupe.recognize import recognize
from aggregator.dedupe.renaming import renamed, same_title
from aggregator.model import CategoryMatch, Claim, Decision, Entry, Gist, Known, KnownEntry, Marked, Nearby, Sighting
from aggregator.text.ids import entry_id

# Undated entries that come with a source's first poll are taken to be at least this old, if no other has a date.
_UNDATED = timedelta(days=1)
_BELOW = timedelta(seconds=1)
# Those that are new in one poll keep their order by a step each, in all less than what counts as one publication.
_STEP, _MOST_STEPS = timedelta(seconds=1), 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of a poll's entries: ``decisions`` in document order, and how many need no change."""

    decisions: tuple[Decision, ...]
    unchanged: int


def decide(  # noqa: PLR0913 - all that a decision is made of: to add it later would copy each
    entries: Sequence[Entry],
    known: Known,
    marked: Mapping[str, Marked] | None = None,
    nearby: Nearby | None = None,
    *,
    claim: Claim,
    now: datetime,
    categories: Mapping[str, tuple[CategoryMatch, ...]] | None = None,
    unchanged: Sequence[Sighting] = (),
    site_url: str | None = None,
) -> Judged:
    """Judge the entries of one document, whose keys are unique within it; ``unchanged`` are the others in it.

    ``marked`` is what new entries are recognized by, by key; ``nearby`` what was found by it; without them there are
    no duplicates by text. ``categories`` are those of entries, by key, which decisions carry along. ``site_url`` is the
    site that the document names as its own.

    An entry is *the same* as a stored one of its source with its key, or whose key the publisher changed (see
    ``renamed``); it is *forgotten* when retention purged it, and stays so; else it is new, and then perhaps a
    duplicate of another source's.
    """
    document: list[Entry | Sighting] = [*entries, *unchanged]
    keys = {each.key for each in document}
    links = Counter(each.canonical_url for each in document)
    stored_as = _stored_as(entries, known, keys, links)
    undated_at = _listed_undated(entries, claim=claim, now=now)
    decisions: list[Decision] = []
    undated = 0
    marked, categories = marked or {}, categories or {}
    for entry in entries:
        stored, its_marks = stored_as.get(entry.key), marked.get(entry.key)
        if stored is None and entry.key in known.forgotten:
            continue
        along = _Along(
            categories=categories.get(entry.key, ()),
            gist=its_marks.gist if its_marks else None,
            marks=its_marks.stored if its_marks else (),
        )
        if stored is None:
            is_dated = entry.published is not None
            published = entry.published or now - min(undated, _MOST_STEPS) * _STEP
            undated += not is_dated
            listed_at = None if is_dated else undated_at
            decisions.append(_new(entry, known, along, claim=claim, now=now, published=published, listed_at=listed_at))
        elif stored.key != entry.key or not is_as_stored(entry, stored.digest) or _dates(entry, stored):
            decisions.append(_edited(entry, stored, along, now))
    decisions = recognize(
        decisions,
        marked,
        known,
        nearby or Nearby(),
        claim=claim,
        site_url=site_url or claim.state.site_url,
        links=links,
    )
    return Judged(decisions=tuple(decisions), unchanged=len(keys) - len(decisions))


def _stored_as(
    entries: Sequence[Entry], known: Known, keys: set[str], links: Counter[str | None]
) -> dict[str, KnownEntry]:
    """Return which stored entry of its source each of these is, by key; each stored one is one of them at most."""
    by_key = {each.key: each for each in known.same_source}
    found = {entry.key: by_key[entry.key] for entry in entries if entry.key in by_key}
    unknown = [entry for entry in entries if entry.key not in found and entry.key not in known.forgotten]
    for entry in unknown:
        left = (by_key[alias] for alias in entry.aliases if alias in by_key and alias not in keys)
        if stored := next((each for each in left if same_title(each.title, entry.title)), None):
            found[entry.key] = stored
    gone = by_key.keys() - keys - {each.key for each in found.values()}
    for entry in unknown:
        if gone and entry.key not in found:
            link_is_unique = links[entry.canonical_url] == 1
            if stored := renamed(entry, known.same_source, gone, link_is_unique=link_is_unique):
                found[entry.key] = stored
                gone = gone - {stored.key}
    return found


class _Along(TypedDict):
    """What a decision carries along that doesn't bear on it."""

    categories: tuple[CategoryMatch, ...]
    gist: Gist | None
    marks: tuple[int, ...]


def _new(
    entry: Entry,
    known: Known,
    along: _Along,
    *,
    claim: Claim,
    now: datetime,
    published: datetime,
    listed_at: datetime | None,
) -> Decision:
    """Return the decision on a new entry; ``listed_at`` is when one counts as news that says nothing of its time."""
    new_id = entry_id(claim.state.seed, entry.key)
    if new_id in known.taken:  # by an entry that has another key since
        new_id = entry_id(claim.state.seed, f"{entry.key}\n{now.isoformat()}")
    is_backlog = claim.state.last_success is None
    return Decision(
        id=new_id,
        entry=entry,
        is_new=True,
        original=new_id,
        evidence=None,
        story=new_id,
        published=published,
        updated=max(entry.updated or published, published),
        first_seen=now,
        listed_at=listed_at or (min(published, now) if is_backlog else now),
        digest=digest_of(entry),
        is_dated=entry.published is not None,
        **along,
    )


def _listed_undated(entries: Sequence[Entry], *, claim: Claim, now: datetime) -> datetime:
    """Return when a new entry without a date counts as news: now, but not on a source's first poll.

    What is there by then is older than that, nobody knows by how much: it goes below the oldest that has a date.
    """
    if claim.state.last_success is not None:
        return now
    return min((each.published for each in entries if each.published), default=now - _UNDATED) - _BELOW


def _dates(entry: Entry, stored: KnownEntry) -> bool:
    """Tell whether a publisher gives the time of an entry that so far has only that of when it was first seen."""
    is_ours = not stored.is_dated or stored.published == stored.first_seen
    return is_ours and entry.published is not None and entry.published < stored.published


def _edited(entry: Entry, stored: KnownEntry, along: _Along, now: datetime) -> Decision:
    """``updated`` moves only when readers see something else (RFC 4287 §4.2.15), and never back.

    ``published`` stays, but where it wasn't the publisher's: feeds that bump their dates would bring old entries back.
    """
    updated = stored.updated
    is_corrected = _dates(entry, stored)
    if entry.fingerprint != stored.fingerprint:
        updated = entry.updated if entry.updated and entry.updated > stored.updated else max(now, stored.updated)
    return Decision(
        id=stored.id,
        entry=entry,
        is_new=False,
        original=stored.original,
        evidence=None,
        story=stored.story,
        published=entry.published if is_corrected and entry.published else stored.published,
        updated=updated,
        first_seen=stored.first_seen,
        listed_at=stored.listed_at,
        digest=digest_of(entry),
        is_dated=is_corrected or stored.is_dated,
        **along,
    )
