"""The same ranking in further markups: whatever it is built of, its life is told in the same words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

import pytest

from aggregator.model import Edition, Fetched
from aggregator.parse.watch import read_watched
from aggregator.parse.watch.cell_spans import Spanning, spread

NAMES = ("Norland", "Suderia", "Estmark", "Westan", "Midlen", "Island", "Karst", "Lagune", "Moor", "Nehrung")
Markup = Callable[[Sequence[str], str], str]


def value(name: str) -> str:
    return f"{99 - 3.5 * NAMES.index(name):.1f}" if name in NAMES else "50.2"


def in_two_rows_of_names(names: Sequence[str], column: str) -> str:
    rows = "".join(f"<tr><td>{n}</td><td>{each}</td><td>{value(each)}</td><td>A</td></tr>" for n, each in ranked(names))
    head = f"<tr><th rowspan=2>Rank</th><th rowspan=2>Land</th><th colspan=2>{column}</th></tr>"
    return f"<table>{head}<tr><th>points</th><th>grade</th></tr>{rows}</table>"


def with_ordinals(names: Sequence[str], column: str) -> str:
    rows = "".join(f"<tr><td>{n}.</td><td>{each}</td><td>{value(each)}</td></tr>" for n, each in ranked(names))
    return f"<table><tr><th>Place</th><th>Land</th><th>{column}</th></tr>{rows}</table>"


def in_two_tables(names: Sequence[str], column: str) -> str:
    return "".join(
        f"<div><table><tr><th>Rank</th><th>Land</th><th>{column}</th></tr>"
        + "".join(f"<tr><td>{n}</td><td>{each}</td><td>{value(each)}</td></tr>" for n, each in part)
        + "</table></div>"
        for part in (ranked(names)[:5], ranked(names)[5:])
    )


def with_a_count_of_rows(names: Sequence[str], column: str) -> str:
    shown = f"<div>Showing 1 to {len(names)} of {len(names)} entries</div>"
    return in_two_tables(names, column).replace("</table></div>", f"</table></div>{shown}", 1)


def as_numbered_list(names: Sequence[str], column: str) -> str:
    rows = "".join(f"<li><b>{each}</b> <span>{value(each)}</span></li>" for each in names)
    return f"<p>By points</p><ol>{rows}</ol>"


def as_numbered_lines(names: Sequence[str], column: str) -> str:
    return f"<ol>{''.join(f'<li>{each}: {value(each)} points</li>' for each in names)}</ol>"


def as_cards_with_terms(names: Sequence[str], column: str) -> str:
    cards = "".join(
        f"<a href='/l'><span>#{n}</span><h4>{each}</h4>"
        f"<dl><dt>{column}</dt><dd>{value(each)}</dd><dt>Previous rank</dt><dd>{n + 1}</dd></dl></a>"
        for n, each in ranked(names)
    )
    return f"<div>{cards}</div>"


def in_two_tabs(names: Sequence[str], column: str) -> str:
    """The second tab has those that the first has in the middle, ranked among themselves."""
    one, other = (
        f"<table><tr><th>Rank</th><th>Land</th><th>{column}</th></tr>"
        + "".join(f"<tr><td>{n}</td><td>{each}</td><td>{value(each)}</td></tr>" for n, each in ranked(some))
        + "</table>"
        for some in (names, [each for each in NAMES if each in ["Norland", "Suderia", "Estmark", "Westan"]])
    )
    return f"<h3>All</h3>{one}<h3>Large ones</h3>{other}"


def with_groups_and_a_note(names: Sequence[str], column: str) -> str:
    lines = [f"<tr><td>{n}</td><td>{each}</td><td>{value(each)}</td></tr>" for n, each in ranked(names)]
    lines.insert(5, "<tr><th colspan=3>Second tier</th></tr>")
    foot = "<tfoot><tr><td colspan=3>Source: own work</td></tr></tfoot>"
    return f"<table><tr><th>Rank</th><th>Land</th><th>{column}</th></tr>{''.join(lines)}{foot}</table>"


def in_sets_of_columns(names: Sequence[str], column: str) -> str:
    half = (len(names) + 1) // 2
    cells = [f"<td>{n}</td><td>{each}</td><td>{value(each)}</td>" for n, each in ranked(names)]
    lines = [one + other for one, other in zip_longest(cells[:half], cells[half:], fillvalue="<td></td>" * 3)]
    head = f"<th>Rank</th><th>Land</th><th>{column}</th>" * 2
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def as_bars_with_numbered_names(names: Sequence[str], column: str) -> str:
    return "".join(
        f"<div class=bar><div><span>{n}</span> <span>{each}</span></div><div>{value(each)}</div></div>"
        for n, each in ranked(names)
    ).join(("<div>", "</div>"))


def as_numbered_paragraphs(names: Sequence[str], column: str) -> str:
    return "".join(f"<p>{n}. <b>{each}</b> – {value(each)}</p>" for n, each in ranked(names))


def ranked(names: Sequence[str]) -> list[tuple[int, str]]:
    return list(enumerate(names, 1))


MARKUPS = (
    in_two_rows_of_names,
    with_ordinals,
    in_two_tables,
    with_a_count_of_rows,
    as_numbered_list,
    as_numbered_lines,
    as_cards_with_terms,
    in_two_tabs,
    with_groups_and_a_note,
    in_sets_of_columns,
    as_bars_with_numbered_names,
    as_numbered_paragraphs,
)
UNNAMED = (as_numbered_list, as_numbered_lines, as_bars_with_numbered_names, as_numbered_paragraphs)


class Page:
    def __init__(self) -> None:
        self._memory = b""
        self._now = datetime(2026, 11, 23, tzinfo=UTC)
        self.edition: Edition | None = None

    def show(self, body: str) -> str | None:
        self._now += timedelta(hours=1)
        html = f"<title>Lands • Moonfield</title><main><h1>Lands of 2026</h1>{body}</main>"
        answer = Fetched(url="https://moonfield.example/lands", body=html.encode(), content_type="text/html")
        watched = read_watched(answer, self._memory, select=None, now=self._now)
        self._memory, self.edition = watched.memory, watched.edition
        entries = watched.document.entries
        return entries[0].title.value if entries and entries[0].title else None


@pytest.mark.parametrize("markup", MARKUPS, ids=lambda each: each.__name__)
def test_a_ranking_is_told_alike_in_each_markup(markup: Markup) -> None:
    page = Page()
    dot = "." if markup is with_ordinals else ""

    assert page.show(markup(NAMES, "Points")) is None
    assert page.edition is not None
    assert (len(page.edition.rows), page.edition.ranks) == (10, tuple(range(1, 11)))
    assert page.edition.rows[3][page.edition.key_column] == "Westan"

    swapped = ["Norland", "Estmark", "Suderia", *NAMES[3:]]
    assert page.show(markup(swapped, "Points")) == f"Lands: Estmark 3{dot} → 2{dot}, Suderia 2{dot} → 3{dot}"
    joined = [*swapped[:5], "Uland", *swapped[5:]]
    assert page.show(markup(joined, "Points")) == "Lands: new: Uland; 5 moved down by one"
    left = [each for each in joined if each != "Karst"]
    assert page.show(markup(left, "Points")) == "Lands: gone: Karst; 3 moved up by one"
    renamed = page.show(markup(left, "Total points"))
    if markup in UNNAMED:
        assert renamed is None
    elif markup is in_two_rows_of_names:
        assert renamed == (
            "Lands: the column “Points points” is called “Total points points” now; "
            "the column “Points grade” is called “Total points grade” now"
        )
    else:
        assert renamed == "Lands: the column “Points” is called “Total points” now"
    first = ["Moor", *(each for each in left if each != "Moor")]
    told = page.show(markup(first, "Total points"))
    assert told is not None
    assert told.startswith(f"Lands: Moor 9{dot} → 1{dot}, Norland 1{dot} → 2{dot}, ")


def test_the_ranking_beside_the_largest_is_only_named_where_both_changed() -> None:
    page = Page()
    page.show(in_two_tabs(NAMES, "Points"))
    rest = [each for each in NAMES if each != "Westan"]

    told = page.show(in_two_tabs(rest, "Points").replace("<tr><td>4</td><td>Westan</td><td>88.5</td></tr>", ""))

    assert told == "Lands: gone: Westan; 6 moved up by one; changes in another table"


def test_cells_that_reach_over_others_leave_the_columns_in_their_place() -> None:
    table = [
        [Spanning("Rank", rows=2, is_head=True), Spanning("Points", columns=2, is_head=True)],
        [Spanning("2025", is_head=True), Spanning("2026", is_head=True)],
        [Spanning("1", rows=2), Spanning("9"), Spanning("8")],
        [Spanning("7"), Spanning("6")],
        [Spanning("Europe", columns=3)],
        [Spanning("3")],
    ]

    assert spread(table) == [
        ["Rank", "Points", "Points"],
        ["Rank", "2025", "2026"],
        ["1", "9", "8"],
        ["1", "7", "6"],
        ["Europe", "", ""],
        ["3", "", ""],
    ]


def test_a_few_numbered_lines_are_sentences() -> None:
    page = Page()
    page.show("<p>1. Register until May.</p><p>2. Send your papers.</p><p>3. Wait for an answer.</p>")

    told = page.show("<p>1. Register until June.</p><p>2. Send your papers.</p><p>3. Wait for an answer.</p>")

    assert told == "Lands: now: “Register until June.”"
