"""HTML as publishers send it → HTML that is safe to show and good to read (normalization.md, N30 to N37).

nh3 parses and cleans; ``tidy`` makes of its output what readers get.
"""

from __future__ import annotations

import html
import re

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
from aggregator.normalize.media import FILMS, PICTURES, link_films, prepare_media
from aggregator.normalize.tangle import element_names, flattened, is_tangled
from aggregator.normalize.tidy import tidied
from aggregator.text.legal import legal
from aggregator.text.one_line import one_line
from aggregator.text.tags import visible_lines, without_untitled_films

_DIVS = "address|center|dialog|fieldset|footer|form|header|hgroup|main|menu|nav"
# What is in these a parser takes for text or for another language; it is HTML, often the picture itself.
_HOLD_TEXT = (
    "listing|noembed|noframes|noscript|plaintext|xmp|math|semantics|maction|menclose|merror|mfrac|mi|mn|mo|ms|mover"
    "|mpadded|mphantom|mroot|mrow|mspace|msqrt|mstyle|msub|msup|msubsup|mtable|mtd|mtr|mtext|munder|munderover"
)
_AS_DIV = re.compile(rf"<(/?)(?:{_DIVS})(?![\w-])", re.IGNORECASE)
_RAW_TEXT = re.compile(rf"</?(?:{_HOLD_TEXT})(?![\w-])[^<>]*>", re.IGNORECASE)
_UNUSUAL = frozenset(f"{_DIVS}|{_HOLD_TEXT}".split("|"))

_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")

_cleaner = nh3.Cleaner(
    tags=BLOCKS | INLINE,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes=ATTRIBUTES,
    set_tag_attribute_values=FORCED,
    link_rel=LINK_REL,
    url_schemes=URL_SCHEMES,
)
_blocks_alone = nh3.Cleaner(tags=BLOCKS, clean_content_tags=DROPPED_WITH_CONTENT, attributes={}, link_rel=None)


def clean_html(markup: str, base: str | None) -> str:
    """Return safe HTML with absolute links; ``base`` resolves relative ones, without it they lose their address.

    Tags that aren't allowed give way to what they hold; those of DROPPED_WITH_CONTENT go with it.
    What is nested so that parsing would take for ever becomes one paragraph of text.
    """
    markup = _prepared(markup, base, films=True)
    if is_tangled(markup):
        return paragraphs(one_line(flattened(markup)))

    return tidied(_cleaner.clean(markup), base)


def plain_text(markup: str) -> str:
    """Return the text that HTML shows, in one line; blocks are apart by a blank."""
    if "<" not in markup:
        return one_line(html.unescape(markup))
    markup = _prepared(markup)
    if is_tangled(markup):
        return one_line(flattened(markup))
    return one_line(visible_lines(_blocks_alone.clean(without_untitled_films(markup))))


def paragraphs(text: str) -> str:
    """Return plain text as HTML: an empty line parts paragraphs, a line break stays one."""
    lines = "\n".join(legal(text).splitlines()).strip()
    parts = (html.escape(part, quote=False).replace("\n", "<br>") for part in _PARAGRAPHS.split(lines))
    return "".join(f"<p>{part}</p>" for part in parts if part)


def _prepared(markup: str, base: str | None = None, *, films: bool = False) -> str:
    """Return HTML in which what a parser would lose, and what pages load late, is written as it is meant."""
    markup = legal(markup)
    names = element_names(markup)
    if not names.isdisjoint(PICTURES):
        markup = prepare_media(markup, names)
    if films and not names.isdisjoint(FILMS):
        markup = link_films(markup, base)
    return markup if names.isdisjoint(_UNUSUAL) else _AS_DIV.sub(r"<\1div", _RAW_TEXT.sub("", markup))
