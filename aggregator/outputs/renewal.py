"""What follows from news for the output feeds: what belongs to archives, which become full, which hubs are told.

A feed shows its newest entries. What it has ever had belongs to an archive too, before it is gone from the feed, so
that who was away for long finds all of it there (RFC 5005 §4, docs/decisions/0020).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator import publish
from aggregator.app import Aggregator, selection_of
from aggregator.categorize import fits_text
from aggregator.config import FeedConfig
from aggregator.errors import Forgotten, NotHere
from aggregator.model import Archive, FeedDocument, FeedFormat, FeedRenewal, FeedState, PublishedEntry, Selection
from aggregator.publish import (
    build_document,
    category_labels,
    is_private,
    published_links,
    render_feed,
    served_base,
)
from aggregator.text.locales import marked

# How much of what was there already a feed's first archives get.
_FIRST_ENTRIES: Final = 1_000

# Entries looked at in one go; the rest has its turn in the next one.
_MOST_ARRIVALS: Final = 2_000

_LARGEST_ARCHIVE: Final = 100


def renew_feeds(aggregator: Aggregator, *, anew: bool = False, is_served: bool = True) -> int:
    """Bring the archives of all feeds up to date, and note which hubs are to be told; return how many became full.

    Costs a look at the content version when that has not moved; ``anew`` is for when the configuration has changed.
    Without ``is_served`` hubs are told nothing of the addresses of feeds that are served, now or by the one who asks
    next with it.
    Raises StoreError.
    """
    return sum(_Renewing(aggregator, feed).renew(anew=anew, is_served=is_served) for feed in aggregator.config.feeds)


def archive_document(
    aggregator: Aggregator, name: str, number: int, *, token: str | None = None, base: str | None = None
) -> FeedDocument:
    """Return an archive of a configured feed, or what the next one has so far. Raises UsageError, Forgotten."""
    feed, feeds = aggregator.feed(name), aggregator.store.feeds
    document = build_document(feed, aggregator.config, (), identity=aggregator.identity, base=base, token=token)
    sealed = feeds.archive(name, number)
    if sealed is not None:
        return publish.archive_document(document, sealed, is_sealed=True)
    state = feeds.state(name)
    last = state.last_archive if state is not None else 0
    if 1 <= number <= last:
        raise Forgotten(
            marked("archive %(number)s of %(name)s is older than what is kept here"), number=str(number), name=name
        )
    if number != last + 1:
        raise NotHere(marked("there is no archive %(number)s of %(name)s"), number=str(number), name=name)
    waiting = published_links(feeds.published(feeds.waiting(name)), aggregator.config)
    since = aggregator.identity.since
    growing = Archive(feed=name, number=number, sealed_at=since, entries=waiting, labels=document.labels)
    return publish.archive_document(document, growing, is_sealed=False)


def search_document(
    aggregator: Aggregator, selection: Selection, *, limit: int, token: str | None = None
) -> FeedDocument:
    """Return what is newest of a selection as a feed. What is asked for alike has the same id and address."""
    found = aggregator.store.published(selection, limit=limit).items
    return publish.search_document(selection, aggregator.config, found, identity=aggregator.identity, token=token)


@dataclass(frozen=True, slots=True)
class _Renewing:
    """One configured feed that is brought up to date."""

    aggregator: Aggregator
    feed: FeedConfig

    def renew(self, *, anew: bool, is_served: bool) -> int:
        sealed, is_complete = 0, False
        while not is_complete:
            renewal, is_complete = self._look(anew=anew, is_served=is_served)
            if renewal is None or not self.aggregator.store.feeds.write(renewal, now=self.aggregator.clock()):
                return sealed  # nothing to do, or another process does it
            sealed += len(renewal.sealed)
        return sealed

    def _look(self, *, anew: bool, is_served: bool) -> tuple[FeedRenewal | None, bool]:
        """Return what changes of the feed, None for nothing, and whether all has been looked at."""
        config, feed = self.aggregator.config, self.feed
        feeds = self.aggregator.store.feeds
        version, newest_pk = feeds.newest()
        state = feeds.state(feed.name)
        hubs = () if is_private(feed, config) else config.site.hub
        if state is not None and state.version == version and bool(hubs) == bool(state.mark) and not anew:
            return None, True
        limit = feed.limit if state is not None else max(feed.limit, _FIRST_ENTRIES)
        newest = self.aggregator.published(feed.where, limit=limit)
        shown = newest[: feed.limit]
        before = state or FeedState(
            name=feed.name, revision=0, considered_pk=newest_pk, version=0, mark="", last_archive=0
        )
        # keys are given again when the newest entries were deleted
        considered = min(before.considered_pk, newest_pk)
        candidates = {each.id: each.listed_at for each in newest}
        arrived, considered = self._arrivals(considered, newest_pk)
        candidates = arrived | candidates
        known = feeds.known(feed.name, candidates)
        arrived = {original: when for original, when in candidates.items() if original not in known}
        waiting, dropped = self._still_members(feeds.waiting(feed.name), shown)
        is_complete = considered == newest_pk
        mark = (self._mark(shown) if hubs else "") if is_served else before.mark
        is_done = is_complete and (is_served or not hubs)
        return FeedRenewal(
            before=before,
            considered_pk=considered,
            version=version if is_done else before.version,
            mark=mark,
            arrived=arrived,
            dropped=dropped,
            sealed=self._full(waiting | arrived, shown, last=before.last_archive),
            told=hubs if mark != before.mark else (),
            base=served_base(config),
        ), is_complete

    def _mark(self, shown: Sequence[PublishedEntry]) -> str:
        """Return a hash of all that the feed says, but for its archives: those are no news."""
        document = build_document(self.feed, self.aggregator.config, shown, identity=self.aggregator.identity)
        return hashlib.sha256(render_feed(document, FeedFormat.JSON)).hexdigest()

    def _arrivals(self, after: int, newest_pk: int) -> tuple[dict[str, datetime], int]:
        """Return what belongs to the feed of what was stored after an entry, and up to which one that is."""
        feeds = self.aggregator.store.feeds
        found = feeds.arrivals(selection_of(self.feed.where), after=after, limit=_MOST_ARRIVALS)
        considered = found[-1].pk if len(found) == _MOST_ARRIVALS else newest_pk
        when: dict[str, datetime] = {}
        for each in found:
            when[each.original] = min(each.listed_at, when.get(each.original, each.listed_at))
        text = self.feed.where.text
        if text is not None and when:
            fitting = {each.id for each in feeds.published(when) if fits_text(text, each)}
            when = {original: each for original, each in when.items() if original in fitting}
        return when, considered

    def _still_members(
        self, waiting: Mapping[str, datetime], shown: Sequence[PublishedEntry]
    ) -> tuple[dict[str, datetime], tuple[str, ...]]:
        """Return what waits for an archive and still belongs to the feed, and what doesn't."""
        members = {each.id for each in shown}
        others = [original for original in waiting if original not in members]
        if others:
            members |= self.aggregator.store.feeds.members(selection_of(self.feed.where), others)
        dropped = tuple(original for original in waiting if original not in members)
        return {original: when for original, when in waiting.items() if original in members}, dropped

    def _full(
        self, waiting: Mapping[str, datetime], shown: Sequence[PublishedEntry], *, last: int
    ) -> tuple[Archive, ...]:
        """Return the archives that become full: as many as it takes for all that waits to be in the feed itself."""
        labels, now = category_labels(self.aggregator.config), self.aggregator.clock()
        sealed: list[Archive] = []
        groups = due_archives(waiting, {each.id for each in shown}, size=archive_size(self.feed.limit))
        for group in groups:
            entries = published_links(self.aggregator.store.feeds.published(group), self.aggregator.config)
            if entries:
                used = {name: labels.get(name, name) for each in entries for name in each.categories}
                number = last + len(sealed) + 1
                sealed.append(Archive(feed=self.feed.name, number=number, sealed_at=now, entries=entries, labels=used))
        return tuple(sealed)


def archive_size(limit: int) -> int:
    """Return how many entries an archive of a feed has: half of what the feed has, which has seen them settle."""
    return min(max(limit // 2, 1), _LARGEST_ARCHIVE)


def due_archives(waiting: Mapping[str, datetime], shown: set[str], *, size: int) -> list[dict[str, datetime]]:
    """Return groups of ``size``, the oldest first, of all up to the newest that isn't shown any more.

    The last one is filled up with what is still shown, and is smaller only when there is no more.
    """
    in_order = sorted(waiting, key=lambda original: (waiting[original], original in shown, original))
    unshown = [place for place, original in enumerate(in_order) if original not in shown]
    if not unshown:
        return []
    needed = unshown[-1] + 1
    return [
        {original: waiting[original] for original in in_order[start : start + size]} for start in range(0, needed, size)
    ]
