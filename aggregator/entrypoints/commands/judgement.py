"""The part of ``explain`` that tells of duplicates and stories."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.app import Aggregator
from aggregator.model import StoredEntry
from aggregator.model.importance import accounts_of, importance
from aggregator.steps.near import articles_near, stories_near
from aggregator.stories.candidates import MAX_AGE


def explained_duplicates(aggregator: Aggregator, entry: StoredEntry) -> Iterator[str]:
    """Say which entries are the same article, by what evidence; and what the nearest others lack."""
    yield "duplicates"
    group = aggregator.store.duplicates_of(entry.original)
    if len(group) == 1:
        yield "  none: no other entry has this address, this id or this text"
    elif entry.duplicate_of:
        yield f"  this is a duplicate of {entry.duplicate_of}: {entry.evidence}"
    else:
        yield "  this is the first of its kind; published under its id"
    for other in group:
        if other.id != entry.id:
            yield f"  {other.id} from {other.source}: {other.evidence or 'the first one'}"
    lines = articles_near(aggregator.store, entry)
    yield from _listed("  no duplicates, though with its address or some of its text", lines)


def explained_story(aggregator: Aggregator, entry: StoredEntry) -> Iterator[str]:
    """Say which entries tell of the same event, by what evidence; and what the nearest others lack."""
    yield "story"
    members = aggregator.store.stories([entry.story]).get(entry.story, ())
    others = [each for each in members if each.id != entry.id and each.original != entry.original]
    if not others:
        yield "  its own: no other entry is about the same event, as far as headlines and leads tell"
    elif entry.story_evidence:
        yield f"  {entry.story}: {entry.story_evidence}"
    else:
        yield f"  {entry.story}: {'this is its first entry' if entry.story == entry.id else 'that of its original'}"
    for other in others:
        yield f"  {other.id} from {other.source} “{other.title}”: {other.story_evidence or 'the first one'}"
    looked_at, lines = stories_near(aggregator.store, entry)
    if entry.first_seen - entry.published > MAX_AGE:
        yield "  it was old news when it came: only what came in the same round and of the same days was looked at"
    elif not looked_at and not others:
        yield "  nothing else was looked at: no other article of these days has two of its rarest words or names"
    yield from _listed("  not in it, though near", lines)


def explained_importance(aggregator: Aggregator, entry: StoredEntry) -> Iterator[str]:
    """Say how important its story is, by the facts that digests and pages order by (docs/explanation/importance.md)."""
    yield "importance of its story, the fact that counts most first"
    item = aggregator.store.published_as(entry.original)
    if item is None:
        yield "  none: its source is not configured any more, so it is not published"
        return
    found = importance(list(accounts_of(item)), language=aggregator.config.site.language)
    yield from (f"  {words}" for words in found.in_words())


def _listed(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{heading}:"
        for line in lines:
            yield f"    {line}"
