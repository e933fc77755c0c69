"""Addresses of sources as they are shown: keys from the environment are not in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aggregator.text.hidden_keys import discreet, hide_in_addresses, source_address
from aggregator.text.legal import web_address


@pytest.fixture
def hidden() -> Iterator[None]:
    hide_in_addresses([("e.example", "news"), ("e.example", "a4f9 77c1b")])
    yield
    hide_in_addresses([])


@pytest.mark.usefixtures("hidden")
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://e.example/news/feed?key=a4f9%2077c1b#news", "https://e.example/***/feed?key=***#***"),
        ("https://e.example/feed", "https://e.example/feed"),
        ("https://news.e.example/news", "https://news.e.example/news"),  # a word is one on its host alone
        ("https://f.example/feed?key=a4f9%2077c1b", "https://f.example/feed?key=***"),  # a key is one everywhere
        ("https://[e.example/a", "https://[e.example/a"),
    ],
)
def test_keys_in_the_address_of_a_source_are_hidden(address: str, shown: str) -> None:
    assert discreet(address) == shown


@pytest.mark.usefixtures("hidden")
def test_the_address_of_a_source_has_neither_password_nor_key_and_that_of_an_entry_stays_whole() -> None:
    assert source_address("https://me:secret@e.example/news") == "https://e.example/***"
    assert web_address("https://e.example/news") == "https://e.example/news"
    assert source_address(None) is None
    assert source_address("maildir:news") is None
