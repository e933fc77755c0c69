"""HTML in house form as text."""

from __future__ import annotations

import pytest

from aggregator.text.tags import without_tags


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("sp<b>ace</b>", "space"),
        ("<p>one</p><p>two</p>", " one  two "),
        ("Q&amp;A, 5 &lt; 6", "Q&A, 5 < 6"),
        ('<img alt="a > b" src="/x.png">after', " after"),
        ("<button>press</button>", " press "),
    ],
)
def test_tags_within_a_line_join_and_all_others_part(markup: str, text: str) -> None:
    assert without_tags(markup) == text


def test_what_stands_between_blocks_is_as_asked() -> None:
    assert without_tags("<p>one</p>two<br>three", between="|") == "|one|two|three"
