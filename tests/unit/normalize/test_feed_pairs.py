"""Every document under tests/feeds gives what its ``.expected.json`` says: one behavior each, named for it.

The expectation is a list with one object per entry, holding the fields that matter; or an object with that list as
``entries`` and, where they matter, the ``content_type`` it is served with and what the ``feed`` says of itself.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.model import Fetched
from aggregator.normalize import normalize_feed
from aggregator.parse import parse_feed

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
FEEDS = Path(__file__).parents[2] / "feeds"
DOCUMENTS = sorted(path for path in FEEDS.iterdir() if not path.name.endswith(".expected.json"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_gives_the_expected_entries(document: Path) -> None:
    expected = json.loads(document.with_suffix(".expected.json").read_text("utf-8"))
    if isinstance(expected, list):
        expected = {"entries": expected}
    fetched = Fetched(
        url="https://example.org/feed.xml", body=document.read_bytes(), content_type=expected.get("content_type")
    )

    feed = parse_feed(fetched)
    entries = normalize_feed(feed, now=NOW)

    shown_feed = _shown(feed) | {"wait_s": feed.wait.total_seconds() if feed.wait else None}
    assert {name: shown_feed[name] for name in expected.get("feed", {})} == expected.get("feed", {})
    shown = [_shown(entry) for entry in entries]
    assert [
        {name: entry[name] for name in wanted} for entry, wanted in zip(shown, expected["entries"], strict=False)
    ] == expected["entries"]
    assert len(entries) == len(expected["entries"])


def test_every_expectation_has_its_document() -> None:
    stems = {path.stem for path in DOCUMENTS}

    expectations = {path.name.removesuffix(".expected.json") for path in FEEDS.glob("*.expected.json")}

    assert expectations == stems
    assert len(stems) >= 125


def _shown(record: Any) -> dict[str, Any]:
    """Return a record as JSON would show it, without what is None inside of its parts."""
    return {name: _as_json(value) for name, value in asdict(record).items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, dict):
        return {name: _as_json(part) for name, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_as_json(part) for part in value]
    return value
