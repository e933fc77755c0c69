"""Where WebSub hubs call back (§5.3, §7): they ask whether we meant it, and send what is new.

Nothing that a hub sends is looked into here: with a signature that holds it is kept for the poll, which reads it like
any answer; without, it changes nothing. Who doesn't know a callback's address learns nothing of it.
"""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from aggregator.app import Aggregator
from aggregator.model import Subscription, SubscriptionState
from aggregator.polling.hub_news import renewal_at
from aggregator.text.sizes import size_in_words

log = structlog.get_logger()

_LONGEST_CHALLENGE: Final = 4_000
_SHORTEST_LEASE, _LONGEST_LEASE = timedelta(minutes=5), timedelta(days=90)
# Who was refused is not asked again for long.
_DENIED_FOR: Final = timedelta(days=7)
_SIGNATURE: Final = re.compile(r"(sha1|sha256|sha384|sha512)=([0-9a-f]+)", re.IGNORECASE)
_SAFE: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class HubCalls:
    """The endpoint of callbacks."""

    def __init__(self, aggregator: Aggregator) -> None:
        self._aggregator = aggregator

    async def answer(self, request: Request) -> Response:
        subscription = await run_in_threadpool(self._aggregator.store.subscriptions.find, request.path_params["token"])
        if subscription is None:
            return _said("there is no such subscription", 404)
        if request.method == "POST":
            return await self._take(request, subscription)
        return await run_in_threadpool(self._verify, request, subscription)

    def _verify(self, request: Request, subscription: Subscription) -> Response:
        """Answer whether we asked for what a hub says that we did."""
        asked, store, now = request.query_params, self._aggregator.store.subscriptions, self._aggregator.clock()
        mode, topic, challenge = (asked.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge"))
        is_leaving = subscription.state is SubscriptionState.LEAVING
        facts = {"source": subscription.source, "mode": mode[:20]}
        if topic != subscription.link.topic:
            return _said("that topic was not asked for", 404)
        if mode == "denied":
            store.denied(subscription, " ".join(asked.get("hub.reason", "").split())[:200], again_at=now + _DENIED_FOR)
            log.warning("hub.denied", **facts)
            return _said("", 200)
        if (
            not challenge
            or len(challenge) > _LONGEST_CHALLENGE
            or mode != ("unsubscribe" if is_leaving else "subscribe")
        ):
            return _said("that was not asked for", 404)
        if is_leaving:
            store.forget(subscription)
        else:
            lease = _lease(asked.get("hub.lease_seconds", ""))
            store.agreed(subscription, until=now + lease, renew_at=renewal_at(now, lease))
        log.info("hub.agreed", **facts)
        return _said(challenge, 200)

    async def _take(self, request: Request, subscription: Subscription) -> Response:
        """Keep a document with a right signature. One without is answered likewise, and forgotten."""
        if subscription.state is SubscriptionState.LEAVING:
            return _said("no more, please", 410)
        limit = self._aggregator.config.fetch.max_body
        body = await _body(request, limit)
        if body is None:
            return _said(f"more than {size_in_words(limit)}", 413)
        if not body or not is_signed(body, request.headers.get("X-Hub-Signature", ""), subscription.secret):
            log.warning("hub.unsigned", source=subscription.source, bytes=len(body))
            return _said("", 202)
        store, now = self._aggregator.store.subscriptions, self._aggregator.clock()
        is_kept = await run_in_threadpool(
            store.receive, subscription, body, request.headers.get("Content-Type"), now=now
        )
        if not is_kept:
            return Response(status_code=429, headers=_SAFE | {"Retry-After": "60"})
        return _said("", 202)


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Tell whether a signature (WebSub §7.1) is that of this body, by whoever knows the secret."""
    found = _SIGNATURE.fullmatch(signature.strip())
    if found is None:
        return False
    right = hmac.new(secret.encode(), body, found[1].lower()).hexdigest()
    return hmac.compare_digest(right, found[2].lower())


async def _body(request: Request, limit: int) -> bytes | None:
    """Read what was sent; None when it is more than the limit."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > limit:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _lease(text: str) -> timedelta:
    """Read how long a hub tells us; one that doesn't say so is asked again in a day."""
    seconds = int(text) if text.isdecimal() and len(text) < 10 else 86_400
    return min(max(timedelta(seconds=seconds), _SHORTEST_LEASE), _LONGEST_LEASE)


def _said(text: str, status: int) -> Response:
    return PlainTextResponse(text, status_code=status, headers=_SAFE)
