"""Every page under tests/pages is read as its ``.expected.json`` says: one behavior each, named for it.

The expectation is a list with one object per entry, holding the fields that matter, times as ``YYYY-MM-DD`` or in full;
or an object with that list as ``entries`` and, where they matter, the ``url`` and ``content_type`` it is served with
and what it was ``found_in``; or with the words that ``refused`` must hold.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import NotAList
from aggregator.model import Fetched, ListPage, ParsedEntry
from aggregator.parse.pages import pin_page, read_page
from tests.unit.parse.pages import NOW

PAGES = Path(__file__).parents[2] / "pages"
DOCUMENTS = sorted(path for path in PAGES.iterdir() if not path.name.endswith(".expected.json"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_page_gives_the_expected_entries(document: Path) -> None:
    expected = _expected(document)
    fetched = Fetched(
        url=expected.get("url", "https://example.org/news/"),
        body=document.read_bytes(),
        content_type=expected.get("content_type", "text/html"),
    )

    if "refused" in expected:
        with pytest.raises(NotAList, match=expected["refused"]):
            read_page(fetched, now=NOW)
        return
    page = read_page(fetched, now=NOW)

    shown = [_shown(entry) for entry in page.document.entries]
    assert [
        {name: _cut(entry[name], wanted[name]) for name in wanted}
        for entry, wanted in zip(shown, expected["entries"], strict=False)
    ] == expected["entries"]
    assert len(shown) == len(expected["entries"])
    assert page.found_in == expected.get("found_in", page.found_in)
    _finds_the_same_again(fetched, page)


def _finds_the_same_again(fetched: Fetched, page: ListPage) -> None:
    rules = pin_page(fetched, now=NOW)
    if rules is not None:
        assert read_page(fetched, now=NOW, rules=rules).document == page.document


def test_every_expectation_has_its_page() -> None:
    stems = {path.stem for path in DOCUMENTS}

    expectations = {path.name.removesuffix(".expected.json") for path in PAGES.glob("*.expected.json")}

    assert expectations == stems


def _expected(document: Path) -> dict[str, Any]:
    expected = json.loads(document.with_suffix(".expected.json").read_text("utf-8"))
    return {"entries": expected} if isinstance(expected, list) else expected


def _shown(entry: ParsedEntry) -> dict[str, Any]:
    return {
        "link": entry.link,
        "title": entry.title.value if entry.title else None,
        "summary": entry.summary.value if entry.summary else None,
        "published": entry.published.strftime("%Y-%m-%dT%H:%M:%SZ") if entry.published else None,
        "image": entry.enclosures[0].url if entry.enclosures else None,
        "authors": list(entry.authors),
    }


def _cut(shown: Any, wanted: Any) -> Any:
    """Return a time as a day where the expectation is one."""
    return shown[:10] if isinstance(shown, str) and isinstance(wanted, str) and shown[10:] == "T00:00:00Z" else shown
