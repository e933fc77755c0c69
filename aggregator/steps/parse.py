"""parse: an answer ─► its entries in house form, those that are new or changed since the last poll. No I/O."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.categorize import compile_filter, is_wanted
from aggregator.dedupe import sign
from aggregator.errors import ParseError
from aggregator.model import (
    Claim,
    Entry,
    Fetched,
    SourceKind,
    Text,
)
from aggregator.normalize import normalize_changes, with_article
from aggregator.steps.kinds import read_document
from aggregator.steps.seen import Draft, Seen, hash_of
from aggregator.stories.gist import gists_of


def parse(claim: Claim, answer: Fetched, now: datetime) -> Draft:
    """Read a document and bring what is new in it into house form. Raises ParseError and its kin."""
    reading = read_document(claim, answer, now)
    if claim.source.timezone is not None:
        zoned = replace(reading.document, zone=ZoneInfo(claim.source.timezone))
        reading = replace(reading, document=zoned)
    backlog = claim.source.backlog if claim.state.last_success is None else None
    changes = normalize_changes(reading.document, now=now, seen=claim.state.entry_hashes, backlog=backlog)
    taken = tuple(entry for entry in changes.entries if is_taken(claim, entry))
    if reading.document.format == "watch":  # what changed on a page is not the page: nothing else is the same as it
        taken = tuple(replace(entry, canonical_url=None) for entry in taken)
    return Draft(reading=reading, changes=changes, entries=taken)


def finish(draft: Draft, answer: Fetched) -> Seen:
    """Return what a draft says, its entries with the articles that came, and what they are recognized by."""
    answer = draft.reading.answer or answer
    entries = tuple(_with_article(entry, draft) for entry in draft.entries)
    return Seen(
        answer=answer,
        document=replace(draft.reading.document, entries=()),  # they are in house form now
        findings=draft.reading.findings,
        body_hash=hash_of(answer),
        entry_hashes=draft.changes.hashes,
        entries=entries,
        unchanged=draft.changes.unchanged,
        remembered=draft.changes.remembered,
        signatures=sign(entries, beside=draft.changes.beside),
        gists=gists_of(entries, beside=draft.changes.beside),
    )


def is_taken(claim: Claim, entry: Entry) -> bool:
    """Tell whether the operator wants an entry, by what its source says of it."""
    source = claim.source
    keep = compile_filter(source.keep) if source.keep else None
    drop = compile_filter(source.drop) if source.drop else None
    return _is_news(claim, entry) and is_wanted(entry, keep, drop, source=f"{source.name}\n{source.title or ''}")


def _is_news(claim: Claim, entry: Entry) -> bool:
    """Tell whether an entry may be news.

    An address without a date in a sitemap that is read for the first time may be years old; thousands may be.
    """
    is_first = claim.state.last_success is None
    return not (is_first and claim.kind is SourceKind.SITEMAP and entry.published is None)


def _with_article(entry: Entry, draft: Draft) -> Entry:
    """Return an entry with the text of its article; as it is when there is none, or none that can be read."""
    article = draft.articles.get(entry.key)
    if article is None:
        return entry
    from aggregator.parse.article import read_article  # with what reads pages

    content, title = Text(value=article.content, is_html=True), article.title
    if article.fetched is not None:
        try:
            main = read_article(article.fetched)
        except ParseError:
            return entry
        content, title = main.content, main.title
    untitled = {each.link for each in draft.reading.document.entries if each.title is None}
    return with_article(entry, content, title=title if entry.url in untitled else None)
