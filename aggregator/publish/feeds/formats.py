"""The formats of output feeds in one table: what each is called, how it is made, who hears of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from aggregator.config import Config, FeedConfig
from aggregator.model import FeedDocument, FeedFormat
from aggregator.publish.feeds.atom import render_atom
from aggregator.publish.feeds.document import is_private, served_base
from aggregator.publish.feeds.jsonfeed import render_json
from aggregator.publish.feeds.rss import render_rss
from aggregator.publish.parts import Addresses, addresses_of
from aggregator.text.locales import marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format. ``label`` and ``advice`` are what people read of it, ``media_type`` what programs read.

    ``is_told``: hubs get a ping for it when the feed changes (WebSub), and its documents name the hubs.
    ``has_archives``: older entries are published in it too (RFC 5005), and its documents lead to them.
    """

    ending: str
    label: str
    media_type: str
    advice: str
    render: Callable[[FeedDocument, Addresses], bytes]
    is_told: bool
    has_archives: bool

    @property
    def bare_media_type(self) -> str:
        """The media type without its parameters, as links have it."""
        return self.media_type.partition(";")[0]

    def file_name(self, feed: str, archive: int | None = None) -> str:
        """Return where a feed, or one of its archives, stands in the folder of the feeds."""
        return f"{feed}.{self.ending}" if archive is None else f"{feed}/{archive}.{self.ending}"

    def write(self, document: FeedDocument) -> bytes:
        """Return the document in this format. The same document gives the same bytes."""
        addresses = addresses_of(
            document, ending=self.ending, names_hubs=self.is_told, leads_to_archives=self.has_archives
        )
        return self.render(document, addresses)


# In the order in which pages list them. OPML and the form for searches name the first.
FORMATS: Final[Mapping[FeedFormat, Format]] = MappingProxyType(
    {
        FeedFormat.ATOM: Format(
            ending="atom",
            label="Atom",
            media_type="application/atom+xml; charset=utf-8",
            advice=marked("when in doubt"),
            render=render_atom,
            is_told=True,
            has_archives=True,
        ),
        FeedFormat.RSS: Format(
            ending="rss",
            label="RSS",
            media_type="application/rss+xml; charset=utf-8",
            advice=marked("for old readers and podcast players"),
            render=render_rss,
            is_told=True,
            has_archives=True,
        ),
        FeedFormat.JSON: Format(
            ending="json",
            label="JSON Feed",
            media_type="application/feed+json",
            advice=marked("for programs"),
            render=render_json,
            is_told=True,
            has_archives=True,
        ),
    }
)


def told_formats() -> tuple[Format, ...]:
    """Return the formats that hubs get a ping for, in the order of the pings."""
    return tuple(each for each in FORMATS.values() if each.is_told)


def render_feed(document: FeedDocument, format: FeedFormat) -> bytes:  # noqa: A002 — the word that everybody uses
    """Return the document in one of its formats. The same document gives the same bytes."""
    return FORMATS[format].write(document)


def link_header(feed: FeedConfig, config: Config, form: Format) -> str:
    """Return the Link header that tells subscribers which hub to ask for which address (RULES E20); "" without hubs."""
    if not config.site.hub or not form.is_told or is_private(feed, config):
        return ""
    own = f"{served_base(config)}{form.file_name(feed.name)}"
    links = [(own, "self"), *((hub, "hub") for hub in config.site.hub)]
    return ", ".join(f'<{url}>; rel="{rel}"' for url, rel in links)
