"""Reports of two events that have much in common: what parts them, and that it does not part reports of one event."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.stories.features import FOR_ABROAD, Abroad, Alike, features_against, features_against_abroad
from aggregator.stories.scores import is_abroad
from aggregator.stories.weighed import Weighed
from aggregator.stories.weights import Weights
from tests.builders import NOW
from tests.unit.stories.test_stories import Newsroom, headline

Said = tuple[str, str, str]

TWO_SUBJECTS = [
    (
        (
            "en",
            "Institute and Rubra extend partnership",
            "The institute in Belmont and Rubra study tyres for five years.",
        ),
        (
            "en",
            "Institute and Ferrix begin partnership",
            "The institute in Belmont and Ferrix study steel for four years.",
        ),
    ),
    (
        ("fr", "Avis mortuaire : Monsieur Paul Oberlé", "La famille fait part du décès de Paul Oberlé, né à Pont."),
        ("fr", "Avis mortuaire : Madame Josée Krack", "La famille fait part du décès de Josée Krack, née à Val."),
    ),
    (
        ("en", "Kestrel rocket launches Netlink satellites", "The Kestrel carried 28 Netlink satellites to orbit."),
        ("fr", "La Kestrel lance deux satellites Oriva", "La fusée Kestrel a mis en orbite les satellites d'Oriva."),
    ),
]
ONE_SUBJECT = [
    (
        ("en", "Kestrel rocket launches Netlink satellites", "The Kestrel carried 28 Netlink satellites to orbit."),
        ("de", "Kestrel bringt Netlink-Satelliten ins All", "An Bord der Kestrel waren Satelliten für Netlink."),
    ),
    # one of them names what the other only describes
    (
        ("en", "Rubra to build tyres on the Moon", "Rubra signed a contract with the agency for wheels of a rover."),
        ("en", "Wheels for the rover: agency picks a maker of tyres", "The contract went to Rubra, the agency said."),
    ),
    # a thing has another word in each language, though both are written as names
    (
        ("en", "Moon probe Kalliope reaches its orbit", "The Moon has a new satellite: Kalliope is in orbit."),
        ("de", "Sonde Kalliope erreicht den Mond", "Der Mond hat einen neuen Satelliten: Kalliope umkreist ihn."),
    ),
    (
        ("en", "Robots build a harbour in Kalliope", "Robots do the work of the harbour in Kalliope."),
        ("de", "Roboter bauen Hafen in Kalliope", "Roboter erledigen die Arbeit am Hafen von Kalliope."),
    ),
]


def found(one: Said, other: Said, *, days: float = 0) -> dict[str, float]:
    room = Newsroom()
    for source, (language, title, lead) in (("a", one), ("b", other)):
        published = NOW + timedelta(days=days if source == "b" else 0)
        room.round((source, headline(title, summary=lead, language=language, published=published)))
    weights = Weights({}, (each.gist for each in room.reports.values()))
    first, second = (Weighed(each, weights) for each in room.reports.values())
    if is_abroad(first.gist, second.gist):
        pair = Abroad(first, second)
        return {name: measure(pair) for name, measure in FOR_ABROAD.items()} | features_against_abroad(pair)
    return features_against(Alike(first, second))


@pytest.mark.parametrize(("one", "other"), TWO_SUBJECTS)
def test_reports_are_apart_when_each_is_about_what_the_other_does_not_name(one: Said, other: Said) -> None:
    assert found(one, other)["subjects"] >= 1


@pytest.mark.parametrize(("one", "other"), ONE_SUBJECT)
def test_reports_that_name_one_subject_are_not_apart(one: Said, other: Said) -> None:
    assert found(one, other)["subjects"] == 0


def test_what_has_no_subject_in_common_is_further_apart() -> None:
    assert found(*TWO_SUBJECTS[1])["subjects"] > found(*TWO_SUBJECTS[2])["subjects"]


@pytest.mark.parametrize(
    ("theirs", "is_other"),
    [
        ("Oriva lève 42 millions d'euros auprès de 3 fonds", False),
        ("Oriva lève 60 millions d'euros auprès de 3 fonds", True),
        ("Oriva lève des fonds", False),
    ],
)
def test_reports_that_tell_other_numbers_are_apart(theirs: str, is_other: bool) -> None:
    ours = ("en", "Oriva raises 42 million euros", "")

    assert bool(found(ours, ("fr", theirs, ""))["amounts"]) == is_other


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("78,000 cards", "78.000 Karten"),
        ("rate of 6.1%", "Quote von 6,1 Prozent"),
        ("1,250,000 cards", "1.250.000 Karten"),
    ],
)
def test_a_number_is_one_number_in_every_language(ours: str, theirs: str) -> None:
    features = found(("en", f"Oriva: {ours}", ""), ("de", f"Oriva: {theirs}", ""))

    assert features["figures"] > 0
    assert features["amounts"] == 0


def test_a_year_or_a_small_number_is_no_other_number() -> None:
    assert found(("en", "Oriva: 3 moons in 2026", ""), ("fr", "Oriva : 4 lunes en 2027", ""))["amounts"] == 0


def test_a_first_name_with_its_surname_is_one_name() -> None:
    minister = ("en", "Ottilie Brandao plans a tax", ""), ("fr", "Ottilie Brandao veut une taxe", "")
    agency = ("en", "Brandao and the Kalliope agency plan a tax", ""), ("fr", "Kalliope : Brandao veut une taxe", "")

    assert found(*minister)["names"] < found(*agency)["names"]


def test_a_day_says_nothing_and_each_further_one_parts() -> None:
    pair = ("en", "Oriva opens a laboratory", ""), ("en", "Oriva opens its laboratory", "")

    assert [found(*pair, days=days)["apart"] for days in (0, 1, 2, 3)] == [0, 0, 1, 2]


@pytest.mark.parametrize(
    ("ours", "theirs", "is_other"),
    [
        (("en", "Belmont 18th in IMD ranking of competitiveness"), ("en", "IMD talent ranking: Belmont 7th"), True),
        (("en", "Belmont 18th in IMD ranking of competitiveness"), ("fr", "Talents : Belmont au classement IMD"), True),
        (
            ("en", "Belmont 21st in digital competitiveness ranking"),
            ("de", "Ranking der Wettbewerbsfähigkeit: Belmont"),
            True,
        ),
        (
            ("en", "Belmont 18th in IMD ranking of competitiveness"),
            ("fr", "Classement IMD : Belmont 18e en compétitivité"),
            False,
        ),
        (("en", "Belmont climbs in IMD ranking"), ("en", "IMD talent ranking: Belmont 7th"), False),
        (("en", "Belmont wants talent for innovation"), ("en", "Belmont opens digital school"), False),
    ],
)
def test_rankings_of_one_house_are_told_apart_by_what_they_rank(
    ours: tuple[str, str], theirs: tuple[str, str], is_other: bool
) -> None:
    assert bool(found((*ours, ""), (*theirs, ""))["indices"]) == is_other


@pytest.mark.parametrize(
    ("ours", "theirs", "is_other"),
    [
        (("en", "WIPO: Belmont 19th in innovation"), ("en", "Belmont 19th in GII"), False),
        (("en", "OECD: Belmont 19th in innovation"), ("fr", "OCDE : Belmont 19e de l'innovation"), False),
        (("en", "WIPO: Belmont 19th in innovation"), ("fr", "OMPI : Belmont 19e de l'innovation"), False),
        (("en", "Belmont 19th in WIPO index of innovation"), ("de", "Innovationsanzeiger der EU: Belmont 6."), True),
        (("en", "European Innovation Scoreboard: Belmont 6th"), ("fr", "OMPI : Belmont 19e de l'innovation"), True),
    ],
)
def test_a_house_that_ranks_is_one_by_all_its_names(
    ours: tuple[str, str], theirs: tuple[str, str], is_other: bool
) -> None:
    assert bool(found((*ours, ""), (*theirs, ""))["indices"]) == is_other


def test_what_a_ranking_ranks_by_may_stand_in_the_lead() -> None:
    ours = ("en", "Belmont is now 18th in IMD ranking", "The institute compares the competitiveness of 69 economies.")

    assert found(ours, ("en", "IMD talent ranking: Belmont drops", ""))["indices"] == 1


@pytest.mark.parametrize(
    ("one", "other", "are_parts"),
    [
        ("Zum Tod von Jean Oberlé", "Zum Tod von Marie Krack", True),
        ("In memory of Paul Oberle, mayor", "In memory of Josee Ann Krack, mayor", True),
        ("Oriva launch delayed again", "Oriva launch goes ahead", False),
        ("Zum Tod von Jean Oberlé", "Zum Tod von Altbürgermeister Jean Oberlé", False),
        ("Blick auf Oberlé Brunn", "Was Krack Walm plant", False),
    ],
)
def test_a_sentence_of_one_source_with_other_names_is_of_another_event(one: str, other: str, are_parts: bool) -> None:
    room = Newsroom()
    lead = "Die Trauerfeier findet am Freitag um 14 Uhr in der Kirche statt, teilt die Gemeinde mit."
    language = "en" if one.isascii() and "Blick" not in one else "de"

    room.round(*(("gazette", headline(title, summary=lead, language=language)) for title in (one, other)))
    first, second = (Weighed(each, Weights({})) for each in room.reports.values())

    assert bool(features_against(Alike(first, second))["parts"]) == are_parts


def test_a_lead_that_names_much_does_not_say_what_a_ranking_ranks_by() -> None:
    theirs = ("en", "IMD ranking of competitiveness: Belmont 18th", "")
    lead = "Talent and the digital economy helped to get there, a press release says."

    assert found(("en", "Belmont is now 18th in IMD ranking", lead), theirs)["indices"] == 0
    assert found(("en", "Belmont is now 18th in IMD ranking", "Says a press release."), theirs)["indices"] == 0


@pytest.mark.parametrize(
    ("one", "other", "are_two"),
    [
        ("FNR CORE Call 2027 now open", "FNR PEARL Call 2027 now open", True),
        ("Appel à projets Kalliope ouvert jusqu'au 3 mai", "Appel à projets Vesta ouvert jusqu'au 3 mai", True),
        ("Oriva Approves Budget For Moon", "Oriva Endorses Budget For Moon", False),  # capitals that make no name
        ("Oriva launches rocket for agency", "Oriva launches Kestrel for agency", False),
        ("Oriva names Brandao as its head", "Oriva names woman as its head", False),
    ],
)
def test_one_sentence_about_others_is_of_two_events_whoever_wrote_it(one: str, other: str, are_two: bool) -> None:
    assert (found(("en", one, ""), ("en", other, ""))["subjects"] > 0) == are_two


def test_what_the_lead_of_the_other_names_is_not_another() -> None:
    one = ("en", "Oriva picks Brandao as head of agency", "")
    other = (
        "en",
        "Oriva picks Kessler as head of agency",
        "The name of Ottilie Brandao was on the list, with Kessler's.",
    )

    assert found(one, other)["subjects"] == 0
