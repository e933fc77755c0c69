"""Mattermost: Markdown, below the length of a post; @all and @channel of a headline call nobody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from aggregator.notify.chat.lines import Kind, Line, cut, link_target, share_out

# 16,383 since 5.0; servers with an old database still have 4,000.
_MOST_CHARACTERS: Final = 3_800
_MARKUP: Final = re.compile(r"([\\*_~`|<>\[\]()#:])")
# It goes between @ and a name, where it can't be seen.
_BREAK: Final = "\u200b"


def payloads(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the messages."""
    rendered = [(line, _text(line)) for line in lines]
    messages = share_out(rendered, size_of=lambda text: len(text) + 1, most=_MOST_CHARACTERS)
    return [{"text": "\n".join(texts).strip()} for texts in messages]


def _text(line: Line) -> str:
    below = escaped(cut(line.below, 600))
    match line.kind:
        case Kind.TITLE:
            return f"### {_link(line.text, line.url)}\n{below}"
        case Kind.HEADING:
            return f"\n##### {escaped(line.text)}"
        case Kind.STORY:
            return f"- **{_link(line.text, line.url)}**" + (f"\n  {below}" if below else "")
        case _:
            return f"- {_link(line.text, line.url)}" + (f": {below}" if below else "")


def _link(text: str, url: str | None) -> str:
    target = link_target(url, 1_500) if url else None
    return f"[{escaped(text)}]({target})" if target else escaped(text)


def escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text).replace("@", f"@{_BREAK}")
