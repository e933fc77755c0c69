"""Lists that a page holds as data beside what people see: JSON-LD (schema.org), what Next.js and Nuxt render from, and
what its elements are marked as (microdata.py).

It is what pages that are empty without their scripts have, and it knows dates that the visible list leaves out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from lxml import html

from aggregator.parse.dates import parse_date
from aggregator.parse.pages.microdata import marked_records
from aggregator.parse.pages.tree import PageDocument

# What may be read of one page: data can be many times what is shown.
_MOST_CHARS: Final = 4_000_000
_MOST_VALUES: Final = 200_000
_MOST_RECORDS: Final = 1_000
_DEEPEST: Final = 40
_LEAST: Final = 3
_SIGNS: Final = (b"ld+json", b"application/json")  # a page without them has no scripts that hold data

# schema.org's types of what is published; lists and pages of them are looked into.
_PUBLISHED: Final = {
    "article", "newsarticle", "blogposting", "socialmediaposting", "report", "scholarlyarticle", "techarticle",
    "analysisnewsarticle", "opinionnewsarticle", "reportagenewsarticle", "reviewnewsarticle", "liveblogposting",
    "pressrelease", "podcastepisode", "videoobject", "publicationissue", "dataset", "jobposting", "event",
}  # fmt: skip
_NOT_LISTS: Final = {"breadcrumblist", "sitenavigationelement", "howto", "faqpage", "wpheader", "wpfooter"}

# How scripts call what a record has, the best first.
_TITLES: Final = ("headline", "title", "name", "heading")
_LINKS: Final = ("url", "link", "href", "permalink", "canonical_url", "canonicalUrl", "path", "fullPath", "uri")
_DATES: Final = (
    "datePublished", "publishedAt", "published_at", "publishDate", "publicationDate", "publication_date", "pubDate",
    "published", "date", "releaseDate", "displayDate", "startDate", "dateCreated", "createdAt", "created_at",
)  # fmt: skip
_SUMMARIES: Final = ("description", "summary", "excerpt", "teaser", "abstract", "intro", "lead", "subtitle", "dek")
_IMAGES: Final = ("image", "thumbnailUrl", "thumbnail", "featuredImage", "cover", "picture")
_STARTS: Final = ("/", "http://", "https://", "./", "../")
_SHORTEST_TITLE: Final = 4
# An address that stays what it is when it is resolved.
_PLAIN: Final = re.compile(r"https?://[a-z\d.-]+/[\w%,~+./-]*(?:\?[\w%,~+=&;-]+)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataEntry:
    """A record as data has it; ``link`` is absolute."""

    link: str
    title: str
    published: datetime | None
    summary: str | None
    image: str | None = None


def read_data(document: PageDocument) -> tuple[list[DataEntry], str]:
    """Return the longest list that a page's data holds, each link once, and where it is; [] and "" for none."""
    source = document.source.lower()
    scripts = list(document.root.iter("script")) if any(sign in source for sign in _SIGNS) else []
    lists = [
        (_json_ld(scripts, document), "JSON-LD"),
        *((found, "embedded data") for found in _embedded(scripts, document)),
        *((_marked(records, document), name) for name, records in marked_records(document, source, _PUBLISHED)),
    ]
    found, where = max(lists, key=lambda each: len(each[0]))
    return (found, where) if len(found) >= _LEAST else ([], "")


# --- JSON-LD ---------------------------------------------------------------------------------------------------------


def _json_ld(scripts: Iterable[html.HtmlElement], document: PageDocument) -> list[DataEntry]:
    entries: dict[str, DataEntry] = {}
    for script in scripts:
        if (script.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json":
            for record in _published(_load(script.text), depth=0):
                entry = _entry(record, document)
                if entry is not None:
                    entries.setdefault(entry.link, entry)
    return list(entries.values())


def _published(value: Any, *, depth: int) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Yield what is published of a graph, whatever lists and pages it stands in."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for each in value:
            yield from _published(each, depth=depth + 1)
    elif isinstance(value, dict):
        types = _types(value)
        if types & _NOT_LISTS:
            return
        if types & _PUBLISHED:
            yield value
        elif "listitem" in types and not isinstance(value.get("item"), dict):
            yield {**value, "url": value.get("url") or value.get("item")}
        else:
            for each in value.values():
                if isinstance(each, list | dict):
                    yield from _published(each, depth=depth + 1)


def _marked(records: list[dict[str, str]], document: PageDocument) -> list[DataEntry]:
    for each in records:
        for name in ("url", "link", "image", "thumbnailUrl", "mainEntityOfPage"):
            if name in each:
                each[name] = _absolute(each[name], document) or ""
    entries = [entry for each in records if (entry := _entry(each, document)) is not None]
    return list({entry.link: entry for entry in reversed(entries)}.values())[::-1]


def _types(record: dict[str, Any]) -> set[str]:
    given = record.get("@type")
    names = given if isinstance(given, list) else [given]
    return {name.rpartition("/")[2].rpartition(":")[2].lower() for name in names if isinstance(name, str)}


# --- what scripts render from ----------------------------------------------------------------------------------------


def _embedded(scripts: Iterable[html.HtmlElement], document: PageDocument) -> Iterator[list[DataEntry]]:
    for script in scripts:
        kind = (script.get("type") or "").partition(";")[0].strip().lower()
        if kind != "application/json" or not script.text:
            continue
        value = _load(script.text)
        if script.get("id") == "__NUXT_DATA__" and isinstance(value, list):
            value = _without_references(value)
        yield from _lists(value, document)


def _lists(root: Any, document: PageDocument) -> Iterator[list[DataEntry]]:  # noqa: ANN401 - JSON
    """Yield every list of records that have titles and links, wherever it stands."""
    waiting, seen = [(root, 0)], 0
    while waiting and seen < _MOST_VALUES:
        value, depth = waiting.pop()
        seen += 1
        if isinstance(value, dict):
            inside = list(value.values())
        elif isinstance(value, list):
            inside = value
            records = [_record(each) for each in value[:_MOST_RECORDS] if isinstance(each, dict)]
            entries = {entry.link: entry for each in records if (entry := _entry(each, document)) is not None}
            if len(entries) >= max(_LEAST, len(records) * 0.6) and _is_dated(entries.values()):
                yield list(entries.values())
        else:
            continue
        if depth < _DEEPEST:
            waiting += ((each, depth + 1) for each in inside if isinstance(each, list | dict))


def _is_dated(entries: Any) -> bool:  # noqa: ANN401 - a view
    """Menus are lists of titles and links too, but no dates stand in them."""
    return sum(each.published is not None for each in entries) >= len(entries) * 0.6


def _record(each: dict[str, Any]) -> dict[str, Any]:
    """Return the record itself where it is wrapped, as systems do ({"node": …}, {"attributes": …})."""
    for name in ("node", "attributes", "fields", "item", "content", "data"):
        inner = each.get(name)
        if isinstance(inner, dict) and any(isinstance(inner.get(title), str) for title in _TITLES):
            return {**each, **inner}
    return each


def _without_references(flat: list[Any]) -> Any:  # noqa: ANN401 - JSON
    """Return what a Nuxt 3 payload says: in it every value stands once, and others name its place in the list."""
    budget = _MOST_VALUES

    def at(place: Any, depth: int) -> Any:  # noqa: ANN401 - JSON
        nonlocal budget
        budget -= 1
        if budget < 0 or depth > _DEEPEST or not isinstance(place, int) or not 0 <= place < len(flat):
            return None
        value = flat[place]
        if isinstance(value, dict):
            return {name: at(each, depth + 1) for name, each in value.items()}
        if isinstance(value, list):
            if value and isinstance(value[0], str):  # ["Reactive", 1], ["Date", "2026-…"]
                return at(value[1], depth + 1) if len(value) > 1 and isinstance(value[1], int) else value[-1]
            return [at(each, depth + 1) for each in value]
        return value

    return at(0, 0)


# --- records ---------------------------------------------------------------------------------------------------------


def _load(text: str | None) -> Any:  # noqa: ANN401 - JSON
    if not text or len(text) > _MOST_CHARS:
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _entry(record: dict[str, Any], document: PageDocument) -> DataEntry | None:
    title = _first_text(record, _TITLES)
    link = _address(record, document)
    if title is None or link is None or len(title) < _SHORTEST_TITLE:
        return None
    return DataEntry(
        link=link,
        title=title,
        published=_date(record),
        summary=_first_text(record, _SUMMARIES, but=title),
        image=_image(record, document),
    )


def _first_text(record: dict[str, Any], names: tuple[str, ...], *, but: str | None = None) -> str | None:
    for name in names:
        value = record.get(name)
        if isinstance(value, dict):  # {"rendered": …} of WordPress, {"@value": …} of JSON-LD
            value = value.get("rendered") or value.get("@value") or value.get("value")
        if isinstance(value, str):
            text = " ".join(_plain(value).split())
            if text and text != but:
                return text
    return None


def _plain(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    try:
        return str(html.fragment_fromstring(text, create_parent="div").text_content())
    except ValueError:
        return ""


def _image(record: dict[str, Any], document: PageDocument) -> str | None:
    for name in _IMAGES:
        value = record.get(name)
        value = value[0] if isinstance(value, list) and value else value
        value = value.get("url") or value.get("src") or value.get("contentUrl") if isinstance(value, dict) else value
        if isinstance(value, str) and value.startswith(_STARTS):
            return _absolute(value, document)
    return None


def _absolute(written: str, document: PageDocument) -> str | None:
    if _PLAIN.fullmatch(written):
        return written
    try:
        address = urljoin(document.base, written.strip())
        return address if urlsplit(address).hostname else None
    except ValueError:
        return None


def _address(record: dict[str, Any], document: PageDocument) -> str | None:
    candidates = [record.get("mainEntityOfPage"), *(record.get(name) for name in _LINKS), record.get("@id")]
    for value in candidates:
        given = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(given, str) and given.startswith(_STARTS):
            address = _absolute(given, document)
            if address and address.partition("#")[0] != document.url.partition("#")[0]:
                return address
    return None


def _date(record: dict[str, Any]) -> datetime | None:
    for name in _DATES:
        value = record.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 10**8 < value < 10**14:
            value = str(value // 1000 if value > 10**11 else value)
        if isinstance(value, str) and (moment := parse_date(value)) is not None:
            return moment
    return None
