"""Read the subscription lists of other readers (OPML 1.0 to 2.0), as broken as they come."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from html.entities import html5
from html.parser import HTMLParser
from typing import Final

from aggregator.errors import ParseError
from aggregator.sources.typed import natural_address
from aggregator.text.one_line import one_line

_BARE_AMPERSAND: Final = re.compile(r"&(?!#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|([A-Za-z][A-Za-z0-9]{1,31};))")
_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31};)")
_DOCTYPE: Final = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ADDRESS: Final = re.compile(r"\bxmlurl\s*=", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_FOLDER_TYPES: Final = frozenset({"folder", "group", "category"})
_FEED_TYPES: Final = frozenset({"rss", "rss1", "rss2", "atom", "rdf", "feed", "xml", "jsonfeed", "json", "podcast"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlSubscription:
    """One feed of a list. ``folders`` are the names of the outlines around it, outermost first."""

    url: str
    title: str | None
    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An outline that is no feed that could be watched: what it is called, its address as written, and why."""

    title: str | None
    address: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlList:
    """What a list holds. ``folders`` are all, empty ones among them, outermost name first.

    ``repeated`` is how many feeds are there once more; ``is_cut`` when the file ends before its end.
    """

    subscriptions: tuple[OpmlSubscription, ...]
    left_out: tuple[LeftOut, ...] = ()
    folders: tuple[tuple[str, ...], ...] = ()
    repeated: int = 0
    is_cut: bool = False


def parse_opml(body: bytes) -> OpmlList:
    """Return what an OPML document lists, each address once; one odd outline stops nothing.

    Reads liberally (RULES E42): any case and namespace, ``title`` in place of ``text``, HTML's entities and bare
    ampersands, addresses without a scheme or with ``feed:``. Raises ParseError for what is no OPML.
    """
    text = _repaired(_COMMENT.sub("", _DOCTYPE.sub("", _decoded(body))))
    reader = _Reader()
    try:
        reader.feed(text)
        is_whole = reader.has_ended
        reader.close()
    except AssertionError as error:  # what HTMLParser says of some declarations
        raise ParseError(f"this can't be read as OPML: {error}") from error
    if reader.root is None:
        raise ParseError("this is not OPML: there is no element in it")
    if reader.root != "opml":
        raise ParseError("this is not OPML: its outermost element must be <opml>")
    lost = len(_ADDRESS.findall(text)) - reader.addresses
    if lost > 0:
        counted = "one outline is" if lost == 1 else f"{lost} outlines are"
        reader.left_out.append(LeftOut(title=None, address="", reason=f"{counted} broken beyond repair"))
    return OpmlList(
        subscriptions=tuple(reader.found.values()),
        left_out=tuple(reader.left_out),
        folders=tuple(reader.folders),
        repeated=reader.repeated,
        is_cut=not is_whole,
    )


def _decoded(body: bytes) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    if body[:4] in {b"<\0?\0", b"<\0o\0"}:
        return body.decode("utf-16-le", "replace")
    if body[:4] in {b"\0<\0?", b"\0<\0o"}:
        return body.decode("utf-16-be", "replace")
    declared = _ENCODING.match(body)
    for name in (declared[1].decode() if declared else "utf-8", "utf-8"):
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("cp1252", "replace")


def _repaired(text: str) -> str:
    """Write an ampersand that begins no reference as one; it can't mean anything else."""
    text = _BARE_AMPERSAND.sub("&amp;", text)
    return _ENTITY.sub(lambda found: found[0] if found[1] in html5 else f"&amp;{found[1]}", text)


class _Reader(HTMLParser):
    """Collects outlines. HTML's parser forgives what XML's does not: cases, quotes, things that are not closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: str | None = None
        self.has_ended = False
        self.addresses = 0
        self.found: dict[str, OpmlSubscription] = {}
        self.left_out: list[LeftOut] = []
        self.folders: dict[tuple[str, ...], None] = {}
        self.repeated = 0
        self._around: list[str | None] = []  # the names of the open outlines, None for those that are feeds

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = tag.rpartition(":")[2]
        self.root = self.root or name
        if name == "outline":
            self._around.append(self._read(attrs, is_empty=False))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = tag.rpartition(":")[2]
        self.root = self.root or name
        if name == "outline":
            self._read(attrs, is_empty=True)
        self.has_ended |= name == "opml"

    def handle_endtag(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "outline" and self._around:
            self._around.pop()
        self.has_ended |= name == "opml"

    def _read(self, attrs: list[tuple[str, str | None]], *, is_empty: bool) -> str | None:
        """Take an outline as a feed, or return its name when it is a folder."""
        values = {name.rpartition(":")[2]: value.strip() for name, value in reversed(attrs) if value}
        title = one_line(values.get("title") or values.get("text") or "") or None
        kind = values.get("type", "").lower()
        address = values.get("xmlurl", "")
        self.addresses += any(name.rpartition(":")[2] == "xmlurl" for name, _ in attrs)
        if not address and kind in _FEED_TYPES:
            address = values.get("url", "") or values.get("feedurl", "")
        if address:
            self._take(address, title, values.get("category", ""))
            return None
        if None in self._around:  # an episode of a podcast, not a feed
            return None
        site = values.get("url") or values.get("htmlurl") or ""
        if kind == "link" or (is_empty and (site or kind) and kind not in _FOLDER_TYPES):
            reason = "it is a link, and no feed" if kind in {"link", "include"} else "it has no address of a feed"
            self.left_out.append(LeftOut(title=title, address=site, reason=reason))
            return None
        if title:
            self.folders.setdefault((*self._names(), title))
        return title

    def _take(self, address: str, title: str | None, category: str) -> None:
        try:
            url = natural_address(address)
        except ValueError as error:
            self.left_out.append(LeftOut(title=title, address=one_line(address), reason=str(error)))
            return
        if url in self.found:
            self.repeated += 1
            return
        folders = self._names() or _path(category)
        for depth in range(1, len(folders) + 1):
            self.folders.setdefault(folders[:depth])
        self.found[url] = OpmlSubscription(url=url, title=title, folders=folders)

    def _names(self) -> tuple[str, ...]:
        return tuple(name for name in self._around if name)


def _path(category: str) -> tuple[str, ...]:
    """Return the folder that a list without nesting says in ``category``: "/Boston/Weather,/Travel" (OPML 2.0)."""
    return tuple(filter(None, map(one_line, category.partition(",")[0].split("/"))))
