"""RSS, RDF and Atom: by the fast reader where that knows what feedparser would make of them, else by feedparser."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from xml.sax import SAXParseException

from aggregator.errors import NotAFeed, ParseError
from aggregator.model import ParsedFeed
from aggregator.parse.cut import COMPLAINT, without_cut_end
from aggregator.parse.dates import parse_date
from aggregator.parse.decode import utf_8_as_it_came
from aggregator.parse.fast import read_fast
from aggregator.parse.fields import MAX_ENTRIES
from aggregator.parse.markup import without_markup
from aggregator.parse.nested import without_foreign_fields
from aggregator.parse.raw import RawEntry, RawFeed
from aggregator.parse.repair import Document, find_root, local_name, mend
from aggregator.parse.slips import put_right
from aggregator.parse.tolerant import read_tolerantly
from aggregator.parse.wishes import skipped_days, skipped_hours, wished_wait
from aggregator.parse.xml_entries import alternate_link, author_names, parse_entry, says_something
from aggregator.text.languages import language_code

_ATOM: Final = frozenset(("feed", "entry"))  # its roots
_HEAD_BYTES: Final = 80_000  # what stands beside the entries is found there


def read_plain_xml(body: bytes, content_type: str | None, *, url: str) -> ParsedFeed | None:
    """Read a feed in UTF-8 in which nothing has to be mended; None for all else, of which ``read_xml`` may make more.

    ``url`` is its base address (RFC 3986 §5.1.3). Raises ParseError for a feed with too many entries.
    """
    document = utf_8_as_it_came(body, content_type)
    root = find_root(document) if document else None
    if document is None or root is None:
        return None
    document, is_atom = document[root[0] :], local_name(root[1]) in _ATOM
    raw = read_fast(document, base=url if is_atom else None)
    if raw is None or not raw.version:
        return None
    head = document[:_HEAD_BYTES]
    text = head.decode("utf-8", "ignore") if b"<skip" in head.lower() else ""
    return _feed(raw, text, url=url, is_atom=is_atom)


def read_xml(document: Document, *, url: str, tolerantly: bool = False) -> ParsedFeed:
    """Read a document as a feed. A broken one counts as long as it shows entries.

    ``url`` is its base address; ``tolerantly`` leaves it to feedparser at once. Raises NotAFeed for XML that is
    something else, ParseError for a feed that is too broken to read.
    """
    is_atom = document.kind in _ATOM
    base = url if is_atom else None
    whole, is_cut = without_cut_end(document)
    text = mend(whole)
    raw = None if tolerantly else read_fast(text.encode(), base=base, is_mended=True)
    raw = raw or read_tolerantly(without_foreign_fields(put_right(text, is_atom=is_atom)), base=base)
    if not raw.entries and is_cut:
        raise ParseError("the document is cut off before the end of its first entry")
    if not raw.entries and raw.mistake and (raw.version or not document.root):
        raise ParseError(_unreadable(raw.mistake, document.line))
    if not raw.version and not any(entry.values.get("title") or entry.values.get("link") for entry in raw.entries):
        raise NotAFeed(f"this is XML (<{document.root}>), not a feed")
    feed = _feed(raw, text, url=url, is_atom=is_atom)
    return replace(feed, complaint=COMPLAINT) if is_cut else feed


def _feed(raw: RawFeed, text: str, *, url: str, is_atom: bool) -> ParsedFeed:
    """Bring a feed into shape; ``text`` is its beginning, "" where that has nothing that is to be skipped."""
    if len(raw.entries) > MAX_ENTRIES:
        raise ParseError(f"it has more than {MAX_ENTRIES:,} entries")
    head = raw.head
    site = _site_link(head, url)
    base = url if is_atom else site or url
    language = language_code(head.values.get("language"))
    read = [parse_entry(entry, base=base, is_atom=is_atom, language=language) for entry in raw.entries]
    return ParsedFeed(
        format=raw.version or "xml",
        reader=raw.reader,
        url=url,
        id=head.values.get("id") or None,
        title=without_markup(head.values.get("title", "")) or None,
        link=site,
        updated=parse_date(head.values.get("updated")) or parse_date(head.values.get("published")),
        language=language,
        authors=author_names(head),
        wait=wished_wait(head.values),
        skip_hours=skipped_hours(text),
        skip_days=skipped_days(text),
        entries=tuple(filter(says_something, read)),
    )


def _site_link(head: RawEntry, url: str) -> str | None:
    link = alternate_link(head, url)
    return link if link and link.startswith(("http://", "https://")) else None


def _unreadable(mistake: SAXParseException, lines_before: int) -> str:
    line = (mistake.getLineNumber() or 1) - 1 + lines_before  # feedparser puts a line of its own first
    return f"XML that can't be read: {mistake.getMessage()} at line {max(line, 1)}"
