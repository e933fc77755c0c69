"""A feed as a reader of XML found it: what stands in it, in its publisher's words, before any of it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from xml.sax import SAXParseException

from aggregator.parse.fields import string

_RELATIONS: Final = "http://www.iana.org/assignments/relation/"
_MEDIA: Final = frozenset(("image", "audio", "video"))


class RawText(NamedTuple):
    """A text construct. ``base`` and ``language`` are those in force where it stands; ``src`` is where the text is."""

    value: str
    type: str
    base: str | None = None
    language: str | None = None
    src: str | None = None


class RawLink(NamedTuple):
    """A link, or a file with its size. Addresses may be relative."""

    href: str | None
    relation: str = "alternate"
    type: str | None = None
    length: str | None = None
    title: str | None = None


@dataclass(slots=True)
class RawEntry:
    """An entry; the head of a feed, or of the feed that an entry came from, has the same fields.

    ``values`` are its short texts: id, link, title, author, language, published, updated, created, original, caption,
    page, ttl, period, frequency; one that is "" says nothing. ``is_permalink`` is None for an entry without a guid.
    ``names`` are its authors', None for one who has none. ``media`` are the files of Media RSS.
    """

    values: dict[str, str] = field(default_factory=dict)
    title: RawText | None = None
    summary: RawText | None = None
    contents: list[RawText] = field(default_factory=list)
    links: list[RawLink] = field(default_factory=list)
    is_permalink: bool | None = None
    names: Sequence[str | None] = ()
    tags: Sequence[str] = ()
    media: list[RawLink] = field(default_factory=list)
    thumbnails: list[str] = field(default_factory=list)
    image: str | None = None
    origin: RawEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A feed. ``reader`` says who read it, ``mistake`` what was wrong with it."""

    reader: str
    version: str | None
    head: RawEntry
    entries: list[RawEntry]
    mistake: SAXParseException | None = None


def link_of(found: Mapping[str, object], *, url: str = "href", length: str = "length") -> RawLink:
    """Return a link of these attributes; the names of relations may be addresses (RFC 4287 §4.2.7.2)."""
    return RawLink(
        href=string(found.get(url)),
        relation=(string(found.get("rel")) or "alternate").removeprefix(_RELATIONS),
        type=string(found.get("type")),
        length=string(found.get(length)),
        title=string(found.get("title")),
    )


def media_of(found: Mapping[str, object]) -> RawLink:
    """Return a file of Media RSS, whose ``medium`` names the kind but not the type."""
    file = link_of(found, url="url", length="filesize")
    medium = string(found.get("medium"))
    return file if file.type or medium not in _MEDIA else file._replace(type=f"{medium}/*")
