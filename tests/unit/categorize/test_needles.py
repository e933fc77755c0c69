"""What a regular expression can't do without is in everything that it matches."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.categorize.needles import may_match, needles_of
from aggregator.config import load
from aggregator.config.terms import Pattern, parse_term


@pytest.mark.parametrize(
    ("expression", "needles"),
    [
        (r"\bESA\b", (("ESA",),)),
        (r"Vega-C|Ariane (?:5|6)", (("Vega-C", "Ariane "),)),
        (r"[Ss]tart[ -]up", (("Start up", "Start-up", "start up", "start-up"),)),
        (r"[Ss]tart[ -][Uu]p", (("Start ", "Start-", "start ", "start-"), ("Up", "up"))),
        (r"Saturne?\b", (("Saturn",),)),
        (r"lan(?:ce|za)ment", (("ment",), ("lan",), ("ce", "za"))),
        (r"\bIMD\b.{0,60}(?i:rank|index)", (("IMD",),)),
        (r"Mars(?! 20\d\d)", (("Mars",),)),
        (r"R ?& ?D", (("R",), ("&",), ("D",))),
        (r"moon(?:s|light)*", (("moon",),)),
        (r"a{2,}b+c{0,3}", (("a",), ("b",))),
        (r"3\.5", (("3.5",),)),
        (r"[a-z]+|\d", ()),
        (r"(?i)esa", ()),
        (r"(?:moon|\w+) landing", ((" landing",),)),
        (r"(moon) \1", ()),
        (r"\x41B", ()),
    ],
)
def test_needles_are_what_no_match_is_without(expression: str, needles: tuple[tuple[str, ...], ...]) -> None:
    assert needles_of(expression) == needles


def test_a_text_without_one_of_the_needles_is_passed_over() -> None:
    needles = needles_of("[Ll]unar (?:ice|dust)")

    assert may_match(needles, "dust of the Lunar kind: lunar dust")
    assert not may_match(needles, "lunar rocks")
    assert not may_match(needles, "ice and dust")


pieces = st.sampled_from(
    [
        "a",
        "b",
        "ab",
        "é",
        r"\.",
        ".",
        r"\w",
        r"\b",
        "[ab]",
        "[^a]",
        "[a-c]",
        "[]a]",
        "(?=a)",
        "(?!b)",
        "(?<=a)",
        "{",
        "-",
    ]
)
repeats = ["*", "+", "?", "{2}", "{0,2}", "{,2}", "{1,}", "*?", "++", "{0}"]
expressions = st.recursive(
    pieces,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map("|".join),
        st.tuples(st.sampled_from(["(", "(?:", "(?i:", "(?="]), inner).map(lambda pair: "".join(pair) + ")"),
        st.tuples(inner, st.sampled_from(repeats)).map("".join),
    ),
    max_leaves=12,
)


@settings(max_examples=1500, deadline=None)
@given(expressions, st.lists(st.text("abcABé.- \n{", max_size=12), min_size=5, max_size=20))
def test_whatever_an_expression_matches_has_its_needles(expression: str, texts: list[str]) -> None:
    try:
        compiled = re.compile(expression)
    except re.error:
        return
    needles = needles_of(expression)

    for text in texts:
        if compiled.search(text):
            assert may_match(needles, text)


DEFAULTS = [
    term
    for category in load(None).categories
    for text in (*category.any, *category.none)
    if isinstance(term := parse_term(text), Pattern)
]


@pytest.mark.parametrize("pattern", DEFAULTS, ids=lambda pattern: pattern.written)
def test_every_default_expression_has_needles_that_its_matches_have(pattern: Pattern) -> None:
    needles = needles_of(pattern.expression.pattern)
    assert needles

    @settings(max_examples=30, deadline=None)
    @given(st.from_regex(pattern.expression))
    def matches_have_them(text: str) -> None:
        assert may_match(needles, text)

    matches_have_them()
