"""Addresses to unsubscribe can't be made up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.notify import read_token, unsubscribe_token

KEY, ENDPOINT = b"0123456789abcdef", "00112233445566778899"


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True), st.binary(min_size=10, max_size=10))
def test_a_token_tells_the_digest_and_the_endpoint(digest: str, endpoint: bytes) -> None:
    token = unsubscribe_token(KEY, digest=digest, endpoint=endpoint.hex())

    assert read_token(KEY, token) == (digest, endpoint.hex())
    assert token.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=120))
def test_nothing_else_is_a_token(text: str) -> None:
    assert read_token(KEY, text) is None


def test_a_changed_token_is_none() -> None:
    token = unsubscribe_token(KEY, digest="daily", endpoint=ENDPOINT)

    for place in range(len(token) - 1):
        other = "A" if token[place] != "A" else "B"
        assert read_token(KEY, token[:place] + other + token[place + 1 :]) is None


def test_a_token_of_another_database_is_none() -> None:
    token = unsubscribe_token(b"another key", digest="daily", endpoint=ENDPOINT)

    assert read_token(KEY, token) is None
