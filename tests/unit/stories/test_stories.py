from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from aggregator.model import Entry, Gist, Report, Vocabulary
from aggregator.stories.candidates import Candidates, marks_of
from aggregator.stories.gist import gists_of
from aggregator.stories.grouping import MAX_REPORTS, MAX_SPAN, group_reports
from aggregator.stories.weights import Weights
from tests.builders import NOW, make_entry

HOUR = timedelta(hours=1)


class Newsroom:
    """Rounds that remember: what each decides is what the next finds, as if the store had been asked."""

    def __init__(self, vocabularies: dict[str, Vocabulary] | None = None, *, sent: bool = False) -> None:
        self.reports: dict[str, Report] = {}
        self.by_mark: dict[int, tuple[str, ...]] = {}
        self.evidence: dict[str, str] = {}
        self.vocabularies = vocabularies or {}
        self.sent = sent

    def round(self, *came: tuple[str, Entry]) -> list[str]:
        """Judge what sources brought; return the stories of these entries, in their order."""
        documents = [(source, [entry for of, entry in came if of == source]) for source in dict.fromkeys(dict(came))]
        waiting = [
            self._report(source, entry, gist)
            for source, entries in documents
            for entry, gist in zip(entries, gists_of(entries), strict=True)
        ]
        weights = Weights(self.vocabularies, (each.gist for each in waiting))
        marks = {each.id: marks_of(each.gist, weights, each.published) for each in waiting}
        near = Candidates(self.by_mark, self.reports).take_in(waiting, marks)
        grouping = group_reports(near, self.reports.values(), weights, lambda *_: None)
        for each in waiting:
            joined = grouping.joined.get(each.id)
            story = joined.story if joined else each.id
            self.evidence[each.id] = joined.evidence if joined else ""
            self.reports[each.id] = replace(each, story=story, is_waiting=False, is_sent=self.sent)
            for mark in marks[each.id].stored:
                self.by_mark[mark] = (*self.by_mark.get(mark, ()), each.id)
        for report in self.reports.values():
            story = grouping.merged.get(report.story, report.story)
            self.reports[report.id] = replace(report, story=story)
        return [self.reports[each.id].story for each in waiting]

    def story_of(self, title: str, source: str, **fields) -> str:
        [story] = self.round((source, headline(title, **fields)))
        return story

    def _report(self, source: str, entry: Entry, gist: Gist) -> Report:
        id_ = f"{source} {entry.key}"
        return Report(
            pk=len(self.reports),
            id=id_,
            source=source,
            title=entry.title,
            lead=entry.summary,
            published=entry.published or NOW,
            gist=gist,
            story=id_,
            is_waiting=True,
            is_sent=self.sent,  # under its id, by the article that it has taken over
        )


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


def test_the_region_that_all_is_about_makes_no_story_of_two_languages() -> None:
    common = {
        "en": Vocabulary(entries=900, counts={"tarnvall": 120}),
        "de": Vocabulary(entries=900, counts={"tarnvall": 150}),
    }
    one = "Tarnvall council votes on the harbour"
    other = "Tarnvall: Hafen bekommt neue Kräne"
    rare, everywhere = Newsroom(), Newsroom(common)

    stories = [
        [
            room.story_of(title, source, language=language, summary=summary)
            for title, source, language, summary in (
                (one, "a", "en", "The council of Tarnvall on the Orsa votes in May."),
                (other, "b", "de", "In Tarnvall an der Orsa bauen sie ab Mai."),
            )
        ]
        for room in (rare, everywhere)
    ]

    assert stories[0][0] == stories[0][1]
    assert stories[1][0] != stories[1][1]


def test_sums_in_one_currency_are_alike_only_where_they_are_one_sum() -> None:
    room = Newsroom()

    english = room.story_of("Nordlake gets 40 million euros from Orsinia", "a", language="en")
    same = room.story_of("Nordlake erhält 40 Millionen Euro aus Orsinien", "b", language="de")
    other = room.story_of("Norland erhält 3 Millionen Euro aus Orsinia", "c", language="de")

    assert english == same != other


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
    first = room.story_of("Lorry fire shuts harbour tunnel in Bergen", "a")

    second = room.story_of("Harbour tunnel of Bergen shut after fire in lorry", "b")

    assert second == first
    [evidence] = [said for said in room.evidence.values() if said]
    assert "like a “Lorry fire shuts harbour tunnel in Bergen”" in evidence
    assert "tunnel" in evidence
    assert "the headlines are alike" in evidence


def test_evidence_names_words_as_they_are_written_those_of_the_lead_too() -> None:
    room = Newsroom()
    room.story_of("Vénus : la sonde Kalliope est arrivée", "a", language="fr")

    room.story_of("Kalliope probe reaches Venus", "b", summary="All instruments of Kalliope work, says Paris.")
    room.story_of("Kalliopes erste Bilder der Venus", "c", language="de", summary="Die Sonde Kalliope sendet Bilder.")

    words = [said.rpartition(": ")[2].split(", ") for said in room.evidence.values() if said]
    assert words
    assert set(chain.from_iterable(words)) <= {"Kalliope", "Kalliopes", "Venus", "Vénus", "probe", "sonde", "Sonde"}


def test_within_one_round_the_oldest_begins_the_story() -> None:
    new = headline("Harbour tunnel of Bergen shut after fire in lorry", published=NOW - HOUR)
    old = headline("Lorry fire shuts harbour tunnel in Bergen", published=NOW - 2 * HOUR)

    stories = Newsroom().round(("a", new), ("a", old))

    assert stories == [f"a {old.key}"] * 2


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

    within = [day <= MAX_SPAN for day in days]
    assert [story == stories[0] for story in stories] == within


def test_a_story_takes_no_more_than_so_many_entries() -> None:
    room = Newsroom()

    stories = [room.story_of("Lorry fire shuts harbour tunnel in Bergen", f"s{n}") for n in range(MAX_REPORTS + 3)]

    assert stories.count(stories[0]) == MAX_REPORTS


def test_an_article_that_was_taken_over_is_in_its_story_again_when_a_digest_has_had_both() -> None:
    room = Newsroom(sent=True)

    first = room.story_of("Lorry fire shuts harbour tunnel in Bergen", "a")
    taken_over = room.story_of("Harbour tunnel of Bergen shut after fire in lorry", "b")

    assert taken_over == first


@pytest.mark.parametrize("sent", [False, True])
def test_what_a_digest_has_sent_as_two_stories_stays_two(*, sent: bool) -> None:
    room = Newsroom(sent=sent)
    room.round(
        ("a", headline("Kalliope probe: landing on Venus near Maat Mons")),
        ("b", headline("Kalliope lander: first pictures of Venus plain sent to Darmstadt")),
    )
    both = "Kalliope probe: landing on Venus near Maat Mons, first pictures of Venus plain sent to Darmstadt by lander"
    room.story_of(both, "c")

    assert (len({each.story for each in room.reports.values()}) == 1) is not sent


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

    english = room.round(
        *(("a", each) for each in (headline("Kalliope probe wakes from its sleep", content=page), *others))
    )[0]
    german = room.story_of("Raumsonde Kalliope meldet sich", "b", language="de", content=page)

    assert english != german
