"""Records to publish, of which a test names only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from aggregator.config import CategoryConfig, Config, FeedConfig, Site
from aggregator.model import (
    FeedDocument,
    Identity,
    Mention,
    PublishedEntry,
    Source,
    SourceFeed,
    SourceHealth,
    SourceState,
    StoredEntry,
)
from aggregator.publish import SiteContent, build_document

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
AUTHORITY = "news.example.org,2026"
IDENTITY = Identity(authority=AUTHORITY, since=SINCE)

CONFIG = Config(
    site=Site(title="Space & talent", url="https://news.example.org/", language="en", timezone="Europe/Luxembourg"),
    categories=(CategoryConfig(name="space", title="Space", any=("lunar",)),),
    feeds=(FeedConfig(name="all", title="Everything"), FeedConfig(name="space")),
)


def make_source_feed(name: str = "first", **values: Any) -> SourceFeed:
    given = {
        "id": f"https://{name}.example/feed",
        "title": f"{name.title()} News",
        "feed_url": f"https://{name}.example/feed",
        "site_url": f"https://{name}.example/",
        "updated": NOON,
    }
    return SourceFeed(**(given | values))


def make_stored(id_: str = "e1", *, source: str = "first", **values: Any) -> StoredEntry:
    given: dict[str, Any] = {
        "url": f"https://{source}.example/{id_}",
        "canonical_url": None,
        "title": f"Title of {id_}",
        "summary": f"Summary of {id_}",
        "content": f"<p>Content of {id_}</p>",
        "authors": ("Ada Author",),
        "published": NOON,
        "updated": NOON,
        "first_seen": NOON,
        "language": "en",
        "tags": (),
        "enclosures": (),
        "origin": None,
        "categories": (),
        "original": id_,
        "evidence": None,
        "story": values.get("original", id_),
        "story_evidence": None,
        "feed": make_source_feed(source),
    }
    return StoredEntry(id=id_, source=source, **(given | values))


def make_mention(id_: str, *, source: str = "second", language: str | None = "en") -> Mention:
    return Mention(
        id=id_,
        source=source,
        source_title=f"{source.title()} feed",
        title=f"Title of {id_}",
        url=f"https://{source}.example/{id_}",
        language=language,
        published=NOON,
    )


def make_item(id_: str = "e1", *, also: tuple[StoredEntry, ...] = (), **values: Any) -> PublishedEntry:
    """Return a published entry; what isn't the published entry's own goes to the stored one inside."""
    own = {name: values.pop(name) for name in ("listed_at", "related") if name in values}
    categories = values.pop("categories", ())
    entry = make_stored(id_, **values)
    own = {"updated": entry.updated, "listed_at": entry.published} | own
    return PublishedEntry(id=id_, entry=entry, also=also, categories=categories, **own)


def make_document(
    *items: PublishedEntry, feed: FeedConfig = CONFIG.feeds[0], config: Config = CONFIG, **values: Any
) -> FeedDocument:
    return build_document(feed, config, items, identity=IDENTITY, **values)


def make_content(*items: PublishedEntry) -> SiteContent:
    """Return what a site with one source, ``first``, and one category, ``space``, shows."""
    health = SourceHealth(
        source=Source(name="first", url="https://first.example/feed"), state=SourceState(), entries=len(items)
    )
    return SiteContent(
        front=items,
        by_day={day: list(group) for day, group in groupby(items, key=lambda item: item.listed_at.date())},
        by_category={"space": [item for item in items if "space" in item.categories]},
        by_source={"first": items},
        stories={item.entry.story: (item.entry, *item.also) for item in items},
        sources=(health,),
    )
