"""The list of sources: found by title, name and address, those in trouble alone, so many at a time."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Source, SourceHealth, SourceState, SourceStatus
from aggregator.publish import SourceRow, arrange_sources, list_sources
from aggregator.text.locales import ENGLISH
from tests.unit.publish.samples import NOON


def rows_of(*titles: str, **states: SourceState) -> tuple[SourceRow, ...]:
    sources = [
        SourceHealth(
            source=Source(name=f"s{number}", title=title, url=f"https://host-{number}.example/feed"),
            state=states.get(f"s{number}", SourceState()),
            entries=0,
        )
        for number, title in enumerate(titles)
    ]
    return arrange_sources(sources, zone=ZoneInfo("UTC"), now=NOON, locale=ENGLISH)


def names(rows: tuple[SourceRow, ...]) -> list[str]:
    return [row.title for row in rows]


def test_a_source_is_found_by_words_of_its_title_name_or_address_whatever_their_accents() -> None:
    rows = rows_of("Université du Luxembourg", "Orbit Daily", "Daily Moon")

    assert names(list_sources(rows, query="universite").rows) == ["Université du Luxembourg"]
    assert names(list_sources(rows, query="daily MOON").rows) == ["Daily Moon"]
    assert names(list_sources(rows, query="host-1.example").rows) == ["Orbit Daily"]
    assert names(list_sources(rows, query="s2").rows) == ["Daily Moon"]
    assert list_sources(rows, query="nobody").found == 0


def test_troubled_are_those_that_need_attention_and_those_that_are_silent() -> None:
    failing = SourceState(status=SourceStatus.FAILING)
    silent = SourceState(status=SourceStatus.OK, recent=(NOON - timedelta(days=90),), usual_gap=timedelta(days=1))
    rows = rows_of("A", "B", "C", s1=failing, s2=silent)

    listed = list_sources(rows, only_troubled=True)

    assert names(listed.rows) == ["B", "C"]
    assert (listed.total, listed.troubled, listed.silent, listed.found) == (3, 1, 1, 2)
    assert listed.named == {"show": "troubled"}
    assert names(list_sources(rows, query="c", only_troubled=True).rows) == ["C"]


def test_a_long_list_comes_in_pages_and_a_page_behind_the_last_is_the_last() -> None:
    rows = rows_of(*(f"{number:03}" for number in range(101)))

    pages = [list_sources(rows, page=number) for number in (1, 2, 3, 4, 0)]

    assert [(page.page, len(page.rows)) for page in pages] == [(1, 50), (2, 50), (3, 1), (3, 1), (1, 50)]
    assert {page.pages for page in pages} == {3}
    assert sorted(names(pages[0].rows) + names(pages[1].rows) + names(pages[2].rows)) == [f"{n:03}" for n in range(101)]
    assert (list_sources(()).pages, list_sources(()).rows) == (1, ())
