"""HTML in house form as text."""

from __future__ import annotations

import pytest

from aggregator.text.tags import visible_lines, without_tags


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


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("<p>one\ntwo</p><ul><li>th<i>r</i>ee</li></ul>", "\none two\n\n\nthree\n\n"),
        ('a<img src="/x.png" alt="b">c<br>d', "ac\nd"),
        ('a<p><a href="https://www.tube.example/v/1" rel="noopener">tube.example</a></p>b', "a b"),
        ('<p><a href="https://tube.example/v/1" rel="noopener">A launch</a></p>', "\nA launch\n"),
    ],
)
def test_each_block_is_a_line_and_a_film_without_a_title_says_nothing(markup: str, lines: str) -> None:
    assert visible_lines(markup) == lines
