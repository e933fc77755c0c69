from __future__ import annotations

from pathlib import Path

from tests.quality import pages


def test_real_pages_are_read_as_the_lists_that_people_see(corpus: Path) -> None:
    records, titles, dates = pages.averages(pages.score_pages(corpus))

    assert records >= pages.FLOOR_RECORDS
    assert titles >= pages.FLOOR_TITLES
    assert dates >= pages.FLOOR_DATES


def test_real_pages_without_a_list_are_refused(corpus: Path) -> None:
    refused = pages.refused(corpus)

    assert sum(refused.values()) >= pages.FLOOR_REFUSED * len(refused), refused
