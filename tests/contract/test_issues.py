"""What an issue has: everything that is new, once; on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.config import Where
from aggregator.errors import StoreError
from aggregator.model import SourceStatus
from aggregator.model.issues import ChannelKind, DeliveryStatus, Outcome, Stop, StopCause, TroubleKind
from aggregator.notify import targets_of
from tests.builders import make_decision, make_entry
from tests.newsroom import START, Clock, Newsroom, make_config, titles_of

Opening = Callable[..., Newsroom]
TUESDAY = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)  # 07:30 in Luxembourg
WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def opening(url: str) -> Iterator[Opening]:
    opened: list[Newsroom] = []

    def open_one(*, clock: Clock | None = None, **digest: Any) -> Newsroom:
        room = Newsroom(make_config(url, digest), clock)
        opened.append(room)
        return room

    yield open_one
    for room in opened:
        room.close()


def test_at_its_time_an_issue_has_what_is_new(opening: Opening) -> None:
    room = opening()
    room.publish("Lunar ice found", "A rocket lands")

    before = room.issues(on=TUESDAY - timedelta(seconds=1))
    [issue] = room.issues(on=TUESDAY)

    assert before == []
    assert sorted(titles_of(issue)) == ["A rocket lands", "Lunar ice found"]
    assert (issue.number, issue.made_at) == (1, TUESDAY)


def test_an_entry_is_in_one_issue(opening: Opening) -> None:
    room = opening()
    room.publish("Lunar ice found")
    room.issues(on=TUESDAY)
    room.publish("A rocket lands")

    [second] = room.issues(on=WEDNESDAY)

    assert titles_of(second) == ["A rocket lands"]
    assert second.number == 2


def test_an_issue_is_made_once_however_often_one_looks(opening: Opening) -> None:
    room, other = opening(), opening()
    room.publish("Lunar ice found")
    room.clock.now = other.clock.now = TUESDAY

    made = [*room.issues(), *room.issues(), *other.issues()]

    assert len(made) == 1


def test_an_entry_that_was_published_long_ago_is_new_when_it_is_first_seen(opening: Opening) -> None:
    room = opening()
    room.publish("A late report", published=START - timedelta(days=900))

    [issue] = room.issues(on=TUESDAY)

    assert titles_of(issue) == ["A late report"]


def test_an_entry_that_is_committed_after_the_issue_with_an_earlier_time_is_in_the_next(opening: Opening) -> None:
    room = opening()
    room.publish("In time")
    room.issues(on=TUESDAY)
    room.publish("Held up", seen_at=TUESDAY - timedelta(minutes=3))
    room.publish("Held up for days", seen_at=TUESDAY - timedelta(hours=15))

    [issue] = room.issues(on=WEDNESDAY)

    assert sorted(titles_of(issue)) == ["Held up", "Held up for days"]


def test_a_duplicate_is_no_entry_of_its_own_and_a_later_one_brings_nothing_up_again(opening: Opening) -> None:
    room = opening()
    [first] = room.publish("Lunar ice found")
    copy = make_decision(make_entry("Ice on the moon", key="copy"), id="copy", original=first, first_seen=START)
    room.write("wire", copy)
    [issue] = room.issues(on=TUESDAY)
    later = make_decision(make_entry("Moon has ice", key="later"), id="later", original=first, first_seen=TUESDAY)
    room.write("wire", later)

    after = room.issues(on=WEDNESDAY)

    [story] = issue.stories
    assert story.lead.source == "orbit"  # it is at home at its link, which comes before the priority of the other
    assert [other.title for other in story.lead.also] == ["Wire"]
    assert after == []


def test_a_duplicate_of_what_was_there_before_the_digest_is_old_news(opening: Opening) -> None:
    room = opening()
    old = START - timedelta(days=30)
    [first] = room.publish("Lunar ice found", seen_at=old)
    copy = make_decision(make_entry("Ice on the moon", key="copy"), id="copy", original=first, first_seen=START)
    room.write("wire", copy)

    assert room.issues(on=TUESDAY) == []


def test_a_new_digest_reaches_back_one_period_and_not_into_the_archive(url: str) -> None:
    before = Newsroom(make_config(url))
    before.publish("From the archive", seen_at=START - timedelta(hours=25))
    before.publish("Of the last day", seen_at=START - timedelta(hours=23))
    before.close()
    room = Newsroom(make_config(url, {}))

    [issue] = room.issues(on=TUESDAY)
    room.close()

    assert titles_of(issue) == ["Of the last day"]


def test_a_digest_that_was_away_begins_anew(url: str) -> None:
    for digests, title in (([{}], "Before"), ([], "Meanwhile")):
        room = Newsroom(make_config(url, *digests))
        room.publish(title)
        room.close()
    clock = Clock(START + timedelta(days=30))
    room = Newsroom(make_config(url, {}), clock)
    room.publish("After")

    [issue] = room.issues(on=clock.now + timedelta(days=1))
    room.close()

    assert titles_of(issue) == ["After"]


READERS = ["a@example.org", "b@example.org"]


def renamed_after(url: str, *, sent: bool, to: list[str]) -> tuple[Newsroom, Newsroom]:
    """Return a room with an issue of the digest daily, and one an hour later where it is called morning."""
    before = Newsroom(make_config(url, {"to": [{"email": READERS}]}))
    before.publish("Lunar ice found")
    assert before.issues(on=TUESDAY)
    if sent:
        claims = before.ledger.claim(kinds=tuple(ChannelKind), now=TUESDAY, lease=timedelta(minutes=1), limit=9)
        before.ledger.record([(each, Outcome(status=DeliveryStatus.SENT)) for each in claims], now=TUESDAY)
    after = Newsroom(make_config(url, {"name": "morning", "to": [{"email": to}]}), Clock(TUESDAY + timedelta(hours=1)))
    after.publish("A rocket lands")
    return before, after


def test_a_digest_that_is_renamed_does_not_bring_what_its_readers_have(url: str) -> None:
    before, after = renamed_after(url, sent=True, to=[*READERS, "c@example.org"])

    [issue] = after.issues(on=WEDNESDAY)
    before.close()
    after.close()

    assert titles_of(issue) == ["A rocket lands"]


def test_what_was_not_sent_yet_when_a_digest_is_renamed_comes_with_its_next_issue(url: str) -> None:
    before, after = renamed_after(url, sent=False, to=READERS)

    [issue] = after.issues(on=WEDNESDAY)
    before.close()
    after.close()

    assert sorted(titles_of(issue)) == ["A rocket lands", "Lunar ice found"]


def test_a_digest_for_other_readers_that_takes_a_place_brings_what_they_do_not_have(url: str) -> None:
    before, after = renamed_after(url, sent=True, to=["a@example.org", "c@example.org", "d@example.org"])

    [issue] = after.issues(on=WEDNESDAY)
    before.close()
    after.close()

    assert sorted(titles_of(issue)) == ["A rocket lands", "Lunar ice found"]


def test_who_has_unsubscribed_gets_nothing_under_another_name_either(url: str) -> None:
    config = make_config(url, {"to": [{"email": READERS}]})
    before = Newsroom(config)
    [gone, _] = targets_of(config.digests[0]).values()
    before.ledger.stop(Stop(endpoint=gone.endpoint, cause=StopCause.UNSUBSCRIBED, reason="left", since=before.clock()))
    before.close()
    after = Newsroom(make_config(url, {"name": "morning", "to": [{"email": READERS}]}))
    after.publish("A rocket lands")
    after.issues(on=WEDNESDAY)

    labels = [each.endpoint.label for each in after.ledger.deliveries()]
    after.close()

    assert labels == ["email b…@example.org"]


def test_missed_hours_are_made_up_for_once_and_cover_the_gap(opening: Opening) -> None:
    room = opening()
    room.publish("On Monday")
    room.clock.advance(days=2)
    room.publish("On Wednesday")

    made = room.issues(on=TUESDAY + timedelta(days=3, hours=5))
    again = room.issues(on=TUESDAY + timedelta(days=3, hours=6))

    assert [sorted(titles_of(issue)) for issue in made] == [["On Monday", "On Wednesday"]]
    assert again == []


def test_while_nothing_is_new_there_is_no_issue(opening: Opening) -> None:
    room = opening()

    assert room.issues(on=TUESDAY) == []
    assert room.issues(on=TUESDAY + timedelta(hours=1)) == []


def test_an_empty_issue_is_made_where_it_is_wanted(opening: Opening) -> None:
    room = opening(when_empty="send")

    [issue] = room.issues(on=TUESDAY)

    assert (issue.number, issue.entry_count) == (1, 0)
    assert room.issues(on=TUESDAY + timedelta(hours=1)) == []


def test_a_digest_that_sends_at_once_makes_an_issue_of_each_news(opening: Opening) -> None:
    room = opening(every="now")
    room.publish("Lunar ice found")
    [first] = room.issues()
    nothing = room.issues()
    room.publish("A rocket lands")
    [second] = room.issues()

    assert (titles_of(first), nothing, titles_of(second)) == (["Lunar ice found"], [], ["A rocket lands"])


def test_news_that_the_database_could_not_be_asked_for_are_sent_when_it_can(opening: Opening) -> None:
    room = opening(every="now")
    room.publish("Lunar ice found")
    rename(room, "issue_entries", "away")
    with pytest.raises(StoreError):
        room.issues()
    rename(room, "away", "issue_entries")

    [issue] = room.issues()

    assert titles_of(issue) == ["Lunar ice found"]


def test_a_digest_that_is_edited_to_tell_more_does_so_before_anything_else_happens(opening: Opening) -> None:
    room = opening(every="now", where={"categories": ["space"]})
    room.publish("Jobs for all", categories=["talent"])
    before = room.issues()
    edited = room.aggregator.config.digests[0].model_copy(update={"where": Where()})
    room.aggregator.use(room.aggregator.config.model_copy(update={"digests": (edited,)}))

    [issue] = room.issues()

    assert before == []
    assert titles_of(issue) == ["Jobs for all"]


def test_a_bug_that_one_digest_brings_out_does_not_stop_the_others(url: str) -> None:
    config = make_config(url, {"name": "broken"}, {"name": "whole"})
    broken = config.digests[0].model_copy(update={"per_source": "many"})
    room = Newsroom(config.model_copy(update={"digests": (broken, config.digests[1])}))
    room.publish("Lunar ice found")

    issues = room.issues(on=TUESDAY)
    room.close()

    assert [issue.digest for issue in issues] == ["whole"]


def rename(room: Newsroom, table: str, name: str) -> None:
    with room.aggregator.store._write() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


def test_entries_settle_and_the_corrected_headline_is_what_is_sent(opening: Opening) -> None:
    room = opening(every="now", settle="10m")
    [entry_id] = room.publish("Lunar rice found")
    too_soon = room.issues()
    corrected = make_decision(make_entry("Lunar ice found"), id=entry_id, is_new=False)
    room.write("orbit", corrected)
    still_too_soon = room.issues(on=START + timedelta(minutes=9, seconds=59))

    [issue] = room.issues(on=START + timedelta(minutes=10))

    assert (too_soon, still_too_soon) == ([], [])
    assert titles_of(issue) == ["Lunar ice found"]


def test_what_had_not_settled_at_the_hour_is_in_the_next_issue(opening: Opening) -> None:
    room = opening(settle="10m")
    room.publish("Early")
    room.clock.now = TUESDAY - timedelta(minutes=5)
    room.publish("Late")

    [first] = room.issues(on=TUESDAY)
    [second] = room.issues(on=WEDNESDAY)

    assert (titles_of(first), titles_of(second)) == (["Early"], ["Late"])


def test_a_change_after_sending_is_listed_once_with_what_it_was(opening: Opening) -> None:
    room = opening(updates=True)
    [entry_id] = room.publish("Lunar rice found")
    room.issues(on=TUESDAY)
    changed = make_decision(make_entry("Lunar ice found"), id=entry_id, is_new=False, updated=TUESDAY)
    room.write("orbit", changed)
    alone = room.issues(on=TUESDAY + timedelta(hours=1))
    room.publish("A rocket lands")

    [issue] = room.issues(on=WEDNESDAY)
    room.publish("Another one lands")
    [after] = room.issues(on=WEDNESDAY + timedelta(days=1))

    assert alone == []
    assert [(update.entry.title, update.was) for update in issue.updates] == [("Lunar ice found", "Lunar rice found")]
    assert titles_of(issue) == ["A rocket lands"]
    assert after.updates == ()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"categories": ["space"]}, ["Lunar ice found"]),
        ({"sources": ["wire"]}, ["Jobs for all"]),
        ({"text": "jobs or careers"}, ["Jobs for all"]),
        ({"text": "lunar", "categories": ["talent"]}, []),
        ({"language": "fr"}, []),
    ],
)
def test_only_what_the_digest_is_about_is_in_it(opening: Opening, where: dict[str, Any], expected: list[str]) -> None:
    room = opening(where=where, when_empty="send")
    room.publish("Lunar ice found", categories=["space"])
    room.publish("Jobs for all", source="wire", categories=["talent"])

    [issue] = room.issues(on=TUESDAY)

    assert titles_of(issue) == expected


def test_two_digests_have_the_same_entry_each_for_itself(url: str) -> None:
    room = Newsroom(make_config(url, {}, {"name": "weekly", "every": "week on tuesday at 07:30"}))
    room.publish("Lunar ice found")

    made = room.issues(on=TUESDAY)
    room.close()

    assert [(issue.digest, titles_of(issue)) for issue in made] == [
        ("daily", ["Lunar ice found"]),
        ("weekly", ["Lunar ice found"]),
    ]


def test_an_issue_stays_as_it_was_whatever_becomes_of_its_entries(opening: Opening) -> None:
    room = opening()
    [entry_id] = room.publish("Lunar ice found")
    [issue] = room.issues(on=TUESDAY)
    room.write("orbit", make_decision(make_entry("Something else"), id=entry_id, is_new=False))
    room.aggregator.store.forget(before=TUESDAY)

    assert room.ledger.find_issue("daily") == issue


def test_a_draft_changes_nothing(opening: Opening) -> None:
    room = opening()
    room.publish("Lunar ice found")

    draft = room.digests.draft("daily")
    [issue] = room.issues(on=TUESDAY)

    assert titles_of(draft) == titles_of(issue) == ["Lunar ice found"]


def test_the_operators_digest_tells_each_trouble_once(opening: Opening) -> None:
    room = opening(name="operator")
    room.write("orbit", status=SourceStatus.FAILING, failures=3, last_error="it answered 500")
    [first] = room.issues(on=TUESDAY)
    quiet = room.issues(on=WEDNESDAY)
    room.publish("A rocket lands", source="wire")
    [third] = room.issues(on=WEDNESDAY + timedelta(days=1))
    room.write("orbit", status=SourceStatus.OK, failures=0)
    room.publish("Another one lands", source="wire")
    [fourth] = room.issues(on=WEDNESDAY + timedelta(days=2))

    assert [(trouble.kind, trouble.subject) for trouble in first.troubles] == [(TroubleKind.FAILING, "orbit")]
    assert quiet == []
    assert (third.troubles, third.also_troubled) == ((), 1)
    assert (fourth.troubles, fourth.also_troubled) == ((), 0)


def test_a_digest_without_entries_tells_the_health_alone(opening: Opening) -> None:
    room = opening(name="operator", entries=False)
    room.publish("Lunar ice found")
    nothing = room.issues(on=TUESDAY)
    room.write("orbit", status=SourceStatus.GONE, last_error="410")

    [issue] = room.issues(on=WEDNESDAY)

    assert nothing == []
    assert (issue.entry_count, len(issue.troubles)) == (0, 1)


def test_old_issues_are_forgotten_with_the_entries(opening: Opening) -> None:
    room = opening()
    room.publish("Lunar ice found")
    room.issues(on=TUESDAY)
    room.clock.advance(days=500)

    room.aggregator.forget_old()

    assert room.ledger.find_issue("daily") is None
    assert list(room.ledger.deliveries()) == []


def test_who_had_an_entry_is_known(opening: Opening) -> None:
    room = opening()
    [entry_id] = room.publish("Lunar ice found")
    room.issues(on=TUESDAY)

    assert room.ledger.issues_with(entry_id) == [("daily", 1, TUESDAY)]
    assert room.ledger.issues_with("nothing") == []


def test_a_slot_or_an_entry_that_is_taken_is_refused_by_the_database_itself(opening: Opening) -> None:
    """Care may fail; the constraints do not."""
    room = opening()
    [entry_id] = room.publish("Lunar ice found")
    [issue] = room.issues(on=TUESDAY)
    from aggregator.errors import StoreError
    from aggregator.model.issues import SentVersion

    def write(slot: datetime | None, *versions: SentVersion) -> None:
        with room.ledger.making("daily") as making:
            again = replace(issue, id="other", number=2)
            making.write(again, slot=slot, until=TUESDAY, entries_=versions, updated=(), endpoints=(), told=())

    with pytest.raises(StoreError):
        write(TUESDAY)
    with pytest.raises(StoreError):
        write(None, SentVersion(entry_id=entry_id, title="", updated=TUESDAY))
    assert room.ledger.find_issue("daily") == issue
