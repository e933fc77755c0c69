"""An issue with everything that one can have, so that templates are tried before there is anything to send."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.config import DigestConfig
from aggregator.model.issues import Issue, IssueEntry, Section, SeenAt, Story, Trouble, TroubleKind, Update


def sample_issue(digest: DigestConfig, now: datetime) -> Issue:
    """Return an issue with several sections and stories, one of them without address and summary, and all the rest."""
    plain = _entry("An entry without an address", now, url=None, summary="")
    whole = _entry("An entry as most are", now, url="https://example.org/1", summary="What it says.")
    other = _entry("The same event elsewhere", now, url="https://example.org/2", summary="")
    stories = (Story(entries=(whole, other), rank=0), Story(entries=(plain,), rank=1))
    return Issue(
        id="sample",
        digest=digest.name,
        number=1,
        title=digest.title or digest.name,
        made_at=now,
        sections=(
            Section(name="first", title="First", stories=stories),
            Section(name="", title="", stories=(Story(entries=(whole,), rank=2),)),
        ),
        updates=(Update(entry=whole, was="Its earlier title"), Update(entry=plain, was=None)),
        troubles=(Trouble(kind=TroubleKind.FAILING, subject="source", title="A source", text="It does not answer."),),
        also_troubled=1,
    )


def empty_issue(digest: DigestConfig, now: datetime) -> Issue:
    return Issue(id="empty", digest=digest.name, number=1, title=digest.title or digest.name, made_at=now)


def _entry(title: str, now: datetime, *, url: str | None, summary: str) -> IssueEntry:
    return IssueEntry(
        id=title,
        story=title,
        url=url,
        title=title,
        summary=summary,
        language="en",
        published=now - timedelta(days=400) if url is None else now,
        updated=now,
        listed_at=now,
        source="source",
        source_title="A source",
        priority=0,
        categories=("first",),
        also=(SeenAt(title="Another", url="https://example.org/3"), SeenAt(title="A third", url=None)),
    )
