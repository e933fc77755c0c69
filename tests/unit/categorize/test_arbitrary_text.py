"""Finding by index gives what looking at every place would give, and no text makes it fail."""

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.categorize import categorize, compile_rules
from aggregator.config import CategoryConfig
from tests.builders import make_entry, make_source

vocabulary = st.sampled_from(["space", "spaces", "spacecraft", "office", "law", "lunar"])
written_terms = st.lists(vocabulary, min_size=1, max_size=3).flatmap(
    lambda words: st.sampled_from([" ".join(words), " ".join(words) + "*"])
)


def occurs(term: str, words: list[str]) -> bool:
    parts = term.removesuffix("*").split()
    for at in range(len(words) - len(parts) + 1):
        there = words[at : at + len(parts)]
        last_fits = there[-1].startswith(parts[-1]) if term.endswith("*") else there[-1] == parts[-1]
        if there[:-1] == parts[:-1] and last_fits:
            return True
    return False


@settings(max_examples=300, deadline=None)
@given(st.lists(written_terms, min_size=1, max_size=6, unique=True), st.lists(vocabulary, max_size=8))
def test_the_index_finds_what_looking_everywhere_finds(terms: list[str], words: list[str]) -> None:
    rules = compile_rules([CategoryConfig(name=f"c{n}", any=(term,)) for n, term in enumerate(terms)])

    found = categorize(make_entry("x", summary=" ".join(words)), make_source(), rules)

    assert [match.category for match in found] == [f"c{n}" for n, term in enumerate(terms) if occurs(term, words)]


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_any_text_can_be_categorized(title: str, content: str, tags: list[str]) -> None:
    rules = compile_rules([CategoryConfig(name="space", any=("space", "a*", r"/\w\W/"), none=("office space", "/ab/"))])

    for match in categorize(make_entry(title, content=content, tags=tuple(tags)), make_source(), rules):
        assert match.reasons
