"""HTML as publishers send it → HTML that is safe to show and good to read (normalization.md, N30 to N37).

nh3 parses and cleans. What is done to its output afterwards removes whole elements only, which can't make it unsafe.
"""

from __future__ import annotations

import html
import re
import threading

import nh3

from aggregator.normalize.allowed import (
    ATTRIBUTES,
    BLOCKS,
    DROPPED_WITH_CONTENT,
    FORCED,
    INLINE,
    LINK_REL,
    URL_SCHEMES,
)
from aggregator.normalize.junk import is_junk_image, is_junk_link
from aggregator.normalize.media import link_films, prepare_media
from aggregator.normalize.tangle import flattened, is_tangled
from aggregator.normalize.urls import absolute_url, direct_url, resolve
from aggregator.text.legal import legal
from aggregator.text.one_line import one_line

_DIVS = "address|center|dialog|fieldset|footer|form|header|hgroup|main|menu|nav"
# What is in these a parser takes for text or for another language; it is HTML, often the picture itself.
_HOLD_TEXT = (
    "listing|noembed|noframes|noscript|plaintext|xmp|math|semantics|m(?:action|enclose|error|frac|[inos]|over|padded"
    "|phantom|root|row|space|sqrt|style|su[bp]|subsup|table|t[dr]|text|under|underover)"
)
_AS_DIV = re.compile(rf"<(/?)(?:{_DIVS})(?![\w-])", re.IGNORECASE)
_RAW_TEXT = re.compile(rf"</?(?:{_HOLD_TEXT})(?![\w-])[^<>]*>", re.IGNORECASE)
_UNUSUAL = re.compile(rf"</?(?:{_DIVS}|{_HOLD_TEXT})(?![\w-])")
_SIZE = re.compile(r"\s*([0-9]{1,4})(?:\.[0-9]*)?(?:px)?\s*")

# nh3's output has lower-case names and double quotes only.
_ATTRIBUTES = r'(?: [^\s">=]++(?:="[^"]*+")?+)*+'
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS))}){_ATTRIBUTES}>")
_TAG = re.compile(rf"</?[a-z][a-z0-9]*{_ATTRIBUTES}>")
_ATTRIBUTE = re.compile(r' ([^\s">=]+)="([^"]*)"')
_MEDIA = re.compile(rf"<(img|source)({_ATTRIBUTES})>")
_LINK = re.compile(rf"<a({_ATTRIBUTES})>((?:[^<]++|<(?!/a>))*+)</a>")
_EMPTY = re.compile(
    r"<(p|div|a|b|i|em|strong|u|s|small|figure|figcaption|section|article|aside|blockquote|h[1-6]|ul|ol|li|dl|audio|video)"
    r'(?: (?!src=)[^\s">=]++(?:="[^"]*+")?+)*+>(?:\s|&nbsp;|<br>)*+</\1>'
)
_UNTITLED_FILM = re.compile(
    r'<p><a href="https?://(?:www\.)?([^/"?#:]+)[^"]*" rel="[a-z ]*">\1</a></p>'
)  # see media.py
_EMPTY_ROUNDS = 5  # how deep empty elements may be nested in each other to go
_BREAKS = re.compile(r"<br>\s*<br>\s*<br>\s*(?:<br>\s*)*")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


class _Sanitizer(threading.local):
    """nh3 with our rules, made once for each thread: making it takes longer than cleaning a short text."""

    def __init__(self) -> None:
        self._base: str | None = None
        self._cleaner = nh3.Cleaner(
            tags=BLOCKS | INLINE,
            clean_content_tags=DROPPED_WITH_CONTENT,
            attributes=ATTRIBUTES,
            attribute_filter=self._checked,
            set_tag_attribute_values=FORCED,
            link_rel=LINK_REL,
            url_schemes=URL_SCHEMES,
        )

    def clean(self, markup: str, base: str | None) -> str:
        self._base = base
        return self._cleaner.clean(markup)

    def _checked(self, tag: str, name: str, value: str) -> str | None:
        if tag == "a" and name == "href":
            return _link_address(value, self._base)
        if name in {"src", "poster", "cite"}:
            return absolute_url(value, self._base)
        if name in {"width", "height"}:
            size = _SIZE.fullmatch(value)
            return size[1] if size else None
        return value


_sanitizer = _Sanitizer()
_blocks_alone = nh3.Cleaner(tags=BLOCKS, clean_content_tags=DROPPED_WITH_CONTENT, attributes={}, link_rel=None)


def clean_html(markup: str, base: str | None) -> str:
    """Return safe HTML with absolute links; ``base`` resolves relative ones, without it they lose their address.

    Tags that aren't allowed give way to what they hold; those of DROPPED_WITH_CONTENT go with it.
    What is nested so that parsing would take for ever becomes one paragraph of text.
    """
    markup = _prepared(markup, base, films=True)
    if is_tangled(markup):
        return paragraphs(one_line(flattened(markup)))

    return _tidied(_sanitizer.clean(markup, base))


def plain_text(markup: str) -> str:
    """Return the text that HTML shows, in one line; blocks are apart by a blank."""
    if "<" not in markup:
        return one_line(html.unescape(markup))
    markup = _prepared(markup)
    if is_tangled(markup):
        return one_line(flattened(markup))
    return visible_text(_blocks_alone.clean(_without_untitled_films(markup)))


def visible_text(cleaned: str) -> str:
    """Return the text of HTML that ``clean_html`` made; a film that has no title says nothing."""
    if "<" in cleaned:
        cleaned = _without_untitled_films(cleaned)
        cleaned = _TAG.sub("", _BLOCK_TAG.sub(" ", cleaned))
    return one_line(html.unescape(cleaned))


def _without_untitled_films(cleaned: str) -> str:
    return _UNTITLED_FILM.sub(" ", cleaned) if "</a></p>" in cleaned else cleaned


def caption_of(cleaned: str) -> str:
    """Return what the first picture says that it shows, of HTML that ``clean_html`` made; "" when it says nothing."""
    for found in _MEDIA.finditer(cleaned):
        attributes = _read(found[2])
        text = one_line(attributes.get("alt") or attributes.get("title") or "")
        if text:
            return text
    return ""


def paragraphs(text: str) -> str:
    """Return plain text as HTML: an empty line parts paragraphs, a line break stays one."""
    lines = "\n".join(legal(text).splitlines()).strip()
    parts = (html.escape(part, quote=False).replace("\n", "<br>") for part in _PARAGRAPHS.split(lines))
    return "".join(f"<p>{part}</p>" for part in parts if part)


def _prepared(markup: str, base: str | None = None, *, films: bool = False) -> str:
    """Return HTML in which what a parser would lose, and what pages load late, is written as it is meant."""
    markup = legal(markup)
    lowered = markup.lower()
    markup = prepare_media(markup, lowered)
    if films:
        markup = link_films(markup, lowered, base)
    if _UNUSUAL.search(lowered) is None:  # much quicker than with IGNORECASE
        return markup
    return _AS_DIV.sub(r"<\1div", _RAW_TEXT.sub("", markup))


def _link_address(value: str, base: str | None) -> str | None:
    address = resolve(value, base) or ""
    if address.lower().startswith("mailto:"):
        return address
    link = absolute_url(address, None)
    return direct_url(link) if link else None


def _tidied(cleaned: str) -> str:
    """Take out pictures that aren't meant to be seen, links to nowhere, and what is empty then."""
    if "<img" in cleaned or "<source" in cleaned:
        cleaned = _MEDIA.sub(_useful_media, cleaned)
    if "<a" in cleaned:
        cleaned = _LINK.sub(_useful_link, cleaned)
    for _ in range(_EMPTY_ROUNDS):
        cleaned, removed = _EMPTY.subn("", cleaned)
        if not removed:
            break
    return (_BREAKS.sub("<br><br>", cleaned) if cleaned.count("<br>") > 2 else cleaned).strip()


def _useful_media(found: re.Match[str]) -> str:
    attributes = _read(found[2])
    src = attributes.get("src")
    if not src or (
        found[1] == "img" and is_junk_image(src, width=attributes.get("width"), height=attributes.get("height"))
    ):
        return ""
    return found[0]


def _useful_link(found: re.Match[str]) -> str:
    href = _read(found[1]).get("href")
    if href is None:
        return found[2]
    return "" if is_junk_link(href) else found[0]


def _read(attributes: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
