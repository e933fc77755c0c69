"""Chat messages on their way: what each service's answers mean, and everything else through Apprise."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from aggregator.config import ChatService
from aggregator.errors import Refused
from aggregator.http import HttpClient
from aggregator.notify.chat.discord import DISCORD
from aggregator.notify.chat.lines import Line
from aggregator.notify.chat.mattermost import MATTERMOST
from aggregator.notify.chat.service import Payload, Service, body_of
from aggregator.notify.chat.slack import SLACK
from aggregator.notify.chat.teams import TEAMS
from aggregator.notify.posting import HttpFailure, Reaction, post, reaction_to

# One for each service with a layout of its own; the tests go over all of them.
SERVICES: Final[Mapping[ChatService, Service]] = MappingProxyType(
    {each.name: each for each in (SLACK, DISCORD, TEAMS, MATTERMOST)}
)

# Between two messages to one address: Slack and Discord take about one a second, Teams four.
_BETWEEN_S: Final = 1.1
# A service that asks for so little patience gets it at once, in the middle of a digest.
_PATIENCE: Final = timedelta(seconds=10)

# This message will not be taken, however often it is sent.
_REFUSALS: Final = frozenset({400, 413, 422})


def send_chat(
    client: HttpClient,
    address: str,
    service: ChatService,
    lines: Sequence[Line],
    *,
    parts_sent: int,
    note_part: Callable[[int], None],
    clock: Callable[[], datetime],
) -> None:
    """Send the messages that were not accepted yet, in order. Raises DeliveryError, Refused."""
    spoken = SERVICES[service]
    try:
        url = spoken.webhook(address)
    except ValueError as error:
        raise Refused(f"this is not an address of {service}: {error}", stops=False) from error
    payloads = spoken.messages(lines)
    for number, payload in list(enumerate(payloads, start=1))[parts_sent:]:
        if number > parts_sent + 1:
            time.sleep(_BETWEEN_S)
        _post(client, url, spoken, payload, clock)
        if number < len(payloads):
            note_part(number)


def _post(client: HttpClient, url: str, service: Service, payload: Payload, clock: Callable[[], datetime]) -> None:
    headers, body = {"Content-Type": "application/json"}, body_of(payload)
    try:
        post(client, url, body, headers=headers, now=clock())
    except HttpFailure as error:
        if error.status == HTTPStatus.TOO_MANY_REQUESTS and (error.retry_after or _PATIENCE) < _PATIENCE:
            time.sleep((error.retry_after or _PATIENCE).total_seconds())
            post(client, url, body, headers=headers, now=clock())
            return
        match reaction_to_answer(service, error.status, error.body, is_page=error.is_page):
            case Reaction.STOPPED:
                raise Refused(f"this webhook is not there any more: {error}", stops=True) from error
            case Reaction.FAILED:
                raise Refused(str(error), stops=False) from error
        raise


def reaction_to_answer(service: Service, status: int, body: bytes = b"", *, is_page: bool = False) -> Reaction:
    """Return what an answer of a chat service leads to; ``is_page``: it is for people."""
    general = reaction_to(status)
    if general is not Reaction.AGAIN:
        return general
    if is_page and status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Reaction.AGAIN  # a proxy or Cloudflare says that, not the service: it may pass
    if service.ending.is_meant_by(status, body):
        return Reaction.STOPPED
    return Reaction.FAILED if status in _REFUSALS else Reaction.AGAIN
