import multiprocessing
from typing import Any

import pytest

from aggregator.categorize import categorize, compile_rules, explain_rules
from aggregator.config import CategoryConfig, TermGroup
from aggregator.model import CategoryMatch, Entry
from tests.builders import make_entry, make_source


def rule(name: str = "space", **settings: Any) -> CategoryConfig:
    return CategoryConfig(name=name, **settings)


def group(*terms: str, **settings: Any) -> TermGroup:
    return TermGroup(terms=terms, **settings)


def names(entry: Entry, *rules: CategoryConfig) -> list[str]:
    return [match.category for match in categorize(entry, make_source(), compile_rules(rules))]


def reasons(entry: Entry, *rules: CategoryConfig) -> tuple[str, ...]:
    return tuple(reason for each in categorize(entry, make_source(), compile_rules(rules)) for reason in each.reasons)


@pytest.mark.parametrize(
    ("term", "title"),
    [
        ("lunar", "LUNAR ice"),
        ("Mondlandung", "Die MONDLANDUNG"),
        ("espace", "La conquête de l'espace"),
        ("espace", "La conquête de l’espace"),
        ("fusee", "Une fusée"),
        ("fusée", "UNE FUSEE"),
        ("Straße", "strasse"),
        ("œuvre", "Chef d'oeuvre"),
        ("start-up", "A start up"),
        ("start up", "A Start-Up"),
        ("satellite*", "Two satellites"),
        ("satellite*", "A satellite"),
        ("=SES", "Now SES flies"),
        ("=Mars Express", "The Mars-Express probe"),
        ("=Éta*", "Étangs"),
        ("space resourc*", "Space resources law"),
        ("space*", "The spaceport"),
        ("moon", "The moon's dust"),
        ("U.S. Space Force", "The U.S. Space Force flies"),
        (r"/\bESA\b/", "Now ESA flies"),
        ("Falcon 9", "Falcon-9 lands"),
        ("satellite", "A satel\u00adlite"),
        ("/é/", "e\u0301"),
        ("宇宙", "A 宇宙 word"),
    ],
)
def test_a_term_is_found_without_regard_to_case_accents_and_hyphens(term: str, title: str) -> None:
    assert names(make_entry(title), rule(any=(term,))) == ["space"]


@pytest.mark.parametrize(
    ("term", "title"),
    [
        ("space", "Spacecraft"),
        ("space", "Myspace"),
        ("satellite", "Satellites"),
        ("lunar", "Moon"),
        ("=SES", "ses"),
        ("=SES", "Assess"),
        ("=Mars*", "mars"),
        ("satellite*", "satell"),
        ("start up", "They start. Up next: more"),
        ("space resources", "Space, resources and law"),
        ("space resources", "space"),
        ("space resourc*", "space law resources"),
        (r"/\bESA\b/", "esa"),
        ("space", ""),
    ],
)
def test_only_whole_words_in_a_row_are_found(term: str, title: str) -> None:
    assert names(make_entry(title), rule(any=(term,))) == []


def test_title_summary_content_and_tags_are_looked_at_and_told() -> None:
    entry = make_entry("Lunar", summary="orbit", content="<p>A <b>roc</b>ket</p>", tags=("Mars rover", "News"))

    assert reasons(entry, rule(any=("lunar", "orbit", "rocket", "mars"))) == (
        'title has "lunar"',
        'summary has "orbit"',
        'content has "rocket"',
        'tags have "mars"',
    )


def test_a_reason_shows_what_a_stem_or_regular_expression_found() -> None:
    entry = make_entry("Two Satellites of ESA")

    assert reasons(entry, rule(any=("satellite*", r"/E.A/"))) == (
        'title has "satellite*" (Satellites)',
        'title has "/E.A/" (ESA)',
    )


def test_the_attributes_of_markup_are_not_text_and_its_entities_are() -> None:
    entry = make_entry("x", content='<a href="https://moon.example" title="1 > 0 moon">link</a> &Eacute;t&eacute; < 2')

    assert names(entry, rule("moon", any=("moon",)), rule("summer", any=("été",))) == ["summer"]


@pytest.mark.parametrize(
    "content", ["<li>space</li><li>resources</li>", "space<br>resources", "<td>space</td> resources"]
)
def test_a_phrase_does_not_reach_across_paragraphs_and_items(content: str) -> None:
    assert names(make_entry("x", content=content), rule(any=("space resources",))) == []


def test_a_phrase_does_not_reach_from_one_part_of_an_entry_into_the_next() -> None:
    entry = make_entry("space", summary="resources", tags=("launch", "pad"))

    assert names(entry, rule(any=("space resources", "launch pad", "resources launch"))) == []


def test_a_veto_takes_back_the_occurrence_that_it_covers() -> None:
    space = rule(any=("space",), none=("office space", "parking space*"))

    assert names(make_entry("Office space and parking spaces"), space) == []
    assert names(make_entry("ESA leaves office space for space"), space) == ["space"]


def test_a_veto_that_covers_no_term_wholly_takes_nothing_back() -> None:
    space = rule(any=("space resources",), none=("office space",))

    assert names(make_entry("Office space resources"), space) == ["space"]


def test_a_regular_expression_vetoes_and_is_vetoed() -> None:
    mars = rule(any=("mars", r"/\bMars\b/"), none=(r"/début [Mm]ars/", "Bruno Mars"))

    assert names(make_entry("Bruno Mars chante début mars"), mars) == []
    assert reasons(make_entry("Bruno Mars voit Mars"), mars) == ('title has "mars"', 'title has "/\\bMars\\b/" (Mars)')


def test_each_different_term_scores_once() -> None:
    strict = rule(any=("lunar", "orbit", "Lunar"), at_least=2)

    assert names(make_entry("Lunar lunar lunar"), rule(any=("lunar", "orbit", "lunar"), at_least=2)) == []
    assert names(make_entry("Lunar orbit"), strict) == ["space"]


def test_categories_come_in_the_order_of_the_configuration() -> None:
    entry = make_entry("Talent for lunar start-ups")

    rules = [rule("talent", any=("talent",)), rule("space", any=("lunar",)), rule("innovation", any=("start-up*",))]

    assert names(entry, *rules) == ["talent", "space", "innovation"]


def test_what_every_entry_of_a_source_has_needs_no_term() -> None:
    source = make_source("orbit", categories=("local", "space"))
    rules = compile_rules([rule("talent", any=("talent",)), rule("space", any=("lunar",))])

    matches = categorize(make_entry("Lunar ice"), source, rules)

    assert matches == (
        CategoryMatch(category="space", reasons=("every entry of orbit has it", 'title has "lunar"')),
        CategoryMatch(category="local", reasons=("every entry of orbit has it",)),
    )


def test_a_category_without_terms_is_only_for_sources() -> None:
    rules = compile_rules([rule(any=())])

    assert categorize(make_entry("space"), make_source(), rules) == ()
    assert len(categorize(make_entry("x"), make_source(categories=("space",)), rules)) == 1


def test_a_word_may_begin_several_terms_in_several_categories() -> None:
    entry = make_entry("Space station crew")

    found = reasons(
        entry,
        rule("a", any=("space", "space station", "space s*", "spa*", "space station crew", "space crew")),
        rule("b", any=("space",)),
    )

    assert [reason.split('"')[1] for reason in found] == [
        "space",
        "space station",
        "space s*",
        "spa*",
        "space station crew",
        "space",
    ]


def test_an_explanation_tells_score_terms_and_vetoes_of_every_category() -> None:
    rules = compile_rules(
        [
            rule("space", any=("space", "lunar", "orbit"), none=("office space",), at_least=2),
            rule("talent", any=("talent",)),
            rule("local", any=("luxembourg",)),
            rule("office", any=("office",)),
        ]
    )

    lines = explain_rules(make_entry("Lunar office space"), make_source("orbit", categories=("local",)), rules)

    assert lines == (
        'space: no, score 1, and 2 is needed: title has "lunar"; "space" does not count in "office space"',
        "talent: no, none of its terms occurs",
        "local: yes, score 0, and 1 is needed: every entry of orbit has it",
        'office: yes, score 1, and 1 is enough: title has "office"',
    )


def test_only_the_beginning_of_an_enormous_content_is_looked_at() -> None:
    entry = make_entry("x", content="<p>word</p>" * 100_000 + "lunar", tags=("orbit",))

    assert names(entry, rule("late", any=("lunar",)), rule("tagged", any=("orbit",))) == ["tagged"]


def test_the_weights_of_the_terms_that_occur_are_added_and_may_be_less_than_nothing() -> None:
    space = rule(any=(group("rocket", "orbit", weight=0.5), group("missile", weight=-0.5)), at_least=1)

    assert names(make_entry("A rocket, a rocket"), space) == []
    assert names(make_entry("A rocket in orbit"), space) == ["space"]
    assert names(make_entry("A rocket in orbit, no missile"), space) == []


def test_ten_weights_of_a_tenth_reach_one() -> None:
    terms = tuple("abcdefghij")

    assert names(make_entry(" ".join(terms)), rule(any=(group(*terms, weight=0.1),))) == ["space"]


def test_a_term_counts_where_it_counts_most() -> None:
    space = rule(any=("orbit", "lunar"), fields={"title": 2, "summary": 0.5, "content": 0.5, "tags": 0}, at_least=1)

    assert reasons(make_entry("x", summary="orbit", content="lunar orbit"), space) == (
        'summary has "orbit", counts 0.5',
        'content has "lunar", counts 0.5',
    )
    assert reasons(make_entry("Orbit", content="lunar"), space)[0] == 'title has "orbit", counts 2'
    assert names(make_entry("x", tags=("orbit", "lunar")), space) == []


def test_a_group_may_be_for_some_parts_only() -> None:
    space = rule(any=(group("orbit", **{"in": ["title", "tags"]}),))

    assert names(make_entry("Orbit"), space) == ["space"]
    assert names(make_entry("x", tags=("News", "Orbit")), space) == ["space"]
    assert names(make_entry("x", summary="orbit", content="orbit"), space) == []


def test_the_source_is_looked_at_only_when_asked_for() -> None:
    asked, unasked = rule("asked", any=(group("orbital", **{"in": ["source"]}),)), rule("unasked", any=("orbital",))
    source = make_source("harbour", title="Orbital Harbour")

    found = categorize(make_entry("News"), source, compile_rules([asked, unasked]))

    assert [(match.category, match.reasons) for match in found] == [("asked", ('source has "orbital"',))]


@pytest.mark.parametrize(
    ("language", "found"), [("de", True), ("de-LU", True), ("LB", True), ("en", False), (None, True)]
)
def test_a_group_may_be_for_some_languages_only(language: str | None, found: bool) -> None:
    space = rule(any=(group("mound", language=["de", "lb"]),))

    assert (names(make_entry("Mound", language=language), space) == ["space"]) is found


def test_a_veto_for_another_language_takes_nothing_back() -> None:
    space = rule(any=("mond",), none=(group("mond von", language=["de"]),))

    assert names(make_entry("Mond von", language="fr"), space) == ["space"]
    assert names(make_entry("Mond von", language="de"), space) == []


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("attract talent", True),
        ("talents attracted", True),
        ("attract one two talent", True),
        ("attract one two three talent", False),
        ("talent one two three attract one talent", True),
        ("attract. talent", True),
        ("talent", False),
        ("attract", False),
    ],
)
def test_a_term_near_another_counts_within_so_many_words(title: str, found: bool) -> None:
    near = rule(any=(group("talent*", near=["attract*"], within=2),))

    assert (names(make_entry(title), near) == ["space"]) is found


def test_near_does_not_reach_into_another_part_of_the_entry() -> None:
    near = rule(any=(group("talent", near=["attract"]),))

    assert names(make_entry("attract", summary="talent"), near) == []


def test_what_overlaps_a_term_is_not_near_it() -> None:
    near = rule(any=(group("talent show", near=["talent*", "show"]),))

    assert names(make_entry("talent show"), near) == []
    assert names(make_entry("talent show, talent"), near) == ["space"]


def test_a_veto_may_depend_on_what_is_near() -> None:
    space = rule(any=("rocket*",), none=(group("rocket*", near=["fired"]),))

    assert names(make_entry("Rockets fired at night"), space) == []
    assert reasons(make_entry("Rockets fired at night. One two three four five six seven eight rocket"), space) == (
        'title has "rocket*" (rocket)',
    )


def test_reasons_name_what_is_near() -> None:
    near = rule(any=(group("talent*", near=["retain", "attract*"]),))

    assert reasons(make_entry("Attracting talents"), near) == ('title has "talent*" (talents) near "attract*"',)


def test_an_explanation_tells_why_a_term_that_occurs_does_not_count() -> None:
    rules = compile_rules(
        [
            rule("near", any=(group("talent", near=["attract*", "retain*"], within=3),)),
            rule("part", any=(group("talent", **{"in": ["tags", "summary"]}),)),
            rule("language", any=(group("talent", language=["lb", "de"]),)),
            rule("weight", any=("talent",), fields={"title": 0}),
        ]
    )

    lines = explain_rules(make_entry("Talent show", language="en"), make_source(), rules)

    assert [line.partition("needed: ")[2] for line in lines] == [
        '"talent" counts only within 3 words of "attract*", "retain*"',
        '"talent" counts only in summary, tags',
        '"talent" counts only in entries in de, lb, not in en',
        '"talent" counts nothing there',
    ]


def test_rules_work_in_a_forked_process() -> None:
    rules = compile_rules([rule(any=("lunar", "/Ariane ?6/"))])
    context = multiprocessing.get_context("fork")
    results = context.Queue()

    process = context.Process(
        target=lambda: results.put(len(categorize(make_entry("Lunar Ariane 6"), make_source(), rules)[0].reasons))
    )
    process.start()

    assert results.get(timeout=20) == 2
    process.join(20)


def test_an_explanation_names_each_term_once_and_not_all_that_might_stand_near_it() -> None:
    many = ["attract*", "retain*", "lure*", "shortage*"]
    rules = compile_rules([
        rule(
            "talent",
            any=(
                "skills",
                group("talent", near=many),
                group("talent", near=[*many, "visa"], weight=0.5),
                group("star", near=many),
                group("club", near=["golf"]),
                group("club", near=["golf"], weight=0.5),
                group("moon"),
            ),
            none=(group("moon", near=["hotel*"]),),
        )
    ])  # fmt: skip

    [line] = explain_rules(make_entry("Talent star at the Moon Hotel club"), make_source(), rules)

    assert line == (
        'talent: no, score 0, and 1 is needed: "club" counts only within 8 words of "golf"; '
        '"moon" does not count in "moon" near "hotel*"; "talent" and "star" have none of the words near that it takes'
    )


def test_an_explanation_of_a_category_that_holds_has_what_counted_alone() -> None:
    rules = compile_rules([rule("space", any=("lunar", group("probe", near=["orbit"])), none=("lunar calendar",))])

    assert explain_rules(make_entry("Lunar probe"), make_source(), rules) == (
        'space: yes, score 1, and 1 is enough: title has "lunar"',
    )


def test_a_score_is_never_rounded_up_to_what_is_needed() -> None:
    rules = compile_rules([rule("space", any=tuple(group(each, weight=0.3333333) for each in "abcd"))])

    [line] = explain_rules(make_entry("a b c"), make_source(), rules)

    assert line.startswith("space: no, score just below 1, and 1 is needed: ")
