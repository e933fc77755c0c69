"""What people do on the pages: narrow, search, read a story, look after sources, unsubscribe; by mouse and by key."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from aggregator.digests.delivering import UNSUBSCRIBE
from aggregator.model import Selection
from aggregator.notify import targets_of
from aggregator.notify.tokens import unsubscribe_token
from tests.browser.conftest import Opening
from tests.browser.sites import Site


def headlines(page: Page) -> list[str]:
    return page.locator("article .headline").all_inner_texts()


def test_a_category_narrows_the_stories(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url)
    everything = headlines(page)

    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Talent").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Talent")
    page.wait_for_load_state()
    assert 0 < len(headlines(page)) < len(everything)
    assert all("Talent" in text for text in page.locator("article .foot").all_inner_texts())


def test_filters_act_at_once_and_leave_no_empty_ones_in_the_address(demo: Site, open_page: Opening) -> None:
    page = open_page(f"{demo.url}?category=space")

    page.get_by_label("Language").select_option("de")

    expect(page.get_by_role("heading", level=1)).to_have_text("Space · Deutsch")
    page.wait_for_load_state()
    assert page.url == f"{demo.url}?category=space&language=de"
    assert page.locator("article:not([lang^=de])").count() == 0


def test_filters_work_without_script(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url, java_script_enabled=False)

    page.get_by_label("Source").select_option(label="Crater Notes")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**source=*")

    assert set(page.locator("article .from .source").all_inner_texts()) == {"Crater Notes"}


def test_a_search_finds_words_and_keeps_them(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url, java_script_enabled=False)

    page.get_by_role("searchbox").fill("regolith")
    page.get_by_role("searchbox").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("“regolith”")
    expect(page.get_by_role("searchbox")).to_have_value("regolith")
    page.wait_for_load_state()
    assert headlines(page)
    assert page.locator("article mark").first.inner_text().lower() == "regolith"


def test_a_search_for_what_is_nowhere_says_so(demo: Site, open_page: Opening) -> None:
    page = open_page(f"{demo.url}search?q=xyzzy")

    expect(page.locator(".empty")).to_contain_text("Nothing found")


def test_a_story_shows_all_its_articles(demo: Site, open_page: Opening) -> None:
    front = demo.aggregator.store.front(Selection(), limit=100).items
    item = max(front, key=lambda each: len(each.related))
    page = open_page(demo.url)

    page.get_by_role("link", name=f"{len(item.related) + 1} articles").first.click()
    page.wait_for_url("**/stories/*")

    assert len(headlines(page)) == len(set(headlines(page))) == len(item.related) + 1
    assert page.get_by_role("heading", level=1).inner_text() == headlines(page)[0]
    times = page.locator("article .from time").evaluate_all("all => all.map(each => each.dateTime)")
    assert times[1:] == sorted(times[1:])


def test_a_source_in_trouble_is_on_top_and_its_page_says_what_to_do(demo: Site, open_page: Opening) -> None:
    page = open_page(f"{demo.url}sources")

    troubled = page.get_by_role("row").filter(has=page.locator(".status.failing")).first
    troubled.get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/sources/[\w-]+$"))

    expect(page.locator(".notice .step")).not_to_be_empty()


def test_keys_go_from_story_to_story_open_and_search(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url)

    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("k")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("/")
    page.keyboard.type("?j")

    assert [first, second] == headlines(page)[:2]
    expect(page.get_by_role("searchbox")).to_have_value("?j")


def test_a_key_opens_the_article_beside_the_page(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url)
    page.keyboard.press("j")
    address = page.evaluate("document.activeElement.href")

    with page.context.expect_page() as opened:
        page.keyboard.press("o")

    opened.value.wait_for_url(address)


def test_a_key_tells_the_keys(demo: Site, open_page: Opening) -> None:
    page = open_page(demo.url)

    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("next story")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_news_are_announced_without_a_reload(crowd: Site, open_page: Opening) -> None:
    page = open_page("about:blank")
    page.clock.install()
    page.route("**/newer?*", lambda route: route.fulfill(json={"count": 3, "is_more": False, "words": "3 new stories"}))
    page.goto(crowd.url)
    expect(page.get_by_role("status")).to_be_hidden()

    page.clock.run_for(61_000)

    expect(page.get_by_role("status")).to_have_text("3 new stories")
    assert page.get_by_role("link", name="3 new stories").get_attribute("href") == crowd.url


def test_pages_lead_on_to_older_stories_and_back(crowd: Site, open_page: Opening) -> None:
    page = open_page(crowd.url)
    newest = headlines(page)

    page.get_by_role("link", name="Older").click()
    page.wait_for_url(lambda url: url != crowd.url)
    older = headlines(page)
    page.get_by_role("link", name="Newest").click()
    page.wait_for_url(crowd.url)

    assert not set(newest) & set(older)
    assert headlines(page) == newest


def test_a_reader_unsubscribes_and_comes_back(demo: Site, open_page: Opening) -> None:
    [digest] = demo.aggregator.config.digests
    [key] = targets_of(digest)
    token = unsubscribe_token(demo.aggregator.store.ledger.key_for(UNSUBSCRIBE), digest=digest.name, endpoint=key)
    page = open_page(f"{demo.url}unsubscribe/{token}")

    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Unsubscribed")
    stopped = [stop.endpoint.key for stop in demo.aggregator.store.ledger.stops()]
    page.get_by_role("button", name="Subscribe again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Subscribed again")

    assert stopped == [key]
    assert demo.aggregator.store.ledger.stops() == []
