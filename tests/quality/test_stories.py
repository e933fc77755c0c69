from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.entrypoints.demo import sources
from aggregator.entrypoints.demo.content import render_site
from aggregator.stories.encoder import is_installed
from tests.quality import polls, stories

# What the sample sources tell in three languages, by what all their headlines of it have.
DAY = ("Regolab", "Glacis", "Where Engineers Go", "Calluna-1", " 15")

NEEDS_ENCODER = pytest.mark.skipif(not is_installed(), reason="the extra semantic is not installed")


def test_our_own_headlines_of_one_event_come_together_and_others_do_not() -> None:
    score = stories.pair_scores(stories.own_pairs())["all"]

    assert score.precision >= stories.FLOOR_PRECISION, score
    assert score.recall >= stories.FLOOR_RECALL, score


def test_the_sample_sources_have_no_story_of_two_events_without_vectors(tmp_path: Path) -> None:
    now = datetime(2026, 11, 27, 17, tzinfo=UTC)
    documents = render_site(now, "http://127.0.0.1:8000/")
    for source in sources():
        if source.format not in {"page", "watch"}:
            (tmp_path / source.name).write_bytes(documents[source.document_path][0])
    feeds = polls.read_feeds(tmp_path, now)
    store = polls.open_store(f"sqlite:///{tmp_path / 'demo.db'}", now)
    told: dict[str, set[str]] = {}
    for entry in polls.poll_all(store, feeds, now=now).values():
        told.setdefault(entry.story, set()).update(event for event in DAY if event in entry.title)
    store.close()

    assert sorted(sorted(events) for events in told.values() if events) == sorted([event] for event in DAY)


def test_real_headlines_of_one_event_come_together_and_others_do_not(corpus: Path) -> None:
    score = stories.pair_scores(stories.corpus_pairs(corpus))["all"]

    assert score.precision >= stories.FLOOR_PRECISION, score
    assert score.recall >= stories.FLOOR_RECALL, score


def test_our_own_reports_of_one_event_come_together_and_others_do_not() -> None:
    scores = stories.event_scores(stories.own_events())

    precision, recall = stories.FLOOR_WITHOUT_VECTORS
    assert scores.at_home.precision >= precision, scores
    assert scores.at_home.recall >= recall, scores
    assert scores.abroad.precision >= stories.FLOOR_ABROAD[0], scores


@pytest.mark.slow  # each command is a program
@pytest.mark.skipif(not is_installed(), reason="the extra semantic is not installed")
@pytest.mark.parametrize("rows", [stories.own_events, pytest.param(stories.own_news, marks=pytest.mark.slow)])
def test_our_own_reports_come_together_by_their_meaning(rows: Callable[[], list[stories.Row]]) -> None:
    scores = stories.event_scores(rows(), stories.encoder())

    for score, (precision, recall) in ((scores.at_home, stories.FLOOR_OWN), (scores.abroad, stories.FLOOR_ABROAD)):
        assert score.precision >= precision, scores
        assert score.recall >= recall, scores


@pytest.mark.slow  # 296 reports, and the encoder
@pytest.mark.parametrize("is_meant", [False, pytest.param(True, marks=NEEDS_ENCODER)])
def test_events_that_look_like_others_are_told_apart(*, is_meant: bool) -> None:
    scores = stories.event_scores(stories.own_look_alikes(), stories.encoder() if is_meant else None)

    floors = stories.FLOORS_LOOK_ALIKES[is_meant]
    for score, (precision, recall) in zip((scores.at_home, scores.abroad), floors, strict=True):
        assert score.precision >= precision, scores
        assert score.recall >= recall, scores


@pytest.mark.slow  # loads the encoder
@pytest.mark.skipif(not is_installed(), reason="the extra semantic is not installed")
@pytest.mark.parametrize("rows", [stories.own_topics, stories.own_other_topics])
def test_events_that_share_a_name_and_parts_of_series_are_told_apart(rows: Callable[[], list[stories.Row]]) -> None:
    scores = stories.event_scores(rows(), stories.encoder())
    bare = stories.event_scores(stories.bare(rows()), stories.encoder())

    for score, (precision, recall) in ((scores, stories.FLOOR_TOPICS), (bare, stories.FLOOR_BARE_TOPICS)):
        assert score.at_home.wrong == 0, score
        assert score.abroad.precision >= precision, score
        assert score.abroad.recall >= recall, score


@pytest.mark.parametrize("name", ["lux", pytest.param("basil", marks=pytest.mark.slow)])
def test_real_articles_of_one_event_come_together_and_others_do_not(corpus: Path, name: str) -> None:
    scores = stories.event_scores(stories.corpus_events(corpus, name), stories.encoder())

    precision, recall = stories.FLOOR_AT_HOME
    assert scores.at_home.precision >= precision, scores
    assert scores.at_home.recall >= recall, scores
    if name == "lux" and is_installed():
        assert scores.abroad.precision >= stories.FLOOR_ABROAD[0], scores
        assert scores.abroad.recall >= stories.FLOOR_ABROAD[1], scores
