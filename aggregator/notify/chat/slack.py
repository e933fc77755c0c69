"""Slack: Block Kit, within its limits (RULES S1 to S3), and nothing from feeds that calls people."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from aggregator.config import ChatService
from aggregator.notify.chat.lines import Kind, Line
from aggregator.notify.chat.service import AppriseAddress, Limit, Message, Payload, Service, fitted, link_target, utf16

_MOST_IN_TITLE: Final = 1_000
_MOST_IN_ADDRESS: Final = 1_200
_MOST_BELOW: Final = 700
_MOST_IN_HEADER: Final = 150

Block = dict[str, Any]


def _layout(message: Message) -> Payload:
    """``text`` is what notifications show, and readers that know no blocks."""
    counted = f" ({message.number}/{message.of})" if message.of > 1 else ""
    return {
        "text": _escaped(message.title.text, 3_000) + counted,
        "blocks": [_block(line) for line in message.lines],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _block(line: Line) -> Block:
    below = f"\n{_escaped(line.below, _MOST_BELOW)}" if line.below else ""
    match line.kind:
        case Kind.HEADING:
            text = fitted(line.text, _MOST_IN_HEADER, size=utf16)
            return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}
        case Kind.NOTE:
            return _section(_link(line) + below)
        case _:
            return _section(f"*{_link(line)}*{below}")


def _section(text: str) -> Block:
    # verbatim: what looks like @somebody or #channel stays text
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _link(line: Line) -> str:
    target = link_target(line.url, _MOST_IN_ADDRESS)
    text = _escaped(line.text, _MOST_IN_TITLE)
    return f"<{escaped(target)}|{text}>" if target and len(escaped(target)) <= _MOST_IN_ADDRESS else text


def escaped(text: str) -> str:
    """Return a text whose & < > are entities: ``<!channel>`` and ``<@U1>`` from a feed call nobody (S3)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_escaped = partial(fitted, size=utf16, escape=escaped)


def _longest(payload: Payload, kind: str) -> int:
    return max((_size(block) for block in payload["blocks"] if block["type"] == kind), default=0)


def _size(block: Block) -> int:
    return utf16(block["text"]["text"])


def _from_apprise(address: AppriseAddress) -> str | None:
    if len(address.tokens) < 3:
        return None
    return f"https://hooks.slack.com/services/{'/'.join(address.tokens[:3])}"


SLACK: Final = Service(
    name=ChatService.SLACK,
    examples=("https://hooks.slack.com/services/T0/B0/TOKEN", "slack://T0/B0/TOKEN"),
    from_apprise=_from_apprise,
    limits=(
        Limit(what="blocks", most=50, measure=lambda payload: len(payload["blocks"])),
        Limit(
            what="characters of a section",
            most=3_000,
            measure=lambda payload: _longest(payload, "section"),
        ),
        Limit(what="characters of a header", most=150, measure=lambda payload: _longest(payload, "header")),
        # it isn't documented: from about 13,200 on a message is refused
        Limit(what="characters of all blocks", most=12_500, measure=lambda payload: sum(map(_size, payload["blocks"]))),
        Limit(what="characters of the notification", most=4_000, measure=lambda payload: utf16(payload["text"])),
    ),
    layout=_layout,
)
