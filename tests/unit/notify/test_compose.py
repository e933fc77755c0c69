"""Which story stands where, and whose turn it is."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model.issues import IssueEntry, Section, SeenAt
from aggregator.notify import compose
from tests.unit.notify.samples import NOON, make_issue, make_issue_entry

CATEGORIES = {"space": "Space", "talent": "Talent"}


def arranged(*entries: IssueEntry, limit: int = 50, **options) -> tuple[Section, ...]:
    return compose(entries, categories=options.pop("categories", CATEGORIES), limit=limit, **options)


def shown(sections: tuple[Section, ...], count: int) -> list[str]:
    issue = make_issue(0, sections=sections).best(count)
    return [story.lead.title for story in issue.stories]


def test_categories_come_in_the_order_of_the_configuration_and_the_rest_last() -> None:
    sections = arranged(
        make_issue_entry("Weather"),
        make_issue_entry("Jobs", categories=("talent",)),
        make_issue_entry("Moon", categories=("space",)),
        make_issue_entry("Astronauts wanted", categories=("talent", "space")),
    )

    assert [(section.title, len(section.stories)) for section in sections] == [
        ("Space", 2),
        ("Talent", 1),
        ("Other", 1),
    ]


def test_without_categories_there_is_one_section_without_a_title() -> None:
    [section] = arranged(make_issue_entry("Moon"), make_issue_entry("Jobs"))

    assert section.title == ""


def test_what_more_sources_report_comes_first_then_the_preferred_source_then_the_newest() -> None:
    [section] = arranged(
        make_issue_entry("Old", published=NOON - timedelta(hours=5)),
        make_issue_entry("New", published=NOON),
        make_issue_entry("Preferred", priority=5, published=NOON - timedelta(days=1)),
        make_issue_entry("Everywhere", also=(SeenAt(title="A", url=None), SeenAt(title="B", url=None))),
        categories={},
    )

    assert [story.lead.title for story in section.stories] == ["Everywhere", "Preferred", "New", "Old"]


def test_entries_of_one_story_stand_together_led_by_the_preferred_source() -> None:
    [section] = arranged(
        make_issue_entry("First report", story="s", published=NOON - timedelta(hours=3)),
        make_issue_entry("Second report", story="s", source="wire", priority=5),
        make_issue_entry("Another", source="third"),
        categories={},
    )

    assert [[entry.title for entry in story.entries] for story in section.stories] == [
        ["Second report", "First report"],
        ["Another"],
    ]


def test_the_article_at_home_leads_then_the_one_in_the_sites_language_then_the_preferred_source() -> None:
    [section] = arranged(
        make_issue_entry("Vorgezogen", story="s", source="a", priority=9, language="de"),
        make_issue_entry("Preferred", story="s", source="b", priority=5),
        make_issue_entry("Plain", story="s", source="c", published=NOON - timedelta(hours=9)),
        make_issue_entry("Chez nous", story="s", source="d", language="fr", is_at_home=True, priority=-5),
        categories={},
    )

    [story] = section.stories
    assert [entry.title for entry in story.entries] == ["Chez nous", "Preferred", "Plain", "Vorgezogen"]


def test_a_wire_does_not_push_out_the_quarterly_bulletin() -> None:
    wire = [make_issue_entry(f"Wire {number}", source="wire", priority=9, published=NOON) for number in range(80)]
    bulletin = make_issue_entry("Bulletin", source="bulletin", published=NOON - timedelta(days=2))
    blog = [
        make_issue_entry(f"Blog {number}", source="blog", published=NOON - timedelta(days=1)) for number in range(3)
    ]

    titles = shown(arranged(*wire, bulletin, *blog), 10)

    assert "Bulletin" in titles
    assert sum(title.startswith("Blog") for title in titles) == 3
    assert len(titles) == 10


def test_of_sources_with_as_little_to_say_the_rarer_has_its_turn_first() -> None:
    often = make_issue_entry("Often", source="often", published=NOON)
    rarely = make_issue_entry("Rarely", source="rarely", published=NOON - timedelta(days=3))
    gaps = {"often": timedelta(hours=1), "rarely": timedelta(days=90)}

    assert shown(arranged(often, rarely, gaps=gaps), 1) == ["Rarely"]


def test_events_of_several_sources_are_shown_before_sources_take_turns() -> None:
    single = [make_issue_entry(f"Single {number}", source=f"s{number}") for number in range(30)]
    event = make_issue_entry("Event", source="wire", also=(SeenAt(title="A", url=None),))
    more = [make_issue_entry(f"Wire {number}", source="wire") for number in range(30)]

    assert "Event" in shown(arranged(*single, event, *more), 3)


def test_a_preferred_source_has_its_stories_before_forty_that_are_less() -> None:
    ministry = [make_issue_entry(f"Ministry {number}", source="ministry", priority=20) for number in range(10)]
    blogs = [make_issue_entry(f"Blog {number}", source=f"blog{number:02}", priority=-10) for number in range(40)]

    titles = shown(arranged(*blogs, *ministry, limit=20), 20)

    assert sum(title.startswith("Ministry") for title in titles) == 10


def test_every_preferred_source_is_heard_before_any_other_has_a_place() -> None:
    preferred = [make_issue_entry(f"Preferred {number}", source=f"p{number}", priority=1) for number in range(8)]
    event = make_issue_entry("Event", source="blog", also=(SeenAt(title="A", url=None), SeenAt(title="B", url=None)))

    titles = shown(arranged(*preferred, event, limit=9), 8)

    assert all(title.startswith("Preferred") for title in titles)


def test_a_preferred_source_that_tells_an_event_with_others_has_had_its_turn() -> None:
    event = [make_issue_entry(f"Event {name}", story="e", source=name, priority=5) for name in "ab"]
    more = [make_issue_entry(f"More {name}", source=name, priority=5) for name in "ab"]
    third = make_issue_entry("Third", source="c", priority=1)

    assert "Third" in shown(arranged(*event, *more, third), 2)


def test_a_wire_of_a_higher_priority_leaves_every_second_place_to_others() -> None:
    wire = [make_issue_entry(f"Wire {number}", source="wire", priority=9) for number in range(80)]
    others = [make_issue_entry(f"Other {number}", source=f"s{number}") for number in range(30)]

    titles = shown(arranged(*wire, *others, limit=20), 20)

    assert sum(title.startswith("Wire") for title in titles) == 10


def test_two_wires_of_a_higher_priority_leave_every_fourth_place_to_who_was_not_heard() -> None:
    wires = [
        make_issue_entry(f"Wire {name}{number}", source=name, priority=9) for name in "vwxyz" for number in range(80)
    ]
    bulletins = [make_issue_entry(f"Bulletin {number}", source=f"b{number}") for number in range(3)]

    titles = shown(arranged(*wires, *bulletins, limit=20), 20)

    assert sum(title.startswith("Bulletin") for title in titles) == 3


def test_sections_share_the_places_so_that_the_rarest_subject_is_not_left_out() -> None:
    space = [make_issue_entry(f"Space {number}", source=f"s{number}", categories=("space",)) for number in range(60)]
    talent = [make_issue_entry(f"Talent {number}", source="t", categories=("talent",)) for number in range(4)]
    other = [make_issue_entry(f"Other {number}", source=f"o{number}") for number in range(60)]

    issue = make_issue(0, sections=arranged(*space, *talent, *other, limit=25)).best(25)

    assert [(section.name, len(section.stories), section.hidden) for section in issue.sections] == [
        ("space", 10, 50),
        ("talent", 4, 0),
        ("", 11, 49),
    ]


def test_undated_entries_come_after_all_else_of_their_source_and_lead_nothing() -> None:
    about = make_issue_entry("About", source="blog", priority=9, is_dated=False)
    report = make_issue_entry("Report", source="blog", priority=9, published=NOON - timedelta(days=1))
    sections = arranged(about, report, categories={})

    assert shown(sections, 1) == ["Report"]
    assert [(story.lead.title, story.can_lead) for story in sections[0].stories] == [("Report", True), ("About", False)]


def test_undated_pages_that_a_new_source_had_already_take_no_place_from_news() -> None:
    pages = [
        make_issue_entry(title, source=title, is_dated=False, listed_at=NOON - timedelta(days=1))
        for title in ("About", "Privacy policy", "Our members")
    ]
    wire = [make_issue_entry(f"Wire {number}", source="wire") for number in range(8)]
    late = make_issue_entry("A release without a date", source="ministry", is_dated=False)

    sections = arranged(*pages, *wire, late, categories={})

    assert shown(sections, 9) == [*(f"Wire {number}" for number in range(8)), "A release without a date"]
    assert sorted(shown(sections, 12)[9:]) == ["About", "Our members", "Privacy policy"]


def test_an_undated_page_never_leads_a_story_that_has_a_dated_article() -> None:
    [section] = arranged(
        make_issue_entry("Undated", story="s", priority=9, is_dated=False),
        make_issue_entry("Dated", story="s", source="other"),
        categories={},
    )

    assert section.stories[0].lead.title == "Dated"


def test_a_source_has_no_more_than_its_share() -> None:
    wire = [make_issue_entry(f"Wire {number}", source="wire") for number in range(10)]

    sections = arranged(*wire, per_source=3)

    assert len(shown(sections, 50)) == 3
    assert sum(len(section.stories) for section in sections) == 10


def test_what_a_new_source_brings_along_comes_after_what_is_fresh_the_newest_first() -> None:
    old = [
        make_issue_entry(f"Old {age}", source=f"s{age}", listed_at=NOON - timedelta(days=age)) for age in (900, 30, 400)
    ]
    fresh = [make_issue_entry(f"Fresh {number}", source="wire", priority=-5) for number in range(3)]

    sections = arranged(*old, *fresh, fresh_since=NOON - timedelta(days=2))

    assert sorted(shown(sections, 3)) == ["Fresh 0", "Fresh 1", "Fresh 2"]
    assert "Old 30" in shown(sections, 4)


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("stuv"), st.integers(0, 3)), max_size=40),
    st.integers(1, 20),
)
def test_nothing_is_lost_and_ranks_are_each_once(drawn: list[tuple[str, str, int]], limit: int) -> None:
    entries = [
        make_issue_entry(f"E{number}", source=source, story=story, priority=priority)
        for number, (source, story, priority) in enumerate(drawn)
    ]

    sections = arranged(*entries, limit=limit)

    stories = [story for section in sections for story in section.stories]
    assert sorted(entry.title for story in stories for entry in story.entries) == sorted(each.title for each in entries)
    assert sorted(story.rank for story in stories if story.rank is not None) == list(range(len(stories)))


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.integers(0, 3), st.booleans(), st.integers(0, 40)),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 20),
)
def test_no_story_is_left_out_for_a_less_important_one_but_where_that_is_its_sources_turn(
    drawn: list[tuple[str, int, bool, int]], limit: int
) -> None:
    priorities = {source: priority for source, priority, _, _ in drawn}
    entries = [
        make_issue_entry(
            f"E{number:02}",
            source=source,
            source_title=source,
            priority=priorities[source],
            is_dated=dated,
            published=NOON - timedelta(hours=age),
        )
        for number, (source, _, dated, age) in enumerate(drawn)
    ]
    stories = [story for section in arranged(*entries, limit=limit, categories={}) for story in section.stories]
    shown_ = [story for story in stories if story.rank is not None and story.rank < limit]
    hidden = [story for story in stories if story not in shown_]

    turns = {
        story: sum(each.lead.source == story.lead.source for each in stories[:place])
        for place, story in enumerate(stories)
    }
    taken = {source: sum(story.lead.source == source for story in shown_) for source in priorities}
    for left_out in hidden:
        source = left_out.lead.source
        # of one source, always the more important
        assert all(each.place < left_out.place for each in shown_ if each.lead.source == source)
        for each in shown_:
            if priorities[each.lead.source] < priorities[source] and turns[each] > 0:
                # beyond its first turn, only when the better source has half of the places
                assert 2 * taken[source] >= len(shown_) - 1
            if priorities[each.lead.source] == priorities[source] and each.lead.source != source:
                assert turns[each] <= taken[source] or 2 * taken[source] >= len(shown_) - 1


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40), st.integers(1, 30))
def test_every_preferred_source_with_news_is_shown_while_there_is_room(sources: list[str], limit: int) -> None:
    preferred = set("abc")
    entries = [
        make_issue_entry(f"E{number}", source=source, priority=1 if source in preferred else 0)
        for number, source in enumerate(sources)
    ]
    stories = [story for section in arranged(*entries, limit=limit) for story in section.stories]
    heard = {story.lead.source for story in stories if story.rank is not None and story.rank < limit}

    assert len(heard & preferred) == min(limit, len(preferred & set(sources)))
