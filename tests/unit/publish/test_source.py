"""A source's polls in words."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Exchange, Poll, PollOutcome
from aggregator.publish import arrange_polls
from aggregator.text.locales import ENGLISH
from tests.unit.publish.samples import NOON


def test_a_poll_tells_what_it_brought_how_long_it_took_and_why_it_failed():
    took = Exchange(status=200, took=timedelta(seconds=2.44), size=1_234)
    polls = [
        Poll(at=NOON, outcome=PollOutcome.NEWS, exchange=took, new=2, updated=1),
        Poll(at=NOON - timedelta(hours=1), outcome=PollOutcome.FAILED, exchange=Exchange(), error="gone\x07"),
    ]

    news, failed = arrange_polls(polls, zone=ZoneInfo("UTC"), now=NOON, locale=ENGLISH)

    assert (news.outcome, news.news, news.took, news.size) == ("news (200)", "2 new, 1 changed", "2.4 s", "1.2 kB")
    assert (failed.outcome, failed.error, failed.took, failed.at.words) == ("failed", "gone", "–", "1 hour ago")
