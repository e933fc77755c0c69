"""The links of what is published: without what says where a reader came from, unless the site wants them whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aggregator.config import Config
from aggregator.model import PublishedEntry, StoredEntry
from aggregator.text.tracking import without_tracking


def published_links(items: Iterable[PublishedEntry], config: Config) -> tuple[PublishedEntry, ...]:
    """Return entries with the links that are published; ``site.clean_links`` says which. The store keeps its own."""
    return tuple(map(clean_item, items) if config.site.clean_links else items)


def clean_item(item: PublishedEntry) -> PublishedEntry:
    """Return an entry, its duplicates and the other articles of its story with links without tracking."""
    return replace(
        item,
        entry=clean_entry(item.entry),
        also=tuple(map(clean_entry, item.also)),
        related=tuple(replace(each, url=_clean(each.url)) for each in item.related),
    )


def clean_entry(entry: StoredEntry) -> StoredEntry:
    """Return an entry with a link without tracking."""
    return replace(entry, url=_clean(entry.url))


def _clean(url: str | None) -> str | None:
    return without_tracking(url) if url else url
