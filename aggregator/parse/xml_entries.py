"""One entry as feedparser has it → ParsedEntry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from aggregator.model import Enclosure, Origin, ParsedEntry, Text
from aggregator.parse.dates import parse_date
from aggregator.parse.fields import Fields, fields, list_of_fields, string, whole_number
from aggregator.parse.markup import looks_like_html, without_markup
from aggregator.parse.people import people
from aggregator.text.hosts import host_of
from aggregator.text.languages import language_code
from aggregator.text.schemes import repaired

# What resolving would leave as it is, which goes without saying for nearly all addresses.
_PLAIN_ADDRESS = re.compile(r"https?://[\w.-]+/[\w./%+~=-]*(?:\?[\w./%+~=-]+)?", re.ASCII)
_RELATIONS = "http://www.iana.org/assignments/relation/"
_LISTED_TAGS = re.compile(
    r"(?:\s*+(?!(?:and|or|und|oder|et|ou)\b)[^\s,]+(?: [^\s,]+){0,2}\s*+(?:,|$)){3,}", re.IGNORECASE
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|$)", re.DOTALL)
_COMMENTS = re.compile(r"\A(?:<!--.*?-->\s*)+|\s*<!--(?:(?!-->).)*-->\Z", re.DOTALL)
_HTML_TYPES = {"text/html", "application/xhtml+xml"}


def parse_entry(entry: Fields, *, base: str, is_atom: bool, language: str | None = None) -> ParsedEntry:
    """Map one entry. ``base`` is what its relative addresses are relative to, where no xml:base says otherwise.

    ``language`` is that of the feed.

    A text has a base of its own only where there is an xml:base: without one, publishers who write relative links mean
    them relative to the entry's page.
    """
    title = _text(_title(entry), base=base, is_atom=is_atom)
    summary = _text(entry.get("summary_detail"), base=base, is_atom=is_atom)
    content = _best(_text(each, base=base, is_atom=is_atom) for each in list_of_fields(entry.get("content")))
    if content is None and summary is None:
        summary = _caption(entry)
    texts = [text for text in (content, summary, title) if text]
    entry_base = next((text.base for text in texts if text.base), base)
    origin = fields(entry.get("source"))
    own_language = language_code(string(entry.get("language"))) or next(
        (text.language for text in texts if text.language), None
    )

    def date(name: str) -> datetime | None:
        return parse_date(string(entry.get(name)), own_language or language)

    return ParsedEntry(
        id=string(entry.get("id")),
        link=_link(entry, entry_base),
        title=title,
        summary=summary,
        content=content,
        authors=author_names(entry) or author_names(origin),
        published=date("published") or date("created"),
        updated=date("updated"),
        tags=_tags(entry),
        enclosures=tuple(_enclosures(entry, entry_base)),
        language=own_language,
        origin=_origin(origin, base),
    )


def says_something(entry: ParsedEntry) -> bool:
    """Whether there is anything to show: some feeds have empty items among the others."""
    return any((entry.id, entry.link, entry.title, entry.summary, entry.content, entry.enclosures))


def alternate_link(context: Fields, base: str) -> str | None:
    """Return the address of the page that a feed or an entry stands for: HTML before other types, the first given."""
    candidates = [
        link
        for link in list_of_fields(context.get("links"))
        if _relation(link) == "alternate" and string(link.get("href"))
    ]
    candidates.sort(key=lambda link: link.get("type", "text/html") not in _HTML_TYPES)
    return _absolute(string(candidates[0]["href"]), base) if candidates else None


def _relation(link: Fields) -> str:
    """Return what a link is to a feed or an entry; the names may be written as addresses (RFC 4287 §4.2.7.2)."""
    return (string(link.get("rel")) or "alternate").removeprefix(_RELATIONS)


def author_names(context: Fields) -> tuple[str, ...]:
    """Return the names of a feed's or an entry's authors, without e-mail addresses.

    A single author is taken as written where an address is in it: feedparser takes addresses apart by a pattern that
    knows top-level domains of four letters at most, and would leave the rest of a longer one in the name.
    """
    named = [string(author.get("name")) for author in list_of_fields(context.get("authors"))]
    written = string(context.get("author"))
    if written and "@" in written and len(named) == 1:
        named = [written]
    return people(without_markup(name) for name in named if name)


def _link(entry: Fields, base: str) -> str | None:
    """Return the address of an entry: what a proxy says was the original, an alternate link, an id that is one."""
    original = string(entry.get("feedburner_origlink"))
    if original and _is_web(original):
        return original
    link = alternate_link(entry, base)
    if link:
        return link
    permalink = string(entry.get("link")) if entry.get("guidislink") else None
    if permalink and permalink.startswith("/"):  # in RSS it should be a whole address, and mostly is
        return _absolute(permalink, base)
    permalink = repaired(permalink, beside=host_of(base)) if permalink else None
    if permalink and _is_web(permalink):
        return permalink
    return _other_link(entry, base)


def _other_link(entry: Fields, base: str) -> str | None:
    """Return what else leads to an entry that has no link: where it is elsewhere, itself, or what it is about.

    The id is ``rdf:about`` in RSS 1.0; in RSS 2.0 it is no link when it says so, and else was taken already.
    """
    about = string(entry.get("id")) if entry.get("guidislink") is None else None
    if about and _is_web(about):
        return about
    contents = (
        each for each in list_of_fields(entry.get("content")) if (string(each.get("type")) or "") in _HTML_TYPES
    )
    selves = (string(link.get("href")) for link in list_of_fields(entry.get("links")) if _relation(link) == "self")
    candidates = (*(string(each.get("src")) for each in contents), *selves)
    return next((url for each in candidates if (url := _absolute(each, base)) and _is_web(url)), None)


def _title(entry: Fields) -> Fields:
    """Return the title construct of an entry; that of its picture, which is deeper, may have taken its place."""
    detail, value = fields(entry.get("title_detail")), entry.get("title")
    return {**detail, "value": value} if detail and isinstance(value, str) else detail


def _text(detail: object, *, base: str, is_atom: bool) -> Text | None:
    """Read a text construct. In RSS nothing says whether it is HTML, in Atom its type does.

    What holds neither a tag nor a character reference is plain whatever its type, so that its line breaks count.
    """
    construct = fields(detail)
    value, media_type = string(construct.get("value")), string(construct.get("type")) or "text/plain"
    xml_base = string(construct.get("base"))
    value = _without_marks(value) if value else None
    if value is None or not _is_text(media_type):
        return None
    if media_type == "application/xhtml+xml":
        value = value.replace("</br>", "")  # <br/> comes as <br></br>, which HTML takes for two
    return Text(
        value=value,
        is_html=looks_like_html(value) and (media_type in _HTML_TYPES or not is_atom),
        base=None if xml_base in {None, base} else _absolute(xml_base, base),
        language=language_code(string(construct.get("language"))),
    )


def _is_text(media_type: str | None) -> bool:
    return not media_type or media_type.startswith("text/") or media_type in _HTML_TYPES


def _without_marks(value: str) -> str | None:
    """Return a text without the marks of a CDATA section that was escaped, and without comments at its ends."""
    if not value.startswith("<!") and not value.endswith(("-->", "]]>")):
        return value
    if value.startswith("<![CDATA["):
        value = _CDATA.sub(r"\1", value)
    elif value.endswith("]]>") and value.count("]") > value.count("["):
        value = value.removesuffix("]]>")
    return _COMMENTS.sub("", value).strip() or None


def _caption(entry: Fields) -> Text | None:
    """Return what is said of the pictures or films of an entry, which may be all that there is to read."""
    value = string(entry.get("media_caption"))
    return Text(value=value, is_html=looks_like_html(value)) if value else None


def _best(texts: Iterator[Text | None]) -> Text | None:
    """Of several forms of the same content choose HTML before plain text, then the longest."""
    return max((text for text in texts if text), key=lambda text: (text.is_html, len(text.value)), default=None)


def _tags(entry: Fields) -> tuple[str, ...]:
    """Return an entry's tags by their labels, white space collapsed, each once.

    A single one that lists three or more words, as "space, moon, ESA", is as many tags.
    """
    written = (string(tag.get("label")) or string(tag.get("term")) for tag in list_of_fields(entry.get("tags")))
    names = [without_markup(tag) for tag in written if tag]
    if len(names) == 1 and names[0].count(",") > 1 and _LISTED_TAGS.fullmatch(names[0]):
        names = [name.strip() for name in names[0].split(",")]
    return tuple(dict.fromkeys(name for name in names if name))


def _enclosures(entry: Fields, base: str) -> Iterator[Enclosure]:
    """Return the files of an entry, each address once: enclosures, out-of-line content, Media RSS, iTunes images."""
    seen = set()
    for url, media_type, length, title in _files(entry):
        absolute = _absolute(url, base)
        if absolute and absolute not in seen:
            seen.add(absolute)
            yield Enclosure(url=absolute, type=media_type, length=length or None, title=title)


def _files(entry: Fields) -> Iterator[tuple[str | None, str | None, int | None, str | None]]:
    for link in list_of_fields(entry.get("links")):
        if _relation(link) == "enclosure":
            yield _file(link, "href", "length")
    for content in list_of_fields(entry.get("content")):
        if content.get("src") and not (string(content.get("value")) and _is_text(string(content.get("type")))):
            yield _file(content, "src", "length")
    for media in list_of_fields(entry.get("media_content")):
        url, media_type, length, title = _file(media, "url", "filesize")
        yield url, media_type or _any_of(string(media.get("medium"))), length, title
    for thumbnail in list_of_fields(entry.get("media_thumbnail")):
        yield string(thumbnail.get("url")), "image/*", None, None
    image = fields(entry.get("image"))
    if image:
        yield string(image.get("href")), "image/*", None, None


def _file(fields_of_file: Fields, url: str, length: str) -> tuple[str | None, str | None, int | None, str | None]:
    return (
        string(fields_of_file.get(url)),
        string(fields_of_file.get("type")),
        whole_number(fields_of_file.get(length)),
        string(fields_of_file.get("title")),
    )


def _any_of(medium: str | None) -> str | None:
    """Return a media range for Media RSS's ``medium``, which names the kind but not the type."""
    return f"{medium}/*" if medium in {"image", "audio", "video"} else None


def _origin(source: Fields, base: str) -> Origin | None:
    title = without_markup(string(source.get("title")) or "") or None
    url = alternate_link(source, base) or _absolute(string(source.get("href")), base)
    url = url or next((_absolute(string(link.get("href")), base) for link in list_of_fields(source.get("links"))), None)
    origin_id = string(source.get("id"))
    return Origin(title=title, url=url, id=origin_id) if title or url or origin_id else None


def _absolute(url: str | None, base: str) -> str | None:
    """Resolve an address; what can't be one is None.

    Ampersands are often escaped once too often, and "www.example.org/news" is no file beside the feed.
    """
    if url and _PLAIN_ADDRESS.fullmatch(url):
        return url
    try:
        return urljoin(base, repaired(url.replace("&amp;", "&"), beside=host_of(base))) if url else None
    except ValueError:
        return None


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False
