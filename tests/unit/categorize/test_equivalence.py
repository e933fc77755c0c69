"""The fast way to find terms gives what the plain way gives: each term looked for at each word, each pattern tried."""

from __future__ import annotations

import re
import time
import unicodedata
from dataclasses import replace
from functools import cache
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.categorize import Rules, categorize, compile_rules, explain_rules
from aggregator.categorize.entry_text import EntryText, Span, read_entry
from aggregator.categorize.occurrences import Finder, Found
from aggregator.config import CategoryConfig, TermGroup, load
from aggregator.text.terms import Pattern, Phrase, Term
from tests.builders import make_entry, make_source

LETTERS = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "œ": "oe", "Œ": "OE", "æ": "ae", "ø": "o"})


def plain_words(text: str) -> list[tuple[str, int, int]]:
    """Return words without accents, with their places in the text; letter by letter."""
    words: list[tuple[str, int, int]] = []
    is_within = False
    for at, character in enumerate(text):
        letters = unicodedata.normalize("NFKD", character.translate(LETTERS))
        plain = "".join(each for each in letters if not unicodedata.combining(each))
        if character in ".,;:!?)|\n…–—\x00":
            words.append((character if character == "\x00" else ".", at, at + 1))
            is_within = False
        elif plain.isalnum():
            word, start, _ = words.pop() if is_within else ("", at, at)
            words.append((word + plain, start, at + 1))
            is_within = True
        elif not unicodedata.combining(character):
            is_within = False
    return words


def parts_of(text: str) -> list[tuple[str, int]]:
    """Return title, summary, content and tags, with what is between them, and where each begins."""
    parts = re.findall("[^\x00]+|\x00", text)
    return list(zip(parts, accumulate(map(len, parts), initial=0), strict=False))


def capitals_tell(part: str, place: int) -> bool:
    is_sentence = place < 5  # title, summary and content, and what is between them
    return not (is_sentence and part.isupper() and len(part.split()) > 3)


def plain_find(terms: list[Term], text: EntryText) -> Found:
    words = [
        (word if capitals_tell(part, place) else word.lower(), start + offset, end + offset)
        for place, (part, offset) in enumerate(parts_of(text.text))
        for word, start, end in plain_words(part)
    ]
    begins = [1 + sum(len(word) + 1 for word, _, _ in words[:at]) for at in range(len(words) + 1)]
    found: Found = {}
    for number, term in enumerate(terms):
        spans = list(
            _pattern_spans(term, words, text, begins) if isinstance(term, Pattern) else _spans(term, words, begins)
        )
        if spans:
            found[number] = spans
    return found


def _pattern_spans(term: Pattern, words: list[tuple[str, int, int]], text: EntryText, begins: list[int]) -> list[Span]:
    spans = []
    for match in re.finditer(term.written[1:-1], text.text, re.ASCII):
        touched = [at for at, (_, start, end) in enumerate(words) if start < match.end() and end > match.start()]
        if touched:
            spans.append((begins[touched[0]], begins[touched[-1] + 1] - 1))
        else:
            place = begins[sum(end <= match.start() for _, _, end in words)]
            spans.append((place, place))
    return spans


def _spans(term: Phrase, words: list[tuple[str, int, int]], begins: list[int]) -> list[Span]:
    def fits(place: int, part: str, *, is_stem: bool) -> bool:
        word = words[place][0] if term.is_exact else words[place][0].lower()
        return word.startswith(part) if is_stem else word == part

    return [
        (begins[at], begins[at + len(term.parts)] - 1)
        for at in range(len(words) - len(term.parts) + 1)
        if all(fits(at + number, part.text, is_stem=part.is_stem) for number, part in enumerate(term.parts))
    ]


class PlainFinder(Finder):
    def __init__(self, terms: list[Term]) -> None:
        self._terms = terms

    def find(self, text: EntryText) -> Found:
        return plain_find(self._terms, text)


def phrases(rules: Rules, found: Found) -> Found:
    """Leave out regular expressions, which are looked for only where something needs them."""
    return {number: spans for number, spans in found.items() if isinstance(rules.terms[number], Phrase)}


def plain(rules: Rules) -> Rules:
    return replace(rules, finder=PlainFinder(list(rules.terms)))


@cache
def default_rules() -> Rules:
    return compile_rules(load(None).categories)


@cache
def vocabulary() -> list[str]:
    """What the default rules speak of, whole and in words, and what is around it."""
    terms = [term.written.strip("/*") for term in default_rules().terms]
    words = sorted({word for term in terms for word in re.findall(r"[\w'-]+", term)})
    extra = [
        "Straße",
        "e\u0301te\u0301",
        "\u0301x",
        "one_two",
        "œuvre",
        "R&D",
        "R & D",
        "ESA",
        "20",
        "x" * 70,
        "satellites",
    ]
    return [*terms, *words, *extra]


texts = st.lists(
    st.tuples(
        st.sampled_from(vocabulary()), st.sampled_from([" ", " ", " ", "-", ", ", ". ", "\n", " – ", "’", "_", "\n\n"])
    ),
    max_size=40,
).map(lambda pairs: "".join(word + between for word, between in pairs))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["raises", "lunar", "$4M", "12 M€", "x", "."]), max_size=8))
def test_an_expression_near_a_term_counts_as_if_it_were_always_looked_for(words: list[str]) -> None:
    near = TermGroup(terms=("raises",), near=(r"/[$€] ?\d/", r"/\d ?M\b/"), within=2)
    rules, entry = compile_rules([CategoryConfig(name="money", any=(near, "lunar"))]), make_entry(" ".join(words))

    assert categorize(entry, make_source(), rules) == categorize(entry, make_source(), plain(rules))


@pytest.mark.slow  # thousands of terms, found in two ways
@settings(max_examples=50, deadline=None)
@given(texts, texts)
def test_the_default_rules_say_the_same_however_terms_are_found(title: str, content: str) -> None:
    entry, rules = make_entry(title, content=f"<p>{content}</p>", tags=(title[:20],)), default_rules()

    assert phrases(rules, rules.finder.find(read_entry(entry))) == phrases(
        rules, plain(rules).finder.find(read_entry(entry))
    )
    assert explain_rules(entry, make_source(), rules) == explain_rules(entry, make_source(), plain(rules))


small_terms = st.lists(st.sampled_from(["a", "a*", "ab", "ab*", "b", "b*", "c", "."]), min_size=1, max_size=4).map(
    lambda words: f"b {' '.join(words)} b*"
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        small_terms | st.sampled_from(["=A", "=Ab*", "=a* B", r"/\bA\w*/", "/b a|c/", "/&+/", "/A. é/", "a", "b*"]),
        min_size=1,
    ),
    st.lists(st.sampled_from(["a", "A", "Ab", "abc", "b", "B", "bc", "é", "c", ".", "&", "\u00ad", "œ"])),
    st.sampled_from([" ", "", "-", "  "]),
)
def test_all_kinds_of_terms_are_found_where_they_are(terms: list[str], words: list[str], between: str) -> None:
    rules = compile_rules([CategoryConfig(name="x", any=tuple(terms))])
    text = read_entry(make_entry(between.join(words), summary=" ".join(words)))

    assert rules.finder.find(text) == plain(rules).finder.find(text)


def test_many_occurrences_and_vetoes_take_time_that_grows_with_them_only() -> None:
    rules = compile_rules([CategoryConfig(name="space", any=("space",), none=("office space",))])
    entry = make_entry("x", content="office space " * 15_000)

    began = time.process_time()
    assert categorize(entry, make_source(), rules) == ()
    assert time.process_time() - began < 2  # it is 0.1; each veto against each occurrence takes 11
