"""Any document, however broken, as feedparser reads it: what it hands out, in the shape that both readers have."""

from __future__ import annotations

import io
import re
from typing import Final
from xml.sax import SAXParseException

from aggregator.errors import ParseError
from aggregator.parse.fields import MAX_ELEMENTS, MAX_ENTRIES, Fields, fields, list_of_fields, string
from aggregator.parse.nested import is_deeper
from aggregator.parse.raw import RawEntry, RawFeed, RawText, link_of, media_of
from aggregator.parse.repair import has_more_tags

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

# Our names of short texts, by feedparser's keys.
_VALUES: Final = {
    **{key: key for key in ("id", "link", "title", "author", "language", "published", "updated", "created", "ttl")},
    "feedburner_origlink": "original",
    "media_caption": "caption",
    "href": "page",
    "sy_updateperiod": "period",
    "sy_updatefrequency": "frequency",
}


def read_tolerantly(text: str, *, base: str | None) -> RawFeed:
    """Run feedparser on text whose encoding is settled; cleaning and resolving HTML are not its business here.

    Without a base it leaves the ids of RSS items alone, which it would take for relative addresses. Raises ParseError
    for what it fails on, and for what would keep it busy for too long.
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
        head=_entry(fields(parsed.get("feed"))),
        entries=[_entry(entry) for entry in list_of_fields(parsed.get("entries"))],
        mistake=mistake if isinstance(mistake, SAXParseException) else None,
    )


def _entry(found: Fields) -> RawEntry:
    title, value = fields(found.get("title_detail")), found.get("title")
    if title and isinstance(value, str):  # that of its picture, which is deeper, may have taken its place
        title = {**title, "value": value}
    origin, image, is_permalink = fields(found.get("source")), fields(found.get("image")), found.get("guidislink")
    tags = (string(tag.get("label")) or string(tag.get("term")) for tag in list_of_fields(found.get("tags")))
    thumbnails = (string(each.get("url")) for each in list_of_fields(found.get("media_thumbnail")))
    return RawEntry(
        values={ours: text for key, ours in _VALUES.items() if (text := string(found.get(key)))},
        title=_text(title),
        summary=_text(fields(found.get("summary_detail"))),
        contents=[_text(each) for each in list_of_fields(found.get("content"))],
        links=[link_of(link) for link in list_of_fields(found.get("links"))],
        is_permalink=None if is_permalink is None else bool(is_permalink),
        names=[string(author.get("name")) for author in list_of_fields(found.get("authors"))],
        tags=[tag for tag in tags if tag],
        media=[media_of(media) for media in list_of_fields(found.get("media_content"))],
        thumbnails=[url for url in thumbnails if url],
        image=string(image.get("href")),
        origin=_entry(origin) if origin else None,
    )


def _text(construct: Fields) -> RawText:
    return RawText(
        string(construct.get("value")) or "",
        string(construct.get("type")) or "",
        string(construct.get("base")),
        string(construct.get("language")),
        string(construct.get("src")),
    )


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
