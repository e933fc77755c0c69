"""What counts as trouble of a source."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aggregator.model import SourceHealth, SourceState, SourceStatus
from aggregator.model.issues import ChannelKind, Endpoint, Stop, StopCause, TroubleKind
from aggregator.notify import troubles_of
from tests.builders import NOW, make_source

DAY = timedelta(days=1)


def health(name: str = "orbit", **state: Any) -> SourceHealth:
    return SourceHealth(source=make_source(name), state=SourceState(**{"status": SourceStatus.OK} | state), entries=3)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ({}, None),
        ({"status": SourceStatus.FAILING, "failures": 2}, None),
        ({"status": SourceStatus.FAILING, "failures": 3, "last_error": "500"}, TroubleKind.FAILING),
        ({"status": SourceStatus.GONE, "last_error": "410"}, TroubleKind.GONE),
        ({"status": SourceStatus.MOVED, "moved_to": "https://new.example/"}, TroubleKind.MOVED),
        ({"status": SourceStatus.CHANGED, "last_error": "3 entries"}, TroubleKind.CHANGED),
        ({"status": SourceStatus.CHANGED, "failures": 1, "last_error": "no list"}, None),
        ({"status": SourceStatus.CHANGED, "failures": 2, "last_error": "no list"}, TroubleKind.CHANGED),
        ({"usual_gap": DAY, "recent": (NOW - 5 * DAY,)}, TroubleKind.SILENT),
        ({"usual_gap": DAY, "recent": (NOW - 3 * DAY,)}, None),
        ({"usual_gap": timedelta(hours=1), "recent": (NOW - timedelta(hours=12),)}, None),
        ({"usual_gap": 90 * DAY, "recent": (NOW - 200 * DAY,)}, None),
        ({"usual_gap": None, "recent": (NOW - 200 * DAY,)}, None),
    ],
)
def test_trouble_is_what_lasts_and_silence_is_measured_by_the_sources_own_habit(
    state: dict[str, Any], kind: TroubleKind | None
) -> None:
    found = troubles_of([health(**state)], [], now=NOW)

    assert [trouble.kind for trouble in found] == ([kind] if kind else [])


def test_troubles_say_what_is_wrong() -> None:
    failing = health(status=SourceStatus.FAILING, failures=9, last_error="it answered 500", last_success=NOW - 3 * DAY)
    silent = health("wire", usual_gap=DAY, recent=(NOW - 9 * DAY,))

    texts = [trouble.text for trouble in troubles_of([failing, silent], [], now=NOW)]

    assert texts == [
        "9 checks in a row failed: it answered 500; it last worked 3 days ago",
        "nothing new for 9 days; usually it publishes every day. If the site has news, run: aggregator poll wire",
    ]


def test_an_endpoint_that_refuses_is_trouble_and_a_reader_who_left_is_none() -> None:
    endpoint = Endpoint(digest="daily", kind=ChannelKind.WEBHOOK, key="k", label="webhook hooks.example.org")
    stops = [
        Stop(endpoint=endpoint, cause=StopCause.REFUSED, reason="410 Gone", since=NOW),
        Stop(endpoint=endpoint, cause=StopCause.UNSUBSCRIBED, reason="", since=NOW),
    ]

    [trouble] = troubles_of([], stops, now=NOW)

    assert (trouble.kind, trouble.title, trouble.text) == (
        TroubleKind.UNDELIVERED,
        "daily to webhook hooks.example.org",
        "410 Gone",
    )
