import re

import pytest

from aggregator.config.terms import And, Expression, Not, Or, Part, Pattern, Phrase, parse_filter, parse_term


def shown(expression: Expression) -> str:
    """Write a filter with all its parentheses."""
    match expression:
        case And(parts):
            return "(" + " and ".join(map(shown, parts)) + ")"
        case Or(parts):
            return "(" + " or ".join(map(shown, parts)) + ")"
        case Not(part):
            return f"not {shown(part)}"
        case Phrase(written=text) | Pattern(written=text):
            return text


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


def test_slashes_make_a_regular_expression() -> None:
    assert parse_term(r"/\bESA\b/") == Pattern(r"/\bESA\b/", re.compile(r"\bESA\b"))


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
        ("/[a/", "not a regular expression: unterminated character set at character 2"),
        ("/a*/", "would match everything"),
        ("/" + "(" * 5000 + "a" + ")" * 5000 + "/", "not a regular expression: too large"),
    ],
)
def test_what_is_no_term_is_refused_with_the_reason(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_term(text)


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
        ('a or ""', r"expected a word; .* \(the term at character 7\)"),
        ("a or /[/", r"unterminated character set at character 2 \(the term at character 6\)"),
        ("(" * 5000 + "a" + ")" * 5000, "more than 50 parentheses in each other at character 51"),
    ],
)
def test_what_is_no_filter_is_refused_with_the_position(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_filter(text)


def test_any_number_of_nots_is_read() -> None:
    assert shown(parse_filter("not " * 5001 + "a")) == "not a"
