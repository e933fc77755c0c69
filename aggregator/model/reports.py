"""Stories: reports of events, what was found near them, and what grouping them changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.model.entries import Gist


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An article as far as its story needs it. ``source`` is the source's name, ``story`` the id of its story.

    ``lead`` is how its text begins. ``is_sent``: a digest has had it; ``is_waiting``: it is new, its story isn't judged
    yet. ``vector`` stands for its headline and lead in any language (stories/encoder.py), None where none was made.
    """

    pk: int
    id: str
    source: str
    title: str
    published: datetime
    gist: Gist
    story: str
    lead: str = ""
    is_sent: bool = False
    is_waiting: bool = False
    vector: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the store has around some reports: ids by mark, and those reports with all others of their stories."""

    by_mark: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A report joins a story; why, in words."""

    story: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """What becomes of reports that were new: ``waiting`` are the ``pk`` of all of them, each judged by now.

    ``joined`` has those that joined a story, by id; ``merged`` which stories became part of an older one;
    ``marks`` and ``vectors`` are what later reports find them by and are compared with, by ``pk``; a vector with when
    its report was published.
    """

    waiting: tuple[int, ...]
    joined: Mapping[str, Joined] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    vectors: Mapping[int, tuple[datetime, bytes]] = field(default_factory=dict)
