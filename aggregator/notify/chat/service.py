"""What one chat service is: its addresses, its limits in its own unit, its layout, and what ends a webhook of it."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from aggregator.config import ChatService
from aggregator.notify.chat.lines import Line, cut, share_out

Payload = dict[str, Any]
Size = Callable[[str], int]

# Room for the number of a message and of all, before they are known.
_MANY: Final = 9_999


def characters(text: str) -> int:
    """Count as most servers do."""
    return len(text)


def utf16(text: str) -> int:
    """Count as JavaScript and Java do, never less than ``characters``: an emoji is two."""
    return len(text) + sum(each > "\uffff" for each in text)


def utf8(text: str) -> int:
    """Count bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


def in_json(text: str) -> int:
    """Count bytes of a text as JSON of ours has it, where what is not ASCII takes six or twelve."""
    return len(json.dumps(text)) - 2


def body_of(payload: Payload) -> bytes:
    """Return a message as it is sent."""
    return json.dumps(payload).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A message has at most ``most`` of ``what``, which ``measure`` counts in the service's own unit."""

    what: str
    most: int
    measure: Callable[[Payload], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The lines of one message; ``title`` is that of the issue, ``number`` counts from 1 ``of`` all messages."""

    lines: Sequence[Line]
    title: Line
    number: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseAddress:
    """An address in Apprise's notation. ``tokens`` are all its parts, the one in the host's place first."""

    scheme: str
    host: str
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The answers after which nothing sent to a webhook will ever arrive: it is gone, or not ours any more.

    Where there are ``codes``, the answer must be JSON with one of them as its ``code``: the status alone may come from
    what stands in front of the service.
    """

    statuses: frozenset[int] = frozenset({401, 403, 404})
    codes: frozenset[int] = frozenset()

    def is_meant_by(self, status: int, body: bytes) -> bool:
        if status not in self.statuses:
            return False
        return not self.codes or _code_of(body) in self.codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One chat service. Which addresses are its own is said at its name, which the configuration knows.

    ``from_apprise`` returns the http address of a webhook, None when something is missing; ``complete`` is applied to
    every http address. ``examples`` are such addresses, as they may be configured. ``layout`` makes what is sent of a
    message's lines; each line alone is within ``limits``, and as many go into a message as they allow.
    """

    name: ChatService
    examples: tuple[str, ...]
    from_apprise: Callable[[AppriseAddress], str | None]
    complete: Callable[[str], str] = str
    limits: tuple[Limit, ...]
    layout: Callable[[Message], Payload]
    ending: Ending = Ending()

    def webhook(self, address: str) -> str:
        """Return the http address that gets the messages. Raises ValueError, in words, when it can't be made out."""
        parts = urlsplit(address)
        if parts.scheme.lower() in {"http", "https"}:
            return self.complete(address)
        # Apprise takes the first token for the host: it is not lower case there
        host, _, _ = parts.netloc.rpartition("@")[2].partition("?")
        tokens = tuple(unquote(each) for each in (host, *parts.path.split("/")) if each)
        found = self.from_apprise(AppriseAddress(scheme=parts.scheme.lower(), host=host, tokens=tokens))
        if found is None:
            raise ValueError(f"expected {' or '.join(self.examples)}")
        return self.complete(found)

    def messages(self, lines: Sequence[Line]) -> list[Payload]:
        """Return what is sent of these lines, the first of which is the issue's title."""
        title = lines[0]

        def fits(part: Sequence[Line]) -> bool:
            payload = self.layout(Message(lines=part, title=title, number=_MANY, of=_MANY))
            return all(limit.measure(payload) <= limit.most for limit in self.limits)

        shared = share_out(lines, fits)
        return [
            self.layout(Message(lines=part, title=title, number=number, of=len(shared)))
            for number, part in enumerate(shared, start=1)
        ]


def fitted(text: str, most: int, *, size: Size = characters, escape: Callable[[str], str] = str) -> str:
    """Return a text escaped, and cut where it would be more than ``most`` so."""
    whole = escape(text)
    if size(whole) <= most:
        return whole
    lengths = range(1, len(text))
    found = bisect_right(lengths, most, key=lambda length: size(escape(cut(text, length))))
    return escape(cut(text, lengths[found - 1])) if found else ""


def link_target(url: str | None, most: int) -> str | None:
    """Return an address as Markdown's links take it, in ASCII; None when there is none, or it is too long."""
    # what is not ASCII could turn the direction of a line, or look like another address
    target = quote(url or "", safe="!#$%&'*+,-./:;=?@[]_~", errors="replace")
    return target if 0 < len(target) <= most else None


def _code_of(body: bytes) -> int | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, int) else None
