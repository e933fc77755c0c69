"""One entry as a reader of XML found it → ParsedEntry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from aggregator.model import Enclosure, Origin, ParsedEntry, Text
from aggregator.parse.absolute import absolute
from aggregator.parse.dates import parse_date
from aggregator.parse.fields import whole_number
from aggregator.parse.markup import is_html_blocks, looks_like_html, without_markup
from aggregator.parse.people import people
from aggregator.parse.raw import RawEntry, RawLink, RawText
from aggregator.text.hosts import host_of
from aggregator.text.languages import language_code
from aggregator.text.schemes import repaired

_LISTED_TAGS = re.compile(
    r"(?:\s*+(?!(?:and|or|und|oder|et|ou)\b)[^\s,]+(?: [^\s,]+){0,2}\s*+(?:,|$)){3,}", re.IGNORECASE
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|$)", re.DOTALL)
_ESCAPED_CDATA = re.compile(r"&lt;!\[CDATA\[(.*?)(?:\]\](?:&gt;|>)|$)", re.DOTALL)
_COMMENTS = re.compile(r"\A(?:<!--.*?-->\s*)+|\s*<!--(?:(?!-->).)*-->\Z", re.DOTALL)
_HTML_TYPES = {"text/html", "application/xhtml+xml"}


def parse_entry(raw: RawEntry, *, base: str, is_atom: bool, language: str | None = None) -> ParsedEntry:
    """Bring one entry into shape. ``base`` is what its relative addresses are relative to, where no xml:base says else.

    ``language`` is that of the feed.

    A text has a base of its own only where there is an xml:base: without one, publishers who write relative links mean
    them relative to the entry's page.
    """
    title, summary = _text(raw.title, base, is_atom), _body(raw.summary, base, is_atom)
    content = _best([_body(each, base, is_atom) for each in raw.contents]) if raw.contents else None
    if content is None and summary is None:
        summary = _caption(raw)
    said, origin = raw.values.get, raw.origin
    xml_base, own_language = None, language_code(said("language"))
    for text in (content, summary, title):
        if text:
            xml_base, own_language = xml_base or text.base, own_language or text.language
    entry_base, dates_in = xml_base or base, own_language or language
    return ParsedEntry(
        id=said("id") or None,
        link=_link(raw, entry_base),
        title=title,
        summary=summary,
        content=content,
        authors=author_names(raw) or (author_names(origin) if origin else ()),
        published=parse_date(said("published"), dates_in) or parse_date(said("created"), dates_in),
        updated=parse_date(said("updated"), dates_in),
        tags=_tags(raw.tags),
        enclosures=tuple(_enclosures(raw, entry_base)),
        language=own_language,
        origin=_origin(origin, base) if origin else None,
    )


def says_something(entry: ParsedEntry) -> bool:
    """Whether there is anything to show: some feeds have empty items among the others."""
    return any((entry.id, entry.link, entry.title, entry.summary, entry.content, entry.enclosures))


def alternate_link(raw: RawEntry, base: str) -> str | None:
    """Return the address of the page that a feed or an entry stands for: HTML before other types, the first given."""
    candidates = [link for link in raw.links if link.href and link.relation == "alternate"]
    if not candidates:
        return None
    return absolute(next((link for link in candidates if link.type in _HTML_TYPES), candidates[0]).href, base)


def author_names(raw: RawEntry) -> tuple[str, ...]:
    """Return the names of a feed's or an entry's authors, without e-mail addresses.

    A single author is taken as written where an address is in it: feedparser takes addresses apart by a pattern that
    knows top-level domains of four letters at most, and would leave the rest of a longer one in the name.
    """
    if not raw.names:
        return ()
    names, written = raw.names, raw.values.get("author")
    if written and "@" in written and len(names) == 1:
        names = [written]
    return people(without_markup(name) for name in names if name)


def _link(raw: RawEntry, base: str) -> str | None:
    """Return the address of an entry: what a proxy says was the original, an alternate link, an id that is one."""
    original = raw.values.get("original")
    if original and _is_web(original):
        return original
    link = alternate_link(raw, base)
    if link:
        return link
    permalink = raw.values.get("link") if raw.is_permalink else None
    if permalink and permalink.startswith("/"):  # in RSS it should be a whole address, and mostly is
        return absolute(permalink, base)
    permalink = repaired(permalink, beside=host_of(base)) if permalink else None
    if permalink and _is_web(permalink):
        return permalink
    return _other_link(raw, base)


def _other_link(raw: RawEntry, base: str) -> str | None:
    """Return what else leads to an entry that has no link: where it is elsewhere, itself, or what it is about.

    The id is ``rdf:about`` in RSS 1.0; in RSS 2.0 it is no link when it says so, and else was taken already.
    """
    about = raw.values.get("id") if raw.is_permalink is None else None
    if about and _is_web(about):
        return about
    contents = (each.src for each in raw.contents if each.type in _HTML_TYPES)
    selves = (link.href for link in raw.links if link.relation == "self")
    return next((url for each in (*contents, *selves) if (url := absolute(each, base)) and _is_web(url)), None)


def _text(raw: RawText | None, base: str, is_atom: bool) -> Text | None:
    """Read a text construct. In RSS nothing says whether it is HTML, in Atom its type does.

    What holds neither a tag nor a character reference is plain whatever its type, so that its line breaks count.
    """
    value = _without_marks(raw.value) if raw and _is_read(raw) else None
    if raw is None or value is None:
        return None
    if raw.type == "application/xhtml+xml":
        value = value.replace("</br>", "")  # <br/> comes as <br></br>, which HTML takes for two
    return Text(
        value=value,
        is_html=looks_like_html(value) and (raw.type in _HTML_TYPES or not is_atom),
        base=absolute(raw.base, base) if raw.base and raw.base != base else None,
        language=language_code(raw.language) if raw.language else None,
    )


def _body(raw: RawText | None, base: str, is_atom: bool) -> Text | None:
    """Read a summary or a content; of Atom one that its publisher forgot to call HTML too."""
    text = _text(raw, base, is_atom)
    return replace(text, is_html=True) if text and not text.is_html and is_html_blocks(text.value) else text


def _is_text(media_type: str) -> bool:
    return not media_type or media_type.startswith("text/") or media_type in _HTML_TYPES


def _is_read(text: RawText) -> bool:
    return bool(text.value) and _is_text(text.type)


def _without_marks(value: str) -> str | None:
    """Return a text without the marks of a CDATA section that was escaped, and without comments at its ends."""
    if value.startswith("&lt;![CDATA["):  # escaped once more
        return _ESCAPED_CDATA.sub(r"\1", value).strip() or None
    if not value.startswith("<!") and not value.endswith(("-->", "]]>")):
        return value
    if value.startswith("<![CDATA["):
        value = _CDATA.sub(r"\1", value)
    elif value.endswith("]]>") and value.count("]") > value.count("["):
        value = value.removesuffix("]]>")
    return _COMMENTS.sub("", value).strip() or None


def _caption(raw: RawEntry) -> Text | None:
    """Return what is said of the pictures or films of an entry, which may be all that there is to read."""
    value = raw.values.get("caption")
    return Text(value=value, is_html=looks_like_html(value)) if value else None


def _best(texts: Sequence[Text | None]) -> Text | None:
    """Of several forms of the same content choose HTML before plain text, then the longest."""
    if len(texts) == 1:
        return texts[0]
    return max((text for text in texts if text), key=lambda text: (text.is_html, len(text.value)), default=None)


def _tags(written: Sequence[str]) -> tuple[str, ...]:
    """Return an entry's tags, white space collapsed, each once.

    A single one that lists three or more words, as "space, moon, ESA", is as many tags.
    """
    names = [without_markup(tag) for tag in written]
    if len(names) == 1 and names[0].count(",") > 1 and _LISTED_TAGS.fullmatch(names[0]):
        names = [name.strip() for name in names[0].split(",")]
    return tuple(dict.fromkeys(name for name in names if name))


def _enclosures(raw: RawEntry, base: str) -> Iterator[Enclosure]:
    """Return the files of an entry, each address once: enclosures, out-of-line content, Media RSS, iTunes images."""
    files = [link for link in raw.links if link.relation == "enclosure"]
    files += [RawLink(each.src, type=each.type or None) for each in raw.contents if each.src and not _is_read(each)]
    files += raw.media
    files += [RawLink(url, type="image/*") for url in (*raw.thumbnails, raw.image) if url]
    seen = set()
    for file in files:
        url = absolute(file.href, base)
        if url and url not in seen:
            seen.add(url)
            yield Enclosure(url=url, type=file.type, length=whole_number(file.length) or None, title=file.title)


def _origin(raw: RawEntry, base: str) -> Origin | None:
    title = without_markup(raw.values.get("title", "")) or None
    url = alternate_link(raw, base) or absolute(raw.values.get("page"), base)
    url = url or next((absolute(link.href, base) for link in raw.links), None)
    origin_id = raw.values.get("id") or None
    return Origin(title=title, url=url, id=origin_id) if title or url or origin_id else None


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False
