"""What an HTTP answer means to a delivery, and the POST that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from aggregator.errors import AddressRefused, DeliveryError, FetchError, Refused
from aggregator.http import HttpClient, Response

_EXCERPT_CHARACTERS: Final = 160


class Reaction(StrEnum):
    """What an answer leads to."""

    SENT = "sent"
    AGAIN = "tried again"
    FAILED = "failed"
    STOPPED = "stopped"


def reaction_to(status: int) -> Reaction:
    """Return what a webhook's answer leads to: others are stricter. Redirects are not followed (RULES W4, W6)."""
    if 200 <= status < 300:
        return Reaction.SENT
    return Reaction.STOPPED if status == HTTPStatus.GONE else Reaction.AGAIN


def post(client: HttpClient, url: str, body: bytes, *, headers: Mapping[str, str], now: datetime) -> Response:
    """POST once and return the answer of the 200s. Raises HttpFailure for all else, Refused for 410 Gone."""
    try:
        response = client.post(url, body, headers=headers)
    except AddressRefused as error:
        raise Refused(f"{error} (fetch.allow_private)", stops=False) from error
    except FetchError as error:
        raise DeliveryError(str(error)) from error
    reaction = reaction_to(response.status)
    if reaction is Reaction.SENT:
        return response
    if reaction is Reaction.STOPPED:
        raise Refused(f"it is gone for good: {in_words(response)}", stops=True)
    if 300 <= response.status < 400:
        raise HttpFailure(f"it redirects, which isn't followed: {in_words(response)}", response)
    raise HttpFailure(f"it answers {in_words(response)}", response, retry_after=_wait(response, now))


class HttpFailure(DeliveryError):
    """An answer that is no success; services differ in what is final."""

    def __init__(self, message: str, response: Response, *, retry_after: timedelta | None = None) -> None:
        self.status = response.status
        self.body = response.body
        self.is_page = is_page(response)
        super().__init__(message, retry_after=retry_after)


def is_page(response: Response) -> bool:
    """Tell whether an answer is for people: whoever stands in front of a service answers so, not the service."""
    media_type = (response.header("content-type") or "").partition(";")[0].strip().lower()
    return media_type == "text/html" or response.body.lstrip()[:1] == b"<"


def in_words(response: Response) -> str:
    """Return status and reason, with the beginning of what the body says."""
    try:
        reason = HTTPStatus(response.status).phrase
    except ValueError:
        reason = ""
    said = " ".join(response.body.decode("utf-8", "replace").split())[:_EXCERPT_CHARACTERS]
    return f"{response.status} {reason}".strip() + (f" ({said})" if said and not is_page(response) else "")


def _wait(response: Response, now: datetime) -> timedelta | None:
    asked = response.retry_after(now)
    return None if asked is None else max(asked, timedelta(0))
