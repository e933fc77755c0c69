"""Entries that look like copies and are none: series, yearly editions, releases of one office."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from aggregator.model import Entry

_NUMBER = re.compile(r"(?<![\w#&./-])\d+(?![\w/-])")
_ABOUT = (
    "About the Northgate Institute: the institute studies how people work and move, and publishes its findings for "
    "everyone. It is funded by foundations and by the state, and employs sixty people in two cities. Press contact: "
    "press office, weekdays from nine to five, or by the form on our site."
)
_EDITION = (
    "Our ranking of the best cities for students is out. We have compared rents, teaching and the way to the next "
    "lake in {count} cities of Europe. Vienna is in front again, before Ghent and Turin. See the full table and how "
    "we have weighed the answers of {answers} students; the next edition comes out in spring {year}."
)
_SHORT_EDITION = "Which cities are the best for students? Our yearly ranking compares rents, teaching and free time."
_RELEASES = (
    "The Northgate Institute has opened a laboratory for sleep research in Ghent. Forty volunteers sleep there.",
    "The Northgate Institute appoints Ida Maru as head of its department for cities. She comes from Turin.",
    "The Northgate Institute will move its library to the old tram depot. The reading room closes in August.",
)
_COLUMNS = (
    "This week I have learned how to prune an apple tree, and that my neighbour has known it all along.",
    "This week the rain barrel ran over, and I have thought about what we do with all that water.",
    "This week a reader asks whether tomatoes like company. They do, but not everybody's.",
)


def written_traps() -> dict[str, list[Entry]]:
    """Return documents, by source, in which nothing is a copy of anything."""
    editions = [
        _entry(
            f"Best student cities {year}",
            _EDITION.format(count=count, answers=answers, year=year + 1),
            f"ranking{year}",
        )
        for year, count, answers in ((2023, 50, 4100), (2024, 55, 4800), (2025, 60, 5200))
    ]
    short = [_entry(f"Student cities: the ranking {year}", _SHORT_EDITION, f"short{year}") for year in (2024, 2025)]
    again = [
        _entry(f"Ranking {year}: the best cities for students", _SHORT_EDITION, f"again{year}") for year in (2022, 2023)
    ]
    releases = [_entry(text.split(".", 1)[0], f"{text} {_ABOUT}", f"release{n}") for n, text in enumerate(_RELEASES)]
    columns = [_entry("My week in the garden", text, f"column{number}") for number, text in enumerate(_COLUMNS)]
    statements = [
        _entry("Statement", f"Statement by the minister on the budget of {year}.", f"budget{year}")
        for year in (2024, 2025)
    ]
    documents = {"cities": editions, "studies": short, "towns": again, "garden": columns, "ministry": statements}
    return documents | {f"northgate{number}": [release] for number, release in enumerate(releases)}


def next_editions(entries: Iterable[Entry]) -> list[Entry]:
    """Return each entry as its next edition: the same sentences, with other numbers and years."""
    editions = []
    for number, entry in enumerate(entries):
        url = f"https://editions.example/{number}"
        title, content = (_NUMBER.sub(_next, text) for text in (entry.title, entry.content or entry.summary))
        editions.append(
            replace(entry, key=f"url:{url}", url=url, canonical_url=url, title=title, content=content, fingerprint=url)
        )
    return editions


def has_numbers(entry: Entry) -> bool:
    """Whether the next edition of an entry differs from it at its beginning, which a copy would have."""
    return bool(_NUMBER.search(re.sub(r"<[^>]*>", " ", entry.content or entry.summary)[:600]))


def _next(number: re.Match[str]) -> str:
    return str(int(number[0][:9]) + 1)


def _entry(title: str, text: str, slug: str) -> Entry:
    url = f"https://traps.example/{slug}"
    return Entry(
        key=f"url:{url}",
        url=url,
        canonical_url=url,
        title=title,
        content=f"<p>{text}</p>",
        language="en",
        fingerprint=url,
    )
