"""The whole way from an answer to a list of entries, or to the reason why there is none."""

from __future__ import annotations

import gc
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import html

from aggregator.errors import NotAList
from aggregator.model import Enclosure, Fetched, ListPage, PageRules, ParsedEntry, ParsedFeed, Text
from aggregator.parse.pages.dating import date_rows
from aggregator.parse.pages.flatten import outline
from aggregator.parse.pages.found_dates import Dates
from aggregator.parse.pages.lead import leads_of
from aggregator.parse.pages.likely_lists import candidates_of, read_rows
from aggregator.parse.pages.outline import Outline
from aggregator.parse.pages.records import Row, complete_titles, summary_of
from aggregator.parse.pages.refusing import found_list, says_article, why_nothing
from aggregator.parse.pages.selecting import (
    describe,
    part_of,
    rules_of,
    select_dates,
    select_link,
    select_records,
    text_of,
)
from aggregator.parse.pages.strays import without_strays
from aggregator.parse.pages.structured import DataEntry, read_data
from aggregator.parse.pages.titles import without_dates
from aggregator.parse.pages.tree import PageDocument, open_page
from aggregator.text.pictures import picture_address

_SMALLEST_PX = 48
_PICTURE = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}

# A link that needs nothing, or no more than its site's name before it.
_PLAIN = re.compile(r"(https?://[a-z\d.-]+)?/(?:[\w%,~+-]+[/.])*[\w%,~+-]*(?:\?[\w%,~+=&;-]+)?", re.ASCII)

# An address in a web archive; on a saved copy it leads nowhere, but tells where it led.
_SAVED = re.compile(r"(/web/\d{14}(?:[a-z]{2}_)?/)https?://")


@dataclass(frozen=True, slots=True)
class _Found:
    """What a page is a list of: ``rows`` of its outline with their entries, or entries of its data without rows."""

    document: PageDocument
    page: Outline
    found_in: str
    entries: list[ParsedEntry]
    rows: Sequence[Row] = ()


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Look for no garbage meanwhile: a page becomes a hundred thousand objects, and none of them is garbage yet."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_without_collecting()
def read_page(fetched: Fetched, *, now: datetime, rules: PageRules | None = None) -> ListPage:
    """Read a web page as a list of entries, in the page's order, each link once.

    With ``rules`` the records are where these say, and what they leave open is found in the records. Raises NotAList,
    with the reason, for a page that holds no list, or on which the rules find nothing.
    """
    found = _find(fetched, now=now, rules=rules)
    entries, place = found.entries, rules.items if rules is not None else None
    if found.rows:
        entries = _completed(found.document, entries)
        place = place or describe(found.page, [row.record.root for row in found.rows])
    document = _feed(found.document, entries)
    return ListPage(document=document, found_in=found.found_in, place=place or found.found_in)


@_without_collecting()
def pin_page(fetched: Fetched, *, now: datetime) -> PageRules | None:
    """Return rules that find the same list again, None for one that stands in data. Raises NotAList as ``read_page``.

    What doesn't find the same entries is left out of them.
    """
    found = _find(fetched, now=now, rules=None)
    rules = rules_of(found.page, found.rows) if found.rows else None
    for each in (rules, replace(rules, title=None) if rules and rules.title else None):
        if each is not None:
            again, dates = read_rows(
                found.page, select_records(found.page, each), language=_language(found.document), now=now
            )
            complete_titles(found.page, again, dates.only)
            if _entries(found.document, found.page, again, dates, rules=each, now=now) == found.entries:
                return each
    return None


def _find(fetched: Fetched, *, now: datetime, rules: PageRules | None) -> _Found:
    document = open_page(fetched)
    if rules is not None:
        return _find_by_rules(document, now=now, rules=rules)
    page = outline(document.root)
    language = _language(document)
    best = found_list(document, page, candidates_of(page, language=language, now=now), language=language)
    data, found_in = ([], "") if says_article(document) or (best and best.dated) else read_data(document)
    if best is None and not data:
        nothing = why_nothing(document, page)
        page = outline(document.root, with_labels=True)  # it may be of pictures alone
        with suppress(NotAList):
            best = found_list(document, page, candidates_of(page, language=language, now=now), language=language)
        if best is None:
            raise nothing
    if best is None or _is_better(data, [page.hrefs.get(each.anchor) for each in best.records], document):
        return _Found(document, page, found_in, [_from_data(each, document) for each in data])
    rows, dates = best.rows, best.dates
    leads = leads_of(page, best, language=language, now=now)
    if leads or len(rows) < len(best.records):
        records = [*leads, *best.records]
        rows, dates = read_rows(page, records, language=language, now=now)
    complete_titles(page, rows, dates.only)
    rows, dates = without_strays(page, rows, dates)
    entries = _entries(document, page, rows, dates, rules=None, now=now)
    return _Found(document, page, "a repeated pattern", entries, rows)


def _find_by_rules(document: PageDocument, *, now: datetime, rules: PageRules) -> _Found:
    for with_labels in (False, True):
        page = outline(document.root, with_labels=with_labels)
        rows, dates = read_rows(page, select_records(page, rules), language=_language(document), now=now)
        complete_titles(page, rows, dates.only)
        entries = _entries(document, page, rows, dates, rules=rules, now=now)
        if entries:
            return _Found(document, page, "the rules", entries, rows)
    raise NotAList(f"what matches items: {rules.items!r} holds no link with a title")


def _is_better(data: Sequence[DataEntry], hrefs: Sequence[str | None], document: PageDocument) -> bool:
    """Tell whether data is news that a page shows with its scripts, where it has only something undated without."""
    if len(data) < len(hrefs):
        return False
    shown = {address_of(document, href) for href in hrefs}
    dated = sum(each.published is not None for each in data)
    return dated > len(data) / 2 and shown.isdisjoint(each.link for each in data)


def _from_data(entry: DataEntry, document: PageDocument) -> ParsedEntry:
    language = document.language
    return ParsedEntry(
        link=entry.link,
        title=Text(value=entry.title, is_html=False, language=language),
        summary=Text(value=entry.summary, is_html=False, language=language) if entry.summary else None,
        published=entry.published,
        enclosures=(_enclosure(entry.image),) if entry.image else (),
        language=language,
    )


def _completed(document: PageDocument, entries: list[ParsedEntry]) -> list[ParsedEntry]:
    """Return entries with what the page's data has of them where people aren't shown it: date, summary, picture.

    It is looked at only where all or some lack something, as it can be many times what is shown.
    """
    shown = [all(each.published for each in entries)]
    shown += [any(each.summary for each in entries), any(each.enclosures for each in entries)]
    if all(shown):
        return entries
    known = {each.link.partition("#")[0]: each for each in read_data(document)[0]}
    return [_with_data(each, known.get((each.link or "").partition("#")[0]), document) for each in entries]


def _with_data(entry: ParsedEntry, data: DataEntry | None, document: PageDocument) -> ParsedEntry:
    if data is None:
        return entry
    other = _from_data(data, document)
    return replace(
        entry,
        published=entry.published or other.published,
        summary=entry.summary or other.summary,
        enclosures=entry.enclosures or other.enclosures,
    )


def _language(document: PageDocument) -> str | None:
    return document.language.split("-")[0] if document.language else None


def _feed(document: PageDocument, entries: Sequence[ParsedEntry]) -> ParsedFeed:
    return ParsedFeed(
        format="html",
        reader="pages",
        url=document.url,
        title=document.title,
        link=document.url,
        language=document.language,
        entries=tuple(entries),
    )


def _entries(
    document: PageDocument, page: Outline, rows: Sequence[Row], dates: Dates, *, rules: PageRules | None, now: datetime
) -> list[ParsedEntry]:
    language = document.language.split("-")[0] if document.language else None
    parts = [_parts(page, row, dates.only, rules) for row in rows]
    addresses = [address_of(document, href) for href, _, _ in parts]
    if rules is not None and rules.date is not None:
        dates = select_dates(page, rows, rules, language, now)
    moments = date_rows(
        page, rows, dates, [each or "" for each in addresses], url=document.url, language=document.language, now=now
    )
    titles = without_dates([title for _, title, _ in parts], language)
    entries, seen = [], set()
    for row, title, (_, _, summary), address, moment in zip(rows, titles, parts, addresses, moments, strict=True):
        if not title or address is None or address in seen:
            continue
        seen.add(address)
        entries.append(
            ParsedEntry(
                link=address,
                title=Text(value=title, is_html=False, language=document.language),
                summary=Text(value=summary, is_html=False, language=document.language) if summary else None,
                published=moment,
                enclosures=_pictures(document, page, row),
                language=document.language,
            )
        )
    return entries


def _pictures(document: PageDocument, page: Outline, row: Row) -> tuple[Enclosure, ...]:
    """Return the first picture of a record that isn't a spacer or an icon."""
    record = row.record
    for place in range(bisect_left(page.images, record.root), bisect_left(page.images, record.stop)):
        element = page.nodes[page.images[place]]
        if not _is_small(element):
            written = picture_address(dict(element.items()))
            address = address_of(document, written) if written else None
            if address is not None:
                return (_enclosure(address),)
    return ()


def _enclosure(address: str) -> Enclosure:
    return Enclosure(url=address, type=_PICTURE.get(urlsplit(address).path.rpartition(".")[2].lower()))


def _is_small(element: html.HtmlElement) -> bool:
    sides = (element.get("width") or "", element.get("height") or "")
    return any(side.isdigit() and int(side) < _SMALLEST_PX for side in sides)


def _parts(
    page: Outline, row: Row, only: set[int], rules: PageRules | None
) -> tuple[str | None, str | None, str | None]:
    """Return a record's address as written, its title and its summary."""
    href = page.hrefs.get(row.link)
    title = row.headline or None
    summary = summary_of(row, only)
    if rules is not None:
        if rules.link is not None:
            href = select_link(page, row, rules.link)
        if rules.title is not None:
            title = _text(page, row, rules.title)
        if rules.summary is not None:
            summary = _text(page, row, rules.summary)
    return href, title, summary


def _text(page: Outline, row: Row, css: str) -> str | None:
    element = part_of(page, row, css)
    return text_of(element) if element is not None else None


def address_of(document: PageDocument, href: str | None) -> str | None:
    """Return where a link leads, None for what is no address of a page."""
    if href is None:
        return None
    plain = _PLAIN.fullmatch(href)
    origin = _origin(document.base) if plain is not None else None
    if plain is not None and origin is not None:
        return href if plain[1] else origin + href
    try:
        address = urljoin(document.base, href.strip())
        parts = urlsplit(address)
    except ValueError:
        return None
    saved = _SAVED.search(address)
    if saved is not None and not _SAVED.search(document.url):
        return address[saved.end(1) :]
    return address if parts.scheme in {"http", "https"} and parts.hostname else None


@lru_cache(maxsize=100)
def _origin(base: str) -> str | None:
    """Return a site's name with its scheme; None for what is no site, and for a web archive."""
    parts = urlsplit(base)
    plain = parts.scheme in {"http", "https"} and parts.hostname and "/web/" not in base
    return f"{parts.scheme}://{parts.netloc}" if plain else None
