"""Discord: embeds within their limits (RULES S10, S11); @everyone in a headline calls nobody."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from aggregator.config import ChatService
from aggregator.notify.chat.lines import Kind, Line
from aggregator.notify.chat.service import (
    AppriseAddress,
    Ending,
    Limit,
    Message,
    Payload,
    Service,
    fitted,
    link_target,
    utf16,
)

_MOST_IN_TITLE: Final = 1_000
_MOST_IN_ADDRESS: Final = 1_000
_MOST_BELOW: Final = 800
_MOST_IN_HEADING: Final = 300
_MOST_IN_FOOTER: Final = 1_000
_COLOR: Final = 0x0B5394
_MARKUP: Final = re.compile(r"([\\*_~`|>\[\]()#@<:-])")


def _layout(message: Message) -> Payload:
    """The issue's title is that of the first embed; one embed in each message, so that no limit of several is near."""
    title = next((line for line in message.lines if line.kind is Kind.TITLE), None)
    text = "\n".join(_text(line) for line in message.lines if line.kind is not Kind.TITLE).strip()
    embed: dict[str, Any] = {"description": text or "–", "color": _COLOR}
    footer = fitted(title.below, _MOST_IN_FOOTER, size=utf16) if title is not None else ""
    if title is not None:
        embed["title"] = fitted(title.text, 256, size=utf16)
        target = link_target(title.url, _MOST_IN_ADDRESS)
        embed |= {"url": target} if target else {}
    if message.of > 1:
        footer += f"{' · ' if footer else ''}{message.number}/{message.of}"
    embed["footer"] = {"text": footer}
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _text(line: Line) -> str:
    match line.kind:
        case Kind.HEADING:
            return f"\n**{_escaped(line.text.upper(), _MOST_IN_HEADING)}**"
        case _:
            text = f"**{_link(line)}**" if line.kind is Kind.STORY else _link(line)
            return text + (f"\n{_escaped(line.below, _MOST_BELOW)}" if line.below else "")


def _link(line: Line) -> str:
    target = link_target(line.url, _MOST_IN_ADDRESS)
    text = _escaped(line.text, _MOST_IN_TITLE)
    return f"[{text}]({target})" if target else text


def escaped(text: str) -> str:
    """Return a text in which no character is markup."""
    return _MARKUP.sub(r"\\\1", text)


_escaped = partial(fitted, size=utf16, escape=escaped)


def _of_embed(name: str) -> Any:  # noqa: ANN401 - a measure
    return lambda payload: utf16(_texts(payload)[name])


def _texts(payload: Payload) -> dict[str, str]:
    [embed] = payload["embeds"]
    return {"title": embed.get("title", ""), "description": embed["description"], "footer": embed["footer"]["text"]}


def _from_apprise(address: AppriseAddress) -> str | None:
    if len(address.tokens) < 2:
        return None
    return f"https://discord.com/api/webhooks/{address.tokens[0]}/{address.tokens[1]}"


def _waiting(address: str) -> str:
    """Return an address that answers when the message is there, with what is wrong with it (S11)."""
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "wait"]
    return parts._replace(query=urlencode([*query, ("wait", "true")])).geturl()


DISCORD: Final = Service(
    name=ChatService.DISCORD,
    examples=("https://discord.com/api/webhooks/1/TOKEN", "discord://1/TOKEN"),
    from_apprise=_from_apprise,
    complete=_waiting,
    limits=(
        Limit(what="characters of the title", most=256, measure=_of_embed("title")),
        Limit(what="characters of the description", most=4_096, measure=_of_embed("description")),
        Limit(what="characters of the footer", most=2_048, measure=_of_embed("footer")),
        Limit(
            what="characters of the embed",
            most=6_000,
            measure=lambda payload: sum(map(utf16, _texts(payload).values())),
        ),
    ),
    layout=_layout,
    # Unknown Webhook, Invalid Webhook Token. A 403, or a page instead of JSON, is Cloudflare's: it passes.
    ending=Ending(statuses=frozenset({401, 404}), codes=frozenset({10015, 50027})),
)
