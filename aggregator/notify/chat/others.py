"""Over a hundred more services, through Apprise; it is imported here only, as it takes a while."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import apprise

from aggregator.errors import DeliveryError, Refused
from aggregator.notify.chat.lines import Kind, Line, cut, share_out

_LONGEST_LINE: Final = 500
# Room for what Apprise puts around a body.
_MARGIN: Final = 20
_LEAST_ROOM: Final = 100

# Its warnings have parts of addresses in them, which are secrets: they go into no log.
_LOGGER: Final = logging.getLogger("apprise")
_LOGGER.propagate = False


def check_address(address: str) -> None:
    """Raise ValueError when Apprise doesn't understand an address. Asks nobody."""
    if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
        raise ValueError("Apprise does not understand this address; see its list of services")


def send_other(address: str, lines: Sequence[Line], *, parts_sent: int, note_part: Callable[[int], None]) -> None:
    """Send the messages that were not accepted yet, in order. Raises DeliveryError, Refused."""
    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if service is None:
        raise Refused("Apprise does not understand this address", stops=False)
    title = next((line.text for line in lines if line.kind is Kind.TITLE), "")
    bodies = _bodies(lines, title, most=service.body_maxlen, title_most=service.title_maxlen)
    for number, body in list(enumerate(bodies, start=1))[parts_sent:]:
        counted = f"{title} ({number}/{len(bodies)})" if len(bodies) > 1 else title
        with _said() as said:
            try:
                is_sent = service.notify(body=body, title=counted, body_format=apprise.NotifyFormat.TEXT)
            except Exception as error:  # noqa: BLE001 - a hundred services, and nothing of theirs may stop the others
                said.append(f"{type(error).__name__}: {error}")
                is_sent = False
        if not is_sent:
            raise DeliveryError("; ".join(said)[:300] or "the service did not take the message")
        if number < len(bodies):
            note_part(number)


def _bodies(lines: Sequence[Line], title: str, *, most: int, title_most: int) -> list[str]:
    # without a title of its own, a service gets it on top of the body
    room = most - _MARGIN - (len(title) + 12 if title_most <= 0 else 0)
    longest = max(min(_LONGEST_LINE, room // 2), _LEAST_ROOM)
    rendered = [(line, _text(line, longest)) for line in lines if line.kind is not Kind.TITLE]
    messages = share_out(rendered, size_of=lambda text: len(text) + 2, most=max(room, _LEAST_ROOM))
    return ["\n".join(texts).strip() or "Nothing new this time." for texts in messages]


def _text(line: Line, longest: int) -> str:
    if line.kind is Kind.HEADING:
        return f"\n{line.text.upper()}"
    parts = [cut(line.text, longest // 2), cut(line.below, longest // 4)]
    if line.url and sum(map(len, parts)) + len(line.url) <= 2 * longest:
        parts.append(line.url)
    return "• " + "\n  ".join(part for part in parts if part)


@contextmanager
def _said() -> Iterator[list[str]]:
    """Gather what Apprise would log: the reason of a failure is nowhere else. The caller takes secrets out."""
    said: list[str] = []
    own_thread = threading.get_ident()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == own_thread:
                said.append(record.getMessage())

    listener = Listener(logging.WARNING)
    _LOGGER.addHandler(listener)
    try:
        yield said
    finally:
        _LOGGER.removeHandler(listener)
