"""Pages that are made to be hard to read: each is read or refused in little time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from aggregator.errors import NotAList
from aggregator.model import Fetched
from aggregator.parse.pages import read_page
from tests.unit.parse.pages import NOW

_ITEM = '<li><h3><a href="/news/{0}">Headline of the news number {0}</a></h3><time>2026-11-{1:02}</time><p>{2}</p></li>'

HOSTILE: dict[str, Callable[[], str]] = {
    "nested elements": lambda: "<div>" * 100_000 + "<a href='/x'>text</a>",
    "nested links": lambda: "<a href='/x'>" * 100_000,
    "nested tables": lambda: "<table><tr><td>" * 50_000,
    "a million links": lambda: "".join(f"<a href='/{number}'>Link {number}</a>" for number in range(1_000_000)),
    "as many links as are read": lambda: (
        "<ul>" + "".join(f"<li><a href='/{number}'>Link {number}</a></li>" for number in range(40_000))
    ),
    "five megabytes of list": lambda: (
        "<html lang=en><ul>" + "".join(_ITEM.format(number, number % 28 + 1, "word " * 60) for number in range(12_000))
    ),
    "one word of five megabytes": lambda: "<ul><li><a href=/a>" + "x" * 5_000_000 + "</a></li></ul>",
    "attributes without end": lambda: (
        "<ul>" + f"<li class='{'a ' * 200_000}'><a href='{'b' * 500_000}'>Text of it</a></li>" * 3
    ),
    "an attribute's name for each": lambda: (
        "<div " + " ".join(f"a{number}=b" for number in range(300_000)) + ">x</div>"
    ),
    "as much markup as is read": lambda: (
        "<ul>" + "".join(_ITEM.format(number, 1, "word " * 60) for number in range(5_900))
    ),
    "main parts beside sidebars": lambda: "<main></main><div class='sidebar'></div>" * 14_000,
    "sidebars in each other": lambda: ("<div class='with-sidebar'>" * 200 + "<p>text</p>" * 50 + "</div>" * 200) * 100,
    "articles in each other": lambda: (
        "<div itemscope itemtype=Article><a itemprop='headline url' href=/a>Text</a>" * 8_000
    ),
    "digits": lambda: "<ul>" + "<li><a href=/a>" + "1/" * 400_000 + "</a> 12/1" * 3 + "</ul>",
    "blanks": lambda: "<ul>" + f"<li><a href=/a>a{' ' * 1_000_000}b</a></li>" * 3,
    "data that is nested": lambda: '<script type="application/ld+json">' + "[" * 400_000 + "</script><p>x</p>",
    "data that is wide": lambda: (
        '<script type="application/json">[' + '{"title":"A title here","url":"/a"},' * 80_000 + "0]</script>"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_takes_little_time(name: str) -> None:
    fetched = Fetched(url="https://example.org/", body=HOSTILE[name]().encode(), content_type="text/html")
    start = time.process_time()

    try:
        entries = read_page(fetched, now=NOW).document.entries
    except NotAList:
        entries = ()

    assert time.process_time() - start < 2.0  # a second on a machine with nothing else to do
    assert len(entries) <= 3_000
