"""Discord: embeds within their limits (RULES S10, S11); @everyone in a headline calls nobody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from aggregator.notify.chat.lines import Kind, Line, cut, link_target, share_out

# 6,000 characters over all embeds of a message, 4,096 in a description.
_MOST_CHARACTERS: Final = 3_900
_COLOR: Final = 0x0B5394
_MARKUP: Final = re.compile(r"([\\*_~`|>\[\]()#@<:-])")


def payloads(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the messages: the title as the first embed's, one embed in each, so that no limit is near."""
    title = next((line for line in lines if line.kind is Kind.TITLE), None)
    rendered = [(line, _text(line)) for line in lines if line.kind is not Kind.TITLE]
    messages = share_out(rendered, size_of=lambda text: len(text) + 1, most=_MOST_CHARACTERS)
    return [
        {
            "embeds": [_embed(title if number == 0 else None, texts, number + 1, len(messages))],
            "allowed_mentions": {"parse": []},
        }
        for number, texts in enumerate(messages)
    ]


def _embed(title: Line | None, texts: Sequence[str], number: int, of: int) -> dict[str, Any]:
    embed: dict[str, Any] = {"description": "\n".join(texts).strip() or "–", "color": _COLOR}
    if title is not None:
        embed["title"] = cut(title.text, 256)
        embed["footer"] = {"text": title.below}
        if title.url:
            embed["url"] = title.url
    if of > 1:
        before = f"{title.below} · " if title is not None else ""
        embed["footer"] = {"text": f"{before}{number}/{of}"}
    return embed


def _text(line: Line) -> str:
    match line.kind:
        case Kind.HEADING:
            return f"\n**{escaped(line.text).upper()}**"
        case _:
            text = _link(line.text, line.url)
            text = f"**{text}**" if line.kind is Kind.STORY else text
            return text + (f"\n{escaped(cut(line.below, 600))}" if line.below else "")


def _link(text: str, url: str | None) -> str:
    target = link_target(url, 1_500) if url else None
    return f"[{escaped(text)}]({target})" if target else escaped(text)


def escaped(text: str) -> str:
    """Return a text in which no character is markup."""
    return _MARKUP.sub(r"\\\1", text)
