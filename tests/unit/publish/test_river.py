"""The front page's entries: by day, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Found, Origin, PublishedEntry, SnippetPart
from aggregator.publish import Choice, Day, Wording, arrange, arrange_top
from aggregator.publish.pages.river import Also, Item, Other
from aggregator.text.locales import ENGLISH
from tests.unit.publish.samples import NOON, make_item, make_mention, make_stored

ZONE = ZoneInfo("Europe/Luxembourg")


SPACE = Choice(name="space", title="Space", color=1)


def wording_of(now: datetime | None = NOON, **values: bool) -> Wording:
    return Wording(zone=ZONE, locale=ENGLISH, categories={"space": SPACE}, now=now, **values)


def days_of(*items: PublishedEntry, now: datetime | None = NOON) -> tuple[Day, ...]:
    return arrange(items, wording_of(now))


def item_of(item: PublishedEntry, now: datetime | None = NOON) -> Item:
    ((shown,),) = (day.items for day in days_of(item, now=now))
    return shown


def test_entries_are_grouped_by_the_day_on_the_clock_of_the_site():
    half_past_eleven_in_utc = NOON.replace(hour=23, minute=30) - timedelta(days=1)

    days = days_of(
        make_item("a"),
        make_item("b", published=half_past_eleven_in_utc),
        make_item("c", published=half_past_eleven_in_utc - timedelta(hours=1)),
        make_item("d", published=NOON - timedelta(days=2)),
    )

    assert [(day.name, day.date, [item.id for item in day.items]) for day in days] == [
        ("Today", "2026-03-01", ["a", "b"]),
        ("Yesterday", "2026-02-28", ["c"]),
        ("Friday 27 February 2026", "2026-02-27", ["d"]),
    ]


def test_an_entry_stands_on_the_day_on_which_it_became_news_and_shows_when_it_was_published():
    (day,) = days_of(make_item(published=NOON - timedelta(days=9), listed_at=NOON))

    assert day.name == "Today"
    assert (day.items[0].when, day.items[0].exact) == ("20 Feb", "20 February 2026, 13:00")


def test_a_page_that_is_read_later_says_nothing_that_is_only_true_today():
    (day,) = days_of(make_item(), now=None)

    assert day.name == "Sunday 1 March 2026"
    assert (day.items[0].when, day.items[0].exact) == ("13:00", "1 March 2026, 13:00")


def test_below_the_heading_of_a_day_stands_the_time_alone():
    assert item_of(make_item(published=NOON - timedelta(hours=3))).when == "10:00"
    assert item_of(make_item(published=NOON, listed_at=NOON)).when == "13:00"
    assert item_of(make_item(published=NOON - timedelta(days=400), listed_at=NOON)).when == "25 Jan 2025"


def test_a_list_with_times_in_order_shows_when_each_story_had_its_latest_news() -> None:
    hour = timedelta(hours=1)
    entries = [
        make_item("late", published=NOON - 5 * hour, listed_at=NOON),  # a newer article of its story moved it up
        make_item("alone", published=NOON - hour),
        make_item("old", published=NOON - timedelta(days=9), listed_at=NOON - 2 * hour),  # it was seen today
        make_item("day", published=NOON - 3 * hour, is_day=True),
        make_item("undated", published=NOON - 4 * hour, is_dated=False),
        make_item("seen", published=NOON - 5 * hour, is_day=True, listed_at=NOON - 4.5 * hour),
    ]

    (day,) = arrange(entries, wording_of(), has_times_in_order=True)
    (usual,) = arrange(entries, wording_of())

    assert [item.when for item in day.items] == ["13:00", "12:00", "11:00", "", "", "08:30"]
    assert (day.items[0].exact, day.items[0].machine) == ("1 March 2026, 13:00", "2026-03-01T12:00:00Z")
    assert [item.when for item in usual.items] == ["08:00", "12:00", "20 Feb", "", "", ""]


def test_an_undated_entry_shows_no_time():
    assert item_of(make_item(is_dated=False)).when == ""


def a_full_day() -> list[PublishedEntry]:
    event = make_item("event", related=(make_mention("x"), make_mention("y", source="third")))
    preferred = [make_item(f"p{number}", priority=9 - number) for number in range(5)]
    undated = make_item("about", priority=99, is_dated=False)
    rest = [make_item(f"e{number}") for number in range(6)]
    return [*rest, undated, *preferred, event]


def test_the_most_important_stories_of_the_latest_day_stand_on_top_and_the_first_is_large():
    top = arrange_top(a_full_day(), wording_of())

    assert [(item.id, item.size) for item in top] == [
        ("event", 2), ("p0", 1), ("p1", 1), ("p2", 1), ("p3", 1), ("p4", 1),
    ]  # fmt: skip


def test_what_stands_on_top_is_not_told_again_below():
    entries = a_full_day()

    days = arrange(entries, wording_of(), top=arrange_top(entries, wording_of()))

    assert [item.id for day in days for item in day.items] == ["e0", "e1", "e2", "e3", "e4", "e5", "about"]


def test_what_mattered_a_day_before_the_newest_is_not_on_top_any_more():
    old = [make_item(f"o{number}", priority=9, published=NOON - timedelta(hours=24)) for number in range(9)]
    hardly = make_item("hardly", priority=1, published=NOON - timedelta(hours=23, minutes=59))

    top = arrange_top([*(make_item(f"e{number}") for number in range(7)), hardly, *old], wording_of(now=None))

    assert top[0].id == "hardly"
    assert not [item for item in top if item.id.startswith("o")]


def test_a_story_on_top_that_is_not_of_today_shows_its_day():
    entries = [make_item(f"e{number}", published=NOON - timedelta(hours=14)) for number in range(8)]

    assert {item.when for item in arrange_top(entries, wording_of())} == {"28 Feb"}


def test_below_the_heading_of_a_day_the_size_of_headlines_follows_importance_and_the_order_is_that_of_time():
    entries = a_full_day()

    (day,) = days_of(*entries)

    assert {item.id for item in day.items if item.size == 1} == {"event", "p0", "p1", "p2", "p3"}
    assert [item.id for item in day.items] == [each.id for each in entries]


def test_where_there_are_few_stories_all_have_one_size_and_none_stands_on_top():
    entries = [make_item(f"e{number}", priority=number) for number in range(7)]

    (day,) = days_of(*entries)

    assert {item.size for item in day.items} == {0}
    assert arrange_top(entries, wording_of()) == ()
    assert arrange_top((), wording_of()) == ()


def test_a_summary_that_says_what_the_headline_says_is_left_out():
    assert item_of(make_item(title="Moon landing", summary="Moon landing.")).summary == ""
    assert item_of(make_item(title="Moon landing", summary="It worked.")).summary == "It worked."


def test_the_text_of_a_note_without_a_title_goes_on_where_its_headline_stops():
    short = item_of(make_item(title="", summary="The rover has stopped."))
    long = item_of(make_item(title="", summary="The rover has stopped at the edge of the crater. " * 4 + "The end."))

    assert (short.title, short.summary) == ("The rover has stopped.", "")
    assert long.summary.startswith("… ")
    assert long.summary.endswith("The end.")
    assert f"{long.title.rstrip('…')}{long.summary.removeprefix('… ')}".count("rover") == 4


def test_an_entry_shows_its_source_its_categories_and_who_else_has_it():
    also = (make_stored("e2", source="second"), make_stored("e3", source="third", url="javascript:alert(1)"))

    shown = item_of(make_item(categories=("space", "odd"), also=also))

    assert shown.source == Choice(name="first", title="First News")
    assert shown.categories == (SPACE, Choice(name="odd", title="odd"))
    assert shown.names == (
        Also(title="Second News", url="https://second.example/e2"),
        Also(title="Third News", url=None),
    )
    assert shown.machine == "2026-03-01T12:00:00Z"


def test_who_said_it_first_is_shown_unless_it_is_the_source_itself():
    assert item_of(make_item(origin=Origin(title="Reuters"))).origin == "Reuters"
    assert item_of(make_item(origin=Origin(title="First News"))).origin is None
    assert item_of(make_item()).origin is None


def test_a_long_summary_in_a_script_without_blanks_keeps_its_beginning():
    shown = item_of(make_item(summary="宇宙" * 400))

    assert shown.summary.startswith("宇宙宇宙")
    assert 300 <= len(shown.summary) <= 320


def test_a_long_summary_is_cut_between_words():
    shown = item_of(make_item(summary="word " * 200))

    assert len(shown.summary) <= 320
    assert shown.summary.endswith(" word…")


def test_an_address_that_runs_a_script_is_no_link():
    assert item_of(make_item(url="javascript:alert(1)")).url is None


def test_a_story_names_the_newest_of_its_other_articles_and_tells_how_many_there_are():
    related = tuple(make_mention(id_) for id_ in "bcdefg")

    shown = item_of(make_item("a", story="s", related=related))

    assert shown.others[0] == Other(
        title="Title of b", url="https://second.example/b", source="Second feed", language="en"
    )
    assert [other.title for other in shown.others] == [f"Title of {id_}" for id_ in "bcde"]
    assert (shown.story, shown.articles) == ("s", 7)


def test_the_other_sources_of_a_story_are_named_once_each_and_the_rest_counted():
    also = (make_stored("e2", source="second"), make_stored("e3", source="second"))
    related = tuple(make_mention(f"m{name}", source=name) for name in ("third", "fourth", "fifth", "sixth", "third"))

    shown = item_of(make_item("a", also=also, related=related))

    assert [each.title for each in shown.names] == ["Second News", "Third feed", "Fourth feed"]
    assert shown.more == 2


def test_a_language_is_named_where_it_is_not_that_of_the_site():
    assert item_of(make_item(language="en-GB")).spoken is None
    assert item_of(make_item(language=None)).spoken is None
    assert item_of(make_item(language="fr-LU")).spoken == Choice(name="fr", title="Français")
    assert item_of(make_item(language="tlh")).spoken == Choice(name="tlh", title="tlh")


def test_the_other_languages_of_a_story_are_marked_and_one_headline_is_in_another_if_there_is_one():
    french = Choice(name="fr", title="Français")
    english = [make_mention(id_, source=f"source-{id_}") for id_ in "bcdef"]

    shown = item_of(make_item("a", related=(*english, make_mention("g", source="last", language="fr"))))
    near = item_of(make_item("a", related=(english[0], make_mention("g", source="last", language="fr"))))

    assert [each.title for each in shown.others] == [f"Title of {id_}" for id_ in "bcdg"]
    assert [each.spoken for each in shown.others] == [None, None, None, french]
    assert [each.spoken for each in near.names] == [None, french]


def test_how_something_was_found_goes_with_it():
    title, text = (SnippetPart(text="Moon\x07", is_match=True),), (SnippetPart(text="on the Moon"),)
    item = make_item("a")
    found = {"a": Found(published=item, title=title, snippet=text)}

    ((shown,),) = (day.items for day in arrange([item], wording_of(), found=found))

    assert (shown.found_title, shown.found_text) == ((SnippetPart(text="Moon", is_match=True),), text)
    assert item_of(item).found_text == ()


def test_a_picture_is_shown_only_where_pictures_are_wanted():
    item = make_item(
        content='<p><img src="https://a.example/dot.gif" width="1" height="1"><img src="https://a.example/moon.jpg"></p>'
    )

    ((wanted,),) = (day.items for day in arrange([item], wording_of(has_images=True)))

    assert wanted.image == "https://a.example/moon.jpg"
    assert item_of(item).image is None


def test_a_day_without_a_time_is_shown_as_a_day_though_it_is_of_today() -> None:
    item = make_item(published=NOON, is_day=True)

    [day] = days_of(item, now=NOON + timedelta(hours=1))

    assert (day.items[0].when, day.items[0].exact) == ("", "1 March 2026")
