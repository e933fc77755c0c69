"""The default categories do not get worse at judging headlines: floors that may rise and never fall."""

from __future__ import annotations

import pytest

from aggregator.categorize import categorize
from aggregator.model import Entry
from tests.quality.categories import (
    CORPUS,
    SOURCE,
    Headline,
    corpus_headlines,
    default_rules,
    everyday_headlines,
    our_headlines,
    score,
)

# F1 of each category, and how many of the headlines in no category may get one.
OUR_FLOORS = {"space": 0.98, "innovation": 0.97, "talent": 0.99}
OUR_NONE = 0.012
EVERYDAY_FLOORS = {"space": 0.98, "innovation": 0.95, "talent": 0.96}
EVERYDAY_NONE = 0.01
CORPUS_FLOORS = {"space": 0.98, "innovation": 0.97, "talent": 0.97}
CORPUS_NONE = 0.02


def check(headlines: list[Headline], floors: dict[str, float], most_of_none: float) -> None:
    scores = score(headlines, default_rules())

    found = {category: each.f1 for category, each in scores.by_category.items()}
    assert all(found[category] >= floor for category, floor in floors.items()), found
    assert scores.none_share <= most_of_none


def test_our_own_headlines_are_judged_well() -> None:
    check(our_headlines(), OUR_FLOORS, OUR_NONE)


def test_headlines_as_outlets_write_them_every_day_are_judged_well() -> None:
    check(everyday_headlines(), EVERYDAY_FLOORS, EVERYDAY_NONE)


@pytest.mark.skipif(not CORPUS.exists(), reason=f"no headlines at {CORPUS}; set AGGREGATOR_CORPUS to the corpus")
def test_headlines_of_the_corpus_are_judged_well() -> None:
    check(corpus_headlines(), CORPUS_FLOORS, CORPUS_NONE)


# What an article is about.
COUNCIL = {
    "en": """
        The council met on Tuesday to speak about roads, schools and the price of water. Residents asked when
        the bakery in the main street would open again. The mayor promised an answer before the summer.
        """,
    "fr": """
        Le conseil communal s'est réuni mardi pour parler des routes, des écoles et du prix de l'eau. Les
        habitants ont demandé quand la boulangerie rouvrirait. Le bourgmestre a promis une réponse avant
        l'été.
        """,
    "de": """
        Der Gemeinderat traf sich am Dienstag, um über Straßen, Schulen und den Wasserpreis zu sprechen. Die
        Einwohner fragten, wann die Bäckerei wieder öffnet. Der Bürgermeister versprach eine Antwort vor dem
        Sommer.
        """,
}
# What it mentions in a paragraph.
IN_PASSING = {
    "en": """
        He also recalled that SES in Betzdorf runs a fleet of satellites, that the Luxembourg Space Agency
        supports start-ups from the space sector, and that the research institute LIST and Luxinnovation help
        companies with innovation. The country still ranks high in the IMD talent ranking, though firms speak
        of a shortage of skilled workers.
        """,
    "fr": """
        Il a aussi rappelé que SES exploite depuis Betzdorf une flotte de satellites, que la Luxembourg Space
        Agency soutient des start-up du secteur spatial, et que le List et Luxinnovation aident les
        entreprises à innover. Le pays reste bien placé dans le classement IMD des talents, mais les patrons
        parlent d'une pénurie de main-d'œuvre qualifiée.
        """,
    "de": """
        Er erinnerte auch daran, dass SES von Betzdorf aus Satelliten betreibt, dass die Raumfahrtagentur
        Start-ups der Weltraumbranche fördert und dass das Forschungsinstitut LIST und Luxinnovation den
        Firmen bei Innovationen helfen. Im Talentranking des IMD liegt das Land vorn, auch wenn Betriebe über
        den Fachkräftemangel klagen.
        """,
}


@pytest.mark.parametrize("language", COUNCIL)
def test_what_a_long_article_mentions_in_its_middle_is_not_what_it_is_about(language: str) -> None:
    told = " ".join(COUNCIL[language].split())
    content = f"<p>{told * 4}</p><p>{IN_PASSING[language]}</p><p>{told * 5}</p>"
    entry = Entry(key="1", title=told[:70], summary=told, content=content, language=language)

    assert categorize(entry, SOURCE, default_rules()) == ()


def test_a_long_article_that_speaks_of_nothing_else_has_its_category_whatever_its_title() -> None:
    content = "".join(
        f"<p>{each}</p>"
        for each in (
            "The company's rocket lifted off from Kourou and carried three satellites into orbit.",
            "Its upper stage fired twice before the payload was released, the space agency said.",
            "ESA and NASA track the spacecraft through ground stations; astronauts watched from the space station.",
            "The asteroid probe will fly past the moon in May and reach Mars two years later.",
        )
    )

    found = categorize(Entry(key="1", title="A good day", content=content, language="en"), SOURCE, default_rules())

    assert [each.category for each in found] == ["space"]
