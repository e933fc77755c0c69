"""An output feed as JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from aggregator.model import Enclosure, FeedDocument, Mention, PublishedEntry, StoredEntry
from aggregator.publish import parts
from aggregator.text.hidden_keys import source_address
from aggregator.text.legal import legal, web_address
from aggregator.text.locales import locale_of
from aggregator.text.moments import rfc3339
from aggregator.text.one_line import one_line

_VERSION = "https://jsonfeed.org/version/1.1"


def render_json(document: FeedDocument, addresses: parts.Addresses) -> bytes:
    """Return the document as JSON Feed; the same document gives the same bytes."""
    archive = {"current": addresses.first("current"), "next_archive": addresses.first("next-archive")}
    feed = {
        "version": _VERSION,
        "title": one_line(document.title) or document.name,
        "home_page_url": document.home_url,
        "feed_url": addresses.own,
        "next_url": addresses.first("prev-archive"),
        "language": document.language,
        "hubs": [{"type": "WebSub", "url": link.url} for link in addresses.links if link.rel == "hub"],
        "_aggregator": _without_empty(archive | {"is_archive": document.is_sealed or None}),
    }
    feed = _without_empty(feed) | {"items": [_item(document, item) for item in document.entries]}
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _item(document: FeedDocument, item: PublishedEntry) -> dict[str, Any]:
    entry, content = item.entry, parts.content_of(document, item)
    text = (
        {"content_html": content}
        if content
        else {"content_text": legal(entry.summary) or parts.title_in(document, entry)}
    )
    tags = dict.fromkeys(term.label or term.term for term in parts.terms_of(document, item))
    return _without_empty(
        {
            "id": parts.entry_id(document, item),
            "url": web_address(entry.url),
            "title": parts.title_in(document, entry),
            **text,
            "summary": legal(entry.summary),
            "date_published": rfc3339(entry.published),
            "date_modified": rfc3339(item.updated),
            "authors": [{"name": name} for name in parts.authors_of(document, entry)],
            "tags": list(tags),
            "language": legal(entry.language or ""),
            "attachments": [_attachment(enclosure) for enclosure in parts.enclosures_of(entry)],
            "_aggregator": _without_empty(
                {
                    "source": _source(entry),
                    "also": list(_also(document, item)),
                    "story": _story(item),
                    "categories": list(item.categories),
                }
            ),
        }
    )


def _source(entry: StoredEntry) -> dict[str, Any]:
    """Return the feed that we read an entry in, and the origin that it names, if that is another."""
    source = parts.source_of(entry)
    named = {"title": source.title, "url": web_address(source.site_url)} if parts.has_other_origin(entry) else {}
    return _without_empty(
        {
            "name": entry.source,
            "title": one_line(entry.feed.title),
            "url": web_address(entry.feed.site_url),
            "feed_url": source_address(entry.feed.feed_url),
            "origin": _without_empty(named),
        }
    )


def _also(document: FeedDocument, item: PublishedEntry) -> Iterable[dict[str, Any]]:
    for other in item.also:
        source = {"name": other.source, "title": one_line(other.feed.title)}
        values = {
            "source": source,
            "title": parts.title_of(other, locale_of(document.language)),
            "url": web_address(other.url),
            "language": legal(other.language or ""),
        }
        yield _without_empty(values)


def _story(item: PublishedEntry) -> dict[str, Any]:
    """Return the story with its other articles, when it has any."""
    if not item.related:
        return {}
    return {"id": item.entry.story, "related": [_mention(each) for each in item.related]}


def _mention(mention: Mention) -> dict[str, Any]:
    source = {"name": mention.source, "title": one_line(mention.source_title)}
    values = {
        "source": source,
        "title": one_line(mention.title),
        "url": web_address(mention.url),
        "language": legal(mention.language or ""),
    }
    return _without_empty(values)


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    values = {
        "url": enclosure.url,
        "mime_type": enclosure.type,
        "title": one_line(enclosure.title or ""),
        "size_in_bytes": enclosure.length,
    }
    return _without_empty(values)


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Return the members that say something; JSON Feed leaves out what isn't known."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
