"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read with the tolerance that real ones need."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from contextlib import suppress

from aggregator.errors import NotAFeed, ParseError
from aggregator.model import Enclosure, Origin, ParsedEntry, ParsedFeed, Text
from aggregator.parse.cut import COMPLAINT
from aggregator.parse.dates import parse_date
from aggregator.parse.fields import MAX_ELEMENTS, MAX_ENTRIES, Fields, fields, list_of_fields, string, whole_number
from aggregator.parse.markup import looks_like_html, resolved
from aggregator.parse.people import people
from aggregator.text.hosts import host_of
from aggregator.text.languages import language_code
from aggregator.text.schemes import joined, repaired

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_STRING_OR_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*[}\]])', re.DOTALL)
_BETWEEN_ITEMS = re.compile(r"[\s,]*")  # matches anywhere
_VERSIONS = {"https://jsonfeed.org/version/1": "json10", "https://jsonfeed.org/version/1.1": "json11"}


def read_json(text: str, *, url: str) -> ParsedFeed:
    """Read a document as a JSON Feed; an item that is no object, or says nothing, is left out.

    ``url`` is its base address. Raises NotAFeed for JSON that is something else, ParseError for what is no JSON.
    """
    loaded, is_cut = _load(text)
    document = fields(loaded)
    version = (string(document.get("version")) or "").replace("http://", "https://").replace("//www.", "//").rstrip("/")
    items = document.get("items")
    if not isinstance(items, list) or not ("jsonfeed.org" in version or "title" in document or list_of_fields(items)):
        raise NotAFeed("this is JSON, but not a JSON Feed")
    if len(items) > MAX_ENTRIES:
        raise ParseError(f"it has more than {MAX_ENTRIES:,} entries")
    language = language_code(string(document.get("language")))
    entries = (_entry(item, url, language) for item in list_of_fields(items))
    return ParsedFeed(
        format=_VERSIONS.get(version, "json"),
        reader="json",
        url=url,
        id=string(document.get("feed_url")),
        title=" ".join(resolved(string(document.get("title")) or "").split()) or None,
        link=_absolute(document.get("home_page_url"), url),
        language=language,
        authors=_authors(document),
        entries=tuple(entry for entry in entries if _says_something(entry)),
        complaint=COMPLAINT if is_cut else None,
    )


def _load(text: str) -> tuple[object, bool]:
    """Return what a document holds, and whether it was cut off: then only its whole items."""
    if text.count("{") + text.count("[") > MAX_ELEMENTS:
        raise ParseError(f"it has more than {MAX_ELEMENTS:,} objects and lists")
    decoder = json.JSONDecoder(parse_constant=lambda _: None, strict=False)
    try:
        try:
            return decoder.decode(text), False
        except json.JSONDecodeError as error:
            with suppress(json.JSONDecodeError):
                return decoder.decode(_without_last_commas(text)), False
            if not text.rstrip().endswith("}") and (whole := _whole_items(text, decoder)):
                return whole, True
            raise ParseError(f"JSON that can't be read: {error.msg} at line {error.lineno}") from error
    except RecursionError as error:
        raise ParseError("JSON that can't be read: nested too deeply") from error
    except ValueError as error:  # a number of more digits than Python converts
        raise ParseError("JSON that can't be read: a number is too long") from error


def _without_last_commas(text: str) -> str:
    """Return a document without the commas behind which nothing comes, as templates with a loop leave them."""
    return _STRING_OR_LAST_COMMA.sub(lambda found: found[1] or "", text)


def _whole_items(text: str, decoder: json.JSONDecoder) -> object:
    """Return a document that was cut off within its items, with those that are whole; None when there are none."""
    found = _ITEMS.search(text)
    if found is None:
        return None
    try:
        document = fields(decoder.decode(f"{text[: found.end()]}]}}"))
    except json.JSONDecodeError:  # not the document's own items
        return None
    items: list[object] = []
    position = found.end()
    with suppress(json.JSONDecodeError):
        while True:
            item, position = decoder.raw_decode(text, _BETWEEN_ITEMS.match(text, position).end())  # type: ignore[union-attr]
            items.append(item)
    return {**document, "items": items} if items else None


def _entry(item: Fields, url: str, language: str | None) -> ParsedEntry:
    """Map one item; ``url`` goes before ``external_url``, and both before an id that is an address.

    Titles, summaries, names and tags are plain text, but programs that made HTML of them write references: well-formed
    ones are resolved once, as in the other formats.
    """
    language = language_code(string(item.get("language"))) or language
    link = _absolute(item.get("url"), url)
    external = _absolute(item.get("external_url"), url)
    item_id = _id(item.get("id"))
    about = item_id if item_id and item_id.startswith(("http://", "https://")) else None
    return ParsedEntry(
        id=item_id,
        link=link or external or about,
        title=_text(item.get("title"), is_html=False, language=language, resolve=True),
        summary=_text(item.get("summary"), is_html=False, language=language, resolve=True),
        content=_content(item, language),
        authors=_authors(item),
        published=parse_date(_written(item.get("date_published")), language),
        updated=parse_date(_written(item.get("date_modified")), language),
        tags=_tags(item.get("tags")),
        enclosures=tuple(_enclosures(item, url)),
        language=language,
        origin=Origin(url=external) if link and external and external != link else None,
    )


def _id(value: object) -> str | None:
    """Return an id as text; version 1.0 told readers to take numbers too."""
    return str(value) if _is_number(value) else string(value)


def _written(value: object) -> str | None:
    """Return a date as text; some write it as a number of seconds."""
    return str(value).partition(".")[0] if _is_number(value) else string(value)


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _content(item: Fields, language: str | None) -> Text | None:
    html = _text(item.get("content_html"), is_html=True, language=language)
    return html or _text(item.get("content_text"), is_html=False, language=language)


def _text(value: object, *, is_html: bool, language: str | None, resolve: bool = False) -> Text | None:
    written = string(value)
    if written is None:
        return None
    if resolve:
        written = resolved(written)
    return Text(value=written, is_html=is_html and looks_like_html(written), language=language)


def _authors(context: Fields) -> tuple[str, ...]:
    """Return the names in ``authors`` (1.1), else in ``author`` (1.0); some write plain strings instead of objects."""
    authors = context.get("authors") or context.get("author")
    written = [
        string(fields(author).get("name")) or string(author)
        for author in (authors if isinstance(authors, list) else [authors])
    ]
    return people(resolved(name) for name in written if name)


def _tags(value: object) -> tuple[str, ...]:
    written = (string(tag) for tag in (value if isinstance(value, list) else [value]))
    return tuple(dict.fromkeys(" ".join(resolved(tag).split()) for tag in written if tag))


def _enclosures(item: Fields, url: str) -> Iterator[Enclosure]:
    """Return attachments, then the item's images, each address once."""
    seen = set()
    images: list[Fields] = [{"url": item.get(name), "mime_type": "image/*"} for name in ("image", "banner_image")]
    for attachment in [*list_of_fields(item.get("attachments")), *images]:
        address = _absolute(attachment.get("url"), url)
        if address and address not in seen:
            seen.add(address)
            yield Enclosure(
                url=address,
                type=string(attachment.get("mime_type")),
                length=whole_number(attachment.get("size_in_bytes")) or None,
                title=string(attachment.get("title")),
            )


def _absolute(value: object, base: str) -> str | None:
    written = string(value)
    return joined(base, repaired(written, beside=host_of(base))) if written else None


def _says_something(entry: ParsedEntry) -> bool:
    return any((entry.id, entry.link, entry.title, entry.summary, entry.content))
