"""The mail of a full day on a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from aggregator.config import shipped_dir
from aggregator.config.templates import Templates
from aggregator.digests.issuing import Digests
from aggregator.notify import compose
from aggregator.notify.bodies import render_issue
from aggregator.notify.channels import preview
from tests.browser.sites import Site
from tests.unit.notify.samples import NOON, SITE, make_digest, make_issue, make_issue_entry

CATEGORIES = {"space": "Space", "innovation": "Innovation", "talent": "Talent"}
HEADLINE = "Agency and ministry name the five young companies that join their support programme this winter"
SUMMARY = "They were chosen from eighty applications and receive money, advice and a place to work for a year. " * 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_default_mail_of_a_full_day_is_six_screens_of_a_phone(browser: Browser, scheme: str) -> None:
    entries = [
        make_issue_entry(
            f"{HEADLINE[: 60 + number % 35]} {number}",
            summary=SUMMARY,
            source=f"source-{number % 40}",
            source_title=f"Example Times {number % 40}",
            categories=(list(CATEGORIES)[number % 3],),
            published=NOON - timedelta(minutes=number),
        )
        for number in range(270)
    ]
    digest = make_digest()
    issue = make_issue(0, sections=compose(entries, categories=CATEGORIES, limit=digest.limit))
    made = render_issue(issue, digest, SITE, Templates(shipped_dir("templates")), can_unsubscribe=True)
    page = browser.new_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)

    page.set_content(made.html)

    assert page.evaluate("document.documentElement.scrollHeight") <= 6 * 800
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()


@pytest.mark.parametrize(("width", "height"), [(360, 800), (390, 780)])
def test_the_mail_of_stories_in_several_languages_is_six_screens_of_a_phone(
    browser: Browser, demo: Site, width: int, height: int
) -> None:
    digests = Digests(demo.aggregator)
    issue = digests.latest("daily")
    assert issue is not None
    page = browser.new_page(viewport={"width": width, "height": height})

    page.set_content(preview(issue, digests.digest("daily"), demo.aggregator.config).html)

    assert page.locator(".more").count() >= 5, "headlines of other articles"
    assert page.evaluate("document.documentElement.scrollHeight") <= 6 * height
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()
