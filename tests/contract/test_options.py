"""The options of a source: each that is configured reaches whoever polls it, on every database."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, replace
from datetime import timedelta
from typing import Any, get_type_hints

import pytest
import sqlalchemy as sa
from alembic import command
from pydantic import ValidationError

from aggregator.config import Config, SourceConfig
from aggregator.errors import ErrorKind
from aggregator.model import (
    Affects,
    BacklogRule,
    HubLink,
    ListMemory,
    PageRules,
    Source,
    SourceKind,
    SourceState,
    SourceStatus,
    Validators,
)
from aggregator.sources.configured import configured_sources
from aggregator.store import Store
from aggregator.store.migrate import alembic_config
from tests.builders import NOW, make_source
from tests.contract.test_store import claim_all, save

OPTIONS = [each for each in fields(Source) if each.default is not MISSING]

# What can be written for an option of each type; a text that is a filter, an expression and a selector.
SAMPLES: dict[Any, Any] = {
    bool: True,
    int: 7,
    str: "item",
    timedelta: "90s",
    tuple[str, ...]: ["item", "other"],
    tuple[int, ...]: [403, 420],
    BacklogRule: 7,
    PageRules: {"items": "ul > li", "date": "time", "date_format": "%d-%m-%Y"},
}


def written(option: Field[Any]) -> dict[str, Any]:
    """Return an option as it is written in a sources file, with a value that is not its default."""
    hint = get_type_hints(Source)[option.name]
    kinds = [each for each in (hint, *getattr(hint, "__args__", ())) if each in SAMPLES]
    enums = [each for each in (hint, *getattr(hint, "__args__", ())) if isinstance(each, enum.EnumType)]
    if enums:
        value = next(each.value for each in enums[0] if each is not option.default)
    else:
        value = "America/New_York" if option.name == "timezone" else SAMPLES[kinds[0]]
    if option.name == "dismiss":
        return {"dismiss": value, "render": "browser"}
    return {"politeness": {"group": value}} if option.name == "group" else {option.name: value}


def configured(given: dict[str, Any]) -> Source:
    """Load a source with this option, of whichever kind takes it."""

    def possible() -> Iterator[SourceConfig]:
        for kind in SourceKind:
            url = "imaps://a.example/INBOX" if kind is SourceKind.MAILBOX else "https://a.example/"
            try:
                yield SourceConfig.model_validate({"url": url, "name": "a", "kind": kind.value} | given)
            except ValidationError:
                continue

    [source] = configured_sources(Config(sources=(next(possible()),)))
    return source


@pytest.mark.parametrize("option", OPTIONS, ids=lambda each: each.name)
def test_an_option_survives_from_the_configuration_to_the_claim(store: Store, option: Field[Any]) -> None:
    source = configured(written(option))

    claim = claim_all(store, source)["a"]

    assert getattr(source, option.name) != option.default
    assert claim.source == source


@pytest.mark.parametrize("option", OPTIONS, ids=lambda each: each.name)
def test_a_configuration_that_has_not_changed_writes_nothing_and_a_changed_one_does(
    store: Store, option: Field[Any]
) -> None:
    source = configured(written(option))
    store.configure([source])
    before = store.content_version()

    store.configure([configured(written(option))])
    unchanged = store.content_version()
    store.configure([replace(source, **{option.name: option.default})])

    assert unchanged == before
    assert store.content_version() > before
    assert getattr(store.sources()[0].source, option.name) == option.default


@pytest.mark.parametrize("option", OPTIONS, ids=lambda each: each.name)
def test_a_changed_option_makes_a_document_be_read_again_where_its_field_says_so(
    store: Store, option: Field[Any]
) -> None:
    source = configured(written(option))
    save(store, claim_all(store, source)["a"], body_hash="ab", watched=b"seen", next_check=NOW + timedelta(days=1))

    store.configure([replace(source, **{option.name: option.default})])

    state = store.sources()[0].state
    affects = option.metadata.get("affects")
    assert (state.body_hash, state.next_check is None) == ((None, True) if affects else ("ab", False))
    assert state.watched == (b"" if affects is Affects.LAYOUT else b"seen")


def test_all_that_a_poll_leaves_of_a_source_reaches_the_next_poll(store: Store) -> None:
    left = {
        "status": SourceStatus.CHANGED,
        "moved_to": "https://b.example/",
        "validators": Validators(url="https://b.example/", etag='W/"a"', last_modified="yesterday"),
        "body_hash": "ab",
        "entry_hashes": b"\x00\xff",
        "feed_id": "urn:a",
        "feed_title": "The A",
        "feed_updated": NOW,
        "site_url": "https://b.example/home",
        "language": "fr",
        "last_checked": NOW,
        "last_success": NOW - timedelta(days=1),
        "watched_since": NOW - timedelta(days=9),
        "next_check": NOW + timedelta(hours=1),
        "next_check_reason": "because",
        "failures": 2,
        "last_error": "it answered 503",
        "last_error_kind": ErrorKind.STATUS,
        "last_error_status": 503,
        "usual_gap": timedelta(hours=3),
        "feed_wait": timedelta(minutes=5),
        "skip_hours": (1, 2),
        "skip_days": (6,),
        "recent": (NOW, NOW - timedelta(hours=3)),
        "response_times_ms": (12, 30),
        "read_as": SourceKind.FEED,
        "found_at": "https://b.example/rss",
        "listed": ListMemory(place="li", usual=12, links=("ab", "cd"), titles=("ef",), ids=("1",), dated=0.5),
        "watched": b"\x00packed\xff",
        "hub": HubLink(hub="https://hub.example/", topic="https://b.example/feed"),
    }
    save(store, claim_all(store, make_source("a"))["a"], **left)

    state = claim_all(store, make_source("a"))["a"].state

    others = {"seed", "told_until"}  # the first never changes, the other is what a hub grants
    assert {each.name for each in fields(SourceState)} == {*others, *left}, "a new field stands here, too"
    assert {name: getattr(state, name) for name in left} == left


def test_options_at_their_defaults_are_not_stored_and_unknown_ones_are_passed_over(store: Store) -> None:
    store.configure([make_source("a")])
    with store._write() as connection:
        assert connection.exec_driver_sql("SELECT options FROM sources").scalar_one() in ({}, "{}")
        connection.exec_driver_sql("UPDATE sources SET options = '{\"to_come\": 3}'")

    assert store.sources()[0].source == make_source("a")


def test_options_with_parts_of_a_second_stay_what_they_are(store: Store) -> None:
    source = make_source("a", every=timedelta(seconds=1, microseconds=500_000))
    store.configure([source])
    before = store.content_version()

    store.configure([source])

    assert store.sources()[0].source == source
    assert store.content_version() == before


OLD_COLUMNS = """name, url, title, kind, categories, every_s, keep, "drop", priority, politeness_group, throttled_by,
    page_rules, depth, links, "select", is_full"""
OTHERS = "is_active, seed, status, next_check_reason, failures, skip_hours, skip_days, recent, body_hash"
OLD_ROWS = {
    "'plain', 'https://a.example/', NULL, 'auto', '[]', NULL, NULL, NULL, 0, NULL, '[]', NULL, 0, NULL, NULL, false": (
        Source(name="plain", url="https://a.example/")
    ),
    "'full', 'https://b.example/', 'B', 'page', '[\"c\"]', 5400, 'été', 'mars', 3, 'press', '[403]', "
    '\'{"items": "li", "title": null, "date": "time"}\', 2, \'/press/\', NULL, true': Source(
        name="full",
        url="https://b.example/",
        title="B",
        kind=SourceKind.PAGE,
        categories=("c",),
        every=timedelta(minutes=90),
        keep="été",
        drop="mars",
        priority=3,
        group="press",
        throttled_by=(403,),
        page=PageRules(items="li", date="time"),
        depth=2,
        links="/press/",
        full=True,
    ),
    "'watched', 'https://c.example/', NULL, 'watch', '[]', NULL, NULL, NULL, 0, NULL, '[]', 'null', 0, NULL, 'main', "
    "false": Source(name="watched", url="https://c.example/", kind=SourceKind.WATCH, select="main"),
}


def test_a_database_from_before_keeps_its_options_and_nothing_is_read_again(empty_url: str) -> None:
    store = Store(empty_url)
    with store._write() as connection:
        command.upgrade(alembic_config(connection), "0010")
        for number, row in enumerate(OLD_ROWS):
            values = f"{row}, true, 'seed{number}', 'ok', '', 0, '[]', '[]', '[]', 'ab'"
            connection.exec_driver_sql(f"INSERT INTO sources ({OLD_COLUMNS}, {OTHERS}) VALUES ({values})")

    store.upgrade()
    store.open_site(url="https://news.example.org/", now=NOW)
    store.configure(list(OLD_ROWS.values()))

    found = {health.source.name: health for health in store.sources()}
    assert [found[source.name].source for source in OLD_ROWS.values()] == list(OLD_ROWS.values())
    assert {health.state.body_hash for health in found.values()} == {"ab"}
    assert store.content_version() == 0
    with store._read() as connection:
        left = {column["name"] for column in sa.inspect(connection).get_columns("sources")}
    assert not left & {"kind", "every_s", "page_rules", "is_full"}
    store.close()
