"""Issues and their parts, of which a test names only what matters to it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.config import DigestConfig
from aggregator.model.issues import Issue, IssueEntry, Section, Story
from aggregator.notify.bodies import Site
from aggregator.text.locales import ENGLISH

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITE = Site(title="News", url="https://news.example.org/", locale=ENGLISH, zone=ZoneInfo("Europe/Luxembourg"))


def make_digest(**values: Any) -> DigestConfig:
    usual = {"name": "daily", "every": "day at 07:30", "to": [{"email": ["a@example.org"]}]}
    return DigestConfig.model_validate(usual | values)


def make_issue_entry(title: str = "Lunar ice found", **values: Any) -> IssueEntry:
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower())
    source = values.get("source", "orbit")
    usual: dict[str, Any] = {
        "id": slug,
        "story": slug,
        "url": f"https://{source}.example/{slug[:60]}",
        "title": title,
        "summary": "Ice lies below the dust.",
        "language": "en",
        "published": NOON - timedelta(hours=1),
        "updated": NOON - timedelta(hours=1),
        "listed_at": NOON,
        "source": source,
        "source_title": source.title(),
        "priority": 0,
    }
    return IssueEntry(**usual | values)


def make_issue(stories: int = 1, *entries: IssueEntry, **values: Any) -> Issue:
    """Return an issue with so many stories, or with these entries, in one section."""
    found = entries or tuple(make_issue_entry(f"Story number {number}") for number in range(stories))
    section = Section(
        name="space",
        title="Space",
        stories=tuple(Story(entries=(entry,), rank=rank) for rank, entry in enumerate(found)),
    )
    usual: dict[str, Any] = {
        "id": "issueid",
        "digest": "daily",
        "number": 7,
        "title": "Space & talent",
        "made_at": NOON,
        "sections": (section,) if found else (),
    }
    return Issue(**usual | values)
