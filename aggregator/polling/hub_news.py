"""WebSub (W3C): hubs asked to tell us of the news of sources that name one, and what they send read like an answer.

Polling goes on, slowly, as hubs forget and lie. Pushes come in through the web server (entrypoints/web), which only
keeps them; here they go the way of every document: parse, decide, write.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlencode, urlsplit

import structlog

from aggregator.app import Aggregator
from aggregator.config import Config, WebSub
from aggregator.errors import ClaimLost, FetchError
from aggregator.http import Response
from aggregator.model import Fetched, PollSummary, Subscription, SubscriptionState
from aggregator.polling.workers import end_round
from aggregator.text.hosts import host_of

log = structlog.get_logger()

# What we ask for; the hub says what it gives.
_LEASE: Final = timedelta(days=10)
# A hub that accepted and doesn't ask back is asked again, as is one that failed, with growing pauses.
_UNANSWERED: Final = timedelta(hours=6)
_FIRST_PAUSE: Final = timedelta(minutes=15)
_LONGEST_PAUSE: Final = timedelta(days=1)
_AT_A_TIME: Final = 20
# How addresses of this machine begin: the only hubs that could call back to one.
_HERE: Final = tuple(f"{scheme}://{host}" for scheme in ("http", "https") for host in ("127.", "localhost", "[::1]"))
_MAX_REDIRECTS: Final = 3
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def can_be_reached(config: Config) -> bool:
    """Tell whether hubs may be asked to call back: over TLS on the web, or on this machine by hubs of this machine."""
    is_reached = config.site.url.startswith("https://") or _is_here(config.site.url)
    return config.fetch.websub is WebSub.AUTO and is_reached


def _is_here(url: str) -> bool:
    host = host_of(url) or ""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def keep_subscribed(aggregator: Aggregator) -> int:
    """Ask hubs whose answer is due; return how many were asked. Raises StoreError."""
    config, now, store = aggregator.config, aggregator.clock(), aggregator.store.subscriptions
    if not can_be_reached(config):
        return 0
    store.adapt(now, hubs=_HERE if _is_here(config.site.url) else ())
    due = store.take_due(now, lease=config.fetch.timeout * 3, limit=_AT_A_TIME)
    for subscription in due:
        _ask(aggregator, subscription)
    return len(due)


def take_pushes(aggregator: Aggregator) -> Iterator[PollSummary]:
    """Read what hubs sent, and yield what came of it. Raises StoreError."""
    store = aggregator.store
    names = store.subscriptions.pushed_sources()
    if not names:
        return
    with store.polling():
        for name in names:
            while (summary := _read_one(aggregator, name)) is not None:
                yield summary
    end_round(aggregator)


def _read_one(aggregator: Aggregator, name: str) -> PollSummary | None:
    """Read what waits longest of a source; None when there is nothing, or when it is being polled."""
    store, setup = aggregator.store, aggregator.setup
    push = store.subscriptions.next_push(name)
    if push is None:
        return None
    lease = setup.config.fetch.reading + setup.config.fetch.timeout * 2
    claims = store.claims.take(now=aggregator.clock(), lease=lease, limit=1, names=[name], worker=setup.worker)
    if not claims:
        return None
    answer = Fetched(url=push.topic, body=push.body, content_type=push.content_type, is_pushed=True)
    try:
        summary = setup.pipeline.read(claims[0], answer)
    except ClaimLost:
        return None
    store.subscriptions.read(push)
    return summary


def _ask(aggregator: Aggregator, subscription: Subscription) -> None:
    store, now = aggregator.store.subscriptions, aggregator.clock()
    is_leaving = subscription.state is SubscriptionState.LEAVING
    if is_leaving and subscription.attempts:  # it has not asked back, and will forget us in time
        store.forget(subscription)
        return
    facts = {"source": subscription.source, "hub": urlsplit(subscription.link.hub).netloc}
    try:
        _tell(aggregator, subscription, "unsubscribe" if is_leaving else "subscribe")
    except FetchError as error:
        pause = min(_FIRST_PAUSE * 2.0 ** min(subscription.attempts, 10), _LONGEST_PAUSE)
        pause *= 1 + random.random() / 10  # noqa: S311 - spreads attempts, keeps no secret
        store.failed(subscription, str(error), again_at=now + pause)
        log.warning("hub.refused", **facts, error=str(error))
        return
    if is_leaving:
        store.failed(subscription, "", again_at=now + _UNANSWERED)
    else:
        store.asked(subscription, again_at=now + _UNANSWERED)
    log.info("hub.asked", **facts, mode="unsubscribe" if is_leaving else "subscribe")


def _tell(aggregator: Aggregator, subscription: Subscription, mode: str) -> None:
    """Send a request to a hub, and on where it sends us (WebSub §5.1). Raises FetchError."""
    if not (subscription.link.hub.startswith("https://") or aggregator.config.fetch.allow_private):
        raise FetchError("the hub is not reached over TLS, so that what it sends could not be trusted")
    if _is_here(aggregator.config.site.url) and not _is_here(subscription.link.hub):
        raise FetchError("the hub could not call back: site.url is an address of this machine alone")
    fields = {
        "hub.mode": mode,
        "hub.topic": subscription.link.topic,
        "hub.callback": f"{aggregator.config.site.url}websub/{subscription.token}",
    }
    if mode == "subscribe":
        fields |= {"hub.lease_seconds": str(int(_LEASE.total_seconds())), "hub.secret": subscription.secret}
    url, body = subscription.link.hub, urlencode(fields).encode()
    for _ in range(_MAX_REDIRECTS + 1):
        answer = aggregator.client.post(url, body, headers=_FORM)
        if answer.status not in {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}:
            break
        url = _redirected(url, answer)
    if not 200 <= answer.status < 300:
        said = " ".join(answer.body.decode("utf-8", "replace").split())[:120]
        raise FetchError(f"it answered {answer.status}" + (f": {said}" if said else ""))


def _redirected(url: str, answer: Response) -> str:
    location = answer.header("Location") or ""
    if not location.startswith("https://") and url.startswith("https://"):
        raise FetchError("it redirects to where the secret must not go")
    if not location.startswith(("https://", "http://")):
        raise FetchError("it redirects without saying where to")
    return location


def renewal_at(now: datetime, lease: timedelta) -> datetime:
    """Return when to renew a lease: when a tenth of it is left, at least an hour where there is one."""
    return now + max(lease - max(lease / 10, timedelta(hours=1)), lease / 2)
