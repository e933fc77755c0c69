"""The fast way to find terms gives what the plain way gives: each term looked for at each word, each pattern tried."""

from __future__ import annotations

import re
import time
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.categorize.occurrences import Finder, Span
from aggregator.categorize.rules import Rules, categorize, compile_rules, explain_rules
from aggregator.categorize.text import EntryText, read_entry
from aggregator.config import CategoryConfig, load
from aggregator.config.terms import Pattern, Term
from aggregator.config.words import fold
from tests.builders import make_entry, make_source

# Letters, digits and what is put on them; breaks. As the program has it, but found one by one.
TOKEN = re.compile("(?:[^\\W_]|[\u0300-\u036f])+|[.,;:!?…)](?=\\s)|(?<=\\s)[–—|](?=\\s)|\n\n")


def plain_find(terms: tuple[Term, ...], text: str) -> dict[int, list[Span]]:
    tokens = list(TOKEN.finditer(text))
    words = [fold(token[0]) for token in tokens]
    found: dict[int, list[Span]] = {}
    for number, term in enumerate(terms):
        if isinstance(term, Pattern):
            spans = [Span(*match.span()) for match in term.expression.finditer(text)]
        else:
            spans = [
                Span(tokens[at].start(), tokens[at + len(term.parts) - 1].end())
                for at in range(len(words) - len(term.parts) + 1)
                if all(
                    word.startswith(part.text) if part.is_stem else word == part.text
                    for part, word in zip(term.parts, words[at:], strict=False)
                )
            ]
        if spans:
            found[number] = spans
    return found


class PlainFinder(Finder):
    def __init__(self, terms: tuple[Term, ...]) -> None:
        self._terms = terms

    def find(self, text: EntryText) -> dict[int, list[Span]]:
        return plain_find(self._terms, text.text)


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
@given(texts, texts)
def test_the_default_rules_say_the_same_however_terms_are_found(title: str, content: str) -> None:
    entry, rules = make_entry(title, content=f"<p>{content}</p>", tags=(title[:20],)), default_rules()
    plain = Rules(rules.rules, rules.terms, PlainFinder(rules.terms))

    assert rules.finder.find(read_entry(entry)) == plain.finder.find(read_entry(entry))
    assert explain_rules(entry, make_source(), rules) == explain_rules(entry, make_source(), plain)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["a", "a*", "ab", "ab*", "b", "b*", "c"]), min_size=1, max_size=4), min_size=1),
    st.lists(st.sampled_from(["a", "ab", "abc", "b", "bc", "c", ". "])),
)
def test_phrases_with_stems_anywhere_are_found_where_they_are(phrases: list[list[str]], words: list[str]) -> None:
    rules = compile_rules([CategoryConfig(name="x", any=tuple(" ".join(phrase) for phrase in phrases))])
    text = read_entry(make_entry(" ".join(words)))

    assert rules.finder.find(text) == plain_find(rules.terms, text.text)


def test_many_occurrences_and_vetoes_take_time_that_grows_with_them_only() -> None:
    rules = compile_rules([CategoryConfig(name="space", any=("space",), none=("office space",))])
    entry = make_entry("x", content="office space " * 15_000)

    began = time.process_time()
    assert categorize(entry, make_source(), rules) == ()
    assert time.process_time() - began < 2  # it is 0.1; each veto against each occurrence takes 11
