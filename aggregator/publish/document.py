"""From a configured feed and its entries to a document, and from a document to the bytes of a format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from aggregator.config import Config, FeedConfig
from aggregator.model import FeedDocument, FeedFormat, PublishedEntry
from aggregator.publish.atom import render_atom
from aggregator.publish.jsonfeed import render_json
from aggregator.publish.rss import render_rss

MEDIA_TYPES = {
    FeedFormat.ATOM: "application/atom+xml; charset=utf-8",
    FeedFormat.RSS: "application/rss+xml; charset=utf-8",
    FeedFormat.JSON: "application/feed+json",
}

_RENDERERS: dict[FeedFormat, Callable[[FeedDocument], bytes]] = {
    FeedFormat.ATOM: render_atom,
    FeedFormat.RSS: render_rss,
    FeedFormat.JSON: render_json,
}


def build_document(
    feed: FeedConfig, config: Config, entries: Sequence[PublishedEntry], *, authority: str, since: datetime
) -> FeedDocument:
    """Return what a feed says: its entries newest published first, whatever order they were chosen in.

    ``authority`` and ``since`` are the store's identity; ``since`` is the time of a feed that has no entry yet,
    because "now" would make it look changed each time it is asked for (E9).
    """
    site = config.site
    return FeedDocument(
        name=feed.name,
        title=feed_title(feed, config),
        authority=authority,
        home_url=site.url,
        urls={format_: f"{site.url}feeds/{feed.name}.{format_}" for format_ in FeedFormat},
        language=site.language,
        updated=max((item.updated for item in entries), default=since),
        entries=tuple(sorted(entries, key=lambda item: (-item.entry.published.timestamp(), item.id))),
        labels=category_labels(config),
    )


def feed_title(feed: FeedConfig, config: Config) -> str:
    """Return what a feed is called in readers."""
    return feed.title or f"{config.site.title}: {feed.name}"


def category_labels(config: Config) -> dict[str, str]:
    """Return the categories' titles by name: those with a rule in the order of the files, then what sources bring."""
    labels = {category.name: category.title or category.name for category in config.categories}
    brought = (name for source in config.sources for name in source.categories)
    return labels | {name: name for name in brought if name not in labels}


def render_feed(document: FeedDocument, format: FeedFormat) -> bytes:  # noqa: A002 — the word that everybody uses
    """Return the document in one of its formats. The same document gives the same bytes."""
    return _RENDERERS[format](document)
