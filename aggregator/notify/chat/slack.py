"""Slack: Block Kit, within its limits (RULES S1 to S3), and nothing from feeds that calls people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from aggregator.notify.chat.lines import Kind, Line, cut, share_out

# All text of a message together fails from about 13,200 characters on; a message has 50 blocks.
_MOST_CHARACTERS: Final = 11_500
_MOST_BLOCKS: Final = 48
_MOST_IN_SECTION: Final = 2_900
_MOST_IN_ADDRESS: Final = 1_200

Block = dict[str, Any]


def payloads(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the messages. ``text`` is what notifications show, and readers that know no blocks."""
    rendered = [(line, _block(line)) for line in lines]
    messages = share_out(rendered, size_of=_size, most=_MOST_CHARACTERS, most_lines=_MOST_BLOCKS)
    title = next((line.text for line in lines), "")
    return [
        {
            "text": cut(escaped(title) + (f" ({number}/{len(messages)})" if len(messages) > 1 else ""), 3_000),
            "blocks": blocks,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        for number, blocks in enumerate(messages, start=1)
    ]


def _block(line: Line) -> Block:
    match line.kind:
        case Kind.TITLE:
            below = f"\n{escaped(line.below)}" if line.below else ""
            return _section(f"*{_link(line.text, line.url)}*{below}")
        case Kind.HEADING:
            return {"type": "header", "text": {"type": "plain_text", "text": line.text, "emoji": False}}
        case _:
            text = _link(line.text, line.url)
            text = f"*{text}*" if line.kind is Kind.STORY else text
            # a character may become five
            room = min((_MOST_IN_SECTION - len(text)) // 5, 600)
            return _section(text + (f"\n{escaped(cut(line.below, room))}" if line.below else ""))


def _section(text: str) -> Block:
    # verbatim: what looks like @somebody or #channel stays text
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _link(text: str, url: str | None) -> str:
    target = escaped(url or "").replace("|", "%7C")
    return f"<{target}|{escaped(text)}>" if 0 < len(target) <= _MOST_IN_ADDRESS else escaped(text)


def escaped(text: str) -> str:
    """Return a text whose & < > are entities: ``<!channel>`` and ``<@U1>`` from a feed call nobody (S3)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _size(block: Block) -> int:
    return len(str(block["text"]["text"]))
