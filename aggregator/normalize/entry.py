"""One ParsedEntry in house form, but for its key. Every rule has its number in docs/explanation/normalization.md."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from aggregator.model import Entry, Origin, ParsedEntry, ParsedFeed, Text
from aggregator.normalize.enclosures import clean_enclosures, is_picture
from aggregator.normalize.html import clean_html, paragraphs, plain_text
from aggregator.normalize.identity import fingerprint
from aggregator.normalize.tidy import caption_of
from aggregator.normalize.urls import absolute_url
from aggregator.text.days import is_day, settled
from aggregator.text.languages import detected_language
from aggregator.text.legal import legal
from aggregator.text.one_line import one_line, shorten
from aggregator.text.tags import visible_lines

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # there was no web before; what is earlier is a default of some program
_LAST_YEAR = 9999  # "never" in many databases

MAX_TITLE_CHARS = 500
MAX_SUMMARY_CHARS = 500
MAX_AUTHORS = 10
MAX_TAGS = 50
MAX_NAME_CHARS = 100  # of an author or a tag

_MADE_TITLE_CHARS = 80
_NEARLY = 0.9  # of two texts of nearly the same length, the one with markup reads better
_MAIL_ADDRESS = re.compile(r"[<(]?(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+[>)]?")
_FILE_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_BETWEEN_WORDS = re.compile(r"[-_+\s]+")
_NO_WORD = re.compile(r"[\W_]+")
# What WordPress puts under every entry, and its mark for "goes on there".
_FIRST_APPEARED = re.compile(
    r"\s*(?:The post .{1,300} (?:first )?appeared (?:first )?on|Der Beitrag .{1,300} erschien zuerst auf"
    r"|L.article .{1,300} est apparu en premier sur|Het bericht .{1,300} verscheen eerst op"
    r"|La entrada .{1,300} (?:se publicó primero en|aparece primero en)) .{1,120}$"
)
_APPEARED = ("appeared", "erschien", "apparu", "verscheen", "primero")
_FOOTER_CHARS = 600  # more than any of these has
_CUT_OFF = re.compile(r"\s*(?:\[(?:…|\.\.\.)\]|\.\.\.)$")
_LABEL = re.compile(
    r"\W*(?:comments?|discuss(?:ion)?|(?:view |post |leave )comments?|read more|read (?:the )?full (?:article|story)"
    r"|continue reading|more|details|link|permalink|article url|weiter ?lesen|mehr(?: lesen)?|kommentare?"
    r"|lire la suite|en savoir plus|commentaires?|leer más|leggi tutto|lees (?:meer|verder))\W*",
    re.IGNORECASE,
)
_MOST_LABEL_CHARS = 40
_MEDIA = re.compile(r"<(?:img|audio|video)\b")


class _Shown(NamedTuple):
    """A text as readers get it: clean HTML, and what is visible of it, a line for each block, and in one line."""

    markup: str
    lines: str
    text: str


def _shown(given: Text | None, base: str) -> _Shown:
    if given is None:
        return _Shown("", "", "")
    markup = clean_html(given.value, given.base or base) if given.is_html else paragraphs(given.value)
    lines = visible_lines(markup)
    return _Shown(markup, lines, one_line(lines if given.is_html else given.value))


def house_form(
    parsed: ParsedEntry,
    feed: ParsedFeed,
    now: datetime,
    *,
    key: str,
    aliases: tuple[str, ...] = (),
    url: str | None,
    canonical_url: str | None,
) -> Entry:
    """Return an entry in house form."""
    base = url or feed.url
    fullest, content, summary = _fullest(parsed.content, parsed.summary, base)
    title = _title(parsed.title, fullest.text, url)
    short = _summary(title, summary, content or summary or caption_of(fullest.markup))
    published, updated = times(parsed.published, parsed.updated, now, feed.zone)
    enclosures = clean_enclosures(parsed.enclosures, base)
    return Entry(
        key=key,
        aliases=aliases,
        url=url,
        canonical_url=canonical_url,
        title=title,
        summary=short,
        content=fullest.markup,
        text=fullest.lines,
        authors=_names(parsed.authors or _authors_for_all(feed), MAX_AUTHORS),
        published=published,
        is_day=is_day(parsed.published or parsed.updated),
        updated=updated,
        tags=_names(parsed.tags, MAX_TAGS),
        enclosures=enclosures,
        language=parsed.language or feed.language or detected_language(f"{title} {short}"),
        origin=_origin(parsed.origin),
        fingerprint=fingerprint(title, short, fullest.text, (each for each in enclosures if not is_picture(each))),
    )


def _fullest(content: Text | None, summary: Text | None, base: str) -> tuple[_Shown, str, str]:
    """Return the one of both that says more, and what is visible of each.

    A content of pictures alone stays before a summary without any.
    """
    if content is None:
        shown = _shown(summary, base)
        return shown, "", shown.text
    shown, beside = _shown(content, base), _line_of(summary)
    enough = len(shown.text) * (_NEARLY if summary and summary.is_html and not content.is_html else 1)
    if shown.markup and (
        len(beside) <= enough or (_MEDIA.search(shown.markup) and not _MEDIA.search(_shown(summary, base).markup))
    ):
        return shown, shown.text, beside
    return _shown(summary, base)._replace(text=beside), shown.text, beside


def _line_of(text: Text | None) -> str:
    """Return what is visible of a text that may not be shown, in one line."""
    if text is None:
        return ""
    return plain_text(text.value) if text.is_html else one_line(text.value)


def _title(title: Text | None, text: str, url: str | None) -> str:
    """Return the publisher's title, else the first words of the text, else those of the address."""
    made = _line_of(title) or shorten(text, _MADE_TITLE_CHARS) or _words_of(url)
    return shorten(made, MAX_TITLE_CHARS) or "Untitled"


def _words_of(url: str | None) -> str:
    """Return the last words of an address: /2026/11/moon-rocket.html gives "Moon rocket"."""
    segments = [segment for segment in urlsplit(url or "").path.split("/") if segment]
    words = _BETWEEN_WORDS.sub(" ", _FILE_ENDING.sub("", unquote(segments[-1]))).strip() if segments else ""
    return one_line(words[:1].upper() + words[1:])


def _summary(title: str, summary: str, content: str) -> str:
    """Return the publisher's summary, else the beginning of the content; never the title once more."""
    for given in filter(None, (summary, content)):
        text = _without_footer(given)
        if text and not _repeats(title, text) and not _says_nothing(text):
            return shorten(text, MAX_SUMMARY_CHARS)
    return ""


def _without_footer(text: str) -> str:
    """Return a text without what only says where it goes on, which is found at its end."""
    end = text[-_FOOTER_CHARS:]
    if any(word in end for word in _APPEARED):
        text = text[:-_FOOTER_CHARS] + _FIRST_APPEARED.sub("", end)
    return _CUT_OFF.sub("…", text) if text.endswith(("]", "...")) else text


def _says_nothing(text: str) -> bool:
    """Whether a text is no more than the words of a link to what it should have said."""
    return len(text) <= _MOST_LABEL_CHARS and _LABEL.fullmatch(text) is not None


def _repeats(title: str, text: str) -> bool:
    """Whether a text says no more than the title, with other signs between the words perhaps."""
    return len(text) <= 2 * len(title) + 20 and _folded(text) == _folded(title)


def _folded(text: str) -> str:
    return _NO_WORD.sub("", text).casefold()


def _authors_for_all(feed: ParsedFeed) -> tuple[str, ...]:
    """Return a feed's authors where its format says that they wrote its entries (RFC 4287 §4.2.1, JSON Feed 1.1).

    In RSS they don't: there they are who runs the site.
    """
    return feed.authors if feed.format.startswith(("atom", "json")) else ()


def _names(written: Iterable[str], limit: int) -> tuple[str, ...]:
    """Return names of people or tags: no e-mail addresses, each once whatever its case, the first ``limit``."""
    names: dict[str, str] = {}
    for each in written:
        name = shorten(one_line(_MAIL_ADDRESS.sub("", each) if "@" in each else each), MAX_NAME_CHARS)
        if name:
            names.setdefault(name.casefold(), name)
    return tuple(names.values())[:limit]


def _origin(origin: Origin | None) -> Origin | None:
    if origin is None:
        return None
    title = shorten(one_line(origin.title or ""), MAX_TITLE_CHARS) or None
    url, origin_id = absolute_url(origin.url, None), legal(origin.id or "").strip() or None
    return Origin(title=title, url=url, id=origin_id) if title or url or origin_id else None


def with_article(entry: Entry, content: Text, *, title: str | None = None) -> Entry:
    """Return an entry with this content, as HTML in house form. Without a summary it gets the beginning of it.

    ``title`` takes the place of one that was made for want of any. The fingerprint stays that of what the source said:
    it is what the next document is compared with.
    """
    markup = clean_html(content.value, content.base or entry.url)
    lines = visible_lines(markup)
    return replace(
        entry,
        content=markup,
        text=lines,
        summary=entry.summary or shorten(one_line(lines), MAX_SUMMARY_CHARS),
        title=shorten(one_line(title), MAX_TITLE_CHARS) if title else entry.title,
        is_full=True,
    )


def times(
    published: datetime | None, updated: datetime | None, now: datetime, zone: tzinfo = UTC
) -> tuple[datetime | None, datetime | None]:
    """Return both times in whole seconds, none in the future, ``updated`` not before ``published``.

    A day is one on the clock of ``zone`` (N46). An absurd one is None. Where only ``updated`` is
    known it is when the entry was published.
    """
    published, updated = _believable(published, now, zone), _believable(updated, now, zone)
    if published is None:
        return updated, updated
    return published, max(published, updated) if updated else None


def _believable(moment: datetime | None, now: datetime, zone: tzinfo) -> datetime | None:
    if moment is None or moment < EARLIEST or moment.year >= _LAST_YEAR:
        return None
    if is_day(moment):
        return settled(moment, now, zone).replace(microsecond=0)
    return min(moment, now).astimezone(UTC).replace(microsecond=0)
