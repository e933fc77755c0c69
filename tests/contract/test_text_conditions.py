"""``where.text`` of a feed: entries that a filter fits, however far back they lie."""

from __future__ import annotations

from tests.newsroom import Newsroom, make_config


def test_a_feed_has_the_newest_entries_that_fit_its_text(url: str) -> None:
    room = Newsroom(
        make_config(
            url,
            feeds=[
                {"name": "jobs", "limit": 2, "where": {"text": "jobs and not moon", "categories": ["talent"]}},
                {"name": "all"},
            ],
        )
    )
    for title in ("Jobs one", "Jobs two", "Jobs three", "Jobs on the moon"):
        room.publish(title, categories=["talent"])
        room.clock.advance(minutes=1)
    room.publish("Jobs without a category")
    for number in range(0, 600, 100):
        room.publish(*(f"Other {number + each}" for each in range(100)), categories=["talent"])
        room.clock.advance(minutes=1)

    titles = [item.entry.title for item in room.aggregator.feed_document("jobs").entries]
    room.close()

    assert sorted(titles) == ["Jobs three", "Jobs two"]
