"""The part of deliveries that is about hubs: who was told that a feed has changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from rich.text import Text

from aggregator.app import Aggregator
from aggregator.entrypoints.terminal import ago, console, rfc3339, say, show, table
from aggregator.errors import UsageError
from aggregator.model.issues import DeliveryStatus, Ping
from aggregator.outputs.hubs import Pinged, ping_due
from aggregator.text.hosts import host_of

# What stands before the number of a ping where it stands among deliveries.
_PREFIX: Final = "hub-"

STATUS_STYLE: Final = {
    DeliveryStatus.WAITING: "yellow",
    DeliveryStatus.SENT: "green",
    DeliveryStatus.FAILED: "red",
    DeliveryStatus.STOPPED: "red",
}


def pings_of(aggregator: Aggregator, statuses: Collection[DeliveryStatus]) -> list[Ping]:
    """Return what hubs are or were owed, of these statuses; of all when there are none."""
    return [each for each in aggregator.store.pings.all() if not statuses or each.status in statuses]


def print_pings(pings: Sequence[Ping], now: datetime) -> None:
    listing = table("id", "feed", "changed", "hub", "status", "tries", "next", "last error", wide=("last error",))
    for each in pings:
        upcoming = ago(each.next_attempt, now) if each.next_attempt else ""
        listing.add_row(
            ping_id(each),
            each.feed,
            ago(each.changed_at, now),
            Text(_host(each)),
            Text(each.status.value, style=STATUS_STYLE[each.status]),
            str(each.attempts),
            "now" if each.next_attempt is not None and each.next_attempt <= now else upcoming,
            Text(each.last_error or ""),
        )
    show(listing)


def ping_json(ping: Ping) -> dict[str, Any]:
    """Return a ping with the keys that deliveries have."""
    return {
        "id": ping_id(ping),
        "digest": None,
        "issue": None,
        "feed": ping.feed,
        "channel": ping.hub,
        "kind": "hub",
        "status": ping.status.value,
        "attempts": ping.attempts,
        "next_attempt": rfc3339(ping.next_attempt),
        "last_error": ping.last_error,
        "made": rfc3339(ping.changed_at),
        "sent": rfc3339(ping.sent_at),
        "message_id": None,
    }


def ping_id(ping: Ping) -> str:
    return f"{_PREFIX}{ping.id}"


def split_ids(ids: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the ids of deliveries and those of pings. Raises UsageError for what is neither."""
    deliveries: list[int] = []
    pings: list[int] = []
    for each in ids:
        number = each.removeprefix(_PREFIX)
        if not (number.isascii() and number.isdigit()):
            raise UsageError(f"{each!r} is no delivery's id; `aggregator deliveries` lists them")
        (pings if number != each else deliveries).append(int(number))
    return deliveries, pings


def retry_pings(aggregator: Aggregator, ids: Sequence[int]) -> bool:
    """Tell hubs now, whatever became of it; return whether all have listened."""
    for each in ids:
        if not aggregator.store.pings.retry(each, now=aggregator.clock()):
            raise UsageError(f"no delivery has the id {_PREFIX}{each}; `aggregator deliveries` lists them")
    return attempt_pings(aggregator, ids) if ids else True


def attempt_pings(aggregator: Aggregator, ids: Sequence[int] | None = None) -> bool:
    """Attempt what is due and tell; return whether all went well."""
    are_told = True
    for pinged in ping_due(aggregator, ids=ids):
        console().print(_line(pinged, aggregator.clock()))
        are_told = are_told and pinged.outcome.status is DeliveryStatus.SENT
    return are_told


def _line(pinged: Pinged, now: datetime) -> Text:
    ping, outcome = pinged.ping, pinged.outcome
    status = Text(outcome.status.value, style=STATUS_STYLE[outcome.status])
    line = Text.assemble(f"{ping_id(ping)} {_host(ping)} about {ping.feed}: ", status)
    if outcome.error:
        line.append(f": {outcome.error}")
    if outcome.next_attempt is not None:
        line.append(f"; again {ago(outcome.next_attempt, now)}")
    return line


def _host(ping: Ping) -> str:
    return host_of(ping.hub) or ping.hub


def say_pings(aggregator: Aggregator, statuses: Collection[DeliveryStatus]) -> bool:
    """Print what hubs are owed, when there is any; return whether there is."""
    found = pings_of(aggregator, statuses)
    if found:
        say()
        say("Hubs that are told when a feed changes:")
        print_pings(found, aggregator.clock())
    return bool(found)
