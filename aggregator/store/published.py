"""Lists of what is published, newest first: each article once, or each story once; in pages that stay what they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, takewhile

import sqlalchemy as sa

from aggregator.model import Mention, Page, PublishedEntry, Selection
from aggregator.model.importance import precedence
from aggregator.model.originals import Home
from aggregator.store import entries as stored_entries
from aggregator.store import walk
from aggregator.store.cursors import Listed, Position, from_cursor, to_cursor


def articles(
    connection: sa.Connection, selection: Selection, *, limit: int, cursor: str | None
) -> Page[PublishedEntry]:
    """Return the articles that meet a selection, duplicates together, what counts as news last first.

    Something belongs from when the first of its duplicates does, so a later duplicate doesn't bring it up again.
    """
    return _page(connection, _articles(connection, selection, before=from_cursor(cursor)), limit)


def front(
    connection: sa.Connection, selection: Selection, *, limit: int, cursor: str | None, language: str
) -> Page[PublishedEntry]:
    """Return the stories that have an article which meets a selection, each by the one of these that leads it.

    The story with the newest article comes first: one with news moves up, and is gone from the pages that it stood on;
    nothing else moves. ``language`` is the site's (see ``precedence``).
    """
    found = list(islice(newest_of_stories(connection, selection, before=from_cursor(cursor)), limit + 1))
    shown = found[:limit]
    mentions = stored_entries.mentions_of(connection, {each.story for each, _ in shown})
    when = {
        _leading(mentions.get(each.story, {}), each.original, originals, language): each.position.listed_at
        for each, originals in shown
    }
    return _paged(stored_entries.published_by_id(connection, when, mentions), [each for each, _ in found], limit)


def _leading(mentions: Mapping[str, Mention], newest: str, originals: Collection[str], language: str) -> str:
    """Return which of these articles of a story stands for it; of equals the newest."""
    told = {original: mention for original, mention in mentions.items() if original in originals}
    return min(
        told,
        key=lambda each: (
            *precedence(
                is_dated=told[each].is_dated,
                is_at_home=told[each].home is not Home.AWAY,
                language=told[each].language,
                priority=told[each].priority,
                site_language=language,
            ),
            each != newest,
            -told[each].published.timestamp(),
            each,
        ),
        default=newest,
    )


def count_newer(connection: sa.Connection, selection: Selection, *, cursor: str | None, limit: int) -> int:
    """Return how many stories stand before a page's ``newest`` by now, counted up to ``limit``."""
    since = from_cursor(cursor)
    found = newest_of_stories(connection, selection, before=None)
    newer = takewhile(lambda each: since is None or each[0].position > since, found)
    return sum(1 for _ in islice(newer, limit))


def _page(connection: sa.Connection, found: Iterator[Listed], limit: int) -> Page[PublishedEntry]:
    listed = list(islice(found, limit + 1))
    when = {each.original: each.position.listed_at for each in listed[:limit]}
    return _paged(stored_entries.published_by_id(connection, when), listed, limit)


def _paged(items: Sequence[PublishedEntry], listed: Sequence[Listed], limit: int) -> Page[PublishedEntry]:
    """Return a page; ``listed`` is what it shows, and one more if there is more."""
    shown = listed[:limit]
    return Page(
        items=tuple(items),
        next=to_cursor(shown[-1].position) if shown and len(listed) > limit else None,
        newest=to_cursor(shown[0].position) if shown else None,
    )


def _articles(connection: sa.Connection, selection: Selection, *, before: Position | None) -> Iterator[Listed]:
    for batch in walk.batches(connection, selection, before=before):
        places = _places(walk.articles(connection, selection, batch))
        yield from (each for each in batch if each.position == places[each.original])


def newest_of_stories(
    connection: sa.Connection, selection: Selection, *, before: Position | None
) -> Iterator[tuple[Listed, set[str]]]:
    """Yield the newest article of each story, with all of the story that meet the selection."""
    for batch in walk.batches(connection, selection, before=before):
        members = walk.stories(connection, selection, batch)
        places = _places(members)
        newest: dict[str, Position] = {}
        originals: dict[str, set[str]] = defaultdict(set)
        for each in members:
            originals[each.story].add(each.original)
            newest[each.story] = max(places[each.original], newest.get(each.story, places[each.original]))
        yield from ((each, originals[each.story]) for each in batch if each.position == newest[each.story])


def _places(members: Sequence[Listed]) -> dict[str, Position]:
    """Return the place of each article: that of the first of its duplicates."""
    places: dict[str, Position] = {}
    for each in members:
        places[each.original] = min(each.position, places.get(each.original, each.position))
    return places
