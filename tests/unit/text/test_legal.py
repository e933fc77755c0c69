"""Addresses as they are shown: nothing in them is unseen."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.text.legal import visible, web_address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://e.example/\u202egnp.exe", "https://e.example/%E2%80%AEgnp.exe"),
        (
            "https://e.example/a\u2066b\u2069?q=\u200b#\ufeff",
            "https://e.example/a%E2%81%A6b%E2%81%A9?q=%E2%80%8B#%EF%BB%BF",
        ),
        ("https://e.example/\u2028x", "https://e.example/%E2%80%A8x"),
        ("https://e.example/كتاب/Größe", "https://e.example/كتاب/Größe"),
        ("https://e.example/plain?a=b%20c", "https://e.example/plain?a=b%20c"),
    ],
)
def test_what_can_not_be_seen_is_percent_encoded_and_nothing_else(address: str, shown: str) -> None:
    assert visible(address) == shown
    assert web_address(address) == shown


@settings(deadline=None)
@given(st.text())
def test_all_that_is_shown_is_printable_and_means_the_same(text: str) -> None:
    shown = visible(text)

    assert shown.isprintable()
    if text.isprintable() or "%" not in text:
        assert unquote(shown) == text.encode("utf-8", "replace").decode() if "%" not in text else shown == text
