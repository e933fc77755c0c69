"""A page without a list is looked through for what may be watched on it."""

from __future__ import annotations

import pytest

from aggregator.model import Fetched
from aggregator.parse.watch import how_to_watch

NAMES = ("Switzerland", "Singapore", "Luxembourg", "Denmark", "Sweden", "Norway", "Iceland")


def suggested(body: str) -> tuple[str, ...]:
    html = f"<html><body><nav><ul><li><a href='/'>1 Home</a></li></ul></nav><main>{body}</main></body></html>"
    return how_to_watch(Fetched(url="https://a.example/", body=html.encode(), content_type="text/html"))


def rows(row: str) -> str:
    return "".join(row.format(place=place, name=name, score=90 - place) for place, name in enumerate(NAMES, 1))


@pytest.mark.parametrize(
    ("body", "kind", "select"),
    [
        (
            "<table class='ranking'><tr><th>Rank</th><th>Country</th></tr>"
            + rows("<tr><td>{place}</td><td>{name}</td></tr>")
            + "</table>",
            "table",
            "table.ranking",
        ),
        (
            "<div class='rank-list'>" + rows("<div><span>{place}</span><span>{name}</span></div>") + "</div>",
            "ranking",
            "div.rank-list",
        ),
        (
            "<div id='r'><div><b>Rank</b><b>Country</b></div>"
            + rows("<div><b>{place}</b><b>{name}</b></div>")
            + "</div>",
            "ranking",
            "div#r",
        ),
        (
            "<ul>" + rows("<li>{place}. <a href='/{place}'>{name}</a> <b>{score}.5</b></li>") + "</ul>",
            "ranking",
            "main > ul",
        ),
        (
            "<div class='x'>"
            + rows("<a href='/{place}'><div><i>{place}</i><h3>{name}</h3></div><p><b>{score}</b> points</p></a>")
            + "</div>",
            "ranking",
            "div.x",
        ),
        ("<div><p>Text</p></div><ol>" + rows("<li>{name}</li>") + "</ol>", "numbered list", "ol"),
    ],
    ids=["table", "div", "div with a header", "li with text between", "cards", "numbered list"],
)
def test_a_ranking_is_found_whatever_it_is_built_of(body: str, kind: str, select: str) -> None:
    assert suggested(body) == (f"there is a {kind} of 7 rows: to watch it, `kind: watch` and `select: {select}`",)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Text</p>",
        "<ul>" + rows("<li><a href='/{place}'>{name}</a></li>") + "</ul>",
        "<div>" + rows("<p>In the year 19{place} there was {name}.</p>") + "</div>",
        "<table><tr><td>1</td><td>Switzerland</td></tr></table>",
    ],
    ids=["text", "links", "paragraphs", "one row"],
)
def test_what_is_no_ranking_is_not_suggested(body: str) -> None:
    assert suggested(body) == ()
