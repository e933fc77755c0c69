"""The whole way from an answer to a list of entries, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from aggregator.errors import NotAList
from aggregator.model import Fetched, ListPage, PageRules, ParsedEntry, ParsedFeed, Text
from aggregator.parse.pages.choosing import judge, read_rows
from aggregator.parse.pages.dating import date_rows
from aggregator.parse.pages.document import PageDocument, open_page
from aggregator.parse.pages.fields import Row, summary_of
from aggregator.parse.pages.outline import Outline, outline
from aggregator.parse.pages.refusing import found_list
from aggregator.parse.pages.repeats import Record, find_series
from aggregator.parse.pages.selecting import (
    part_of,
    rules_of,
    select_dates,
    select_link,
    select_records,
    text_of,
)


def read_page(fetched: Fetched, *, now: datetime, rules: PageRules | None = None) -> ListPage:
    """Read a web page as a list of entries, in the page's order, each link once.

    With ``rules`` the records are where these say, and what they leave open is found in the records. Raises NotAList,
    with the reason, for a page that holds no list, or on which the rules find nothing.
    """
    document = open_page(fetched)
    page = outline(document.root)
    if rules is not None:
        entries = _entries(document, page, select_records(page, rules), rules=rules, now=now)
        if not entries:
            raise NotAList(f"what matches items: {rules.items!r} holds no link with a title")
        return ListPage(document=_feed(document, entries), found_in="the rules", rules=rules)
    language = document.language.split("-")[0] if document.language else None
    candidates = [judge(page, records, language=language, now=now) for records in find_series(page)]
    best = found_list(document, page, candidates)
    rows, _ = read_rows(page, best.records, language=language, now=now)
    entries = _entries(document, page, best.records, rules=None, now=now)
    return ListPage(
        document=_feed(document, entries),
        found_in="a repeated pattern",
        rules=_pinned(document, page, rows, entries, now),
    )


def _pinned(
    document: PageDocument, page: Outline, rows: Sequence[Row], entries: Sequence[ParsedEntry], now: datetime
) -> PageRules | None:
    """Return rules that find the same entries; what doesn't is left out of them."""
    rules = rules_of(page, rows)
    for each in (rules, replace(rules, title=None) if rules and rules.title else None):
        if each is not None and _entries(document, page, select_records(page, each), rules=each, now=now) == entries:
            return each
    return None


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
    document: PageDocument, page: Outline, records: list[Record], *, rules: PageRules | None, now: datetime
) -> list[ParsedEntry]:
    language = document.language.split("-")[0] if document.language else None
    rows, dates = read_rows(page, records, language=language, now=now)
    parts = [_parts(page, row, dates.only, rules) for row in rows]
    addresses = [address_of(document, href) for href, _, _ in parts]
    if rules is not None and rules.date is not None:
        dates = select_dates(page, rows, rules, language, now)
    moments = date_rows(
        page, rows, dates, [each or "" for each in addresses], url=document.url, language=document.language, now=now
    )
    entries, seen = [], set()
    for (_, title, summary), address, moment in zip(parts, addresses, moments, strict=True):
        if not title or address is None or address in seen:
            continue
        seen.add(address)
        entries.append(
            ParsedEntry(
                link=address,
                title=Text(value=title, is_html=False, language=document.language),
                summary=Text(value=summary, is_html=False, language=document.language) if summary else None,
                published=moment,
                language=document.language,
            )
        )
    return entries


def _parts(
    page: Outline, row: Row, only: dict[int, bool], rules: PageRules | None
) -> tuple[str | None, str | None, str | None]:
    """Return a record's address as written, its title and its summary."""
    href = page.nodes[row.link].get("href") if row.link >= 0 else None
    title = row.title.text if row.title is not None else None
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
    try:
        address = urljoin(document.base, href.strip())
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.hostname else None
