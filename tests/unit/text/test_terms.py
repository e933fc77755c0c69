import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.text.expressions import And, Expression, Not, Or, parse_filter
from aggregator.text.terms import Condition, Field, Part, Pattern, Phrase, check_term, parse_term


def shown(expression: Expression) -> str:
    """Write a filter with all its parentheses."""
    match expression:
        case And(parts):
            return "(" + " and ".join(map(shown, parts)) + ")"
        case Or(parts):
            return "(" + " or ".join(map(shown, parts)) + ")"
        case Not(part):
            return f"not {shown(part)}"
        case Condition(near=()):
            return "|".join(term.written for term in expression.terms)
        case Condition():
            sides = ("|".join(term.written for term in side) for side in (expression.terms, expression.near))
            return f"<{f' near/{expression.within} '.join(sides)}>"


def test_a_phrase_is_its_words_and_a_stem_may_be_any_of_them() -> None:
    term = parse_term("Espace* resourc*")

    assert term == Phrase("Espace* resourc*", (Part("espace", is_stem=True), Part("resourc", is_stem=True)))


def test_a_hyphen_makes_two_words_and_the_star_belongs_to_the_last() -> None:
    term = parse_term("start-up*")

    assert term == Phrase("start-up*", (Part("start", is_stem=False), Part("up", is_stem=True)))


def test_breaks_at_the_ends_of_a_phrase_are_left_out() -> None:
    term = parse_term("\n\nMoon. \n\n")

    assert isinstance(term, Phrase)
    assert term.parts == (Part("moon", is_stem=False),)


def test_capitals_matter_after_an_equals_sign() -> None:
    assert parse_term("=Mars Éxpress*") == Phrase(
        "=Mars Éxpress*", (Part("Mars", is_stem=False), Part("Express", is_stem=True)), is_exact=True
    )


def test_a_full_stop_in_a_phrase_is_a_word_of_it() -> None:
    term = parse_term("U.S. Space")

    assert isinstance(term, Phrase)
    assert [part.text for part in term.parts] == ["u", ".", "s", ".", "space"]


def test_slashes_make_a_regular_expression() -> None:
    term = parse_term(r"/\bESA\b/")

    assert isinstance(term, Pattern)
    assert term.expression.search("An ESA mission")
    assert not term.expression.search("An esa mission")


def test_no_regular_expression_takes_longer_than_the_text_is_long() -> None:
    term = parse_term("/(a|a)*(a+)+(aa)*$b|(x+x+)+y/")

    assert isinstance(term, Pattern)
    began = time.process_time()
    assert not term.expression.search("a" * 50_000 + "x" * 50_000)
    assert time.process_time() - began < 2  # it is 0.01; trying all ways takes for ever


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected a word"),
        ("++", "expected a word"),
        ("*", "expected a word"),
        ("*lite", "a \\* stands at the end of a word"),
        ("sat*lite", "a \\* stands at the end of a word"),
        ("space *", "a \\* stands at the end of a word"),
        ("moon**", "a \\* stands at the end of a word"),
        ("/", "between two slashes"),
        ("//", "between two slashes"),
        ("/ESA/i", "between two slashes"),
        ("/[a/", "not a regular expression: missing \\]: \\[a"),
        (r"/Mars(?! 20\d\d)/", "it may not look around"),
        (r"/(?<=x)y/", "it may not look around"),
        (r"/(a)\1/", "it may not look around .* refer back"),
        ("/a++/", "possessive"),
        (r"/\bété/", r"\\b knows the letters a to z only"),
        (r"/été\b/", r"\\b knows the letters a to z only"),
        ("/a*/", "would match everything"),
        ("/((a{100}){100}){100}/", "not a regular expression: too large"),
    ],
)
def test_what_is_no_term_is_refused_with_the_reason(text: str, complaint: str) -> None:
    for refuse in (check_term, parse_term):
        with pytest.raises(ValueError, match=complaint):
            refuse(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aZ9éÿ×ªœ=*- '’._/", max_size=8))
def test_the_check_of_a_term_says_what_reading_it_says(text: str) -> None:
    assert refusal(check_term, text) == refusal(parse_term, text)


def test_the_check_of_a_letter_says_what_reading_it_says() -> None:
    for letter in map(chr, range(0x250)):
        assert refusal(check_term, letter) == refusal(parse_term, letter), letter


def refusal(read: Callable[[str], object], text: str) -> str | None:
    try:
        read(text)
    except ValueError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("lunar", "lunar"),
        ("a or b and c", "(a or (b and c))"),
        ("(a or b) AND c", "((a or b) and c)"),
        ("not a and b", "(not a and b)"),
        ("not not a", "a"),
        ("NOT (a Or b)", "not (a or b)"),
        ('"space resourc*" or start-up*', "(space resourc* or start-up*)"),
        ('"and" and "or"', "(and and or)"),
        (r"/a (b|c) \/ d/ or e", r"(/a (b|c) \/ d/ or e)"),
        ('a and("b")', "(a and b)"),
        ("a near b", "<a near/8 b>"),
        ('not (a or "b c") near/3 d* and e', "(not <a|b c near/3 d*> and e)"),
        ("near/3x or nearby", "(near/3x or nearby)"),
        ('=ESA or ="Mars Express"', "(=ESA or =Mars Express)"),
    ],
)
def test_not_binds_closest_then_and_then_or(text: str, meaning: str) -> None:
    assert shown(parse_filter(text)) == meaning


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected a term at character 1"),
        ("  ", "expected a term at character 3"),
        ("a and", "expected a term at character 6"),
        ("or a", "expected a term at character 1"),
        ("space station", "expected and, or at character 7; words that belong together stand in quotation marks"),
        ("a not b", "expected and, or at character 3"),
        ("(a or b", r"the \( at character 1 is not closed"),
        ("a)", r"a \) without its \( at character 2"),
        ("()", "expected a term at character 2"),
        ('a or "b', "the quotation mark at character 6 is not closed"),
        ('a or ""', r"expected a word; .* \(the term at character 6\)"),
        ("a or /[/", r"missing \]: \[ \(the term at character 6\)"),
        ("a near", "expected a term at character 7"),
        ("near a", "expected a term at character 1"),
        ("a near (b and c)", "near at character 3 stands between terms"),
        ("a near not b", "expected a term at character 8"),
        ("a near b near c", "near at character 10 stands between terms"),
        ("title:a near b", "near at character 9 stands between terms, .* in the same part"),
        ("(" * 5000 + "a" + ")" * 5000, "more than 50 parentheses in each other at character 51"),
    ],
)
def test_what_is_no_filter_is_refused_with_the_position(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_filter(text)


def test_any_number_of_nots_is_read() -> None:
    assert shown(parse_filter("not " * 5001 + "a")) == "not a"


def test_a_part_of_the_entry_may_stand_before_a_term() -> None:
    expression = parse_filter('title:lunar and TAGS:"moon base" and other:x')

    assert isinstance(expression, And)
    assert [part.fields for part in expression.parts if isinstance(part, Condition)][:2] == [
        {Field.TITLE},
        {Field.TAGS},
    ]
    assert shown(expression) == "(lunar and moon base and other:x)"
