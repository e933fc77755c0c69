"""RSS, RDF and Atom: by the fast reader where that knows what feedparser would make of them, else by feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from xml.sax import SAXParseException

from aggregator.errors import NotAFeed, ParseError
from aggregator.model import ParsedFeed
from aggregator.parse.cut import COMPLAINT, without_cut_end
from aggregator.parse.dates import parse_date
from aggregator.parse.fast import read_fast
from aggregator.parse.fields import MAX_ELEMENTS, MAX_ENTRIES, Fields, fields, list_of_fields, string
from aggregator.parse.markup import without_markup
from aggregator.parse.nested import is_deeper, without_foreign_fields
from aggregator.parse.raw import RawFeed, Reader
from aggregator.parse.repair import Document, has_more_tags, mend
from aggregator.parse.slips import put_right
from aggregator.parse.wishes import skipped_days, skipped_hours, wished_wait
from aggregator.parse.xml_entries import alternate_link, author_names, parse_entry, says_something
from aggregator.text.languages import language_code

# Where feedparser needs quadratic time: it looks for an e-mail address in every author's name, compares every category
# of an entry with those before it and all attributes of a tag, and goes through all prefixes at every element.
MAX_NAME_CHARS = 2_000
MAX_KEYWORDS_CHARS = 10_000
MAX_CATEGORIES = 5_000
MAX_PREFIXES = 100
MAX_ATTRIBUTES = 100
# It takes no more than linear time for elements in each other, but ten seconds for half a megabyte.
MAX_DEPTH = 1_000
FEW_TAGS = 50_000  # take a second, however they are nested

# With the slips that publishers make: an address that feedparser doesn't know leaves the prefix to speak for itself.
_MEDIA_RSS = re.compile(r"""xmlns:([\w.-]+)\s*=\s*["']https?://search\.yahoo\.com/mrss/?["']""", re.IGNORECASE)

_WHOLE_TAG = re.compile(r"""<[^\s<>!?/](?:[^<>"'=]+|=\s*(?:"[^"<]*"|'[^'<]*')?|["'])*+""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_PREFIX = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_PERSON_OR_KEYWORDS = re.compile(
    r"<((?:\w+:)?(?:(author|creator|managingEditor|webMaster|publisher|owner)|keywords|tags))(?=[\s>])[^<>]*(?<!/)>",
    re.IGNORECASE,
)
_ENTRY_OR_CATEGORY = re.compile(r"<(?:\w+:)?(?:(item|entry)|category|subject|keywords)[\s/>]", re.IGNORECASE)

# What feedparser lets through for documents that it did not foresee, such as ones with elements named like its keys.
_READER_FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def read_xml(document: Document, *, url: str, readers: Sequence[Reader] | None = None) -> ParsedFeed:
    """Read a document as a feed. A broken one counts as long as it shows entries.

    ``url`` is its base address (RFC 3986 §5.1.3). Of the readers, READERS when not given, the first one that reads it
    is believed. Raises NotAFeed for XML that is something else, ParseError for a
    feed that is too broken to read.
    """
    document, is_cut = without_cut_end(document)
    is_atom = document.root.lower().rpartition(":")[2] in {"feed", "entry"}
    text = without_foreign_fields(put_right(name_captions(mend(document)), is_atom=is_atom))
    tried = (read(text, base=url if is_atom else None) for read in readers or READERS)
    raw = next(raw for raw in tried if raw)
    version, channel, entries, mistake = raw.version, raw.channel, raw.entries, raw.mistake
    if len(entries) > MAX_ENTRIES:
        raise ParseError(f"it has more than {MAX_ENTRIES:,} entries")
    if not entries and is_cut:
        raise ParseError("the document is cut off before the end of its first entry")
    if not entries and mistake and (version or not document.root):
        raise ParseError(_unreadable(mistake, document.line))
    if not version and not any(string(entry.get("title")) or string(entry.get("link")) for entry in entries):
        raise NotAFeed(f"this is XML (<{document.root}>), not a feed")
    site = _site_link(channel, url)
    base = url if is_atom else site or url
    language = language_code(string(channel.get("language")))
    read = [parse_entry(entry, base=base, is_atom=is_atom, language=language) for entry in entries]
    return ParsedFeed(
        format=version or "xml",
        reader=raw.reader,
        url=url,
        id=string(channel.get("id")),
        title=without_markup(string(channel.get("title")) or "") or None,
        link=site,
        updated=parse_date(string(channel.get("updated"))) or parse_date(string(channel.get("published"))),
        language=language,
        authors=author_names(channel),
        wait=wished_wait(channel),
        skip_hours=skipped_hours(text),
        skip_days=skipped_days(text),
        entries=tuple(filter(says_something, read)),
        complaint=COMPLAINT if is_cut else None,
    )


def read_tolerantly(text: str, *, base: str | None) -> RawFeed:
    """Run feedparser on text whose encoding is settled; cleaning and resolving HTML are not its business here.

    Without a base it leaves the ids of RSS items alone, which it would take for relative addresses.
    """
    import feedparser

    _refuse_what_takes_for_ever(text)
    headers = {"content-type": "application/xml; charset=utf-8"}
    if base:
        headers["content-location"] = base
    try:
        parsed = fields(
            feedparser.parse(
                io.BytesIO(text.encode("utf-8")),
                response_headers=headers,
                resolve_relative_uris=False,
                sanitize_html=False,
            )
        )
    except _READER_FAILURES as failure:
        raise ParseError(f"a feed that our reader can't cope with: {failure}") from failure
    mistake = parsed.get("bozo_exception")
    return RawFeed(
        reader="feedparser",
        version=string(parsed.get("version")),
        channel=fields(parsed.get("feed")),
        entries=list_of_fields(parsed.get("entries")),
        mistake=mistake if isinstance(mistake, SAXParseException) else None,
    )


READERS: tuple[Reader, ...] = (read_fast, read_tolerantly)


def _refuse_what_takes_for_ever(text: str) -> None:
    """Raise ParseError for a document with more than any honest one has of what feedparser is slow with."""
    if has_more_tags(text, MAX_ELEMENTS):
        raise ParseError(f"it has more than {MAX_ELEMENTS:,} tags")
    if text.count("<") > FEW_TAGS and is_deeper(text, MAX_DEPTH):
        raise ParseError(f"its elements are nested more than {MAX_DEPTH:,} deep")
    if len(set(_PREFIX.findall(text))) > MAX_PREFIXES:
        raise ParseError(f"it declares more than {MAX_PREFIXES} namespaces")
    for tag in _WHOLE_TAG.finditer(text):
        if tag[0].count("=") > MAX_ATTRIBUTES and _QUOTED.sub("", tag[0]).count("=") > MAX_ATTRIBUTES:
            raise ParseError(f"one of its tags has more than {MAX_ATTRIBUTES} attributes")
    for found in _PERSON_OR_KEYWORDS.finditer(text):
        limit = MAX_NAME_CHARS if found[2] else MAX_KEYWORDS_CHARS
        closing = re.compile(f"</{re.escape(found[1])}", re.IGNORECASE)
        if found.end() + limit < len(text) and not closing.search(text, found.end(), found.end() + limit):
            raise ParseError(f"its <{found[1]}> is longer than {limit} characters")
    entries = repeated = 0
    for found in _ENTRY_OR_CATEGORY.finditer(text):
        entries, repeated = (entries + 1, 0) if found[1] else (entries, repeated + 1)
        if entries > MAX_ENTRIES:
            raise ParseError(f"it has more than {MAX_ENTRIES:,} entries")
        if repeated > MAX_CATEGORIES:
            raise ParseError(f"an entry has more than {MAX_CATEGORIES} categories")


def _site_link(channel: Fields, url: str) -> str | None:
    link = alternate_link(channel, url)
    return link if link and link.startswith(("http://", "https://")) else None


def _unreadable(mistake: SAXParseException, lines_before: int) -> str:
    line = (mistake.getLineNumber() or 1) - 1 + lines_before  # feedparser puts a line of its own first
    return f"XML that can't be read: {mistake.getMessage()} at line {max(line, 1)}"


def name_captions(text: str) -> str:
    """Return a document in which ``media:description`` is called ``media:caption``, without attributes.

    A short description of the media object, says https://www.rssboard.org/media-rss#media-description; feedparser
    takes it for one of the entry, and the second description of an entry for its content. A document that declares the
    prefix with the element itself stays as it is.
    """
    prefixes = {re.escape(prefix) for prefix in _MEDIA_RSS.findall(text)} if ":description" in text else set()
    if not prefixes:
        return text
    tag = re.compile(rf"<(/?(?:{'|'.join(sorted(prefixes))}):)description(?:\s[^<>]*?)?(/?)>")
    if any("xmlns" in found[0] for found in tag.finditer(text)):
        return text
    return tag.sub(r"<\1caption\2>", text)
