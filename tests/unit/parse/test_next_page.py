"""Where a list goes on."""

from __future__ import annotations

import pytest

from aggregator.model import Fetched
from aggregator.parse.next_page import next_page


def following(body: str, *, select: str | None = None) -> str | None:
    html = f"<html><body>{body}</body></html>".encode()
    answer = Fetched(url="https://x.example/news/", body=html, content_type="text/html; charset=utf-8")
    return next_page(answer, select=select)


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ("<a href='?page=1'>1</a><a rel='next' href='?page=2'>2</a>", "https://x.example/news/?page=2"),
        ("<link rel='next' href='/news/page/2'>", "https://x.example/news/page/2"),
        ("<a href='/news/2'>Next »</a>", "https://x.example/news/2"),
        ("<a href='/news/2'>Nächste Seite</a>", "https://x.example/news/2"),
        ("<a href='/news/2'>Page suivante ›</a>", "https://x.example/news/2"),
        ("<a href='/news/2' aria-label='Next page'><svg></svg></a>", "https://x.example/news/2"),
        (
            "<ul><li><a href='/1'>1</a></li><li><a href='/2'>2</a></li><li><a href='/3'>›</a></li></ul>",
            "https://x.example/3",
        ),
        ("<p>Home <a href='/section'>›</a></p>", None),
        ("<a href='/next-generation'>Next generation of rockets</a>", None),
        ("<a rel='next' href='javascript:more()'>Next</a>", None),
        ("<a rel='next' href='#'>Next</a>", None),
        ("<p>Nothing follows.</p>", None),
    ],
)
def test_the_next_page_is_what_the_page_calls_so(body: str, address: str | None) -> None:
    assert following(body) == address


def test_the_operator_says_where_it_stands() -> None:
    body = "<a rel='next' href='/wrong'>Next</a><div class='more'><a href='/right'>More</a></div>"

    assert following(body, select="div.more") == "https://x.example/right"
    assert following(body, select=".absent") is None
