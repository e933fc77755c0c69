"""A source's answer → its entries as published, by what the source is: feed, page, sitemap, page watched as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from aggregator.errors import NotAFeed, NotAList, PageChanged, ParseError
from aggregator.model import Claim, Entry, Fetched, Findings, ListPage, ParsedEntry, ParsedFeed, SourceKind, Text
from aggregator.normalize import with_article
from aggregator.parse import parse_feed

# What archives, documents and pictures begin with.
_NO_PAGES: Final = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"GIF8")


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says: ``document`` now, ``findings`` for the next time; ``page`` is how a list was found."""

    document: ParsedFeed
    findings: Findings
    page: ListPage | None = None


def read_document(claim: Claim, answer: Fetched, now: datetime) -> Reading:
    """Parse an answer as what the source is; of an address of kind "auto", find out. Raises ParseError and its kin."""
    match claim.kind:
        case SourceKind.AUTO:
            return _found_out(claim, answer, now)
        case SourceKind.PAGE:
            return _read_list(claim, answer, now)
        case SourceKind.SITEMAP:
            from aggregator.parse.sitemap import read_sitemap  # each of these is loaded where there is such a source

            document = _with_ids(read_sitemap(answer, wants=_wants(claim)))
            return Reading(document, _unchanged(claim))
        case SourceKind.WATCH:
            from aggregator.parse.watch import read_watched

            try:
                watched = read_watched(answer, claim.state.watched, select=claim.source.select, now=now)
            except ParseError as reason:
                if claim.state.watched:
                    raise PageChanged(f"{reason}; it was there before: see whether select still fits") from reason
                raise
            return Reading(watched.document, replace(_unchanged(claim), watched=watched.memory))
        case _:
            return Reading(parse_feed(answer), _unchanged(claim))


def needs_more(claim: Claim) -> bool:
    """Tell whether something may have to be asked for beside the answer (gathering.py): for most sources not."""
    return claim.source.full or claim.kind in {SourceKind.AUTO, SourceKind.SITEMAP} or wants_further_pages(claim)


def wants_further_pages(claim: Claim) -> bool:
    """Tell whether further pages of a list are to be read: the first time only."""
    is_first = claim.state.last_success is None
    return is_first and claim.source.depth > 0 and claim.kind in {SourceKind.AUTO, SourceKind.PAGE}


def is_news(claim: Claim, entry: Entry) -> bool:
    """Tell whether an entry is to be taken at all.

    An address without a date that stands in a sitemap when it is first read may be years old; thousands may be.
    """
    is_first = claim.state.last_success is None
    return not (is_first and claim.kind is SourceKind.SITEMAP and entry.published is None)


def finished(entry: Entry, answer: Fetched, reading: Reading) -> Entry:
    """Return an entry with the text of the article that was fetched for it; as it is when there is none."""
    if reading.document.format == "watch":  # what changed on a page is not the page: nothing else is the same as it
        return replace(entry, canonical_url=None)
    article = answer.articles.get(entry.key)
    if article is None:
        return entry
    content, title = Text(value=article.content, is_html=True), article.title
    if article.fetched is not None:
        from aggregator.parse.article import read_article

        try:
            main = read_article(article.fetched)
        except ParseError:
            return entry
        content, title = main.content, main.title
    untitled = {each.link for each in reading.document.entries if each.title is None}
    return with_article(entry, content, title=title if entry.url in untitled else None)


def _unchanged(claim: Claim) -> Findings:
    state = claim.state
    return Findings(read_as=state.read_as, found_at=state.found_at, listed=state.listed, watched=state.watched)


def _found_out(claim: Claim, answer: Fetched, now: datetime) -> Reading:
    """Read what is not known yet: a feed, be it one that a page names (gathering.py), else the page's own list."""
    try:
        document = parse_feed(answer)
    except NotAFeed as error:
        if answer.body.startswith(_NO_PAGES):
            raise
        try:
            reading = _read_list(claim, answer, now)
        except NotAList as reason:
            raise NotAFeed(f"{error}; nor can it be read as a page with a list: {reason}") from error
        return replace(reading, findings=replace(reading.findings, read_as=SourceKind.PAGE))
    return Reading(document, Findings(read_as=SourceKind.FEED, found_at=answer.found_at))


def _read_list(claim: Claim, answer: Fetched, now: datetime) -> Reading:
    """Read a page's list, and the further pages of it that came along; notice when the page was rebuilt."""
    from aggregator.parse.pages import pin_page, read_page
    from aggregator.parse.redesign import judge_list, without_list

    rules, memory = claim.source.page, claim.state.listed
    try:
        page = read_page(answer, now=now, rules=rules)
    except NotAList as reason:
        if memory is not None:
            raise without_list(str(reason), memory) from reason
        raise
    listed = judge_list(page, memory)
    entries = list(page.document.entries)
    if answer.pages:
        rules = rules or pin_page(answer, now=now)
    for further in answer.pages:
        with suppress(NotAList):
            entries += read_page(further, now=now, rules=rules).document.entries
    wants = _wants(claim)
    document = replace(page.document, entries=tuple(each for each in entries if wants(each.link or "")))
    return Reading(_with_ids(document), replace(_unchanged(claim), listed=listed), page)


def _wants(claim: Claim) -> Callable[[str], bool]:
    """Return what tells which addresses the operator wants: all, where nothing is said."""
    if claim.source.links is None:
        return bool
    import re2  # few sources have such an expression

    pattern = re2.compile(claim.source.links)
    return lambda link: bool(link) and pattern.search(link) is not None


def _with_ids(document: ParsedFeed) -> ParsedFeed:
    """Say that an entry is what its address is: of a page's list nothing else stays the same."""
    return replace(document, entries=tuple(_with_id(document.entries)))


def _with_id(entries: Iterable[ParsedEntry]) -> Iterable[ParsedEntry]:
    return (replace(entry, id=entry.id or entry.link) for entry in entries)
