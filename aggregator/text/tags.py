"""HTML in house form as plain text: tags within a line join words, all others part them."""

from __future__ import annotations

import html
import re

_ATTRIBUTES = r"""(?>[^<>"']++|"[^"]*"|'[^']*')*+>"""
_TAG = re.compile(rf"</?[a-zA-Z][a-zA-Z0-9]*+{_ATTRIBUTES}")
# "sp<b>ace</b>" is one word. All other tags end a paragraph, an item, a cell … In house form they are in small letters,
# and looking for capitals too would take twice as long.
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|rp|rt|ruby|s|samp|small|span|strike"
    "|strong|sub|sup|time|tt|u|var|wbr"
)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?![a-zA-Z0-9]){_ATTRIBUTES}")
# Pictures and players stand in a line as its words do.
_IN_LINE_TAG = re.compile(rf"</?(?:{_INLINE}|audio|col|colgroup|img|source|video)(?![a-zA-Z0-9]){_ATTRIBUTES}")
# The link that normalize/media.py leaves of a film without a title.
_UNTITLED_FILM = re.compile(r'<p><a href="https?://(?:www\.)?([^/"?#:]+)[^"]*" rel="[a-z ]*">\1</a></p>')


def without_tags(markup: str) -> str:
    """Return the words of clean HTML, as the search index has them: pictures part words too."""
    return _text(markup, _INLINE_TAG, " ")


def visible_lines(markup: str) -> str:
    """Return what is visible of clean HTML, a line for each paragraph, item, cell …

    A film that has no title says nothing.
    """
    return _text(without_untitled_films(markup).replace("\n", " "), _IN_LINE_TAG, "\n")


def without_untitled_films(markup: str) -> str:
    """Return HTML without the links that stand for films and say no more than whose they are."""
    return _UNTITLED_FILM.sub(" ", markup) if "</a></p>" in markup else markup


def _text(markup: str, inline: re.Pattern[str], between: str) -> str:
    if "<" in markup:
        markup = _TAG.sub(between, inline.sub("", markup))
    return html.unescape(markup) if "&" in markup else markup
