"""Press pages made to measure (tests/listings.py, tests/nonlists.py) are read without a fault, or refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from aggregator.errors import NotAList
from aggregator.model import Fetched, ParsedEntry
from aggregator.parse.pages import pin_page, read_page
from tests.further_listings import further_listings
from tests.listings import QUIRKS, Listing, plain_listings, quirky_listings
from tests.nonlists import KINDS, nonlists

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def fetched(listing: Listing) -> Fetched:
    return Fetched(url=listing.url, body=listing.html.encode(), content_type="text/html; charset=utf-8")


def read(listing: Listing) -> tuple[ParsedEntry, ...]:
    try:
        return read_page(fetched(listing), now=NOW).document.entries
    except NotAList:
        return ()


def faults(listings: Iterable[Listing]) -> list[str]:
    """Return the names of the listings that are not read as their (address, title, day), in the page's order."""
    return [
        each.name
        for each in listings
        if tuple(
            (entry.link, entry.title and entry.title.value, entry.published and entry.published.date())
            for entry in read(each)
        )
        != each.expected
    ]


def test_the_first_users_list_is_read_in_ten_markups_and_three_languages_dated_or_not() -> None:
    listings = list(plain_listings())

    assert len(listings) == 180
    assert faults(listings) == []


def test_it_is_read_in_twelve_further_markups_with_and_without_quirks() -> None:
    assert faults(further_listings()) == []


@pytest.mark.parametrize("quirk", QUIRKS)
def test_a_quirk_of_a_page_spoils_no_list(quirk: str) -> None:
    listings = [each for each in quirky_listings() if quirk in each.tags]

    assert listings
    assert faults(listings) == []


@pytest.mark.parametrize("kind", [kind.__name__[1:] for kind in KINDS])
def test_a_page_without_a_list_is_refused_in_three_languages(kind: str) -> None:
    pages = [each for each in nonlists() if each.name.rpartition("-")[0] == kind]

    assert len(pages) == 3
    assert [each.name for each in pages if read(each)] == []


def test_what_pins_a_list_finds_the_same_entries_again() -> None:
    for each in plain_listings():
        rules = pin_page(fetched(each), now=NOW)

        if rules is not None:
            assert read_page(fetched(each), now=NOW, rules=rules).document.entries == read(each), each.name
