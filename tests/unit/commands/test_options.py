from datetime import UTC, datetime, timedelta

import pytest

from aggregator.app import utc_now
from aggregator.entrypoints.commands.options import since_option
from aggregator.entrypoints.opening import known_sources, require_name
from aggregator.entrypoints.terminal import counted
from aggregator.errors import UsageError
from aggregator.model import Source


def test_since_takes_a_duration_or_a_day() -> None:
    before = utc_now()
    found = [since_option(text) for text in ("yesterday", "Today", "7d", "2026-11-27")]
    after = utc_now()

    midnights = {now.replace(hour=0, minute=0, second=0, microsecond=0) for now in (before, after)}
    yesterday, today, week, day = found
    assert yesterday in {midnight - timedelta(days=1) for midnight in midnights}
    assert today in midnights
    assert week is not None
    assert before - timedelta(days=7, seconds=1) <= week <= after - timedelta(days=7)
    assert day == datetime(2026, 11, 27, tzinfo=UTC)


def test_what_is_no_time_is_told_with_examples() -> None:
    with pytest.raises(UsageError, match=r"^--since: expected 7d, yesterday or 2026-11-27, got 'soon'$"):
        since_option("soon")


def test_a_wrong_name_among_many_is_not_answered_with_all_of_them() -> None:
    names = [f"source-{number}" for number in range(200)]

    with pytest.raises(UsageError, match=r"no source is named 'zzz'; there are 200; `aggregator sources` lists them"):
        require_name("source", "zzz", names)
    with pytest.raises(UsageError, match=r"did you mean 'source-7'\?"):
        require_name("source", "sorce-7", names)


@pytest.mark.parametrize(
    ("number", "noun", "said"), [(1, "feed", "1 feed"), (0, "feed", "0 feeds"), (2, "category", "2 categories")]
)
def test_one_is_not_many(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said


def test_a_source_that_is_named_twice_is_polled_once() -> None:
    sources = tuple(Source(name=name, url=f"https://{name}.example/") for name in "abc")

    assert known_sources(sources, ["b", "a", "b"]) == ["b", "a"]
