"""Chat messages on their way: what each service's answers mean, and everything else through Apprise."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from aggregator.config import ChatService
from aggregator.errors import Refused
from aggregator.http import HttpClient
from aggregator.notify.chat import discord, mattermost, slack, teams
from aggregator.notify.chat.addresses import webhook_address
from aggregator.notify.chat.lines import Line
from aggregator.notify.posting import HttpFailure, post

Layout = Callable[[Sequence[Line]], list[dict[str, Any]]]

LAYOUTS: Final[Mapping[ChatService, Layout]] = MappingProxyType(
    {
        ChatService.SLACK: slack.payloads,
        ChatService.DISCORD: discord.payloads,
        ChatService.TEAMS: teams.payloads,
        ChatService.MATTERMOST: mattermost.payloads,
    }
)

# Between two messages to one address: Slack and Discord take about one a second, Teams four.
_BETWEEN_S: Final = 1.1
# A service that asks for so little patience gets it at once, in the middle of a digest.
_PATIENCE: Final = timedelta(seconds=10)

# The webhook is gone, or not ours any more: nothing sent to it will ever arrive.
_ENDS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
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
    try:
        url = webhook_address(address, service)
    except ValueError as error:
        raise Refused(f"this is not an address of {service}: {error}", stops=False) from error
    payloads = LAYOUTS[service](lines)
    for number, payload in list(enumerate(payloads, start=1))[parts_sent:]:
        if number > parts_sent + 1:
            time.sleep(_BETWEEN_S)
        _post(client, url, json.dumps(payload).encode(), clock)
        if number < len(payloads):
            note_part(number)


def _post(client: HttpClient, url: str, body: bytes, clock: Callable[[], datetime]) -> None:
    headers = {"Content-Type": "application/json"}
    try:
        post(client, url, body, headers=headers, now=clock())
    except HttpFailure as error:
        if error.status == HTTPStatus.TOO_MANY_REQUESTS and (error.retry_after or _PATIENCE) < _PATIENCE:
            time.sleep((error.retry_after or _PATIENCE).total_seconds())
            post(client, url, body, headers=headers, now=clock())
            return
        if error.status in _ENDS:
            raise Refused(f"this webhook is not there any more: {error}", stops=True) from error
        if error.status in _REFUSALS:
            raise Refused(str(error), stops=False) from error
        raise
