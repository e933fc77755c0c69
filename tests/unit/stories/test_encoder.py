from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import pytest

from aggregator.stories.encoder import SentenceEncoder, cosine, is_installed, packed
from aggregator.stories.grouping import needing_vectors
from aggregator.stories.scores import score
from aggregator.stories.weighed import Weighed
from aggregator.stories.weights import Weights
from tests.unit.stories.test_stories import Newsroom, headline

needs_model = pytest.mark.skipif(not is_installed(), reason="the extra semantic is not installed")


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@needs_model
def test_what_means_the_same_is_near_in_any_language_and_what_does_not_is_far(encoder: SentenceEncoder) -> None:
    english, german, other = map(
        packed, encoder.embed(["Probe reaches Venus", "Sonde erreicht Venus", "Bank cuts jobs"])
    )

    assert (cosine(english, german) or 0) > 0.4
    assert (cosine(english, other) or 0) < 0.15


@needs_model
@pytest.mark.parametrize("texts", [[], [""], ["\x00\ud800"], ["a" * 100_000], ["w " * 5_000], ["\n", "火星"]])
def test_any_text_gets_a_vector_of_length_one(encoder: SentenceEncoder, texts: Sequence[str]) -> None:
    vectors = encoder.embed(texts)

    assert [sqrt(sum(value * value for value in vector)) for vector in vectors] == pytest.approx([1.0] * len(texts))


def test_vectors_of_two_models_are_not_compared() -> None:
    assert cosine(packed([1.0, 0.0]), packed([1.0, 0.0, 0.0])) is None


def test_only_reports_that_may_be_one_event_by_their_meaning_need_a_vector() -> None:
    room = Newsroom()
    room.round(
        ("a", headline("Sonde Kalliope erreicht die Venus", language="de")),
        ("b", headline("Kalliope probe reaches Venus")),
        ("c", headline("Kalliope 2024: the best of the year")),
        ("d", headline("Kalliope 2025: the best of the year")),
    )
    german, english, one_year, other_year = room.reports.values()

    assert needing_vectors([(german, [english])], Weights({})) == {german.id, english.id}
    assert needing_vectors([(one_year, [other_year])], Weights({})) == set()


def test_what_words_alone_would_join_needs_a_vector_though_no_meaning_could_join_it() -> None:
    lead = "La famille a la douleur de faire part du décès de {}, décédé à {} ; obsèques à l'église, à {} heures."
    room = Newsroom()
    room.round(("a", headline("Avis mortuaire : Monsieur Paul Oberlé", summary=lead.format("Paul Oberlé", "Pont", 10))))
    room.round(
        ("b", headline("Avis mortuaire : Monsieur Norbert Thuy", summary=lead.format("Norbert Thuy", "Val", 15)))
    )
    one, other = room.reports.values()
    weighed = [Weighed(each, Weights({})) for each in (one, other)]

    found = score(*weighed), score(*weighed, 0.75)

    assert found[0].value > 0 > found[1].value
    assert needing_vectors([(one, [other])], Weights({})) == {one.id, other.id}
