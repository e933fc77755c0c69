"""RFC 8058 §3.2: programs that scan mail follow its links, so a GET shows a page and only a POST acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.issues import StopCause
from aggregator.notify import beginning, targets_of, unsubscribe_token
from tests.newsroom import make_config
from tests.unit.notify.samples import make_issue
from tests.unit.web.samples import KEY, SmallAggregator, client_of, make_aggregator

CONFIG = make_config("sqlite:///unused.db", {"to": [{"email": ["ada@example.org"]}]})
[TARGET] = targets_of(CONFIG.digests[0]).values()
PATH = "/unsubscribe/" + unsubscribe_token(KEY, digest="daily", endpoint=TARGET.endpoint.key)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def aggregator() -> SmallAggregator:
    return make_aggregator(config=CONFIG)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_does_not_unsubscribe(aggregator: SmallAggregator, method: str) -> None:
    answer = client_of(aggregator).request(method, PATH)

    assert answer.status_code == 200
    assert aggregator.store.ledger.stopped == {}
    assert method == "HEAD" or '<form method="post"' in answer.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_does_not_subscribe_again(aggregator: SmallAggregator, method: str) -> None:
    client = client_of(aggregator)
    client.post(PATH, data=ONE_CLICK)

    answer = client.request(method, f"{PATH}/undo")

    assert answer.status_code == 405
    assert list(aggregator.store.ledger.stopped) == [("daily", TARGET.endpoint.key)]


def test_one_click_unsubscribes_without_a_question(aggregator: SmallAggregator) -> None:
    answer = client_of(aggregator).post(PATH, data=ONE_CLICK, follow_redirects=False)

    assert answer.status_code == 200
    [stop] = aggregator.store.ledger.stopped.values()
    assert (stop.endpoint, stop.cause, stop.since) == (TARGET.endpoint, StopCause.UNSUBSCRIBED, aggregator.now)


def test_who_unsubscribed_by_mistake_comes_back(aggregator: SmallAggregator) -> None:
    client = client_of(aggregator)
    client.post(PATH, data=ONE_CLICK)

    assert client.post(f"{PATH}/undo").status_code == 200

    assert aggregator.store.ledger.stopped == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_made_up_address_is_not_found_and_stops_nothing(aggregator: SmallAggregator, method: str) -> None:
    assert client_of(aggregator).request(method, f"{PATH[:-4]}AAAA").status_code == 404

    assert aggregator.store.ledger.stopped == {}


def test_the_links_of_a_digest_that_was_renamed_end_what_took_its_place_and_nothing_else() -> None:
    to = [{"email": ["ada@example.org"]}]
    config = make_config("sqlite:///unused.db", {"name": "morning", "to": to}, {"name": "weekly", "to": to})
    aggregator = make_aggregator(config=config)
    issue = make_issue(1)
    aggregator.store.ledger.issues = (issue,)
    aggregator.store.ledger.states = {
        name: replace(beginning(config.digests[0], config.site.tz, issue.made_at + away), name=name)
        for name, away in (("morning", timedelta(hours=1)), ("weekly", timedelta(days=-9)))
    }
    client = client_of(aggregator)

    client.post(PATH, data=ONE_CLICK)
    stopped = {digest for digest, _ in aggregator.store.ledger.stopped}
    client.post(f"{PATH}/undo")

    assert stopped == {"daily", "morning"}
    assert aggregator.store.ledger.stopped == {}
