"""The life of a page without a feed: edited, sorted, rebuilt, moved, walled off, and back again.

Whatever happens to it, no entry is false, none is lost, none doubles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.entrypoints.demo import DemoSite
from aggregator.model import PollSummary, Selection, SourceHealth, SourceStatus
from tests.builders import NOW
from tests.end_to_end.test_pipeline import World
from tests.listings import Item, Markup, bootstrap, flat, items, linked_cards, page, table, typo3
from tests.nonlists import bad_page


def bare(news: Sequence[Item], more: str) -> str:
    """The plainest list there is: an error page has one, too."""
    lines = "".join(f'<li><a href="{each.href}">{each.shown_title}</a> {each.written}</li>' for each in news)
    return f"<ul>{lines}</ul>"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with DemoSite(now=NOW) as site:
        made = World(site, tmp_path)
        yield made
        made.aggregator.close()


class Page:
    """A page that changes, and the source that is polled for it."""

    def __init__(self, world: World, *, is_dated: bool, language: str = "en") -> None:
        self.world, self.language = world, language
        # newest first; the first two appear later
        made = items(language, 12, is_dated=is_dated)
        self.news = [
            replace(each, day=each.day and each.day.replace(year=2025), written=each.written.replace("2026", "2025"))
            for each in made
        ]

    def serve(self, html: str) -> PollSummary:
        self.world.site.put("/news", html.encode(), "text/html; charset=utf-8")
        self.world.clock.forward(hours=1)
        return self.world.poll("news")["news"]

    def show(self, markup: Markup, news: Sequence[Item]) -> PollSummary:
        return self.serve(page(markup, news, self.language))

    @property
    def titles(self) -> list[str]:
        return sorted(entry.title for entry in self.world.aggregator.store.entries(Selection()))

    @property
    def links(self) -> list[str]:
        return sorted(entry.url or "" for entry in self.world.aggregator.store.entries(Selection()))

    @property
    def health(self) -> SourceHealth:
        [found] = self.world.aggregator.store.sources()
        return found


WAYS_TO_GO_BAD = (
    "not_found", "not_found_without_a_name", "consent", "consent_without_a_name", "login", "challenge", "maintenance",
    "shell", "article", "empty",
)  # fmt: skip


@pytest.mark.parametrize("is_dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize(
    ("markup", "language"),
    [
        (bare, "en"),
        (typo3, "de"),
        *(pytest.param(*each, marks=pytest.mark.slow) for each in [(flat, "en"), (table, "fr"), (linked_cards, "de")]),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_a_page_lives_without_a_false_entry_or_a_lost_one(
    world: World, markup: Markup, language: str, is_dated: bool
) -> None:
    made = Page(world, is_dated=is_dated, language=language)
    news, known = made.news, [each.title for each in made.news[2:10]]
    world.configure("news kind: page")

    first = made.show(markup, news[2:10])
    assert (first.error, first.new, made.titles) == (None, 8, sorted(known))

    on_top = made.show(markup, news[1:9])
    known.append(news[1].title)
    assert (on_top.new, made.titles) == (1, sorted(known))

    edited = [
        replace(news[1], title="Now Luxembourg is first for talent", shown_title="Now Luxembourg is first for talent")
    ]
    known = [each for each in known if each != news[1].title] + [edited[0].title]
    changed = made.show(markup, [*edited, *news[2:9]])
    assert (changed.new, made.titles) == (0, sorted(known))

    assert made.show(markup, [*reversed(news[2:9]), *edited]).new == 0

    for way in WAYS_TO_GO_BAD:
        bad = made.serve(bad_page(way, language))
        assert (way, bad.new, made.titles) == (way, 0, sorted(known))
        assert (way, made.health.state.status) == (way, SourceStatus.CHANGED)

        back = made.show(markup, [*edited, *news[2:9]])
        assert (way, back.new, back.error, made.titles) == (way, 0, None, sorted(known))
        assert made.health.state.status is SourceStatus.OK

    rebuilt = made.show(bootstrap, [*edited, *news[2:9]])
    assert (rebuilt.new, rebuilt.error, made.titles) == (0, None, sorted(known))

    moved = [replace(each, href=f"/newsroom/2026/{each.number}.html") for each in [*edited, *news[2:9]]]
    relaunched = made.show(linked_cards, moved)
    assert (relaunched.new, relaunched.error, made.titles) == (0, None, sorted(known))
    assert all(any(each.href in link for link in made.links) for each in moved)

    newest = replace(news[0], href="/newsroom/2026/100.html")
    after = made.show(linked_cards, [newest, *moved])
    known.append(news[0].title)
    assert (after.new, after.error, made.titles) == (1, None, sorted(known))


def test_the_second_page_of_a_list_is_no_other_list(world: World) -> None:
    made = Page(world, is_dated=True)
    world.configure("news kind: page")
    made.show(typo3, made.news[:6])

    second = made.show(typo3, made.news[6:12])

    assert (second.error, second.new, len(made.titles)) == (None, 6, 12)
