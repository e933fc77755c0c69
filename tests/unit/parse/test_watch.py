"""What changed on a watched page is told by row and cell and by sentence; what changes by itself is not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.errors import ParseError
from aggregator.model import Fetched, ParsedEntry
from aggregator.parse.watch import read_watched
from aggregator.parse.watch.snapshot import MAX_CHARS

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
LONG = "Long. " * 60
TUESDAY = MONDAY + timedelta(days=1)


def answer(body: str) -> Fetched:
    html = f"<html lang='en'><head><title>Ranking</title></head><body>{body}</body></html>"
    return Fetched(url="https://x.example/ranking", body=html.encode(), content_type="text/html; charset=utf-8")


def change(before: str, after: str, *, select: str | None = None) -> ParsedEntry | None:
    """What the page says of it on Tuesday, when it was ``before`` on Monday."""
    first = read_watched(answer(before), b"", select=select, now=MONDAY)
    assert first.document.entries == ()
    second = read_watched(answer(after), first.memory, select=select, now=TUESDAY)
    return next(iter(second.document.entries), None)


def title(before: str, after: str) -> str | None:
    found = change(before, after)
    assert found is None or found.title is not None
    return found.title.value if found and found.title else None


def table(*rows: str, header: str = "") -> str:
    head = "".join(f"<th>{cell}</th>" for cell in header.split("|")) if header else ""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row.split("|")) + "</tr>" for row in rows)
    return f"<table>{f'<tr>{head}</tr>' if head else ''}{body}</table>"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (table("1|Malta", "4|Luxembourg"), table("1|Malta", "2|Luxembourg"), "Ranking: Luxembourg 4 → 2"),
        (table("1|Malta", "2|Chad"), table("1|Malta", "2|Chad", "3|Peru"), "Ranking: new: Peru"),
        (table("1|Malta", "2|Chad", "3|Peru"), table("1|Malta", "3|Peru"), "Ranking: gone: Chad"),
        # the columns changed places, and one is new
        (
            table("1|Malta|70", "2|Chad|60", header="Rank|Country|Score"),
            table("Malta|x|71|1", "Chad|y|60|2", header="Country|Trend|Score|Rank"),
            "Ranking: Malta 70 → 71; new column: Trend",
        ),
        # a numbered list is a ranking
        (
            "<ol><li>Malta</li><li>Chad</li><li>Peru</li></ol>",
            "<ol><li>Malta</li><li>Peru</li><li>Chad</li></ol>",
            "Ranking: Peru 3 → 2, Chad 2 → 3",
        ),
        ("<p>One thing. Another thing.</p>", "<p>One thing. Another thing. A third.</p>", "Ranking: new: “A third.”"),
        ("<p>One thing. Another thing.</p>", "<p>One thing.</p>", "Ranking: gone: “Another thing.”"),
        (
            "<p>The fee is 30 euros a year for everybody.</p>",
            "<p>The fee is 40 euros a year for everybody.</p>",
            "Ranking: now: “The fee is 40 euros a year for everybody.”",
        ),
        # a table that only arranges the page
        (
            f"<table><tr><td>Menu</td><td><table><tr><td>{LONG}</td></tr></table> Old words.</td></tr></table>",
            f"<table><tr><td>Menu</td><td><table><tr><td>{LONG}</td></tr></table> New words.</td></tr></table>",
            "Ranking: new: “New words.”, gone: “Old words.”",
        ),
    ],
)
def test_a_change_is_told_in_the_headline(before: str, after: str, told: str) -> None:
    assert title(before, after) == told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>As of 23 November 2026, 12:30.</p>", "<p>As of 24 November 2026, 9:14.</p>"),
        ("<p>Stand: 23.11.2026</p>", "<p>Stand: 24.11.2026</p>"),
        ("<p>Mis à jour le 23 novembre 2026</p>", "<p>Mis à jour le 24 novembre 2026</p>"),
        ("<p>Today is Nov 23, 2026 at 8:00 AM</p>", "<p>Today is Nov 24, 2026 at 9:00 PM</p>"),
        ("<p>1,234 visitors so far</p>", "<p>5.678 visitors so far</p>"),
        ("<p>Besucher: 1 234</p>", "<p>Besucher: 1 235</p>"),
        ("<p>Page made in 0.23 seconds</p>", "<p>Page made in 1.7 seconds</p>"),
        ("<p>Seen 1002 times · 306 downloads</p>", "<p>Seen 1003 times · 311 downloads</p>"),
        ("<p>42 mal gelesen</p>", "<p>57 mal gelesen</p>"),
        ("<p>Page generated in 0.21 s.</p>", "<p>Page generated in 1.7 s.</p>"),
        (table("▲1|Malta", "2 (+1)|Chad"), table("=|Malta", "2|Chad")),
        ("<p>Published 5 minutes ago</p>", "<p>Published 1 hours ago</p>"),
        ("<p>vor 2 Stunden</p>", "<p>vor 3 Tagen</p>"),
        ("<p>Request 0c55f2d4e8b14a7fa1d2 served</p>", "<p>Request ffa1d2c3b4a5968778aa1 served</p>"),
        ("<p>One  thing.\n Another.</p>", "<p>One thing.</p><p>Another.</p>"),
        ("<p>A soft\u00adware</p>", "<p>A software</p>"),
        ("<p>One thing. Another thing.</p>", "<p>Another thing. One thing.</p>"),
        ("<p>Text</p><script>var a = 1</script>", "<p>Text</p><script>var a = 2</script>"),
        ("<p>Text</p><nav>One</nav><footer>Old</footer>", "<p>Text</p><nav>Two</nav><footer>New</footer>"),
        ("<p>Text</p><div hidden>One</div>", "<p>Text</p><div hidden>Two</div>"),
        (table("1|Malta", "2|Chad"), table("2|Chad", "1|Malta")),
        (table("1|Malta|12:30", "2|Chad|12:30"), table("1|Malta|13:00", "2|Chad|13:00")),
        ("<p>© 2025 The agency</p>", "<p>© 2026 The agency</p>"),
        (table("1|Malta|91.2", "2|Chad|80,0"), table("01|Malta|91.20", "02|Chad|80")),
    ],
)
def test_what_changes_by_itself_is_no_change(before: str, after: str) -> None:
    assert change(before, after) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # no day on which the page was read, but what it is about
        ("<p>The call ends on 1 December 2026.</p>", "<p>The call ends on 15 December 2026.</p>"),
        ("<p>There are 12 members.</p>", "<p>There are 13 members.</p>"),
        ("<p>Valid for 30 days.</p>", "<p>Valid for 60 days.</p>"),
        (table("1|Malta|70.5", "2|Chad|60"), table("1|Malta|70.6", "2|Chad|60")),
        (table("1|Malta|1.2", "2|Chad|60"), table("1|Malta|1.200", "2|Chad|60")),  # a thousand, it may be
    ],
)
def test_figures_that_mean_something_are_a_change(before: str, after: str) -> None:
    assert change(before, after) is not None


SHARED = ("1|Malta|195", "2|Chad, Mali, Peru|193", "3|Cuba, Laos, Oman|192", "4|Fiji|190")


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (("1|Malta|195", "2|Chad, Laos, Mali, Peru|193", "3|Cuba, Oman|192", "4|Fiji|190"), "Laos 3 → 2"),
        (("1|Malta|195", "2|Chad, Mali, Peru|193", "3|Cuba, Laos, Oman, Togo|192", "4|Fiji|190"), "new: Togo"),
    ],
)
def test_those_who_share_a_place_are_told_apart(after: tuple[str, ...], told: str) -> None:
    header = "Rank|Passport|Destinations"

    assert title(table(*SHARED, header=header), table(*after, header=header)) == f"Ranking: {told}"


def test_a_name_with_commas_is_one_name() -> None:
    before = table("1|Rome, NY, USA|9", "2|Paris, France|8", "3|Oman|7", "4|Lima, OH, USA|6", header="Rank|City|Score")

    told = title(before, before.replace("9", "5"))

    assert told == "Ranking: Rome, NY, USA 9 → 5"


def test_the_content_shows_what_stood_there_and_what_stands_there_now_and_is_escaped() -> None:
    found = change(
        table("1|Malta", "4|Luxem&lt;b&gt;", header="Rank|Country") + "<p>We have five friends here.</p>",
        table("1|Malta", "2|Luxem&lt;b&gt;", header="Rank|Country") + "<p>We have six friends here.</p>",
    )

    assert found is not None
    assert found.content is not None
    assert "since 2026-11-23 08:00 UTC" in found.content.value
    assert "<tr><td><del>4</del> → <ins>2</ins></td><td>Luxem&lt;b&gt;</td></tr>" in found.content.value
    assert "We have <del>five</del> <ins>six</ins> friends here." in found.content.value
    assert "Malta" not in found.content.value


def test_many_changes_are_counted_and_the_entry_stays_small() -> None:
    before = table(*(f"{number}|Country {number:04}" for number in range(3_000)))
    after = table(*(f"{number + 1}|Country {number:04}" for number in range(3_000)))

    found = change(before, after)

    assert found is not None
    assert found.title is not None
    assert found.content is not None
    assert found.title.value.endswith("and 2997 more changes")
    assert "And 2940 more rows." in found.content.value
    assert len(found.content.value) < 20_000


def test_what_is_kept_of_a_huge_page_is_bounded() -> None:
    words = "".join(f"<p>Sentence {number} is not like any other.</p>" for number in range(20_000))

    kept = read_watched(answer(words), b"", select=None, now=MONDAY).memory

    assert len(kept) < MAX_CHARS


def test_a_page_nested_deeper_than_pythons_stack_is_read() -> None:
    deep = "<p>On top.</p>" + "<div>" * 3_000 + "Deep down." + "</div>" * 3_000

    watched = read_watched(answer(deep), b"", select=None, now=MONDAY)

    assert watched.memory


def test_only_the_selected_parts_count_once_each() -> None:
    before = "<p>Old.</p><div class='a'>Same. <div class='a'>Inner.</div></div>"
    after = "<p>New.</p><div class='a'>Same. <div class='a'>Inner.</div></div>"

    assert change(before, after, select=".a") is None


def test_a_select_that_fits_nothing_is_an_error_that_names_it() -> None:
    with pytest.raises(ParseError, match=re.escape("table.ranking")):
        read_watched(answer("<p>Text</p>"), b"", select="table.ranking", now=MONDAY)


@pytest.mark.parametrize("memory", [b"\x00broken", b"x" * 10])
def test_a_memory_that_cannot_be_read_is_begun_anew(memory: bytes) -> None:
    watched = read_watched(answer("<p>Text</p>"), memory, select=None, now=MONDAY)

    assert watched.document.entries == ()
    assert watched.memory
