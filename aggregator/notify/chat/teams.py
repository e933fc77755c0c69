"""Microsoft Teams: an Adaptive Card for a Workflows address (RULES S20, S21)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from aggregator.notify.chat.lines import Kind, Line, cut, link_target, share_out

# 28 kB a message by the documentation, 413 from 21 kB on by experience.
_MOST_BYTES: Final = 18_000
_MARKUP: Final = re.compile(r"([\\*_`\[\]()~])")

Element = dict[str, Any]


def payloads(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the messages, one card in each."""
    rendered = [(line, _element(line)) for line in lines]
    messages = share_out(rendered, size_of=_size, most=_MOST_BYTES)
    return [
        {
            "type": "message",
            "attachments": [
                {
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "contentUrl": None,
                    "content": {
                        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                        "type": "AdaptiveCard",
                        "version": "1.4",
                        "msteams": {"width": "Full"},
                        "body": elements,
                    },
                }
            ],
        }
        for elements in messages
    ]


def _element(line: Line) -> Element:
    match line.kind:
        case Kind.TITLE:
            title = _block(_link(line.text, line.url), size="Large", weight="Bolder")
            return _container(title, _subtle(line.below))
        case Kind.HEADING:
            return _block(escaped(line.text), size="Medium", weight="Bolder", spacing="Large", separator=True)
        case _:
            weight = "Bolder" if line.kind is Kind.STORY else "Default"
            return _container(_block(_link(line.text, line.url), weight=weight), _subtle(line.below))


def _container(*blocks: Element) -> Element:
    return {"type": "Container", "spacing": "Medium", "items": [block for block in blocks if block["text"]]}


def _block(text: str, **style: Any) -> Element:  # noqa: ANN401 - the card's own properties
    return {"type": "TextBlock", "text": text, "wrap": True, **style}


def _subtle(text: str) -> Element:
    return _block(escaped(cut(text, 600)), isSubtle=True, size="Small", spacing="None")


def _link(text: str, url: str | None) -> str:
    target = link_target(url, 1_500) if url else None
    return f"[{escaped(text)}]({target})" if target else escaped(text)


def escaped(text: str) -> str:
    """Return a text in which no character is Markdown; ``<at>`` of a feed mentions nobody, as no entity names one."""
    return _MARKUP.sub(r"\\\1", text).replace("<", "&lt;")


def _size(element: Element) -> int:
    return len(json.dumps(element).encode()) + 2
