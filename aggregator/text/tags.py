"""HTML in house form as plain text: tags within a line join words, all others part them."""

from __future__ import annotations

import html
import re

_ATTRIBUTES = r"""(?>[^<>"']++|"[^"]*"|'[^']*')*+>"""
_TAG = re.compile(rf"</?[a-zA-Z][a-zA-Z0-9]*+{_ATTRIBUTES}")
# "sp<b>ace</b>" is one word. All other tags end a paragraph, an item, a cell … In house form they are in small letters,
# and looking for capitals too would take twice as long.
_INLINE_TAG = re.compile(
    "</?(?:a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|rp|rt|ruby|s|samp|small|span|"
    rf"strike|strong|sub|sup|time|tt|u|var|wbr)(?![a-zA-Z0-9]){_ATTRIBUTES}"
)


def without_tags(markup: str, *, between: str = " ") -> str:
    """Return the text of clean HTML, with ``between`` in place of each tag that ends a paragraph, item, cell …"""
    if "<" in markup:
        markup = _TAG.sub(between, _INLINE_TAG.sub("", markup))
    return html.unescape(markup) if "&" in markup else markup
