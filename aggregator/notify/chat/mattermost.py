"""Mattermost: Markdown, below the length of a post; @all and @channel of a headline call nobody."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from aggregator.config import ChatService
from aggregator.notify.chat.lines import Kind, Line
from aggregator.notify.chat.service import (
    AppriseAddress,
    Limit,
    Message,
    Payload,
    Service,
    characters,
    fitted,
    link_target,
)

_MOST_IN_TITLE: Final = 1_000
_MOST_IN_ADDRESS: Final = 1_000
_MOST_BELOW: Final = 800
_MOST_IN_HEADING: Final = 400

# Its apps take the backslash away before these only; before all else it would be seen.
_MARKUP: Final = re.compile(r"([*_~`|>\[\](){}#])")
# A backslash is one before a letter or digit; before anything else it would take the meaning of what follows.
_BACKSLASH: Final = re.compile(r"\\(?![A-Za-z0-9])")
# What would become an entity, or the server would read as a call of everybody or as a link: <!channel>, <url|text>.
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
# :smile: and :) are pictures; 06:55 and "ESA: " are not.
_PICTURE: Final = re.compile(r"(?<![0-9]):(?=\S)|:(?=[^\s0-9])")
# It goes behind the @ or : where it can't be seen.
_BREAK: Final = "\u200b"


def _layout(message: Message) -> Payload:
    return {"text": "\n".join(map(_text, message.lines)).strip()}


def _text(line: Line) -> str:
    below = _escaped(line.below, _MOST_BELOW)
    match line.kind:
        case Kind.TITLE:
            return f"### {_link(line)}\n{below}"
        case Kind.HEADING:
            return f"\n##### {_escaped(line.text, _MOST_IN_HEADING)}"
        case Kind.STORY:
            return f"- **{_link(line)}**" + (f"\n  {below}" if below else "")
        case _:
            return f"- {_link(line)}" + (f": {below}" if below else "")


def _link(line: Line) -> str:
    target = link_target(line.url, _MOST_IN_ADDRESS)
    text = _escaped(line.text, _MOST_IN_TITLE)
    return f"[{text}]({target})" if target else text


def escaped(text: str) -> str:
    """Return a text that shows as it is: no markup, no picture, no call, and no backslash that would be seen."""
    text = _MARKUP.sub(r"\\\1", _BACKSLASH.sub(r"\\\\", text))
    text = _PICTURE.sub(f":{_BREAK}", text).replace("@", f"@{_BREAK}")
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;")


_escaped = partial(fitted, escape=escaped)


def _from_apprise(address: AppriseAddress) -> str | None:
    if len(address.tokens) < 2:
        return None
    scheme = "https" if address.scheme == "mmosts" else "http"
    folder = "".join(f"/{each}" for each in address.tokens[1:-1])
    return f"{scheme}://{address.host}{folder}/hooks/{address.tokens[-1]}"


MATTERMOST: Final = Service(
    name=ChatService.MATTERMOST,
    examples=("https://chat.example.org/hooks/TOKEN", "mmosts://chat.example.org/TOKEN"),
    from_apprise=_from_apprise,
    # 16,383 since 5.0; servers with an old database still have 4,000
    limits=(Limit(what="characters", most=4_000, measure=lambda payload: characters(payload["text"])),),
    layout=_layout,
)
