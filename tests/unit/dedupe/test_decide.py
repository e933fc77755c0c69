from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.dedupe import decide
from aggregator.dedupe.judging import Judged
from aggregator.model import Enclosure, Entry, Known, KnownEntry
from tests.builders import NOW, make_claim, make_entry, make_known, make_source

HOUR = timedelta(hours=1)


def judge(
    *entries: Entry, same: tuple[KnownEntry, ...] = (), elsewhere: tuple[KnownEntry, ...] = (), **options
) -> Judged:
    known = Known(same_source=same, elsewhere=elsewhere, forgotten=frozenset(options.get("forgotten", ())))
    return decide(entries, known, claim=options.get("claim", make_claim()), now=NOW)


def stored(entry: Entry, **fields) -> KnownEntry:
    """What the store knows of an entry that was decided before."""
    [decision] = judge(entry).decisions
    known = make_known(entry, id=decision.id, original=decision.original, digest=decision.digest)
    return replace(known, updated=decision.updated, **fields)


def test_an_entry_with_an_unknown_key_is_new() -> None:
    [decision] = judge(make_entry()).decisions

    assert decision.is_new
    assert decision.original == decision.id
    assert (decision.first_seen, decision.listed_at) == (NOW, NOW)
    assert decision.published == NOW - HOUR


def test_ids_depend_on_the_sources_seed_and_the_key_alone() -> None:
    [one] = judge(make_entry(title="A", key="k")).decisions
    [edited] = judge(make_entry(title="B", key="k")).decisions
    [elsewhere] = judge(make_entry(title="A", key="k"), claim=make_claim(make_source("other"))).decisions
    renamed = make_claim(make_source("renamed"), seed=make_source().url)
    [after_rename] = judge(make_entry(key="k"), claim=renamed).decisions

    assert one.id == edited.id == after_rename.id != elsewhere.id
    assert len(one.id) == 16


def test_the_same_entry_again_needs_no_decision() -> None:
    entry = make_entry()

    judged = judge(entry, same=(stored(entry),))

    assert judged == Judged(decisions=(), unchanged=1)


def test_what_an_earlier_version_stored_is_known_again() -> None:
    entry = Entry(
        key="id:1",
        url="https://orbit.example/1",
        title="Lift-off “now”",
        content="<p>Zwölf\nEngines</p>",
        authors=("Ada",),
        enclosures=(Enclosure(url="https://orbit.example/1.mp3", length=3),),
    )
    known = make_known(entry, digest="f721b95d4e255c912c86913d2b6e8fd1")

    assert judge(entry, same=(known,)).unchanged == 1
    assert judge(replace(entry, authors=("Bob",)), same=(known,)).unchanged == 0


def test_an_edit_keeps_what_identifies_the_entry_and_moves_updated_to_now() -> None:
    before, after = make_entry(content="old"), make_entry(content="new")
    known = stored(before)

    [decision] = judge(after, same=(known,)).decisions

    assert not decision.is_new
    assert (decision.id, decision.first_seen, decision.published) == (known.id, known.first_seen, known.published)
    assert decision.updated == NOW


def test_an_edit_takes_the_publishers_word_for_its_time_when_that_moved_on() -> None:
    before, after = make_entry(content="old"), make_entry(content="new", updated=NOW - timedelta(minutes=10))

    [decision] = judge(after, same=(stored(before),)).decisions

    assert decision.updated == NOW - timedelta(minutes=10)


def test_updated_never_goes_back() -> None:
    before, after = make_entry(content="old"), make_entry(content="new", updated=NOW - timedelta(days=9))

    [decision] = judge(after, same=(replace(stored(before), updated=NOW + HOUR),)).decisions

    assert decision.updated == NOW + HOUR


def test_a_bumped_date_alone_changes_nothing() -> None:
    before = make_entry(updated=NOW - HOUR)

    judged = judge(replace(before, updated=NOW, published=NOW), same=(stored(before),))

    assert judged.decisions == ()


def test_a_change_that_readers_do_not_see_is_stored_but_does_not_move_updated() -> None:
    before = make_entry()
    known = stored(before)

    [decision] = judge(replace(before, tags=("moon",)), same=(known,)).decisions

    assert not decision.is_new
    assert decision.updated == known.updated


def test_what_was_purged_stays_away() -> None:
    assert judge(make_entry(key="old"), forgotten=("old",)) == Judged(decisions=(), unchanged=1)


def test_an_undated_entry_is_published_when_first_seen() -> None:
    [decision] = judge(make_entry(published=None)).decisions

    assert decision.published == decision.updated == NOW


def test_undated_entries_of_one_poll_keep_the_order_of_their_document() -> None:
    decisions = judge(*(make_entry(key=f"k{place}", published=None) for place in range(300))).decisions

    published = [each.published for each in decisions]
    assert published == sorted(published, reverse=True)
    assert len(set(published[:240])) == 240
    assert NOW - published[-1] < timedelta(minutes=5)


def test_updated_is_never_before_published() -> None:
    [decision] = judge(make_entry(published=NOW, updated=NOW - HOUR)).decisions

    assert decision.updated == NOW


def test_what_a_new_source_brings_along_is_listed_by_its_date_and_news_by_when_it_was_seen() -> None:
    backlog = make_claim(last_success=None)
    old = make_entry(published=NOW - timedelta(days=90))

    [first_poll] = judge(old, claim=backlog).decisions
    [later_poll] = judge(old).decisions

    assert first_poll.listed_at == NOW - timedelta(days=90)
    assert first_poll.first_seen == NOW
    assert later_poll.listed_at == NOW


def test_undated_entries_of_a_new_source_go_below_its_oldest_dated_one() -> None:
    backlog = make_claim(last_success=None)
    dated = make_entry("Report", published=NOW - timedelta(days=90))
    undated = make_entry("About us", published=None)

    about, report = judge(undated, dated, claim=backlog).decisions
    [alone] = judge(undated, claim=backlog).decisions
    [later] = judge(undated).decisions

    assert (about.is_dated, report.is_dated) == (False, True)
    assert about.listed_at < report.listed_at
    assert alone.listed_at < NOW - timedelta(days=1)
    assert later.listed_at == NOW


# --- a publisher changes ids ---


def test_a_changed_id_with_the_same_link_title_and_date_is_the_same_entry() -> None:
    before = make_entry(key="id:1")

    [decision] = judge(replace(before, key="id:new"), same=(stored(before),)).decisions

    assert not decision.is_new
    assert decision.id == stored(before).id
    assert decision.entry.key == "id:new"


def test_a_changed_id_with_another_date_but_the_same_text_is_the_same_entry() -> None:
    before = make_entry(key="id:1", published=NOW - HOUR)

    [decision] = judge(replace(before, key="id:new", published=NOW), same=(stored(before),)).decisions

    assert not decision.is_new


def test_a_daily_page_with_one_address_gives_a_new_entry_each_day() -> None:
    monday = make_entry("Picture of the day", key="id:mon", summary="A bay", published=NOW - timedelta(days=1))
    tuesday = make_entry("Picture of the day", key="id:tue", summary="Two cats", published=NOW)

    [decision] = judge(tuesday, same=(stored(monday),)).decisions

    assert decision.is_new


def test_entries_that_share_a_link_in_one_document_are_not_taken_for_each_other() -> None:
    url = "https://orbit.example/log"
    known = make_entry("Same", key="id:0", canonical_url=url)
    one, two = (make_entry("Same", key=f"id:{n}", canonical_url=url) for n in (1, 2))

    judged = judge(one, two, same=(stored(known),))

    assert [decision.is_new for decision in judged.decisions] == [True, True]


def test_an_id_that_is_still_in_the_document_is_not_a_changed_id() -> None:
    old = make_entry(key="id:1")
    new = replace(old, key="id:2", canonical_url="https://orbit.example/2")

    judged = judge(old, new, same=(stored(old),))

    assert [decision.is_new for decision in judged.decisions] == [True]


# --- duplicates of other sources' entries ---


def elsewhere(entry: Entry, **fields) -> KnownEntry:
    """What the store knows of an entry of another feed of the same publisher, which came first."""
    known = {"id": "first", "original": "first", "source": "moon", "key": "m", "feed_url": make_source().url}
    return make_known(entry, **known | {"published": NOW - 2 * HOUR} | fields)


def test_the_same_canonical_url_in_another_source_makes_a_duplicate_with_its_evidence() -> None:
    entry = make_entry()

    [decision] = judge(entry, elsewhere=(elsewhere(entry),)).decisions

    assert decision.is_new
    assert decision.original == "first"
    assert decision.evidence == f"same address as in moon: {entry.canonical_url}; moon published it first"


def test_a_duplicate_of_a_duplicate_is_linked_to_the_first() -> None:
    entry = make_entry()

    [decision] = judge(entry, elsewhere=(elsewhere(entry, id="copy", original="first"),)).decisions

    assert decision.original == "first"


def test_the_earliest_published_of_several_is_the_original() -> None:
    entry = make_entry()
    late = elsewhere(entry, id="late", original="late", source="a", first_seen=NOW - 3 * HOUR)
    early = elsewhere(entry, id="early", original="early", source="b", published=NOW - 3 * HOUR)

    [decision] = judge(entry, elsewhere=(late, early)).decisions

    assert decision.original == "early"


def test_a_front_page_is_not_an_article() -> None:
    entry = make_entry("A", canonical_url="https://orbit.example/")

    [decision] = judge(entry, elsewhere=(elsewhere(make_entry("A", canonical_url=entry.canonical_url)),)).decisions

    assert decision.original == decision.id


def test_an_address_in_the_query_names_an_article() -> None:
    entry = make_entry("A", canonical_url="https://orbit.example/?p=12")

    [decision] = judge(entry, elsewhere=(elsewhere(entry),)).decisions

    assert decision.original == "first"


def test_entries_without_an_address_are_never_duplicates_by_address() -> None:
    entry = make_entry(canonical_url=None)

    [decision] = judge(entry, elsewhere=(elsewhere(entry),)).decisions

    assert decision.original == decision.id


def test_an_address_that_a_source_uses_for_several_entries_needs_the_title_too() -> None:
    url = "https://moon.example/changelog"
    versions = tuple(
        elsewhere(make_entry(f"Version {n}", canonical_url=url), id=f"v{n}", original=f"v{n}", key=str(n))
        for n in (1, 2)
    )

    [other] = judge(make_entry("Version 3", canonical_url=url), elsewhere=versions).decisions
    [same] = judge(make_entry("version  2", canonical_url=url), elsewhere=versions).decisions

    assert other.original == other.id
    assert same.original == "v2"


def test_an_address_that_this_document_uses_twice_needs_the_title_too() -> None:
    url = "https://moon.example/changelog"
    one, two = (make_entry(f"Version {n}", key=str(n), canonical_url=url) for n in (1, 2))

    judged = judge(one, two, elsewhere=(elsewhere(one),))

    assert [decision.original == "first" for decision in judged.decisions] == [True, False]


def test_an_address_that_this_source_used_before_needs_the_title_too() -> None:
    url = "https://moon.example/changelog"
    before, now = (make_entry(f"Version {n}", key=str(n), canonical_url=url) for n in (1, 2))

    [decision] = judge(now, same=(stored(before),), elsewhere=(elsewhere(before),)).decisions

    assert decision.original == decision.id
