from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.dedupe.alignment import pieces_of_text
from aggregator.dedupe.articles import Article, compare_articles
from aggregator.text.folding import first_words, words_in, words_of_markup

TEXT = (
    "The observatory on Mount Halla will open its dome to visitors in the first week of April. Guides explain how the "
    "mirror of 2 metres was cast, and why it took 4 years to polish. Whoever comes by bus gets a cup of tea at the "
    "top. On clear nights the small telescopes on the terrace are free for everyone, and children may stay up until "
    "10. The road is steep, and in fog the gate at the lower car park stays closed."
)
TITLE = "Halla observatory opens its dome to visitors"
BOILERPLATE = "This article was published by a partner and is shown here with its permission, as it was written there."


def article(text: str, title: str = TITLE) -> Article:
    return Article(title, words_in(text))


def cut(text: str, share: float = 0.6) -> str:
    return text[: int(len(text) * share)]


@pytest.mark.parametrize(
    "changed",
    [
        TEXT.upper(),
        cut(TEXT),
        f"{BOILERPLATE} {TEXT}",
        f"{TEXT} {BOILERPLATE}",
        f"{BOILERPLATE} {cut(TEXT)}",
        f"{cut(TEXT)} … {BOILERPLATE}",
    ],
    ids=["case", "cut", "before", "after", "before and cut", "cut and after"],
)
def test_a_copy_is_recognized_by_its_text_whatever_its_headline(changed: str) -> None:
    comparison = compare_articles(article(changed, "What to do in April"), article(TEXT))

    assert comparison.is_same, comparison.reason
    assert "words in a row are the same" in comparison.reason


def test_gaps_that_stripped_markup_lost_do_not_matter() -> None:
    glued = TEXT.replace("the first", "thefirst").replace("a cup", "acup").replace("the lower", "thelower")

    assert compare_articles(article(glued, "Other"), article(TEXT)).is_same


@pytest.mark.parametrize(
    ("before", "after"),
    [("2 metres", "3 metres"), ("until 10", "until 11"), ("first week of April", "2nd week of April")],
)
def test_the_same_sentences_with_another_number_are_another_edition(before: str, after: str) -> None:
    comparison = compare_articles(article(TEXT.replace(before, after)), article(TEXT))

    assert not comparison.is_same
    assert comparison.is_edition
    assert "numbers" in comparison.reason


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("LUXEMBOURG, Nov. 27, 2026 /PRNewswire/ -- ", "LUXEMBOURG--(BUSINESS WIRE)--"),
        ("LONDON, Nov 27 (Reuters) - ", "LONDON (AP) - "),
        ("Berlin, 27.11.2026 (dpa) - ", "Berlin (AFP) - "),
        ("Paris, le 2 février 2027 (AFP) - ", "Paris (Reuters) - "),
    ],
)
def test_a_date_in_one_wires_dateline_is_no_other_edition(one: str, two: str) -> None:
    comparisons = [
        compare_articles(article(f"{first}{TEXT}"), article(f"{second}{TEXT}"))
        for first, second in ((one, two), (two, one))
    ]

    assert [each.is_same for each in comparisons] == [True, True], comparisons[0].reason


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("LUXEMBOURG, Nov. 27, 2026 - ", "LUXEMBOURG, Dec. 4, 2026 - "),
        ("Week 47, Luxembourg: ", "This week, Luxembourg: "),
        ("For the 2nd time in March: ", "For the first time in March: "),
    ],
)
def test_other_numbers_before_the_same_text_are_another_edition(one: str, two: str) -> None:
    comparison = compare_articles(article(f"{one}{TEXT}"), article(f"{two}{TEXT}"))

    assert not comparison.is_same
    assert comparison.is_edition


def test_the_same_text_under_titles_of_two_years_is_two_editions() -> None:
    old, new = article(TEXT, "Open domes 2025"), article(TEXT, "Open domes 2026")

    comparison = compare_articles(new, old)

    assert not comparison.is_same
    assert "numbers in their titles differ" in comparison.reason


def test_a_number_in_the_sites_name_tells_no_editions_apart() -> None:
    assert compare_articles(article(TEXT, f"{TITLE} | Channel 24"), article(TEXT, "4 reasons to visit Halla")).is_same


def test_two_releases_with_the_same_words_about_the_sender_are_two() -> None:
    about = f"About us: {BOILERPLATE} {BOILERPLATE}"
    one = article(
        f"The institute opens a laboratory in Ghent, where forty volunteers will sleep every week. {about}", "A"
    )
    two = article(
        f"The institute moves its library to the tram depot, whose gates will open in late August. {about}", "B"
    )

    comparison = compare_articles(one, two)

    assert not comparison.is_same
    assert "begin otherwise" in comparison.reason


def test_names_that_differ_throughout_make_another_article() -> None:
    template = "{0} is open today. Visit {0} with friends and try the tea of {0}. The road to {0} is steep, says {0}."
    one, two = article(template.format("Halla"), "Tips"), article(template.format("Sorak"), "Tips")

    assert not compare_articles(one, two).is_same


def test_a_short_text_needs_the_title_too() -> None:
    text = "The observatory on the mountain opens its dome to visitors in the first week of April."

    with_title = compare_articles(article(text), article(text))
    without = compare_articles(article(text, "Five ideas for the weekend"), article(text))

    assert with_title.is_same
    assert not without.is_same
    assert "title" in without.reason


def test_titles_alone_are_never_enough() -> None:
    assert not compare_articles(article("", "Statement"), article("", "Statement")).is_same
    assert not compare_articles(article("Read more here."), article("Read more here.")).is_same


def test_within_one_source_all_of_it_must_be_the_same() -> None:
    other_title = compare_articles(article(TEXT, "Trains"), article(TEXT), within_source=True)
    longer = compare_articles(article(f"{TEXT} {BOILERPLATE}"), article(TEXT), within_source=True)
    again = compare_articles(article(TEXT), article(TEXT), within_source=True)

    assert [each.is_same for each in (other_title, longer, again)] == [False, False, True]


def test_what_a_source_repeats_in_its_entries_does_not_count() -> None:
    repeated = frozenset(pieces_of_text(article(f"{BOILERPLATE} {BOILERPLATE}").words))
    one = article(f"Apples are ripe. {BOILERPLATE} {BOILERPLATE}", "What the partner says")
    two = article(f"Pears are not. {BOILERPLATE} {BOILERPLATE}", "What the partner says")

    assert compare_articles(one, two).is_same
    assert not compare_articles(one, two, repeated=repeated).is_same


def test_words_are_compared_without_markup_case_accents_and_quotes() -> None:
    markup = "<p>L’<em>É</em>cole &amp; la “<a href='https://a.example/'>rue</a>”</p><p>Straße</p>"

    assert words_of_markup(markup) == ["l", "ecole", "la", "rue", "strasse"]


@example(["x" * 15, " "], 3)
@example(["a", " ", "x" * 15], 2)
@given(
    st.lists(st.sampled_from(["a", "É", "e\u0301", "ß", "ﬃ", " ", "x" * 15, "“", "宇宙", "’"])),
    st.integers(0, 12),
)
def test_the_first_words_are_those_that_all_words_begin_with(parts: list[str], count: int) -> None:
    text = "".join(parts)

    assert first_words(text, count) == words_in(text[: count * 20])[:count]


@pytest.mark.parametrize("title", [TITLE, "Another headline of 2024", "Quite something else"])
@pytest.mark.parametrize("words", [0, 4, 5, 11, 12, 24, 25, 31, 32, 400])
@pytest.mark.parametrize("within_source", [False, True])
def test_texts_that_are_equal_are_judged_as_if_they_were_compared(
    title: str, words: int, *, within_source: bool
) -> None:
    one, two = (Article(each, [f"w{number}" for number in range(words)]) for each in (title, TITLE))
    elsewhere = frozenset({("not", "in", "any", "of", "them")})  # with which they are laid beside each other

    judged = compare_articles(one, two, within_source=within_source)

    assert judged == compare_articles(one, two, within_source=within_source, repeated=elsewhere)


LONG = " ".join(
    f"Sentence {chr(97 + n % 26)}{chr(97 + n // 26)} tells of the harbor and of boat{chr(97 + n)}." for n in range(24)
)


@pytest.mark.parametrize(
    ("one", "two", "is_same"),
    [
        (("Baker (m/f/d) in Wiltz", "Wiltz Baker"), ("Plumber (m/f/d) in Diekirch", "Diekirch Plumber"), False),
        (("Pollen report for Wiltz", "in Wiltz"), ("Pollen report for Diekirch", "in Diekirch"), False),
        (("Weather: Wiltz", ""), ("Weather: Diekirch", ""), False),
        (("Pollen report for Wiltz", "in Wiltz"), ("Stay at home", "in Wiltz"), True),
    ],
)
def test_entries_of_one_template_are_about_what_their_titles_say(one, two, is_same: bool) -> None:
    text = (
        "The load of birch is moderate today and that of grasses is low until the wind turns in the evening and rain "
    )
    text += "washes the air so that those who are sensitive may sleep"

    found = compare_articles(*(article(f"We write {filled} today. {text}", title) for title, filled in (one, two)))

    assert found.is_same is is_same, found


def test_a_copy_with_another_lead_or_order_or_without_parts_is_recognized_by_its_runs() -> None:
    sentences = LONG.split(". ")
    lead = (
        "Our readers ask what is behind it, and here is what those say who know it best, as far as they may tell today"
    )

    for changed in ([lead, *sentences[3:]], [*sentences[12:], *sentences[:12]], sentences[::2] + sentences[1::2]):
        assert compare_articles(article(". ".join(changed), "Harbor and boats"), article(LONG, "Of the harbor")).is_same


def test_an_introduction_that_names_neither_article_makes_no_copy() -> None:
    intro = (
        "Every Friday our columnists look back at the week in town and write what they think and not what we think, "
    )
    intro += "they answer every letter and here is what they have to tell this time in their own words and at own risk."
    bench, choir = (
        f"{intro} Blue paint, and half the street is furious.",
        f"{intro} Now they sing in thirds every Sunday.",
    )

    assert not compare_articles(article(bench, "The bench"), article(choir, "A choir")).is_same
