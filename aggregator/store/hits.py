"""What a search finds: stories, each by its best article, the newest first or those that are most relevant.

How often a word occurs in texts says little of news, and a text must be read for it. A headline says what an article is
about: the stories that have all words in one come first, among those the important ones (docs/reference/search.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

import sqlalchemy as sa

from aggregator.model import Found, Mention, Order, PublishedEntry, Results, Selection
from aggregator.model.importance import Importance, account_of, importance, precedence
from aggregator.model.originals import Home
from aggregator.store import entries as stored_entries
from aggregator.store.cursors import Listed, from_cursor, from_number, to_cursor
from aggregator.store.published import newest_of_stories
from aggregator.store.query import Query, Term, parse
from aggregator.store.search_words import body_of, words
from aggregator.store.snippets import marked, snippet

# So many of the newest stories are counted, and put in order of relevance: a word that all texts have must not make us
# read all.
_MOST: Final = 500


class _Story(NamedTuple):
    """A story that was found, by its newest article, and all its articles that were found."""

    newest: Listed
    originals: Collection[str]


class _Match(NamedTuple):
    """How well a headline fits: how many of the words it has, and whether one after the other."""

    words: int
    is_phrase: bool


def stories(
    connection: sa.Connection, selection: Selection, *, order: Order, limit: int, cursor: str | None, language: str
) -> Results:
    """Return the stories in which a selection finds something by its ``search``; ``language`` is the site's."""
    query = parse(selection.search or "")
    if order is Order.RELEVANCE:
        return _relevant(
            connection, selection, query, limit=limit, skipped=from_number(cursor, most=_MOST), language=language
        )
    before = from_cursor(cursor)
    # without a word to look up, finding more means reading on
    most = _MOST if before is None and query.wanted else limit
    found = [_Story(*each) for each in islice(newest_of_stories(connection, selection, before=before), most + 1)]
    page, best = found[:limit], _Judge(connection, query, found[:limit], language)
    return Results(
        items=_items(connection, query, [(best.article_of(each), each) for each in page]),
        count=min(len(found), most),
        is_more=len(found) > most,
        next=to_cursor(page[-1].newest.position) if len(found) > limit else None,
    )


def _relevant(
    connection: sa.Connection, selection: Selection, query: Query, *, limit: int, skipped: int, language: str
) -> Results:
    found = [_Story(*each) for each in islice(newest_of_stories(connection, selection, before=None), _MOST + 1)]
    judge = _Judge(connection, query, found[:_MOST], language)
    ordered = sorted(found[:_MOST], key=judge.relevance_of, reverse=True)
    page = ordered[skipped : skipped + limit]
    return Results(
        items=_items(connection, query, [(judge.article_of(each), each) for each in page]),
        count=len(ordered),
        is_more=len(found) > _MOST,
        next=str(skipped + limit) if len(ordered) > skipped + limit else None,
    )


class _Judge:
    """Which article of a story is the best, and how relevant a story is, by the headlines of what was found."""

    def __init__(self, connection: sa.Connection, query: Query, found: Sequence[_Story], language: str) -> None:
        originals = [original for story in found for original in story.originals]
        self._query = query
        self._language = language
        self._mentions: Mapping[str, Mention] = stored_entries.mentions_by_original(connection, originals)

    def relevance_of(self, story: _Story) -> tuple[_Match, list[Importance], Listed]:
        told = [self._mentions[original] for original in story.originals if original in self._mentions]
        match = max((self._match(each) for each in told), default=_Match(0, is_phrase=False))
        weight = [importance([account_of(each) for each in told], language=self._language)] if told else []
        return match, weight, story.newest

    def article_of(self, story: _Story) -> str:
        """Return the article whose headline fits best; of equals the one that leads the story, then the newest."""
        told = {each: self._mentions[each] for each in story.originals if each in self._mentions}
        return min(told, key=lambda each: self._place(each, told[each], story), default=story.newest.original)

    def _place(self, original: str, mention: Mention, story: _Story) -> tuple[object, ...]:
        match = self._match(mention)
        leads = precedence(
            is_dated=mention.is_dated,
            is_at_home=mention.home is not Home.AWAY,
            language=mention.language,
            priority=mention.priority,
            site_language=self._language,
        )
        age = -mention.published.timestamp()
        return -match.words, not match.is_phrase, *leads, original != story.newest.original, age, original

    def _match(self, mention: Mention) -> _Match:
        wanted, said = self._query.wanted, words(mention.title)
        if not wanted:
            return _Match(0, is_phrase=False)
        phrase = Term(tuple(word for term in wanted for word in term.words), is_prefix=wanted[-1].is_prefix)
        has = sum(1 for term in wanted if term.ends_in(said))
        return _Match(has, is_phrase=has == len(wanted) and bool(phrase.ends_in(said)))


def _items(connection: sa.Connection, query: Query, chosen: Sequence[tuple[str, _Story]]) -> tuple[Found, ...]:
    when = {original: story.newest.position.listed_at for original, story in chosen}
    return tuple(_found(item, query) for item in stored_entries.published_by_id(connection, when))


def _found(item: PublishedEntry, query: Query) -> Found:
    texts = [(each.title, body_of(each.summary, each.content)) for each in (item.entry, *item.also)]
    _, body = next((each for each in texts if query.finds(*each)), texts[0])
    return Found(published=item, title=marked(item.entry.title, query), snippet=snippet(body, query))
