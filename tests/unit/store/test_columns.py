"""Values as databases take them."""

from __future__ import annotations

import json

import pytest

from aggregator.store.columns import written_json


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ((), []),
        ([], []),
        (None, None),
        (0, 0),
        (("a", "Réunion", "🚀"), ["a", "Réunion", "🚀"]),
        (["a\x00b", "\ud83d", "\\u0000 \\ud83d"], ["ab", "?", "\\u0000 \\ud83d"]),
        ({"a": [{"title": "b\x00"}], "counts": {"c": 1}}, {"a": [{"title": "b"}], "counts": {"c": 1}}),
    ],
)
def test_json_is_stored_without_what_no_database_takes(value: object, stored: object) -> None:
    assert json.loads(written_json(value)) == stored
