from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.dedupe import Judged, sign
from aggregator.model import Decision, Entry, Known, Nearby, Resembling, Source, Vocabulary
from aggregator.steps.decide import judge_entries
from aggregator.steps.marking import mark
from aggregator.stories import gists_of
from aggregator.stories.grouping import MAX_AGE, MAX_ENTRIES
from tests.builders import NOW, make_claim, make_entry, make_known, make_source

HOUR = timedelta(hours=1)


class Newsroom:
    """Polls that remember: what each decides is what the next finds, as if the store had been asked."""

    def __init__(self, vocabularies: dict[str, Vocabulary] | None = None) -> None:
        self.known: dict[str, Resembling] = {}
        self.by_mark: dict[int, tuple[str, ...]] = {}
        self.sizes: dict[str, int] = {}
        self.vocabularies = vocabularies or {}

    def poll(self, source: str, *entries: Entry) -> Judged:
        known = Known(vocabularies=self.vocabularies)
        marking = mark(entries, sign(entries), gists_of(entries), known, now=NOW)
        nearby = Nearby(by_mark=self.by_mark, entries=self.known, sizes=self.sizes)
        judged = judge_entries(entries, known, marking, nearby, claim=make_claim(make_source(source)), now=NOW)
        for decision in judged.decisions:
            self._remember(source, decision)
        return judged

    def story_of(self, title: str, source: str, **fields) -> str:
        [decision] = self.poll(source, headline(title, **fields)).decisions
        return decision.story

    def _remember(self, source: str, decision: Decision) -> None:
        entry = decision.entry
        self.known[decision.id] = Resembling(
            id=decision.id,
            source=source,
            key=entry.key,
            original=decision.original,
            story=decision.story,
            url=entry.url,
            title=entry.title,
            published=decision.published,
            first_seen=decision.first_seen,
            gist=decision.gist,
            markup=entry.content,
        )
        self.sizes[decision.story] = self.sizes.get(decision.story, -1) + 1
        for each in decision.marks:
            self.by_mark[each] = (*self.by_mark.get(each, ()), decision.id)


def headline(title: str, **fields) -> Entry:
    return make_entry(title, **{"language": "en", "key": f"id:{title} {fields.get('published')}"} | fields)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Pellman Airways grounded by pilots' strike", "Strike of pilots grounds Pellman Airways in Dublin", "en"),
        ("Roanne : l'usine Boisvert évacuée", "Incendie à l'usine Boisvert de Roanne", "fr"),
        ("Präventivschlag Norlands gegen Orsinien", "Militärschlag: Norland greift Orsinien an", "de"),
        ("Volcano Popacatel erupts", "Eruption of the volcano Popacatell in pictures", "en"),
    ],
)
def test_two_headlines_of_one_event_are_one_story(one: str, other: str, language: str) -> None:
    room = Newsroom()

    first, second = room.story_of(one, "a", language=language), room.story_of(other, "b", language=language)

    assert first == second


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Car hits tree: driver injured", "Car hits tree: man dies", "en"),
        ("Glacier shrinks in Norway", "Glacier shrinks in Iceland", "en"),
        ("Velora wins the prize of 2024", "Velora wins the prize of 2025", "en"),
        ("Velora phone review", "Velora sues its rival Tarn over screens", "en"),
        ("Ligue 2 : succès 3-1 d'Ajaccio face à Niort", "Ligue 2 : succès 0-1 de Metz face à Pau", "fr"),
        ("Was sich im Mai ändert", "Was sich im Juni ändert", "de"),
        ("Statement", "Statement", "en"),
    ],
)
def test_what_is_alike_but_of_another_event_is_another_story(one: str, other: str, language: str) -> None:
    room = Newsroom()

    first, second = room.story_of(one, "a", language=language), room.story_of(other, "b", language=language)

    assert first != second


def test_names_and_numbers_make_one_story_of_two_languages() -> None:
    room = Newsroom()

    english = room.story_of("Kalliope probe reaches Venus after 412 days", "a", language="en")
    german = room.story_of("Venus: Sonde Kalliope ist nach 412 Tagen da", "b", language="de")
    other = room.story_of("Venus: Neue Karte der Wolken", "c", language="de")

    assert english == german != other


def test_the_summary_may_say_what_the_headline_leaves_out() -> None:
    room = Newsroom()
    one = room.story_of("Nordbrise streicht Stellen in Emden", "a", language="de")

    without = room.story_of("Windkraft in der Krise", "b", language="de")
    assert without != one

    room = Newsroom()
    one = room.story_of("Lumeo lands forest contract from Norway", "a", summary="Satellites of Lumeo will watch trees.")
    two = room.story_of("Norway hires Lumeo", "b", summary="A contract for its forest satellites.")
    assert one == two


def test_evidence_names_the_words_and_the_story_has_the_id_of_its_first_entry() -> None:
    room = Newsroom()
    [first] = room.poll("a", headline("Lorry fire shuts harbour tunnel in Bergen")).decisions

    [second] = room.poll("b", headline("Harbour tunnel of Bergen shut after fire in lorry")).decisions

    assert first.story == first.id
    assert first.story_evidence is None
    assert second.story == first.id
    assert "like a “Lorry fire shuts harbour tunnel in Bergen”" in second.story_evidence
    assert "tunnel" in second.story_evidence


def test_within_one_document_the_oldest_begins_the_story() -> None:
    new = headline("Harbour tunnel of Bergen shut after fire in lorry", published=NOW - HOUR)
    old = headline("Lorry fire shuts harbour tunnel in Bergen", published=NOW - 2 * HOUR)

    decisions = Newsroom().poll("a", new, old).decisions

    assert [each.entry.title for each in decisions] == [new.title, old.title]
    assert {each.story for each in decisions} == {decisions[1].id}


def test_what_was_published_days_apart_is_not_one_story() -> None:
    room = Newsroom()
    first = room.story_of("Lorry fire shuts harbour tunnel in Bergen", "a", published=NOW - timedelta(days=5))

    assert room.story_of("Lorry fire shuts harbour tunnel of Bergen", "b", published=NOW) != first


def test_a_story_ends_some_days_after_its_first_entry() -> None:
    room = Newsroom()
    days = [timedelta(days=2) * number for number in range(5)]

    stories = [
        room.story_of("Lorry fire shuts harbour tunnel in Bergen", f"s{day.days}", published=NOW - days[-1] + day)
        for day in days
    ]

    within = [day <= MAX_AGE for day in days]
    assert [story == stories[0] for story in stories] == within


def test_a_story_takes_no_more_than_so_many_entries() -> None:
    room = Newsroom()

    stories = [room.story_of("Lorry fire shuts harbour tunnel in Bergen", f"s{n}") for n in range(MAX_ENTRIES + 3)]

    assert stories.count(stories[0]) == MAX_ENTRIES


def test_a_story_does_not_wander_from_event_to_event() -> None:
    room = Newsroom()
    chain = [
        "Alpha Bravo Carlow Delmar meet",
        "Carlow Delmar Echora Foxley meet",
        "Echora Foxley Golfin Hotell meet",
        "Golfin Hotell Indigor Juliett meet",
    ]

    stories = [room.story_of(title, f"s{number}") for number, title in enumerate(chain)]

    assert stories[-1] != stories[0]


@pytest.mark.parametrize(
    ("monday", "tuesday"),
    [
        ("Garden diary: the apple tree", "Garden diary: the rain barrel"),
        ("Orbit podcast, episode 41", "Orbit podcast, episode 42"),
        ("Picture of the lighthouse", "Picture of the lighthouse"),
        ("Heart of Glass.mp3", "Lucky Man.mp3"),
    ],
)
def test_a_series_of_one_source_is_not_one_story(monday: str, tuesday: str) -> None:
    room = Newsroom()

    first = room.story_of(monday, "a", published=NOW - timedelta(days=1))
    second = room.story_of(tuesday, "a", published=NOW)

    assert first != second


def test_a_word_that_the_store_has_learned_to_be_common_tells_nothing() -> None:
    common = Vocabulary(entries=6000, counts={"bergen": 600, "tunnel": 500, "harbour": 400})
    titles = ("Harbour tunnel Bergen", "Bergen: the tunnel at the harbour is to be painted")

    new, old = Newsroom(), Newsroom({"en": common})

    assert new.story_of(titles[0], "a") == new.story_of(titles[1], "b")
    assert old.story_of(titles[0], "a") != old.story_of(titles[1], "b")


# --- the same article, with evidence other than its address ---


def test_a_copy_in_another_source_is_a_duplicate_and_belongs_to_the_originals_story() -> None:
    room = Newsroom()
    text = " ".join(f"w{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(90))
    [original] = room.poll("a", headline("Lorry fire shuts tunnel", content=f"<p>{text}</p>")).decisions

    copy = headline("Something else", content=f"<p>{text}</p>", canonical_url="https://b.example/1")
    [decision] = room.poll("b", copy).decisions

    assert decision.original == decision.story == original.id
    assert "same article as in a: 90 words in a row are the same" in decision.evidence


def test_the_same_global_id_with_the_same_title_is_the_same_article() -> None:
    room = Newsroom()
    key = "id:tag:orbit.example,2026:1"
    [original] = room.poll("a", headline("Lorry fire shuts tunnel", key=key)).decisions

    [copy] = room.poll("b", headline("Lorry fire shuts tunnel", key=key)).decisions
    [other] = room.poll("c", headline("A site that uses one id for all", key=key)).decisions

    assert copy.original == original.id
    assert "tag:orbit.example,2026:1" in copy.evidence
    assert other.original == other.id


def test_a_text_that_several_articles_of_a_source_have_makes_no_duplicate_of_any() -> None:
    room = Newsroom()
    notes = "<p>" + " ".join(f"n{chr(97 + number % 26)}{number // 26}" for number in range(60)) + "</p>"
    room.poll("a", headline("On apples", content=notes), headline("On pears", content=notes))

    [decision] = room.poll("b", headline("On plums", content=notes)).decisions

    assert decision.original == decision.id


def test_an_edited_text_is_signed_anew_and_its_story_stays() -> None:
    entry = headline("Lorry fire shuts tunnel")
    [first] = Newsroom().poll("a", entry).decisions
    edited = headline("Lorry fire shuts tunnel", content="<p>Much later the text came.</p>")
    known = Known(same_source=(make_known(entry, id=first.id, story="elsewhere", digest=first.digest),))
    marking = mark([edited], sign([edited]), gists_of([edited]), known, now=NOW)
    claim = make_claim(Source(name="a", url="u"))
    [decision] = judge_entries([edited], known, marking, Nearby(), claim=claim, now=NOW).decisions

    assert decision.gist is not None
    assert decision.story == "elsewhere"


def linking(*addresses: str) -> str:
    return "<p>" + "".join(f'<a href="{address}" rel="noopener noreferrer">more</a> ' for address in addresses) + "</p>"


@pytest.mark.parametrize(
    ("ours", "theirs", "is_one"),
    [
        ("https://www.agency.example/news/kalliope?from=a", "http://agency.example/news/kalliope/", True),
        ("https://agency.example/news/kalliope", "https://agency.example/news/other", False),
        ("https://agency.example/", "https://agency.example/", False),
        ("https://x.com/agency/status/1", "https://x.com/agency/status/1", False),
        ("https://orbit.example/kalliope", "https://orbit.example/kalliope", False),  # the source's own
    ],
)
def test_a_page_that_both_link_to_makes_one_story_of_two_languages(ours: str, theirs: str, is_one: bool) -> None:
    room = Newsroom()

    english = room.story_of("Kalliope probe wakes from its sleep", "a", language="en", content=linking(ours))
    german = room.story_of("Raumsonde Kalliope meldet sich", "b", language="de", content=linking(theirs))

    assert (english == german) == is_one


def test_a_page_that_both_link_to_is_not_enough_without_a_name_in_both_headlines() -> None:
    room, page = Newsroom(), linking("https://agency.example/news/kalliope")

    english = room.story_of("A probe wakes from its sleep", "a", language="en", content=page)
    german = room.story_of("Erste Bilder von der Venus", "b", language="de", content=page)

    assert english != german


def test_a_page_that_a_source_links_to_again_and_again_tells_nothing() -> None:
    room, page = Newsroom(), linking("https://agency.example/about/us")
    others = [headline(f"Quite another thing {number}", content=page) for number in range(3)]

    english = room.poll("a", headline("Kalliope probe wakes from its sleep", content=page), *others).decisions[0].story
    german = room.story_of("Raumsonde Kalliope meldet sich", "b", language="de", content=page)

    assert english != german
