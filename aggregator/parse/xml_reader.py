"""RSS, RDF and Atom, well-formed or not, read by feedparser."""

from __future__ import annotations

import io
import re
from xml.sax import SAXParseException

import feedparser

from aggregator.errors import NotAFeed, ParseError
from aggregator.model import ParsedFeed
from aggregator.parse.dates import parse_date
from aggregator.parse.fields import Fields, fields, list_of_fields, string
from aggregator.parse.languages import language_code
from aggregator.parse.markup import without_markup
from aggregator.parse.repair import Document, mend
from aggregator.parse.schedule import wished_wait
from aggregator.parse.xml_entries import alternate_link, author_names, parse_entry, says_something

# Where feedparser needs quadratic time: it looks for an e-mail address in every author's name, compares every category
# of an entry with those before it, and goes through all prefixes at every element.
MAX_NAME_CHARS = 2_000
MAX_KEYWORDS_CHARS = 10_000
MAX_CATEGORIES = 5_000
MAX_PREFIXES = 100

_PREFIX = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_PERSON_OR_KEYWORDS = re.compile(
    r"<((?:\w+:)?(?:(author|creator|managingEditor|webMaster|publisher|owner)|keywords|tags))(?=[\s>])[^<>]*(?<!/)>",
    re.IGNORECASE,
)
_ENTRY_OR_CATEGORY = re.compile(r"<(?:\w+:)?(?:(item|entry)|category|subject|keywords)[\s/>]", re.IGNORECASE)

# What a bug in feedparser may raise for a document that it did not foresee; each was seen with its release 6.0.
_READER_FAILURES = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


def read_xml(document: Document, *, url: str) -> ParsedFeed:
    """Read a document as a feed. A broken one counts as long as it shows entries.

    ``url`` is its base address (RFC 3986 §5.1.3). Raises NotAFeed for XML that is something else, ParseError for a
    feed that is too broken to read.
    """
    text = mend(document)
    _refuse_what_takes_for_ever(text)
    is_atom = document.root.lower().rpartition(":")[2] in {"feed", "entry"}
    parsed = _feedparser(text, base=url if is_atom else None)
    version, channel = string(parsed.get("version")), fields(parsed.get("feed"))
    entries = list_of_fields(parsed.get("entries"))
    mistake = parsed.get("bozo_exception")
    if not entries and isinstance(mistake, SAXParseException) and (version or not document.root):
        raise ParseError(_unreadable(mistake, document.line))
    if not version and not any(string(entry.get("title")) or string(entry.get("link")) for entry in entries):
        raise NotAFeed(f"this is XML (<{document.root}>), not a feed")
    site = _site_link(channel, url)
    base = url if is_atom else site or url
    read = [parse_entry(entry, base=base, is_atom=is_atom) for entry in entries]
    return ParsedFeed(
        format=version or "xml",
        reader="feedparser",
        url=url,
        id=string(channel.get("id")),
        title=without_markup(string(channel.get("title")) or "") or None,
        link=site,
        updated=parse_date(string(channel.get("updated"))) or parse_date(string(channel.get("published"))),
        language=language_code(string(channel.get("language"))),
        authors=author_names(channel),
        wait=wished_wait(channel, text),
        entries=tuple(filter(says_something, read)),
    )


def _feedparser(text: str, *, base: str | None) -> Fields:
    """Run feedparser on text whose encoding is settled; cleaning and resolving HTML are not its business here.

    Without a base it leaves the ids of RSS items alone, which it would take for relative addresses.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    if base:
        headers["content-location"] = base
    try:
        return fields(
            feedparser.parse(
                io.BytesIO(text.encode("utf-8")),
                response_headers=headers,
                resolve_relative_uris=False,
                sanitize_html=False,
            )
        )
    except _READER_FAILURES as failure:
        raise ParseError(f"a feed that our reader can't cope with: {failure}") from failure


def _refuse_what_takes_for_ever(text: str) -> None:
    """Raise ParseError for a document with more than any honest one has of what feedparser is slow with."""
    if len(set(_PREFIX.findall(text))) > MAX_PREFIXES:
        raise ParseError(f"it declares more than {MAX_PREFIXES} namespaces")
    for found in _PERSON_OR_KEYWORDS.finditer(text):
        limit = MAX_NAME_CHARS if found[2] else MAX_KEYWORDS_CHARS
        closing = re.compile(f"</{re.escape(found[1])}", re.IGNORECASE)
        if found.end() + limit < len(text) and not closing.search(text, found.end(), found.end() + limit):
            raise ParseError(f"its <{found[1]}> is longer than {limit} characters")
    repeated = 0
    for found in _ENTRY_OR_CATEGORY.finditer(text):
        repeated = 0 if found[1] else repeated + 1
        if repeated > MAX_CATEGORIES:
            raise ParseError(f"an entry has more than {MAX_CATEGORIES} categories")


def _site_link(channel: Fields, url: str) -> str | None:
    link = alternate_link(channel, url)
    return link if link and link.startswith(("http://", "https://")) else None


def _unreadable(mistake: SAXParseException, lines_before: int) -> str:
    line = (mistake.getLineNumber() or 1) - 1 + lines_before  # feedparser puts a line of its own first
    return f"XML that can't be read: {mistake.getMessage()} at line {max(line, 1)}"
