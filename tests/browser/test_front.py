"""The front page as a morning paper: how much a screen shows, what is large, and what fingers can reach."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening
from tests.browser.sites import Site
from tests.browser.test_looks import findings, sticks_out

_TOUCHED = "a, button, input:not([type=hidden]), select, summary"
# What a finger is for on each page: 44 px high. Links within a text are 24, as WCAG 2.2 has it (2.5.8).
_MATTERS = ".chip, button:not(.link), .menu a, select, summary, input[type=search], .pages a"

_SENTENCES = ".prose, .lead, p:not([class]), .skip"

# Returns the controls that are lower than so many pixels, but for links in sentences, which are as high as their lines.
_LOWER_THAN = """([query, least, sentences]) => Array.from(document.querySelectorAll(query))
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest(sentences))
    .filter((each) => each.getBoundingClientRect().width > 1)
    .filter((each) => Math.round(each.getBoundingClientRect().height * 10) / 10 < least)
    .map((each) => `${Math.round(each.getBoundingClientRect().height)} px: ${each.outerHTML.slice(0, 200)}`)"""

_WHOLE_IN_SIGHT = """(query) => Array.from(document.querySelectorAll(query)).filter((each) => {
    const box = each.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
}).length"""


# Returns the categories of which a part is in sight, and a part is not.
_EVERY = "Array.from(document.querySelectorAll('.topic'))"
_CUT_TOPICS = f"""() => {_EVERY}.filter((each) => {{
    const box = each.getBoundingClientRect(), around = each.parentElement.getBoundingClientRect();
    const isBelow = box.top >= around.bottom - 1;
    return !isBelow && box.right > around.right + 1;
}}).map((each) => each.textContent)"""


# Focuses each category and returns those that are not seen then.
_FOCUSED_AND_OUT_OF_SIGHT = """(all) => all.filter((each) => each.checkVisibility()).filter((each) => {
    each.focus();
    const box = each.getBoundingClientRect(), around = each.parentElement.getBoundingClientRect();
    return box.top < around.top - 1 || box.bottom > around.bottom + 1 || around.width < 24;
}).map((each) => each.textContent)"""


def lower_than(page: Page, least: int, query: str) -> list[str]:
    return page.evaluate(_LOWER_THAN, [query, least, _SENTENCES])


def in_sight(page: Page, query: str) -> int:
    return page.evaluate(_WHOLE_IN_SIGHT, query)


@pytest.mark.parametrize(("width", "height", "least"), [(1440, 900, 12), (360, 740, 5)])
def test_a_screen_shows_many_stories_with_the_first_above_the_fold(
    demo: Site, open_page: Opening, width: int, height: int, least: int
) -> None:
    page = open_page(demo.url, width=width, height=height)

    assert in_sight(page, "article .headline") >= least
    assert page.locator("article .headline").first.bounding_box()["y"] < height / 3


def test_titles_only_shows_twice_as_many_and_stays_so(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url, java_script_enabled=False)

    page.get_by_role("link", name="Titles only").click()
    page.wait_for_url(f"{demo.url}?view=compact")
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Space").click()
    page.wait_for_url(f"{demo.url}?category=space&view=compact")

    assert in_sight(page, "article .headline") >= 18
    assert page.locator("article .summary").count() == 0
    page.get_by_role("link", name="With summaries").click()
    page.wait_for_url(f"{demo.url}?category=space")


@pytest.mark.parametrize("width", [360, 1440])
def test_titles_only_fit_and_keep_nobody_from_reading(demo: Site, crowd: Site, open_page: Opening, width: int) -> None:
    for site in (demo, crowd):
        page = open_page(f"{site.url}?view=compact", width=width)

        assert sticks_out(page) <= 0
        assert findings(page) == []


@pytest.mark.parametrize("width", [360, 800, 1440])
def test_a_category_is_shown_whole_or_not_at_all(demo: Site, crowd: Site, open_page: Opening, width: int) -> None:
    for address in (demo.url, f"{demo.url}search?q=lunar", crowd.url):
        page = open_page(address, width=width)

        assert page.locator(".topic").count() > 0
        assert page.evaluate(_CUT_TOPICS) == []


def test_a_category_that_is_left_out_is_shown_to_who_comes_to_it_by_keyboard(demo: Site, open_page: Opening) -> None:
    page = open_page(f"{demo.url}search?q=lunar", width=360)
    page.locator(".topic").first.focus()

    hidden = page.locator(".topic").evaluate_all(_FOCUSED_AND_OUT_OF_SIGHT)

    assert hidden == []


def test_of_titles_only_times_stand_below_each_other(demo: Site, open_page: Opening) -> None:
    page = open_page(f"{demo.url}?view=compact", width=1440)

    ends = page.locator("article time").evaluate_all("(all) => all.map((e) => Math.round(e.getBoundingClientRect().x))")

    times = page.locator("section").first.locator("article time").all_inner_texts()

    assert times == sorted(times, reverse=True), "a reader takes the column for what the list is sorted by"
    assert page.locator("article .whole", has_text="articles").count() > 0
    assert max(ends[:20]) - min(ends[:20]) <= 3  # digits differ in width


@pytest.mark.parametrize("view", ["", "?view=compact"])
def test_all_categories_are_in_sight_on_a_wide_screen(demo: Site, open_page: Opening, view: str) -> None:
    page = open_page(demo.url + view, width=1440)

    assert page.locator(".filters").evaluate("(each) => each.scrollWidth - each.clientWidth") <= 16  # room at its end


def test_the_size_of_headlines_follows_importance(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url)
    sizes = page.locator("article .headline").evaluate_all(
        "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"
    )

    assert page.get_by_role("heading", level=2).first.inner_text().lower() == "top stories"
    assert sizes[0] > max(sizes[1:6])
    assert min(sizes[1:6]) > min(sizes[6:])


def test_a_summary_has_two_lines_at_most(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url)

    lines = page.locator("article .summary").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().height / parseFloat(getComputedStyle(each).lineHeight))"
    )

    assert max(lines) <= 2.05


@pytest.mark.parametrize("width", [360, 800, 1440])
def test_categories_and_filters_take_one_line(demo: Site, open_page: Opening, width: int) -> None:
    page = open_page(demo.url, width=width)

    assert page.locator(".bar").bounding_box()["height"] <= 46
    assert in_sight(page, ".bar > .chips, .bar summary, .bar select") >= 1


def test_on_a_phone_the_filters_are_behind_one_button_without_scripts_too(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url, width=360, height=740, java_script_enabled=False)
    expect(page.get_by_label("Source")).to_be_hidden()

    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Category").select_option("space")
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Space · Deutsch")
    expect(page.locator("summary", has_text="Filter")).to_have_text("Filter: Space · Deutsch")


def test_on_a_phone_the_other_pages_and_the_search_are_behind_one_button(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url, width=360, height=740, java_script_enabled=False)

    page.locator("summary", has_text="Menu").click()
    page.get_by_role("searchbox").fill("regolith")
    page.get_by_role("searchbox").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("regolith")
    page.locator("summary", has_text="Menu").click()
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Sources").click()
    page.wait_for_url(f"{demo.url}sources")


@pytest.mark.parametrize("path", ["", "sources", "search?q=0", "sources?page=4"])
def test_pages_of_a_crowd_of_sources_are_small_and_short(crowd: Site, open_page: Opening, path: str) -> None:
    page = open_page("about:blank", width=360, height=740)

    answer = page.goto(crowd.url + path)

    assert answer is not None
    assert len(answer.body()) < 100_000
    assert page.evaluate("document.documentElement.scrollHeight") < 12_000


def test_a_source_is_found_among_many_without_scripts(crowd: Site, open_page: Opening) -> None:
    page = open_page(f"{crowd.url}sources", width=360, height=740, java_script_enabled=False)

    page.get_by_role("searchbox", name="Name or address of a source").fill("source-117")
    page.get_by_role("button", name="Find").click()

    expect(page.get_by_role("status")).to_have_text("1 source found")
    expect(page.get_by_role("rowheader")).to_contain_text("Source 117")


@pytest.mark.parametrize("path", ["", "search?q=lunar", "sources", "sources/orbital-harbour", "digests", "feeds/"])
def test_fingers_reach_what_they_are_for(demo: Site, open_page: Opening, path: str) -> None:
    page = open_page(demo.url + path, width=360, height=740, has_touch=True)
    for button in page.locator("summary:visible").all():
        button.click()

    assert lower_than(page, 24, _TOUCHED) == []
    assert lower_than(page, 44, _MATTERS) == []
