"""How well pages without a feed are read as lists, on labelled real pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.errors import NotAList
from aggregator.model import Fetched, ParsedEntry
from aggregator.parse.pages import read_page
from tests.quality.scores import Score

NOW = datetime(2026, 11, 26, tzinfo=UTC)

# Averages over pages; the figures themselves are higher (``make quality``).
FLOOR_RECORDS = 0.97
FLOOR_TITLES = 0.95
FLOOR_DATES = 0.97
FLOOR_REFUSED = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageScore:
    """One page: records by their links; titles that are the same but for white space; dates where the label has one.

    A label may have several right titles and dates (``title_alt``, ``date_alt``), and links that are right with and
    without (``optional``).
    """

    name: str
    records: Score
    titles: float
    dates: float | None

    def __str__(self) -> str:
        dates = "  –  " if self.dates is None else f"{self.dates:.3f}"
        return f"{self.name:18} {self.records}  titles {self.titles:.3f}  dates {dates}"


def score_pages(corpus: Path) -> list[PageScore]:
    return [_score(path) for path in sorted((corpus / "pages").glob("*.expected.json"))]


def refused(corpus: Path) -> dict[str, bool]:
    """Tell of each page without a list whether it was refused."""
    return {path.name: not _read(path.read_bytes(), f"https://{path.stem}.example/") for path in _without_list(corpus)}


def _without_list(corpus: Path) -> list[Path]:
    return sorted((corpus / "pages" / "not_a_list").glob("*.html"))


def _score(path: Path) -> PageScore:
    expected: dict[str, Any] = json.loads(path.read_text("utf-8"))
    name = path.name.removesuffix(".expected.json")
    wanted = {_address(each["link_abs"]): each for each in expected["items"]}
    body = path.with_name(f"{name}.html").read_bytes()
    optional = {_address(each) for each in expected.get("optional", ())}
    found = {_address(each.link or ""): each for each in _read(body, expected["page_url"])}
    found = {link: each for link, each in found.items() if link in wanted or link not in optional}
    both = wanted.keys() & found.keys()
    titled = sum(_words(_title(found[link])) in _titles(wanted[link]) for link in both)
    dated = [link for link, each in wanted.items() if each.get("date")]
    right = sum(link in found and _day(found[link]) in _days(wanted[link]) for link in dated)
    return PageScore(
        name=name,
        records=Score(len(both), len(found) - len(both), len(wanted) - len(both)),
        titles=2 * titled / (len(wanted) + len(found)),
        dates=right / len(dated) if dated else None,
    )


def _read(body: bytes, url: str) -> tuple[ParsedEntry, ...]:
    try:
        return read_page(Fetched(url=url, body=body, content_type="text/html"), now=NOW).document.entries
    except NotAList:
        return ()


def _titles(label: dict[str, Any]) -> set[str]:
    return {_words(each) for each in [label["title"], *_others(label.get("title_alt"))]}


def _days(label: dict[str, Any]) -> set[str]:
    return {each[:10] for each in [label["date"], *_others(label.get("date_alt"))]}


def _others(given: str | list[str] | None) -> list[str]:
    return [given] if isinstance(given, str) else [each for each in given or () if each]


def _address(url: str) -> str:
    return url.partition("#")[0]


def _title(entry: ParsedEntry) -> str:
    return entry.title.value if entry.title else ""


def _words(text: str) -> str:
    return " ".join(text.split())


def _day(entry: ParsedEntry) -> str | None:
    return entry.published.date().isoformat() if entry.published else None


def averages(scores: list[PageScore]) -> tuple[float, float, float]:
    """Return the averages over pages: F1 of records, of titles, and the share of dates."""
    dates = [each.dates for each in scores if each.dates is not None]
    return (
        sum(each.records.f1 for each in scores) / len(scores),
        sum(each.titles for each in scores) / len(scores),
        sum(dates) / len(dates),
    )


def report(corpus: Path | None) -> Iterator[str]:
    if corpus is None:
        yield "the corpus is absent"
        return
    scores = score_pages(corpus)
    yield from map(str, scores)
    records, titles, dates = averages(scores)
    yield f"average of {len(scores)} pages: F1 of records {records:.3f}, of titles {titles:.3f}, dates {dates:.3f}"
    without = refused(corpus)
    yield f"without a list: {sum(without.values())} of {len(without)} refused"
