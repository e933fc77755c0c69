"""Is it HTML or plain text? Formats say so seldom and publishers keep to it seldom."""

from __future__ import annotations

import html
import re
from html.entities import html5

_ELEMENTS = (
    "a|abbr|acronym|address|article|aside|audio|b|bdi|bdo|big|blockquote|body|br|caption|center|cite|code|col|colgroup|"
    "dd|del|details|dfn|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|"
    "iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|math|meta|nav|noscript|object|ol|p|param|picture|pre|q|"
    "s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|"
    "tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr"
)
_NAME = re.compile(_ELEMENTS, re.IGNORECASE)
_END_TAG = re.compile(rf"</(?:{_ELEMENTS})\s*>", re.IGNORECASE)
_TAG_ALONE = re.compile(r"<(?:br|hr|img|p|li|wbr)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BLOCK = "(?:p|div|ul|ol|dl|table|blockquote|section|article|figure|h[1-6])"
_BLOCKS = re.compile(rf"<{_BLOCK}(?:\s[^<>]*)?>.*</{_BLOCK}>", re.IGNORECASE | re.DOTALL)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|([A-Za-z][A-Za-z0-9]{1,31}));")
_ANY_TAG = re.compile(rf"</?(?:{_ELEMENTS})(?:\s[^<>]*)?/?>", re.IGNORECASE)


def looks_like_html(text: str) -> bool:
    """Whether a text holds markup: an end tag, a tag that stands alone, or a character reference, all known to HTML.

    "Vec<T>", "5 < 6" and "AT&T" hold none; neither does a title about the <div> tag.
    """
    if "<" in text and (_END_TAG.search(text) or _TAG_ALONE.search(text)):
        return True
    return "&" in text and any(found[1] is None or f"{found[1]};" in html5 for found in _REFERENCE.finditer(text))


def is_html_blocks(text: str) -> bool:
    """Whether a text consists of blocks of HTML, from its first character to its last."""
    return text.startswith("<") and text.endswith(">") and _BLOCKS.fullmatch(text) is not None


def is_html_name(name: str) -> bool:
    """Whether an element of HTML has this name."""
    return _NAME.fullmatch(name) is not None


def resolved(text: str) -> str:
    """Return plain text with its well-formed character references resolved, once."""
    if "&" not in text:
        return text
    return _REFERENCE.sub(
        lambda found: html.unescape(found[0]) if not found[1] or f"{found[1]};" in html5 else found[0], text
    )


def without_markup(text: str) -> str:
    """Return a short text such as a feed's title without tags, references resolved, white space collapsed."""
    if looks_like_html(text):
        text = html.unescape(_ANY_TAG.sub(" ", text))
    return " ".join(text.split())
