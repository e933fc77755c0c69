"""When a page's list is the one it was, and when the page was rebuilt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.errors import PageChanged
from aggregator.model import ListMemory, ListPage, ParsedEntry, ParsedFeed, Text
from aggregator.parse.redesign import judge_list

HERE = "ul.news > li"


def page(*links: str, place: str = HERE) -> ListPage:
    document = ParsedFeed(
        format="page", reader="page", url="https://x.example/", entries=tuple(ParsedEntry(link=link) for link in links)
    )
    return ListPage(document=document, found_in="a repeated pattern", place=place)


def news(first: int, count: int, folder: str = "news") -> list[str]:
    return [f"https://x.example/{folder}/{number}" for number in range(first, first + count)]


def memory(*links: str) -> ListMemory:
    return judge_list(page(*links), None)


@pytest.mark.parametrize(
    "now",
    [
        page(*news(5, 10)),
        page(*news(500, 10)),  # all are new, in the same place
        page(*news(5, 10), place="div.cards > article"),  # another place, but some are known
        page(*news(500, 10), place="div.cards > article"),  # the same folder
        page(*news(0, 4)),
    ],
)
def test_a_list_is_the_same_by_its_place_its_entries_or_their_folder(now: ListPage) -> None:
    assert judge_list(now, memory(*news(0, 10))).complaint is None


def test_a_list_of_other_things_elsewhere_is_refused_with_what_to_do() -> None:
    team = [f"https://x.example/people/{name}" for name in "abcdef"]

    with pytest.raises(PageChanged, match=r"ul\.news > li.*aggregator preview"):
        judge_list(page(*team, place="div.team > a"), memory(*news(0, 10)))


def test_addresses_at_the_root_of_a_site_have_no_folder_in_common() -> None:
    before = memory(*(f"https://x.example/{name}-flies" for name in "abcdef"))

    with pytest.raises(PageChanged):
        judge_list(page("https://x.example/about", "https://x.example/jobs", place="nav a"), before)


def test_a_list_that_collapsed_is_complained_of_until_it_is_back() -> None:
    before = memory(*news(0, 12))

    fewer = judge_list(page(*news(0, 4)), before)
    still = judge_list(page(*news(0, 3)), fewer)
    back = judge_list(page(*news(0, 11)), still)

    assert "has 4 entries, where it usually had 12" in (fewer.complaint or "")
    assert (still.usual, still.complaint is None, back.complaint) == (12, False, None)


def test_short_lists_may_shrink() -> None:
    assert judge_list(page(*news(0, 1)), memory(*news(0, 5))).complaint is None


def test_what_is_usual_follows_slowly() -> None:
    usual = replace(memory(*news(0, 12)), usual=12)

    for _ in range(3):
        usual = judge_list(page(*news(0, 8)), usual)

    assert 8 < usual.usual < 12


def titled(*entries: tuple[str, str], place: str = HERE, year: int | None = None) -> ListPage:
    document = ParsedFeed(
        format="page",
        reader="page",
        url="https://x.example/",
        entries=tuple(
            ParsedEntry(
                link=f"https://x.example{link}",
                title=Text(value=title, is_html=False),
                published=datetime(year, 1, 1, tzinfo=UTC) if year else None,
            )
            for link, title in entries
        ),
    )
    return ListPage(document=document, found_in="a repeated pattern", place=place)


def test_a_relaunch_with_new_addresses_and_known_titles_is_the_same_list_and_keeps_its_ids() -> None:
    before = judge_list(titled(*((f"/news/{each}", f"Title {each}") for each in "abcdef")), None)

    relaunched = judge_list(titled(*((f"/press/{each}", f"Title {each}") for each in "xabcde"), place="main a"), before)
    later = judge_list(titled(*((f"/press/{each}", f"Title {each}") for each in "yxabcd"), place="main a"), relaunched)

    assert relaunched.ids == ("https://x.example/press/x", *(f"https://x.example/news/{each}" for each in "abcde"))
    assert later.ids[:3] == ("https://x.example/press/y", "https://x.example/press/x", "https://x.example/news/a")


def test_a_title_that_comes_back_now_and_then_is_a_new_entry() -> None:
    before = judge_list(titled(("/n/1", "Weekly report"), *((f"/n/{each}", each) for each in "bcdef")), None)

    now = judge_list(titled(("/n/9", "Weekly report"), *((f"/n/{each}", each) for each in "bcde")), before)

    assert now.ids[0] == "https://x.example/n/9"


def test_a_list_that_lost_its_dates_and_all_of_its_entries_is_another_one() -> None:
    before = judge_list(titled(*((f"/{each}", f"Title {each}") for each in "abcdef"), place="ul > li", year=2026), None)

    with pytest.raises(PageChanged, match="had dates"):
        judge_list(titled(*((f"/{each}", f"Other {each}") for each in "stuvwx"), place="ul > li"), before)


def test_the_same_place_is_not_enough_for_an_undated_list_in_a_bare_element() -> None:
    before = judge_list(titled(*((f"/{each}", f"Title {each}") for each in "abcdef"), place="ul > li"), None)

    with pytest.raises(PageChanged):
        judge_list(titled(*((f"/{each}", f"Other {each}") for each in "stuvwx"), place="ul > li"), before)
