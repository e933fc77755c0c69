"""An answer read as what its source is: a feed, a page with a list, a sitemap, or a page watched as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import re2

from aggregator.errors import NotAFeed, NotAList, PageChanged, ParseError
from aggregator.model import Claim, Fetched, Findings, ListPage, ParsedEntry, ParsedFeed, SourceKind
from aggregator.parse import CUT_OFF, looks_like_feed, parse_feed
from aggregator.parse.hub_links import hub_of
from aggregator.steps.prefer import doubt_of, outdoes

# What archives, documents and pictures begin with.
_NO_PAGES: Final = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"GIF8")


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says: ``document`` now, ``findings`` for the next time; ``page`` is how a list was found.

    ``answer`` is what was read where that is the page that names a feed, and not the feed.
    """

    document: ParsedFeed
    findings: Findings
    page: ListPage | None = None
    answer: Fetched | None = None


def read_document(claim: Claim, answer: Fetched, now: datetime) -> Reading:
    """Parse an answer as what the source is; of an address of kind "auto", find out. Raises ParseError and its kin.

    Of an answer that was cut off, only a feed has entries of which it can be told whether they are whole.
    """
    if not answer.is_cut:
        return _read_whole(claim, answer, now)
    if not looks_like_feed(answer):
        raise ParseError("the compressed answer ends in the middle; nothing was taken from it")
    reading = _read_whole(claim, answer, now)
    complaint = reading.document.complaint or CUT_OFF
    return replace(reading, document=replace(reading.document, complaint=complaint))


def _read_whole(claim: Claim, answer: Fetched, now: datetime) -> Reading:
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
                source = claim.source
                watched = read_watched(answer, claim.state.watched, select=source.select, follow=source.follow, now=now)
            except PageChanged:
                raise
            except ParseError as reason:
                if claim.state.watched:
                    raise PageChanged(f"{reason}; it was there before: see whether select still fits") from reason
                raise
            return Reading(
                watched.document, replace(_unchanged(claim), watched=watched.memory, edition=watched.edition)
            )
        case SourceKind.MAILBOX:
            from aggregator.parse.mails import read_mailbox

            mailbox = read_mailbox(answer, items=claim.source.items, now=now)
            return Reading(mailbox.document, replace(_unchanged(claim), request=mailbox.request))
        case _:
            return Reading(parse_feed(answer), replace(_unchanged(claim), hub=hub_of(answer)))


def _unchanged(claim: Claim) -> Findings:
    state = claim.state
    return Findings(read_as=state.read_as, found_at=state.found_at, listed=state.listed, watched=state.watched)


def _found_out(claim: Claim, answer: Fetched, now: datetime) -> Reading:
    """Read what is not known yet: a feed, be it one that a page names (complete.py), else the page's own list."""
    try:
        document = parse_feed(answer)
    except NotAFeed as error:
        if answer.body.startswith(_NO_PAGES):
            raise
        try:
            reading = _read_list(claim, answer, now)
        except NotAList as reason:
            raise NotAFeed(f"{error}; nor can it be read as a page with a list: {reason}") from error
        from aggregator.sources.discover import find_feeds  # with HTTP's addresses, which no feed needs

        named = next(iter(find_feeds(answer.body, url=answer.url)), None)
        return _as_page(
            reading, f"the feed that it names ({named.url}) can't be read" if named else "the page names no feed"
        )
    doubt = doubt_of(document, now)
    if answer.found_at is not None and doubt is not None:
        for page in answer.pages:  # that names the feed
            with suppress(ParseError):
                reading = _read_list(claim, page, now)
                if outdoes(reading.document, document):
                    return _as_page(replace(reading, answer=page), f"it names the feed {answer.found_at}, but {doubt}")
    note = "its page names it" if answer.found_at else "the address is a feed"
    note = f"{note}, but {doubt}" if doubt else note
    return Reading(document, Findings(read_as=SourceKind.FEED, found_at=answer.found_at, hub=hub_of(answer), note=note))


def _as_page(reading: Reading, note: str) -> Reading:
    """Return a page's list as what an address is read as from now on, with the reason."""
    listed = replace(reading.findings.listed, note=note) if reading.findings.listed else None
    findings = replace(reading.findings, read_as=SourceKind.PAGE, listed=listed, note=note)
    return replace(reading, findings=findings)


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
    listed = replace(judge_list(page, memory), note=memory.note if memory else None)
    ids = dict(zip((each.link for each in page.document.entries if each.link), listed.ids, strict=False))
    entries = [replace(each, id=ids.get(each.link or "")) for each in page.document.entries]
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
    pattern = re2.compile(claim.source.links)
    return lambda link: bool(link) and pattern.search(link) is not None


def _with_ids(document: ParsedFeed) -> ParsedFeed:
    """Say that an entry is what its address is: of a page's list nothing else stays the same."""
    return replace(document, entries=tuple(_with_id(document.entries)))


def _with_id(entries: Iterable[ParsedEntry]) -> Iterable[ParsedEntry]:
    return (replace(entry, id=entry.id or entry.link) for entry in entries)
