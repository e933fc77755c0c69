"""Links without what says where a reader came from; all else in them stays as it was given."""

from __future__ import annotations

import pytest

from aggregator.text.tracking import TRACKING_PARAMETERS, without_tracking

SITE = "https://news.example/a"


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("?utm_source=rss&utm_medium=feed", ""),
        ("?id=7&utm_source=rss&page=2", "?id=7&page=2"),
        ("?b=%C3%A9&a=1+2&fbclid=x", "?b=%C3%A9&a=1+2"),
        ("?a=1&amp;utm_campaign=x", "?a=1"),
        ("?UTM_Source=rss", ""),
        ("?utm%5Fsource=rss", ""),
        ("?ref=rss", ""),
        ("?mod=rss_markets_main", ""),
        ("?gaa_at=eafs&gaa_n=x", ""),
        ("#xtor=RSS-1", ""),
        ("?a=1#xtor=RSS-1", "?a=1"),
        ("?gclid=1#part-2", "#part-2"),
        ("#/news/12?utm_source=rss", "#/news/12"),
        ("#/news/12?utm_source=rss&tab=2", "#/news/12?tab=2"),
    ],
)
def test_what_is_tracking_goes(given: str, left: str) -> None:
    assert without_tracking(SITE + given) == SITE + left


@pytest.mark.parametrize(
    "given",
    [
        "",
        "?",
        "?a=1&&b",
        "?a=1&a=2&b=",
        "#part-2",
        "#",
        "#:~:text=moon",
        "?ref=main",
        "?mod=news",
        "?feed=rss2",
        "?output=csv",
        "?via=satellite",
        "?q=utm_source=x",
    ],
)
def test_what_is_not_tracking_stays_as_it_was_given(given: str) -> None:
    assert without_tracking(SITE + given) == SITE + given


@pytest.mark.parametrize("signature", ["sig=1", "Signature=1", "X-Amz-Signature=1", "hmac=1"])
def test_a_signed_address_stays_whole(signature: str) -> None:
    assert without_tracking(f"{SITE}?utm_source=rss&{signature}") == f"{SITE}?utm_source=rss&{signature}"


@pytest.mark.parametrize("name", TRACKING_PARAMETERS)
def test_every_parameter_that_is_known_goes(name: str) -> None:
    assert without_tracking(f"{SITE}?{name.replace('*', 'x')}=1") == SITE


def test_doing_it_twice_changes_nothing_more() -> None:
    once = without_tracking(f"{SITE}?utm_source=a&b=utm_source#xtor=1&utm_b=2")

    assert without_tracking(once) == once
