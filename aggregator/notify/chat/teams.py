"""Microsoft Teams: an Adaptive Card for a Workflows address (RULES S20, S21)."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from aggregator.config import ChatService
from aggregator.notify.chat.lines import Kind, Line
from aggregator.notify.chat.service import (
    AppriseAddress,
    Limit,
    Message,
    Payload,
    Service,
    body_of,
    fitted,
    in_json,
    link_target,
)

_MOST_IN_TITLE: Final = 3_000
_MOST_IN_ADDRESS: Final = 1_500
_MOST_BELOW: Final = 3_000
_MARKUP: Final = re.compile(r"([\\*_`\[\]()~])")

Element = dict[str, Any]


def _layout(message: Message) -> Payload:
    return {
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
                    "body": [_element(line) for line in message.lines],
                },
            }
        ],
    }


def _element(line: Line) -> Element:
    match line.kind:
        case Kind.TITLE:
            title = _block(_link(line), size="Large", weight="Bolder")
            return _container(title, _subtle(line.below))
        case Kind.HEADING:
            text = _escaped(line.text, _MOST_IN_TITLE)
            return _block(text, size="Medium", weight="Bolder", spacing="Large", separator=True)
        case _:
            weight = "Bolder" if line.kind is Kind.STORY else "Default"
            return _container(_block(_link(line), weight=weight), _subtle(line.below))


def _container(*blocks: Element) -> Element:
    return {"type": "Container", "spacing": "Medium", "items": [block for block in blocks if block["text"]]}


def _block(text: str, **style: Any) -> Element:  # noqa: ANN401 - the card's own properties
    return {"type": "TextBlock", "text": text, "wrap": True, **style}


def _subtle(text: str) -> Element:
    return _block(_escaped(text, _MOST_BELOW), isSubtle=True, size="Small", spacing="None")


def _link(line: Line) -> str:
    target = link_target(line.url, _MOST_IN_ADDRESS)
    text = _escaped(line.text, _MOST_IN_TITLE)
    return f"[{text}]({target})" if target else text


def escaped(text: str) -> str:
    """Return a text in which no character is Markdown; ``<at>`` of a feed mentions nobody, as no entity names one."""
    return _MARKUP.sub(r"\\\1", text).replace("<", "&lt;")


_escaped = partial(fitted, size=in_json, escape=escaped)


def _from_apprise(address: AppriseAddress) -> str | None:
    if len(address.tokens) < 3:
        return None
    query = urlencode({"api-version": "2016-06-01", "sp": "/triggers/manual/run", "sv": "1.0"})
    path = f"workflows/{address.tokens[1]}/triggers/manual/paths/invoke"
    return f"https://{address.host}/{path}?{query}&{urlencode({'sig': address.tokens[2]})}"


TEAMS: Final = Service(
    name=ChatService.TEAMS,
    examples=(
        "https://x.logic.azure.com/workflows/ID/triggers/manual/paths/invoke?sig=SIGNATURE",
        "workflows://x.logic.azure.com/ID/SIGNATURE",
    ),
    from_apprise=_from_apprise,
    # 28 kB by the documentation, 413 from 21 kB on by experience
    limits=(Limit(what="bytes", most=20_000, measure=lambda payload: len(body_of(payload))),),
    layout=_layout,
)
