"""What follows from an attempt that failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aggregator.errors import DeliveryError, Refused
from aggregator.model.issues import ChannelKind, Delivery, DeliveryStatus, Endpoint, Outcome
from aggregator.notify import after_failure
from tests.unit.notify.samples import NOON


def failed(
    error: DeliveryError, *, kind: ChannelKind = ChannelKind.EMAIL, attempts: int = 0, jitter: float = 0
) -> Outcome:
    values: dict[str, Any] = dict.fromkeys(("next_attempt", "sent_at", "last_error"))
    delivery = Delivery(
        id=1,
        issue_pk=1,
        issue=1,
        endpoint=Endpoint(digest="daily", kind=kind, key="k", label="email"),
        message_id="<1@example.org>",
        status=DeliveryStatus.WAITING,
        attempts=attempts,
        parts_sent=0,
        made_at=NOON,
        **values,
    )
    return after_failure(delivery, error, text=str(error), now=NOON, jitter=jitter)


def wait_of(outcome: Outcome) -> timedelta:
    assert outcome.next_attempt is not None
    return outcome.next_attempt - NOON


@pytest.mark.parametrize("kind", list(ChannelKind))
def test_waits_grow_and_add_up_to_days(kind: ChannelKind) -> None:
    waits = []
    while (outcome := failed(DeliveryError("away"), kind=kind, attempts=len(waits))).status is DeliveryStatus.WAITING:
        waits.append(wait_of(outcome))

    assert waits == sorted(waits)
    assert timedelta(days=2) < sum(waits, timedelta()) < timedelta(days=5)


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = {wait_of(failed(DeliveryError("away"), attempts=4, jitter=jitter / 10)) for jitter in range(11)}

    assert len(waits) == 11
    assert min(waits) == timedelta(hours=1)
    assert max(waits) == timedelta(hours=1.2)


def test_retry_after_lengthens_the_wait_and_never_shortens_it() -> None:
    long = failed(DeliveryError("429", retry_after=timedelta(hours=3)))
    short = failed(DeliveryError("429", retry_after=timedelta(seconds=1)))
    absurd = failed(DeliveryError("429", retry_after=timedelta(days=4000)))

    assert (wait_of(long), long.rest) == (timedelta(hours=3), timedelta(hours=3))
    assert wait_of(short) == timedelta(minutes=1)
    assert wait_of(absurd) == timedelta(days=2)


def test_a_refusal_is_final_and_stops_the_endpoint_where_it_says_so() -> None:
    message, endpoint = failed(Refused("554", stops=False)), failed(Refused("410", stops=True))

    assert (message.status, message.stops, message.next_attempt) == (DeliveryStatus.FAILED, False, None)
    assert (endpoint.status, endpoint.stops, endpoint.next_attempt) == (DeliveryStatus.STOPPED, True, None)


@pytest.mark.parametrize(("kind", "stops"), [(ChannelKind.EMAIL, False), (ChannelKind.WEBHOOK, True)])
def test_in_the_end_it_has_failed_and_a_webhook_is_stopped(kind: ChannelKind, stops: bool) -> None:
    outcome = failed(DeliveryError("away"), kind=kind, attempts=99)

    assert (outcome.status, outcome.stops) == (DeliveryStatus.FAILED, stops)
    assert outcome.error == "given up after 100 attempts: away"
