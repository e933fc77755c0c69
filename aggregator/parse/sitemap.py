"""Sitemaps (sitemaps.org) → ParsedFeed: news sitemaps with titles and dates, plain ones with their dates of change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Final

from lxml import etree

from aggregator.errors import ParseError
from aggregator.model import Fetched, ParsedEntry, ParsedFeed, Text
from aggregator.parse.dates import parse_date
from aggregator.parse.decode import decode_body
from aggregator.text.languages import language_code

# So many addresses a sitemap may have, and so many sitemaps an index (sitemaps.org): what follows is not read.
MAX_ADDRESSES: Final = 50_000
# The newest so many are looked at. A news sitemap has 1,000 at most; of an archive only what is new is wanted.
MAX_ENTRIES: Final = 1_000

# How far before the outermost element comments and declarations may reach.
_HEAD_CHARS: Final = 20_000

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Found:
    """One ``url`` or ``sitemap`` element, by the names of its parts; ``news`` are those of its news:news."""

    parts: dict[str, str] = field(default_factory=dict)
    news: dict[str, str] = field(default_factory=dict)


def sitemap_parts(fetched: Fetched, *, since: datetime | None = None) -> tuple[str, ...]:
    """Return the addresses of the sitemaps that an index names, last changed first; none for a sitemap itself.

    Those without a date keep their place, after the others; those that did not change since are left out. Raises
    ParseError for an index that can't be read.
    """
    if "sitemapindex" not in decode_body(fetched.body, fetched.content_type)[:_HEAD_CHARS]:
        return ()  # a sitemap is read once, later
    kind, found = _read(fetched)
    if kind != "sitemapindex":
        return ()
    dated = [(_moment(each), each.parts["loc"]) for each in found if each.parts.get("loc")]
    changed = [(moment, url) for moment, url in dated if moment is None or since is None or moment >= since]
    return tuple(url for _, url in sorted(changed, key=lambda pair: pair[0] or _LONG_AGO, reverse=True))


def read_sitemap(fetched: Fetched, *, wants: Callable[[str], bool] = bool) -> ParsedFeed:
    """Read a sitemap, or those of an index that came with it, as a feed: newest first, at most MAX_ENTRIES.

    ``wants`` tells which addresses count. The publication date of news counts before ``lastmod``. Raises ParseError for
    what is no sitemap.
    """
    kind, found = _read(fetched)
    if kind == "sitemapindex":
        found = [each for part in fetched.pages for each in _read_part(part)]
    dated = [(_moment(each), each) for each in found if wants(each.parts.get("loc", ""))]
    dated.sort(key=lambda pair: pair[0] or _LONG_AGO, reverse=True)
    return ParsedFeed(
        format="sitemap",
        reader="sitemap",
        url=fetched.url,
        id=fetched.url,
        title=next((name for _, each in dated if (name := each.news.get("name"))), None),
        updated=dated[0][0] if dated else None,
        entries=tuple(_entry(each, moment) for moment, each in dated[:MAX_ENTRIES]),
    )


def _entry(found: _Found, moment: datetime | None) -> ParsedEntry:
    news = found.news
    published = parse_date(news.get("publication_date"))
    return ParsedEntry(
        link=found.parts["loc"],
        title=Text(value=news["title"], is_html=False) if news.get("title") else None,
        published=published,
        updated=None if published else moment,
        tags=tuple(word.strip() for word in news.get("keywords", "").split(",") if word.strip()),
        language=language_code(news.get("language")),
    )


def _moment(found: _Found) -> datetime | None:
    return parse_date(found.news.get("publication_date")) or parse_date(found.parts.get("lastmod"))


def _read_part(fetched: Fetched) -> list[_Found]:
    """Return what is in a part of an index; nothing for another index, or what is no sitemap."""
    try:
        kind, found = _read(fetched)
    except ParseError:
        return []
    return found if kind == "urlset" else []


def _read(fetched: Fetched) -> tuple[str, list[_Found]]:
    """Return what the outermost element is, and what is in it. No entity is resolved, nothing else is loaded."""
    text = decode_body(fetched.body, fetched.content_type).strip()
    if not text:
        raise ParseError("it is no sitemap: the answer is empty")
    events = etree.iterparse(
        BytesIO(text.encode()),
        events=("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    kind = ""
    found: list[_Found] = []
    try:
        for event, element in events:
            name = _name(element)
            if not kind:
                kind = name
                if kind not in {"urlset", "sitemapindex"}:
                    raise ParseError(f"it is no sitemap: its outermost element is <{kind[:40]}>, not <urlset>")
            elif event == "end" and name in {"url", "sitemap"}:
                found.append(_found(element))
                element.clear()
                while (before := element.getprevious()) is not None:
                    del before.getparent()[0]
                if len(found) >= MAX_ADDRESSES:
                    break
    except etree.XMLSyntaxError as error:
        raise ParseError(f"the sitemap can't be read: {error.msg}") from error
    if not kind:
        raise ParseError("it is no sitemap: there is no XML in it")
    return kind, found


def _found(element: etree._Element) -> _Found:
    found = _Found()
    for part in element:
        name = _name(part)
        if name == "news":
            for text_of in _elements(part):
                found.news.setdefault(_name(text_of), _text(text_of))
        else:
            found.parts.setdefault(name, _text(part))
    return found


def _elements(element: etree._Element) -> Iterator[etree._Element]:
    yield from (part for part in element.iterdescendants() if isinstance(part.tag, str))


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
