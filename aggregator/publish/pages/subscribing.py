"""How to subscribe: every feed with its addresses, for the page that explains it and as OPML for other readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from aggregator.config import Config, FeedConfig
from aggregator.publish.feeds.document import category_labels, feed_title, is_private, served_base
from aggregator.publish.feeds.formats import FORMATS
from aggregator.text.legal import legal
from aggregator.text.locales import Locale
from aggregator.text.one_line import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddress:
    """Where a feed is in one format, in full: that is what people copy."""

    format: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed to subscribe to; ``about`` says what is in it, ``is_private`` that it asks for a token."""

    name: str
    title: str
    about: str
    is_private: bool
    addresses: tuple[FeedAddress, ...]


def arrange_feeds(config: Config, *, token: str | None = None, base: str | None = None) -> tuple[FeedRow, ...]:
    """Return the configured feeds in the order of the files.

    ``token`` is the general one of all feeds, when who asks has it: it goes into the addresses that it opens. ``base``
    is the folder that they are published in.
    """
    labels = category_labels(config)
    folder = base or served_base(config)
    return tuple(
        FeedRow(
            name=feed.name,
            title=feed_title(feed, config),
            about=_about(feed, labels, config.site.locale),
            is_private=is_private(feed, config),
            addresses=tuple(
                FeedAddress(
                    format=form.label,
                    url=folder
                    + form.file_name(feed.name)
                    + (f"?token={token}" if token and feed.token is None else ""),
                )
                for form in FORMATS.values()
            ),
        )
        for feed in config.feeds
    )


def render_feed_opml(config: Config, feeds: Sequence[FeedRow]) -> bytes:
    """Return the feeds as OPML 2.0 (RULES E40 to E42), each by its address in the first format.

    The same feeds give the same bytes.
    """
    opml = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(opml, "head"), etree.SubElement(opml, "body")
    etree.SubElement(head, "title").text = one_line(config.site.title)
    folder = etree.SubElement(body, "outline", text=one_line(config.site.title), title=one_line(config.site.title))
    for feed in feeds:
        title = one_line(feed.title) or feed.name
        values = {"text": title, "title": title, "type": "rss", "xmlUrl": feed.addresses[0].url}
        values |= {"htmlUrl": config.site.url, "language": legal(config.site.language)}
        etree.SubElement(folder, "outline", {name: value for name, value in values.items() if value})
    return etree.tostring(opml, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _about(feed: FeedConfig, labels: dict[str, str], locale: Locale) -> str:
    where = feed.where
    parts = [
        ", ".join(labels.get(name, name) for name in where.categories),
        locale.gettext("from %(sources)s", sources=", ".join(where.sources)) if where.sources else "",
        locale.gettext("language: %(language)s", language=where.language) if where.language else "",
        locale.gettext("with %(words)s", words=where.text) if where.text else "",
    ]
    chosen = "; ".join(part for part in parts if part)
    if not chosen:
        return locale.ngettext("The newest entry.", "The newest %(count)s of all entries.", feed.limit)
    return locale.ngettext(
        "The newest entry: %(which)s.", "The newest %(count)s entries: %(which)s.", feed.limit, which=chosen
    )
