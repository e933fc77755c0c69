"""A browser, and sites to look at with it, each started once for a test process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.sites import Site, crowded_site, demo_site, empty_site
from tests.builders import NOW
from tests.conftest import skip_or_fail

Opening = Callable[..., Page]

expect.set_options(timeout=30_000)  # a machine that is busy may take more than the usual five seconds


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        skip_or_fail("no Chromium is installed")
    with sync_playwright() as playwright:
        # without a sandbox, because tests may run as root; the pages are ours
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-quic"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    # soon after midnight, the headings of two days would leave room for fewer stories on a screen
    with demo_site(tmp_path_factory.mktemp("demo"), clock=lambda: NOW) as site:
        yield site


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with crowded_site(tmp_path_factory.mktemp("crowd")) as site:
        yield site


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with empty_site(tmp_path_factory.mktemp("empty")) as site:
        yield site


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opening]:
    """Open an address in a window of its own; a complaint of the browser's fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_(url: str, *, width: int = 1440, height: int = 900, **context: Any) -> Page:
        made = browser.new_context(viewport={"width": width, "height": height}, **context)
        contexts.append(made)
        page = made.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        # its picture for the tab is fetched when there is time, and given up when a page is left
        page.on("requestfailed", lambda it: it.url.endswith("/favicon.svg") or complaints.append(it.url))
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
