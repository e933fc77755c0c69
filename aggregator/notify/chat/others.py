"""Over a hundred more services, through Apprise; it is imported here only, as it takes a while."""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import apprise

from aggregator.errors import DeliveryError, FetchError, Refused
from aggregator.http import HttpClient
from aggregator.notify.chat.lines import Kind, Line, share_out
from aggregator.notify.chat.service import Size, fitted, in_json, utf8, utf16

_LONGEST_LINE: Final = 500
# Room for what Apprise puts around a body.
_MARGIN: Final = 20
_LEAST_ROOM: Final = 40
# What stands around the parts of a line, in any unit.
_AROUND: Final = 20
# The longest number of a message.
_NUMBER: Final = " (1000/1000)"

# What would call everybody of a room, whatever the service: @all, Zulip's @**all**, <!channel>.
_CALL: Final = re.compile(r"@(?=(?:all|channel|everyone|here|room|team)\b|\*\*)|<(?=[!@#])", re.IGNORECASE)
_BREAK: Final = "\u200b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How much of a body a service takes, ``most`` by ``size``, where that is not what Apprise says of it."""

    most: int
    size: Size


def _by_ntfy(text: str) -> int:
    """Count bytes; and Apprise makes a file of what is 8,000 bytes as JSON, with title and topic."""
    return max(utf8(text), in_json(text) * 4_000 // 6_000)


_REQUEST_OF_20_KB: Final = Counted(most=18_000, size=in_json)

# Apprise counts characters for all of them.
COUNTED: Final[Mapping[str, Counted]] = MappingProxyType(
    {
        "ntfy": Counted(most=4_000, size=_by_ntfy),  # ntfy itself makes a file of more than 4,096 bytes
        "ntfys": Counted(most=4_000, size=_by_ntfy),
        "matrix": Counted(most=30_000, size=utf8),  # an event has 65,536 bytes, encrypted and in base64 too
        "matrixs": Counted(most=30_000, size=utf8),
        "bark": Counted(most=3_000, size=utf8),  # a push message of Apple's has 4,096
        "barks": Counted(most=3_000, size=utf8),
        "wecombot": Counted(most=2_048, size=utf8),
        "dingtalk": _REQUEST_OF_20_KB,
        "feishu": _REQUEST_OF_20_KB,
        "lark": _REQUEST_OF_20_KB,
    }
)

# Services that ask for some things over HTTP and send over something else.
_ALSO_OTHERWISE: Final = frozenset({"NotifyNostr"})

# Its warnings have parts of addresses in them, which are secrets: they go into no log.
_LOGGER: Final = logging.getLogger("apprise")
_LOGGER.propagate = False


def check_address(address: str) -> None:
    """Raise ValueError when Apprise doesn't understand an address. Asks nobody."""
    if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
        raise ValueError("Apprise does not understand this address; see its list of services")


def send_other(
    client: HttpClient, address: str, lines: Sequence[Line], *, parts_sent: int, note_part: Callable[[int], None]
) -> None:
    """Send the messages that were not accepted yet, in order. Raises DeliveryError, Refused.

    What Apprise asks for over HTTP goes through our client, address guard and proxy included; see ``is_guarded``.
    """
    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if service is None:
        raise Refused("Apprise does not understand this address", stops=False)
    title, bodies = texts_of(lines, limit_of(service), title_most=service.title_maxlen)
    for number, body in list(enumerate(bodies, start=1))[parts_sent:]:
        counted = f"{title} ({number}/{len(bodies)})" if len(bodies) > 1 else title
        with _said() as said, client.lent():
            try:
                is_sent = service.notify(body=body, title=counted, body_format=apprise.NotifyFormat.TEXT)
            except FetchError as error:
                said[:] = [str(error)]
                is_sent = False
            except Exception as error:  # noqa: BLE001 - a hundred services, and nothing of theirs may stop the others
                said.append(f"{type(error).__name__}: {error}")
                is_sent = False
        if not is_sent:
            raise DeliveryError("; ".join(said)[:300] or "the service did not take the message")
        if number < len(bodies):
            note_part(number)


def is_guarded(service: type[apprise.NotifyBase]) -> bool:
    """Whether all that a service sends goes through our client: what speaks other protocols than HTTP does not."""
    kin = [each for each in service.__mro__ if issubclass(each, apprise.NotifyBase) and each is not apprise.NotifyBase]
    return service.__name__ not in _ALSO_OTHERWISE and any(
        hasattr(sys.modules[each.__module__], "requests") for each in kin
    )


def limit_of(service: apprise.NotifyBase) -> Counted:
    """Return how much a service takes; what Apprise says of it is never passed in UTF-16 either."""
    schemes: set[str] = service.schemas()  # type: ignore[no-untyped-call]
    known = next((COUNTED[each] for each in schemes if each in COUNTED), None)
    if known is None:
        return Counted(most=service.body_maxlen, size=utf16)
    return Counted(most=min(known.most, service.body_maxlen), size=known.size)


def texts_of(lines: Sequence[Line], limit: Counted, *, title_most: int) -> tuple[str, list[str]]:
    """Return the title and the bodies of the messages, each body within the limit.

    A service without a title of its own (``title_most`` 0) gets it on top of the body: both are within it together.
    """
    given = next((line.text for line in lines if line.kind is Kind.TITLE), "")
    most = min(title_most - len(_NUMBER), limit.most // 4) if title_most > 0 else limit.most // 4
    title = _fitted(given, max(most, 1), size=limit.size)
    on_top = limit.size(title + _NUMBER) if title_most <= 0 else 0
    room = max(limit.most - _MARGIN - on_top, _LEAST_ROOM)
    body_of = partial(_body, room=room, size=limit.size)
    shown = [line for line in lines if line.kind is not Kind.TITLE]
    messages = share_out(shown, lambda part: limit.size(body_of(part)) <= room)
    return title, [body_of(part) or "–" for part in messages]


def _body(lines: Sequence[Line], *, room: int, size: Size) -> str:
    return "\n".join(_text(line, room, size) for line in lines).strip()


def _text(line: Line, room: int, size: Size) -> str:
    longest = min(_LONGEST_LINE, room)
    if line.kind is Kind.HEADING:
        return "\n" + _fitted(line.text.upper(), longest // 2, size=size)
    parts = [_fitted(line.text, longest // 2, size=size), _fitted(line.below, longest // 4, size=size)]
    if line.url and size("".join([*parts, line.url])) + _AROUND <= min(2 * longest, room):
        parts.append(line.url)
    return "• " + "\n  ".join(part for part in parts if part)


def _without_calls(text: str) -> str:
    return _CALL.sub(lambda call: call.group() + _BREAK, text)


_fitted = partial(fitted, escape=_without_calls)


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
