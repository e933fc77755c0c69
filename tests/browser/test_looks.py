"""Each page on each screen: nothing sticks out, and axe-core finds nothing that keeps somebody from reading it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

from aggregator.model import Selection
from tests.browser.conftest import Opening
from tests.browser.sites import Site

# At which people look, as in the README, each scheme at two of them: colors do not change with the width.
SCREENS = [
    (360, "light"), pytest.param(360, "dark", marks=pytest.mark.slow),
    pytest.param(800, "light", marks=pytest.mark.slow), pytest.param(1440, "dark", marks=pytest.mark.slow),
]  # fmt: skip
ANY_WIDTH = range(320, 1500, 20)
PATHS = (
    "",
    "?category=space&period=week",
    "search",
    "search?q=lunar",
    "search?q=nothingatall",
    "stories",
    "sources",
    "sources/orbital-harbour",
    "sources/exoplanet-club",
    "feeds/",
    "digests",
    "digests/daily",
    "rankings/talent-barometer",
)
CROWDED = ("", "sources", "sources/source-3", "feeds/")
# WCAG 2.2 AA, and what axe recommends beside it
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def address(site: Site, path: str) -> str:
    """Return where a page is; "stories" is that of the story with the most articles."""
    if path == "stories":
        front = site.aggregator.store.front(Selection(), limit=100).items
        longest = max(front, key=lambda item: len(item.related))
        return f"{site.url}stories/{longest.entry.story}"
    return site.url + path


def findings(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]})
    return [
        f"{each['id']}: {node['html']} – {node['failureSummary']}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


def sticks_out(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def too_narrow(page: Page) -> list[int]:
    """Return the widths at which something sticks out."""
    found = []
    screen = page.context.new_cdp_session(page)  # takes half as long as Playwright's own way
    for width in ANY_WIDTH:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        screen.send("Emulation.setDeviceMetricsOverride", size)
        assert page.evaluate("innerWidth") == width
        if sticks_out(page) > 0:
            found.append(width)
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_page_keeps_nobody_from_reading_it(
    demo: Site, open_page: Opening, path: str, scheme: str, width: int
) -> None:
    # colors that are on their way to others would be judged as they are
    page = open_page(address(demo, path), color_scheme=scheme, reduced_motion="reduce", width=width)

    assert sticks_out(page) <= 0
    assert findings(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_nothing_sticks_out_at_any_width(demo: Site, open_page: Opening, path: str) -> None:
    page = open_page(address(demo, path))

    assert too_narrow(page) == []


@pytest.mark.parametrize("path", CROWDED)
def test_titles_in_all_scripts_and_long_words_fit(crowd: Site, open_page: Opening, path: str) -> None:
    page = open_page(crowd.url + path, width=360)

    assert findings(page) == []
    assert sticks_out(page) <= 0


@pytest.mark.slow
@pytest.mark.parametrize("path", CROWDED)
def test_titles_in_all_scripts_and_long_words_fit_at_any_width(crowd: Site, open_page: Opening, path: str) -> None:
    page = open_page(crowd.url + path, width=360)

    assert too_narrow(page) == []


@pytest.mark.parametrize("path", ["", "sources", "feeds/"])
def test_an_empty_site_says_so(empty: Site, open_page: Opening, path: str) -> None:
    page = open_page(empty.url + path)

    assert page.locator(".empty, .feeds").count() == 1
    assert findings(page) == []


def test_a_title_from_right_to_left_is_set_so(crowd: Site, open_page: Opening) -> None:
    page = open_page(crowd.url)

    headline = page.locator("article[lang=ar] .headline").first

    assert headline.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_what_looks_like_markup_in_a_title_is_text(crowd: Site, open_page: Opening) -> None:
    page = open_page(crowd.url)

    assert page.get_by_role("link", name="<script>alert('x')</script>").count() > 0


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_small_and_needs_one_style_and_no_script(demo: Site, open_page: Opening, path: str) -> None:
    responses: list[Response] = []
    page = open_page("about:blank", java_script_enabled=False)
    page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - a method of list has no room for its mark

    page.goto(address(demo, path))  # without scripts, nothing is loaded after it

    kinds = [response.request.resource_type for response in responses]
    assert kinds.count("stylesheet") == 1
    assert set(kinds) <= {"document", "stylesheet", "script", "other"}
    assert len(responses[0].body()) < 100_000
    assert page.locator("main h1").count() == 1


def test_nothing_moves_for_who_wants_no_motion(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url, reduced_motion="reduce")

    duration = page.locator("a.brand").evaluate("element => getComputedStyle(element).transitionDuration")

    assert duration == "0s"


def test_paper_gets_the_stories_alone(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url)
    page.emulate_media(media="print")

    for unwanted in (".ways", ".menu", ".bar", ".bottom"):
        assert not page.locator(unwanted).is_visible()
    assert page.locator(".headline").first.is_visible()
    cut = page.locator(".names a").evaluate_all(
        "(all) => all.filter((each) => each.scrollWidth > each.clientWidth + 1)"
    )
    assert cut == []
