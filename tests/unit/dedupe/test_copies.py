"""The same article, with evidence other than its address."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.dedupe import decide, sign
from aggregator.model import Decision, Entry, Known, KnownEntry, Nearby, Origin
from aggregator.steps.decide import marks_of
from aggregator.steps.seen import Seen
from aggregator.stories.gist import gists_of
from tests.builders import NOW, make_claim, make_entry, make_known, make_source


def decided(entries: Sequence[Entry], known: Known, nearby: Nearby, source: str) -> tuple[Decision, ...]:
    seen = Seen(entries=tuple(entries), signatures=sign(entries), gists=gists_of(entries))
    marked = marks_of(seen, known, now=NOW)
    return decide(entries, known, marked, nearby, claim=make_claim(make_source(source)), now=NOW).decisions


class Newsroom:
    """Polls that remember: what each decides is what the next finds, as if the store had been asked."""

    def __init__(self) -> None:
        self.known: dict[str, KnownEntry] = {}
        self.by_mark: dict[int, tuple[str, ...]] = {}

    def poll(self, source: str, *entries: Entry) -> tuple[Decision, ...]:
        decisions = decided(entries, Known(), Nearby(by_mark=self.by_mark, entries=self.known), source)
        for decision in decisions:
            entry = decision.entry
            self.known[decision.id] = make_known(
                entry,
                id=decision.id,
                source=source,
                original=decision.original,
                canonical_url=None,
                published=decision.published,
                first_seen=decision.first_seen,
                listed_at=decision.first_seen,
                markup=entry.content,
            )
            for each in decision.marks:
                self.by_mark[each] = (*self.by_mark.get(each, ()), decision.id)
        return decisions


def headline(title: str, **fields) -> Entry:
    return make_entry(title, **{"language": "en", "key": f"id:{title} {fields.get('published')}"} | fields)


def test_a_copy_in_another_source_is_a_duplicate_and_belongs_to_the_originals_story() -> None:
    room = Newsroom()
    text = " ".join(f"w{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(90))
    [original] = room.poll("a", headline("Lorry fire shuts tunnel", content=f"<p>{text}</p>"))

    copy = headline("Something else", content=f"<p>{text}</p>", canonical_url="https://b.example/1")
    [decision] = room.poll("b", copy)

    assert decision.original == decision.story == original.id
    assert "same article as in a: 90 words in a row are the same" in decision.evidence


def test_the_same_global_id_with_the_same_title_is_the_same_article() -> None:
    room = Newsroom()
    key = "id:tag:orbit.example,2026:1"
    [original] = room.poll("a", headline("Lorry fire shuts tunnel", key=key))

    [copy] = room.poll("b", headline("Lorry fire shuts tunnel", key=key))
    [other] = room.poll("c", headline("A site that uses one id for all", key=key))

    assert copy.original == original.id
    assert "tag:orbit.example,2026:1" in copy.evidence
    assert other.original == other.id


def test_a_text_that_several_articles_of_a_source_have_makes_no_duplicate_of_any() -> None:
    room = Newsroom()
    notes = "<p>" + " ".join(f"n{chr(97 + number % 26)}{number // 26}" for number in range(60)) + "</p>"
    room.poll("a", headline("On apples", content=notes), headline("On pears", content=notes))

    [decision] = room.poll("b", headline("On plums", content=notes))

    assert decision.original == decision.id


def test_an_edited_text_is_signed_anew_and_its_story_stays() -> None:
    entry = headline("Lorry fire shuts tunnel")
    [first] = Newsroom().poll("a", entry)
    edited = headline("Lorry fire shuts tunnel", content="<p>Much later the text came.</p>")
    known = Known(same_source=(make_known(entry, id=first.id, story="elsewhere", digest=first.digest),))

    [decision] = decided([edited], known, Nearby(), "a")

    assert decision.gist is not None
    assert decision.story == "elsewhere"


def test_what_says_where_it_is_from_is_the_article_of_that_title_there_without_any_text() -> None:
    room = Newsroom()
    url = "https://orbit.example/kalliope"
    [original] = room.poll("a", headline("Kalliope wakes", url=url, content="", summary=""))
    origin = Origin(url="https://orbit.example/feed", title="Orbit")

    [copy] = room.poll("b", headline("Kalliope wakes", key="id:b", url=None, content="", summary="", origin=origin))
    [other] = room.poll("c", headline("Venus seen", key="id:c", url=None, content="", summary="", origin=origin))

    assert copy.original == original.id
    assert other.original == other.id
