"""Where the scripts of an empty page get their data."""

from __future__ import annotations

import pytest

from aggregator.model import Fetched
from aggregator.parse.shell import data_addresses, with_data

URL = "https://a.example/news/"


def page(script: str, more: str = "") -> Fetched:
    body = f"<html><head>{more}</head><body><div id=root></div><script>{script}</script></body></html>"
    return Fetched(url=URL, body=body.encode(), content_type="text/html")


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("fetch('/data.json').then(show)", ("https://a.example/data.json",)),
        ('axios.get("items?page=1")', ("https://a.example/news/items?page=1",)),
        ("x.open('GET', `/feed/list`)", ("https://a.example/feed/list",)),
        (
            "const url = '/wp-json/wp/v2/posts?per_page=10'; load(url)",
            ("https://a.example/wp-json/wp/v2/posts?per_page=10",),
        ),
        ("fetch('https://other.example/data.json')", ()),
        ("fetch(`/news/${page}.json`)", ()),
        ("fetch('file:///etc/passwd')", ()),
        (
            "fetch('/a.json'); fetch('/b.json'); fetch('/c.json'); fetch('/d.json')",
            tuple(f"https://a.example/{n}.json" for n in "abc"),
        ),
        ("console.log('/news/')", ()),
    ],
)
def test_an_empty_pages_data_is_found_on_its_own_host(script: str, found: tuple[str, ...]) -> None:
    assert data_addresses(page(script)) == found


def test_what_is_preloaded_is_data_too() -> None:
    answer = page("", '<link rel="preload" as="fetch" href="/api/news?a=1&amp;b=2">')

    assert data_addresses(answer) == ("https://a.example/api/news?a=1&b=2",)


def test_a_page_with_links_is_left_alone() -> None:
    assert data_addresses(page("fetch('/data.json')", "<a href=/1>1</a><a href=/2>2</a><a href=/3>3</a>")) == ()


def test_data_is_embedded_so_that_no_markup_in_it_counts() -> None:
    data = Fetched(url=f"{URL}x", body=b'[{"title": "</script><a href=/evil>x</a>"}]', content_type="application/json")
    html = Fetched(url=f"{URL}y", body=b"<html></html>", content_type="text/html")

    completed = with_data(page(""), [data, html])

    assert completed.body.removesuffix(b"</body></html>").endswith(
        b'<script type="application/json">[{"title": "<\\/script><a href=/evil>x<\\/a>"}]</script>'
    )
    assert with_data(page(""), [html]) == page("")
