"""The whole site as files, for any web server or object store: pages, feeds with their archives, lists.

What asks for a token when it is served is left out: whoever serves files asks for none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from aggregator.app import Aggregator, front_of
from aggregator.model import PublishedEntry, Selection
from aggregator.outputs.renewal import archive_document, renew_feeds
from aggregator.publish import (
    FORMATS,
    SiteContent,
    Written,
    arrange_feeds,
    category_labels,
    is_private,
    render_feed,
    render_feed_opml,
    render_opml,
    static_pages,
    told_formats,
    write_site,
)

# How many stories a list of all or of a category has, and that of a source.
_FRONT_PAGE: Final = 100
_SOURCE_PAGE: Final = 20

# Each day has a page of its own, which changes only when something comes to it; so far back.
_DAYS: Final = timedelta(days=90)
_READ: Final = 500


def publish(aggregator: Aggregator, out: Path) -> Written:
    """Write the site into a folder, which is taken for what stands at ``site.url``.

    Only what changed is touched; what an earlier call wrote and is no part of the site any more is removed, other
    files stay. What pages link to is there before them. Raises PublishError, StoreError.
    """
    renew_feeds(aggregator, is_served=False)
    files = dict(_feeds(aggregator, out))
    # before and after: a call that is cut off has told too much, not too little; and a hub that is told by another
    # process before the files are there is told again
    changed = _owe_pings(aggregator, [name for name, body in files.items() if not _is_there(out / name, body)])
    tokens = aggregator.config.web.tokens
    if tokens.pages is None:
        files |= static_pages(aggregator.config, _content(aggregator, has_sources=tokens.control_room is None))
    if tokens.control_room is None:
        files["sources.opml"] = render_opml(aggregator.config.site.title, aggregator.store.sources())
    written = write_site(out, files)
    _owe_pings(aggregator, changed)
    return written


def _is_there(path: Path, body: bytes) -> bool:
    try:
        return path.read_bytes() == body
    except OSError:
        return False


def _owe_pings(aggregator: Aggregator, names: Sequence[str]) -> list[str]:
    """Note that hubs are to be told of the feeds among these files; return the names of those."""
    config, now = aggregator.config, aggregator.clock()
    changed = []
    for feed in config.feeds:
        mine = [name for name in names if name in {form.file_name(feed.name) for form in told_formats()}]
        if mine and not is_private(feed, config):
            aggregator.store.pings.owe(config.site.hub, base=config.site.url, feed=feed.name, now=now)
        changed += mine
    return changed


def _feeds(aggregator: Aggregator, out: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the archives, the feeds and their list by file name. A full archive that is there is left as it is."""
    config, base = aggregator.config, aggregator.config.site.url
    public = [feed for feed in config.feeds if not is_private(feed, config)]
    for feed in public:
        numbers = aggregator.store.feeds.archive_numbers(feed.name)
        # the one that is not full yet is named by the last one that is
        for number in (*numbers, numbers[-1] + 1) if numbers else ():
            document = replace(archive_document(aggregator, feed.name, number, base=base), hubs=())
            for format_, form in FORMATS.items():
                if not form.has_archives:
                    continue
                name = form.file_name(feed.name, number)
                there = out / name
                is_there = document.is_sealed and there.is_file()
                yield name, there.read_bytes() if is_there else render_feed(document, format_)
    for feed in public:
        document = replace(aggregator.feed_document(feed.name), base=base)
        for format_, form in FORMATS.items():
            yield form.file_name(feed.name), render_feed(document, format_)
    rows = [row for row in arrange_feeds(config, base=base) if not row.is_private]
    yield "feeds.opml", render_feed_opml(config, rows)


def _content(aggregator: Aggregator, *, has_sources: bool) -> SiteContent:
    """Return what the pages show."""
    store = aggregator.store
    health = store.sources() if has_sources else ()
    of_front, list_of = front_of(aggregator.config), partial(store.front, language=aggregator.config.site.language)
    front = list_of(of_front, limit=_FRONT_PAGE).items
    everything = None if of_front == Selection() else list_of(Selection(), limit=_FRONT_PAGE).items
    by_day = dict(_by_day(aggregator))
    by_category = {
        name: list_of(Selection(categories=(name,)), limit=_FRONT_PAGE).items
        for name in category_labels(aggregator.config)
    }
    by_source = {
        each.source.name: list_of(Selection(sources=(each.source.name,)), limit=_SOURCE_PAGE).items for each in health
    }
    lists = (front, everything or (), *by_day.values(), *by_category.values(), *by_source.values())
    issues = [store.ledger.find_issue(each.name) for each in aggregator.config.digests]
    return SiteContent(
        front=front,
        everything=everything,
        by_day=by_day,
        by_category=by_category,
        by_source=by_source,
        stories=store.stories(sorted({item.entry.story for items in lists for item in items})),
        sources=health,
        has_sources=has_sources,
        issues=tuple(each for each in issues if each is not None),
    )


def _by_day(aggregator: Aggregator) -> Iterator[tuple[date, Sequence[PublishedEntry]]]:
    zone = aggregator.config.site.tz
    first = aggregator.clock().astimezone(zone).date() - _DAYS
    items = _newest_first(aggregator)
    for day, group in groupby(items, key=lambda item: item.listed_at.astimezone(zone).date()):
        if day < first:
            return
        yield day, tuple(group)


def _newest_first(aggregator: Aggregator) -> Iterator[PublishedEntry]:
    cursor = None
    while True:
        page = aggregator.store.front(
            front_of(aggregator.config), limit=_READ, cursor=cursor, language=aggregator.config.site.language
        )
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
