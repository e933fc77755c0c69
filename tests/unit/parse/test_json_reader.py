from __future__ import annotations

from typing import Any

import pytest

from aggregator.errors import NotAFeed, ParseError
from aggregator.model import Text
from tests.unit.parse.making import parsed, parsed_json

VERSION = "https://jsonfeed.org/version/1.1"


def feed_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"version": VERSION, "title": "Harbour", "items": [item]}


@pytest.mark.parametrize("document", [[], {}, {"items": {}}, {"a": 1}, {"items": []}, [{"items": [1]}]])
def test_other_json_is_not_a_feed(document: Any) -> None:
    with pytest.raises(NotAFeed, match="JSON, but not a JSON Feed"):
        parsed_json(document)


def test_a_feed_without_items_is_a_feed() -> None:
    assert parsed_json({"version": VERSION, "items": []}).entries == ()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"title": "x",\n "items": [}', "at line 2"),
        ('{"items": ' + "[" * 200_000, "nested too deeply"),
        ('{"items": [{"id": ' + "9" * 10_000 + "}]}", "a number is too long"),
        ('{"title": "x", "items": [' + "1," * 20_000 + "1]}", "more than 20,000 entries"),
        ('{"items": [' + "{}," * 500_000 + "{}]}", "more than 500,000 objects and lists"),
    ],
)
def test_broken_json_is_an_error(body: str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        parsed(body)


def test_commas_that_a_template_left_at_an_end_do_not_matter() -> None:
    items = '{"id": "1", "title": "Tide, ]", "tags": ["a",],},\n{"id": "2", "title": "Ebb"},\n'
    feed = parsed(f'{{"title": "x", "items": [{items}],\n}}')

    assert [(entry.id, entry.title and entry.title.value) for entry in feed.entries] == [("1", "Tide, ]"), ("2", "Ebb")]
    assert feed.complaint is None


def test_what_is_no_number_counts_as_nothing() -> None:
    feed = parsed('{"title": "x", "items": [{"id": NaN, "title": "Tide", "date_published": Infinity}]}')

    assert feed.entries[0].id is None
    assert feed.entries[0].published is None


@pytest.mark.parametrize("huge", ["1e999", "-1e999"])
def test_a_number_beyond_all_numbers_counts_as_nothing(huge: str) -> None:
    feed = parsed(f'{{"title": "x", "items": [{{"id": {huge}, "title": "Tide", "date_published": {huge}}}]}}')

    assert feed.entries[0].published is None


@pytest.mark.parametrize(
    ("written", "id_"), [("a", "a"), (7, "7"), (10**400, str(10**400)), (1.5, "1.5"), (True, None), ([], None)]
)
def test_an_id_may_be_a_number(written: Any, id_: str | None) -> None:
    assert parsed_json(feed_of({"id": written, "title": "Tide"})).entries[0].id == id_


def test_html_goes_before_text() -> None:
    item = {"id": "1", "content_html": "<p>High</p>", "content_text": "High and much more of it"}

    assert parsed_json(feed_of(item)).entries[0].content == Text(value="<p>High</p>", is_html=True)


def test_titles_are_plain_text() -> None:
    assert parsed_json(feed_of({"id": "1", "title": "a <b>c</b>"})).entries[0].title == Text(
        value="a <b>c</b>", is_html=False
    )


def test_authors_go_before_author() -> None:
    item = {"id": "1", "author": {"name": "Old"}, "authors": [{"name": "Ada"}, "Ben", {"url": "x"}, None]}

    assert parsed_json(feed_of(item)).entries[0].authors == ("Ada", "Ben")


def test_addresses_are_relative_to_the_feed() -> None:
    feed = parsed_json(feed_of({"id": "1", "url": "/tide", "attachments": [{"url": "tide.pdf"}, {"url": "tide.pdf"}]}))

    assert feed.entries[0].link == "https://example.org/tide"
    assert [enclosure.url for enclosure in feed.entries[0].enclosures] == ["https://example.org/tide.pdf"]


def test_an_address_that_cannot_be_one_is_none() -> None:
    assert parsed_json(feed_of({"id": "1", "url": "http://[x"})).entries[0].link is None


def test_half_a_character_does_no_harm() -> None:
    feed = parsed('{"title": "x\\ud800", "items": [{"id": "1\\udfff", "title": "Tide\\u0000", "tags": ["\\ud800"]}]}')

    assert (feed.title, feed.entries[0].id, feed.entries[0].tags) == ("x", "1", ())
    assert feed.entries[0].title == Text(value="Tide", is_html=False)
