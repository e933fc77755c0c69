from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.errors import ConfigError
from aggregator.model import Selection
from aggregator.tuning.corrections import Correction, Noted, note, put_in_force
from aggregator.tuning.examples import measure, resolve
from tests.newsroom import Newsroom

CONFIG = """\
# Our news.
sources:
  - {name: orbit, url: https://orbit.example/feed, categories: local}   # near
  - {name: wire, url: https://wire.example/feed}
categories:
  # what flies
  - name: space     # short
    any:
      - space       # weak
      - lunar
    none: [parking space]
  - {name: local, title: Local}
storage: {url: sqlite:///news.db}
"""


@contextmanager
def newsroom(folder: Path, text: str | None = None) -> Iterator[Newsroom]:
    path = folder / "aggregator.yaml"
    if text is not None:
        path.write_bytes(text.encode())
    room = Newsroom(load(path))
    try:
        yield room
    finally:
        room.close()


def correct(aggregator: Aggregator, entry_id: str, category: str, *, is_yes: bool) -> Noted:
    found = aggregator.store.find_entries(entry_id=entry_id, url=None, canonical_url=None)
    noted = note(aggregator, found, Correction(category, is_yes))
    noted.file.write()
    aggregator.use(load(aggregator.config.path))
    put_in_force(aggregator, found)
    return noted


def categories(aggregator: Aggregator, entry_id: str) -> list[str]:
    [entry] = aggregator.store.find_entries(entry_id=entry_id, url=None, canonical_url=None)
    return [match.category for match in entry.categories]


def test_a_correction_is_in_force_at_once_for_feeds_and_pages_and_the_rule_that_was_wrong_is_named(
    tmp_path: Path,
) -> None:
    with newsroom(tmp_path, CONFIG) as room:
        aggregator = room.aggregator
        [office] = room.publish("Office space in the station quarter", source="wire", categories=["space"])
        [comet] = room.publish("A comet passes", source="wire")
        version = aggregator.store.content_version()

        wrong = correct(aggregator, office, "space", is_yes=False)
        missed = correct(aggregator, comet, "space", is_yes=True)

        published = aggregator.store.published(Selection(categories=("space",)), limit=10).items
        assert [each.entry.title for each in published] == ["A comet passes"]
        assert not wrong.was_right
        assert wrong.rule_said == 'yes, score 1, and 1 is enough: title has "space"'
        assert missed.rule_said == "no, none of its terms occurs"
        assert aggregator.store.content_version() != version  # pages and feeds are made again
        # and they stay, whatever the rules say of the entry afterwards
        list(aggregator.store.recategorizing.entries(Selection(), aggregator.categories_of))
        assert (categories(aggregator, office), categories(aggregator, comet)) == ([], ["space"])
        assert any(
            "one of your examples says so" in line for line in aggregator.explained_categories(published[0].entry)
        )


def test_a_correction_goes_before_what_the_source_gives_and_can_be_turned_round(tmp_path: Path) -> None:
    with newsroom(tmp_path, CONFIG) as room:
        [entry] = room.publish("Lunar fair", categories=["space", "local"])

        for is_yes in (False, True, False, False):
            noted = correct(room.aggregator, entry, "local", is_yes=is_yes)

            assert categories(room.aggregator, entry) == (["space", "local"] if is_yes else ["space"])

        examples = room.aggregator.config.categories[1].examples
        assert (len(examples.yes), len(examples.no)) == (0, 1)
        assert noted.added == ()


def test_a_no_is_for_all_copies_of_an_article_and_a_yes_needs_one(tmp_path: Path) -> None:
    with newsroom(tmp_path, CONFIG) as room:
        [first] = room.publish("Space to let", url="https://a.example/1", canonical_url="https://a.example/1")
        [copy] = room.publish(
            "Space to let", source="wire", url="https://b.example/2", canonical_url="https://b.example/2"
        )
        with room.aggregator.store._write() as connection:  # as dedupe has it
            connection.exec_driver_sql(f"UPDATE entries SET original = '{first}' WHERE id = '{copy}'")

        noted = correct(room.aggregator, first, "space", is_yes=False)

        assert sorted(noted.added) == ["https://a.example/1", "https://b.example/2"]
        assert room.aggregator.store.published(Selection(categories=("space",)), limit=5).items == ()


def test_an_entry_without_an_address_of_its_own_is_named_by_its_headline(tmp_path: Path) -> None:
    with newsroom(tmp_path, CONFIG) as room:
        shared = {"url": "https://orbit.example/", "canonical_url": "https://orbit.example"}
        [letter] = room.publish("Space: a “letter”", url=None, canonical_url=None)
        one, _ = room.publish("Space one", "Space two", **shared)

        assert correct(room.aggregator, letter, "space", is_yes=False).added == ("Space: a “letter”",)
        assert correct(room.aggregator, one, "space", is_yes=False).added == ("Space one",)

        assert [categories(room.aggregator, each) for each in (letter, one)] == [["local"], ["local"]]


def test_twenty_corrections_keep_comments_order_and_line_ends(tmp_path: Path) -> None:
    before = CONFIG.replace("\n", "\r\n")
    with newsroom(tmp_path, before) as room:
        titles = [f"Space story {number}: “new” & 5 % # more" for number in range(20)]
        ids = room.publish(*titles, source="wire", categories=["space"])

        for number, entry in enumerate(ids):
            correct(room.aggregator, entry, "space", is_yes=number % 2 == 0)

        after = (tmp_path / "aggregator.yaml").read_bytes().decode()
        lines = iter(after.split("\r\n"))
        assert all(line in lines for line in before.split("\r\n"))
        assert after.count("\n") == after.count("\r\n") == before.count("\n") + 20 + 3
        examples = room.aggregator.config.categories[0].examples
        assert (len(examples.yes), len(examples.no)) == (10, 10)
        assert "# Space story 19: “new” & 5 % # more" in after
        report = measure(
            room.aggregator.config.categories,
            resolve(room.aggregator.config.categories, room.aggregator.store, room.aggregator.sources),
        )[0]
        assert (report.precision, report.recall, report.f1) == (0.5, 1.0, pytest.approx(2 / 3))


def test_an_example_in_both_lists_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "aggregator.yaml"
    path.write_text("categories:\n  - name: space\n    any: x\n    examples:\n      yes: [One]\n      no: [One]\n")

    with pytest.raises(ConfigError, match="'One' is in yes and in no"):
        load(path)
