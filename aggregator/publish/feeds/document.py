"""From a configured feed and its entries to a document, which any format can show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from aggregator.config import Config, FeedConfig
from aggregator.config.models import Titles
from aggregator.model import Archive, FeedDocument, Identity, PublishedEntry, Selection
from aggregator.publish.clean_links import published_links
from aggregator.text.locales import Locale, marked

# The name of the feeds that are made of searches, which no configured one may have.
SEARCH: Final = "search"

# The titles in config/. Those that an operator writes are in the language that they are written in.
_SHIPPED: Final = (
    marked("Space"),
    marked("Innovation"),
    marked("Talent and competitiveness"),
    marked("Everything"),
)


def build_document(
    feed: FeedConfig,
    config: Config,
    entries: Sequence[PublishedEntry],
    *,
    identity: Identity,
    base: str | None = None,
    token: str | None = None,
    last_archive: int = 0,
) -> FeedDocument:
    """Return what a feed says: its entries newest published first, whatever order they were chosen in.

    The time of a feed that has no entry yet is that of the store, because "now" would make it look changed each time it
    is asked for (E9). ``base`` is the folder that it is published in, ``site.url`` + ``feeds/`` by default; ``token``
    goes into its addresses. A private feed names no hub, which could not get it.
    """
    site = config.site
    return FeedDocument(
        id=f"tag:{identity.authority}:feed/{feed.name}",
        name=feed.name,
        title=feed_title(feed, config),
        authority=identity.authority,
        home_url=site.url,
        base=base or served_base(config),
        query=f"?token={token}" if token else "",
        language=site.language,
        updated=max((item.updated for item in entries), default=identity.since),
        entries=newest_published_first(published_links(entries, config)),
        labels=category_labels(config),
        hubs=() if is_private(feed, config) else site.hub,
        last_archive=last_archive,
        names_sources=feed.titles is Titles.SOURCE,
    )


def archive_document(document: FeedDocument, archive: Archive, *, is_sealed: bool) -> FeedDocument:
    """Return an archive of the feed that a document is of. A sealed one says what it said when it became full."""
    return replace(
        document,
        number=archive.number,
        is_sealed=is_sealed,
        entries=newest_published_first(archive.entries),
        updated=max((item.updated for item in archive.entries), default=archive.sealed_at),
        labels=archive.labels,
        hubs=(),
    )


def search_document(
    selection: Selection,
    config: Config,
    entries: Sequence[PublishedEntry],
    *,
    identity: Identity,
    token: str | None = None,
) -> FeedDocument:
    """Return what was found as a feed, whose id and address follow from what was looked for, in one spelling."""
    words = {
        "q": (selection.search or "").casefold(),
        "category": ",".join(selection.categories),
        "source": ",".join(selection.sources),
        "language": selection.language or "",
    }
    asked = {name: value for name, value in words.items() if value}
    key = hashlib.sha256(urlencode(asked).encode()).hexdigest()[:32]
    titles = [category_labels(config).get(name, name) for name in selection.categories]
    about = ", ".join(
        [*filter(None, [selection.search]), *titles, *selection.sources, *filter(None, [selection.language])]
    )
    return FeedDocument(
        id=f"tag:{identity.authority}:search/{key}",
        name=SEARCH,
        title=f"{config.site.title}: {about}",
        authority=identity.authority,
        home_url=config.site.url,
        base=served_base(config),
        query=f"?{urlencode(asked | ({'token': token} if token else {}))}",
        language=config.site.language,
        updated=max((item.updated for item in entries), default=identity.since),
        entries=newest_published_first(published_links(entries, config)),
        labels=category_labels(config),
    )


def newest_published_first(entries: Iterable[PublishedEntry]) -> tuple[PublishedEntry, ...]:
    return tuple(sorted(entries, key=lambda item: (-item.entry.published.timestamp(), item.id)))


def served_base(config: Config) -> str:
    """Return the folder of the feeds' addresses, as the program serves them."""
    return f"{config.site.url}feeds/"


def is_private(feed: FeedConfig, config: Config) -> bool:
    """Tell whether a feed asks for a token."""
    return feed.token is not None or config.web.tokens.feeds is not None


def feed_title(feed: FeedConfig, config: Config) -> str:
    """Return what a feed is called in readers."""
    if feed.title:
        return _in_language(feed.title, config.site.locale)
    colon = config.site.locale.pgettext("between two parts of a line", ":")
    return f"{config.site.title}{colon} {feed.name}"


def category_labels(config: Config, locale: Locale | None = None) -> dict[str, str]:
    """Return the categories' titles by name: those with a rule in the order of the files, then what sources bring.

    Titles that come with the program are in the language of the site, where no other is named.
    """
    labels = {
        category.name: _in_language(category.title or category.name, locale or config.site.locale)
        for category in config.categories
    }
    brought = (name for source in config.sources for name in source.categories)
    return labels | {name: name for name in brought if name not in labels}


def _in_language(title: str, locale: Locale) -> str:
    return locale.gettext(title) if title in _SHIPPED else title
