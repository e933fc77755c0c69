"""A ranking of 64 rows through a life of changes, built as a table, of div and as a list: told as an analyst would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.errors import PageChanged, ParseError
from aggregator.model import Fetched, ParsedEntry
from aggregator.parse.watch import read_watched
from aggregator.parse.watch.shown_tables import Table
from aggregator.parse.watch.snapshot import Snapshot, pack
from tests.nonlists import bad_page

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
NAMES = (
    "Switzerland", "Singapore", "Denmark", "Luxembourg", "Sweden", "Netherlands", "Norway", "Ireland", "Finland",
    "Iceland", "Taiwan", "Germany", "Belgium", "Austria", "Estonia", "Israel", "Qatar", "Malaysia", "Lithuania",
)  # fmt: skip
COUNTRIES = (*NAMES, *(f"Country {chr(65 + number % 26)}{number}" for number in range(45)))

Row = tuple[str, ...]
Markup = Callable[[Sequence[str], Sequence[Row]], str]


def as_table(header: Sequence[str], rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{each}</th>" for each in header)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="ranking"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'


def as_plain_table(header: Sequence[str], rows: Sequence[Row]) -> str:
    """A table whose names of columns are cells like any other."""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [header, *rows])
    return f"<table>{lines}</table>"


def as_divs(header: Sequence[str], rows: Sequence[Row]) -> str:
    head = "".join(f"<span>{each}</span>" for each in header)
    lines = "".join('<div class="row">' + "".join(f"<span>{cell}</span>" for cell in row) + "</div>" for row in rows)
    return f'<div class="ranking"><div class="row head">{head}</div>{lines}</div>'


def as_parts(header: Sequence[str], rows: Sequence[Row]) -> str:
    """Rows of ``div`` whose names of columns stand in a part of their own."""
    head = "".join(f"<span>{each}</span>" for each in header)
    lines = "".join('<div class="row">' + "".join(f"<span>{cell}</span>" for cell in row) + "</div>" for row in rows)
    return f'<div class="ranking-head">{head}</div><div class="ranking-rows">{lines}</div>'


def as_roles(header: Sequence[str], rows: Sequence[Row]) -> str:
    head = "".join(f'<div role="columnheader">{each}</div>' for each in header)
    lines = "".join(
        '<div role="row">' + "".join(f'<div role="cell">{cell}</div>' for cell in row) + "</div>" for row in rows
    )
    return (
        f'<div role="table"><div role="rowgroup"><div role="row">{head}</div></div>'
        f'<div role="rowgroup">{lines}</div></div>'
    )


def as_cards(header: Sequence[str], rows: Sequence[Row]) -> str:
    lines = "".join(
        '<li><a href="/c"><div>' + "</div><div>".join(f"<b>{cell}</b>" for cell in row) + "</div></a></li>"
        for row in rows
    )
    return f"<ul>{lines}</ul>"


def edition(*names: str, scores: dict[str, str] | None = None) -> list[Row]:
    return [
        (
            str(place),
            name,
            (scores or {}).get(name, f"{95 - COUNTRIES.index(name) * 0.75:.2f}" if name in COUNTRIES else "60.10"),
        )
        for place, name in enumerate(names, 1)
    ]


HEADER = ("Rank", "Country", "Score")


class Ranking:
    """A page that is watched, hour by hour."""

    def __init__(self, markup: Markup, follow: str | None = None) -> None:
        self._markup, self._follow = markup, follow
        self._memory, self._now = b"", NOW

    def remember(self, memory: bytes) -> None:
        self._memory = memory

    def show(self, rows: Sequence[Row], header: Sequence[str] = HEADER, around: str = "") -> ParsedEntry | None:
        body = f"<main><h1>World talent ranking</h1><p>Of 64 economies.</p>{self._markup(header, rows)}</main>{around}"
        return self.serve(
            f"<html lang=en><head><title>World talent ranking | Moonfield</title></head><body>{body}</body></html>"
        )

    def serve(self, html: str) -> ParsedEntry | None:
        self._now += timedelta(hours=1)
        answer = Fetched(
            url="https://moonfield.example/ranking", body=html.encode(), content_type="text/html; charset=utf-8"
        )
        watched = read_watched(answer, self._memory, select=None, follow=self._follow, now=self._now)
        self._memory = watched.memory
        return next(iter(watched.document.entries), None)


def title(entry: ParsedEntry | None) -> str | None:
    return entry.title.value if entry is not None and entry.title else None


def moved(names: Sequence[str], name: str, place: int) -> list[str]:
    rest = [each for each in names if each != name]
    return [*rest[: place - 1], name, *rest[place - 1 :]]


MARKUPS = pytest.mark.parametrize("markup", [as_table, as_divs, as_cards], ids=lambda each: each.__name__)


@MARKUPS
def test_a_ranking_through_its_changes(markup: Markup) -> None:
    page = Ranking(markup)
    names = list(COUNTRIES)
    assert page.show(edition(*names)) is None

    # a value, ranks that change places, one up two
    scores = {"Luxembourg": "93.10"}
    assert title(page.show(edition(*names, scores=scores))) == "World talent ranking: Luxembourg 92.75 → 93.10"
    swapped = moved(names, "Luxembourg", 3)
    told = title(page.show(edition(*swapped, scores=scores)))
    assert told == "World talent ranking: Luxembourg 4 → 3, Denmark 3 → 4"
    up = moved(swapped, "Luxembourg", 1)
    told = title(page.show(edition(*up, scores=scores)))
    assert told == "World talent ranking: Luxembourg 3 → 1, Switzerland 1 → 2, Singapore 2 → 3"

    # one leaves, one joins in the middle
    left = [each for each in up if each != "Taiwan"]
    assert title(page.show(edition(*left, scores=scores))) == "World talent ranking: gone: Taiwan; 53 moved up by one"
    joined = moved(left, "Uruguay", 30)
    assert (
        title(page.show(edition(*joined, scores=scores))) == "World talent ranking: new: Uruguay; 34 moved down by one"
    )

    # sorted by name, with arrows, with noise around: nothing
    by_name = sorted(edition(*joined, scores=scores), key=lambda row: row[1])
    assert page.show(by_name) is None
    arrows = [(f"{row[0]} <i>▲{number % 3 + 1}</i>", *row[1:]) for number, row in enumerate(by_name)]
    assert page.show(arrows) is None
    noise = "<p>Page generated in 0.21 s.</p><p>Seen 1002 times · 306 downloads</p>"
    assert page.show(by_name, around=noise) is not None  # the sentences are new once
    assert page.show(by_name, around=noise.replace("0.21", "1.7").replace("1002", "1003").replace("306", "307")) is None


NAMED = pytest.mark.parametrize(
    "markup", [as_table, as_plain_table, as_divs, as_parts, as_roles], ids=lambda each: each.__name__
)


@NAMED
def test_a_new_column_is_one_line(markup: Markup) -> None:
    page = Ranking(markup)
    rows = edition(*COUNTRIES)
    page.show(rows)

    wider = page.show([(*row, str(number)) for number, row in enumerate(rows)], (*HEADER, "Readiness"))

    assert title(wider) == "World talent ranking: new column: Readiness"
    assert wider is not None
    assert wider.content is not None
    assert len(wider.content.value) < 200


@NAMED
def test_a_renamed_column_is_one_line(markup: Markup) -> None:
    page = Ranking(markup)
    rows = edition(*COUNTRIES)
    page.show(rows)

    entry = page.show(rows, ("Rank", "Country", "Points"))
    again = page.show(rows, ("Rank", "Country", "Points"))

    assert title(entry) == "World talent ranking: the column “Score” is called “Points” now"
    assert entry is not None
    assert entry.summary is not None
    assert entry.content is not None
    assert entry.summary.value == "the column “Score” is called “Points” now"
    assert entry.content.value.endswith("\n<p>The column “Score” is called “Points” now.</p>")
    assert "<table>" not in entry.content.value
    assert again is None


@NAMED
@pytest.mark.parametrize(
    ("header", "line"),
    [
        (("Rank", "Economy", "Score"), "the column “Country” is called “Economy” now"),
        (("Position", "Country", "Score"), "the column “Rank” is called “Position” now"),
        (
            ("Rank", "Economy", "Points"),
            "the column “Country” is called “Economy” now; the column “Score” is called “Points” now",
        ),
        (("Rank", "Country", "Score (%)"), "the column “Score” is called “Score (%)” now"),
    ],
)
def test_any_column_may_be_renamed_without_rows_that_come_or_go(
    markup: Markup, header: tuple[str, ...], line: str
) -> None:
    page = Ranking(markup)
    page.show(edition(*COUNTRIES))

    assert title(page.show(edition(*COUNTRIES), header)) == f"World talent ranking: {line}"


@NAMED
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HEADER, ("RANK", "country", "Score")),
        (HEADER, ("Rank", "Country", "  Score\n ")),
        (HEADER, ("Rank ▲", "Country ⇅", "Score ↓")),
        (HEADER, ("Rank (sort ascending)", "Country", "Score*")),
        (("Rank 2025", "Country", "Score 2025"), ("Rank 2026", "Country", "Score 2026")),
        (("Rank 2024/25", "Country", "Score"), ("Rank 2025/26", "Country", "Score")),
        (("Rank", "Country", "2025"), ("Rank", "Country", "2026")),
        (HEADER, ("Rank", "Country", "Score (2026 edition)")),
    ],
)
def test_the_same_name_written_otherwise_is_no_change(
    markup: Markup, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    page = Ranking(markup)
    page.show(edition(*COUNTRIES), before)

    assert page.show(edition(*COUNTRIES), after) is None


@NAMED
def test_movements_lead_and_the_line_about_a_renamed_column_follows(markup: Markup) -> None:
    page = Ranking(markup)
    page.show(edition(*COUNTRIES))

    few = page.show(edition(*moved(COUNTRIES, "Luxembourg", 3)), ("Rank", "Country", "Points"))
    gone = page.show(
        edition(*(each for each in moved(COUNTRIES, "Luxembourg", 3) if each != "Taiwan")),
        ("Rank", "Country", "Index value"),
    )

    assert title(few) == (
        "World talent ranking: Luxembourg 4 → 3, Denmark 3 → 4; the column “Score” is called “Points” now"
    )
    assert title(gone) == (
        "World talent ranking: gone: Taiwan; 53 moved up by one; the column “Points” is called “Index value” now"
    )


@NAMED
@pytest.mark.parametrize("ranks", ["Rank 2026", "Position", "RANK"])
def test_a_new_edition_under_another_name_of_its_ranks_tells_the_movements(markup: Markup, ranks: str) -> None:
    page = Ranking(markup)
    page.show(edition(*COUNTRIES), ("Rank 2025", "Country", "Score 2025"))
    others = {each: f"{number}.5" for number, each in enumerate(COUNTRIES)}

    entry = page.show(edition(*reversed(COUNTRIES), scores=others), (ranks, "Country", "Score 2026"))

    said = title(entry) or ""
    assert said.startswith("World talent ranking: Country S44 64 → 1, Switzerland 1 → 64, ")
    assert said.endswith("changes; the column “Rank 2025” is called “Position” now") == (ranks == "Position")
    assert "new" not in said
    assert "gone" not in said


def test_years_side_by_side_that_move_on_are_a_new_column_and_one_that_has_gone() -> None:
    page = Ranking(as_table)
    rows = [(*row, f"{90 - number / 2}") for number, row in enumerate(edition(*COUNTRIES))]
    page.show(rows, ("Rank", "Country", "2024", "2025"))

    entry = page.show(
        [(*row[:2], row[3], f"{70 - number / 3:.1f}") for number, row in enumerate(rows)],
        ("Rank", "Country", "2025", "2026"),
    )

    assert title(entry) == "World talent ranking: new column: 2026; column gone: 2024"


def test_what_a_release_before_kept_with_its_names_as_a_row_is_compared_without_alarm() -> None:
    kept = Snapshot(
        taken_at=NOW,
        title="World talent ranking",
        language="en",
        sentences=("World talent ranking", "Of 64 economies."),
        tables=(Table("", (), (("Rank 2025", "Country", "Score"), *edition(*COUNTRIES))),),
    )
    page = Ranking(as_divs)
    page.remember(pack(kept))

    assert page.show(edition(*COUNTRIES), ("Rank 2026", "Country", "Score")) is None


@pytest.mark.parametrize("markup", [as_parts, as_roles], ids=lambda each: each.__name__)
@pytest.mark.parametrize("said", [HEADER, ("Rank Country Score",)])
def test_names_that_a_release_before_kept_as_sentences_are_no_change(markup: Markup, said: tuple[str, ...]) -> None:
    kept = Snapshot(
        taken_at=NOW,
        title="World talent ranking",
        language="en",
        sentences=("World talent ranking", "Of 64 economies.", *said),
        tables=(Table("", (), tuple(edition(*COUNTRIES))),),
    )
    page = Ranking(markup)
    page.remember(pack(kept))

    assert page.show(edition(*COUNTRIES)) is None


def test_what_stands_above_rows_without_being_called_a_head_is_text() -> None:
    page = Ranking(lambda header, rows: as_parts(header, rows).replace("ranking-head", "filters"))
    page.show(edition(*COUNTRIES), ("World", "Europe", "Asia"))

    entry = page.show(edition(*COUNTRIES), ("World", "Europe", "Africa"))

    assert title(entry) == "World talent ranking: now: “World Europe Africa”"


@pytest.mark.parametrize("first", [("Norland", "n/a"), ("Norland", "–"), ("Norland", "62.1")])
def test_a_first_row_without_a_figure_is_no_row_of_names(first: Row) -> None:
    page = Ranking(as_plain_table)
    rows = [first, ("Denmark", "61.0"), ("Sweden", "60.5"), ("Chad", "60.1"), ("Peru", "60.0")]
    page.show(rows[1:], rows[0])

    entry = page.show(rows[1:], ("Norland", "63.0"))

    assert title(entry) == f"World talent ranking: Norland {first[1]} → 63.0"


@MARKUPS
@pytest.mark.parametrize("kind", ["challenge", "login", "not_found", "consent", "maintenance", "empty"])
def test_a_page_gone_bad_is_no_change_and_when_it_is_back_nothing_happened(markup: Markup, kind: str) -> None:
    page = Ranking(markup)
    rows = edition(*COUNTRIES)
    page.show(rows)

    with pytest.raises(ParseError):
        page.serve(bad_page(kind, "en"))

    assert page.show(rows) is None
    assert title(page.show(edition(*moved(COUNTRIES, "Luxembourg", 3)))) is not None


@MARKUPS
@pytest.mark.parametrize("left", [0, 10])
def test_an_emptied_or_shortened_ranking_is_no_change(markup: Markup, left: int) -> None:
    page = Ranking(markup)
    rows = edition(*COUNTRIES)
    page.show(rows)

    with pytest.raises(PageChanged, match="rows of its table are gone"):
        page.show(rows[:left])

    assert page.show(rows) is None


@MARKUPS
def test_the_row_to_follow_leads_the_title(markup: Markup) -> None:
    page = Ranking(markup, follow="luxembourg")
    page.show(edition(*COUNTRIES))

    up = page.show(edition(*moved(COUNTRIES, "Luxembourg", 2)))
    other = page.show(edition(*moved(moved(COUNTRIES, "Luxembourg", 2), "Sweden", 6)))
    gone = page.show(edition(*(each for each in moved(COUNTRIES, "Luxembourg", 2) if each != "Switzerland")))

    assert title(up) == "Luxembourg 4 → 2 of 64: World talent ranking"
    assert title(other) == "World talent ranking: Netherlands 6 → 5, Sweden 5 → 6; Luxembourg stays 2 of 64"
    assert title(gone) == "Luxembourg 2 → 1 of 63: World talent ranking"


def test_a_new_edition_with_other_values_tells_the_ranks_first() -> None:
    page = Ranking(as_table)
    page.show(edition(*COUNTRIES))

    entry = page.show(
        edition(
            *moved(COUNTRIES, "Luxembourg", 2), scores={each: f"{number}.7" for number, each in enumerate(COUNTRIES)}
        )
    )

    assert title(entry) == (
        "World talent ranking: Luxembourg 4 → 2, Singapore 2 → 3, Denmark 3 → 4, and 61 more changes"
    )


def test_what_moved_farthest_is_told_first_and_a_single_change_more_is_told_rather_than_counted() -> None:
    page = Ranking(as_table)
    page.show(edition(*COUNTRIES))

    far = page.show(edition(*moved(moved(COUNTRIES, "Luxembourg", 2), "Iceland", 30)))
    names = [row[1] for row in edition(*moved(moved(COUNTRIES, "Luxembourg", 2), "Iceland", 30))]
    two = page.show(edition(*(each for each in names if each not in {"Taiwan", "Qatar"}), "Chad", "Peru"))

    assert (title(far) or "").startswith(
        "World talent ranking: Iceland 10 → 30, Luxembourg 4 → 2, Singapore 2 → 3, and "
    )
    assert (title(two) or "").startswith("World talent ranking: gone: Taiwan, Qatar; new: Chad, Peru; ")


def test_a_value_is_told_with_its_column_where_a_table_has_several() -> None:
    page = Ranking(as_table)
    header = (*HEADER, "Appeal")
    page.show([(*row, "7") for row in edition(*COUNTRIES)], header)

    entry = page.show([(*row, "9" if row[1] == "Luxembourg" else "7") for row in edition(*COUNTRIES)], header)

    assert title(entry) == "World talent ranking: Luxembourg Appeal 7 → 9"
