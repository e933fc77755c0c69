"""The records of digests, as model/ has those of entries, in their order of appearance.

``DigestState`` → ``IssueEntry`` → ``Story`` → ``Section`` → ``Issue`` → ``Endpoint`` → ``Delivery``. An issue is fixed
when it is made: what is read of it later, by whomever, is what it was then. No secret is in any of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# --- what the store knows of a digest --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestState:
    """A digest's memory. Entries first seen before ``begins_at`` are no news to it; it was set up at ``set_up_at``.

    Entries first seen until ``considered_until`` and committed when the last issue was made have been considered.
    ``last_slot`` is the last time of its schedule that was dealt with, ``last_number`` that of its last issue.
    ``told`` are the troubles that it has told already and that last; ``recipients``, of one that is set up, the keys of
    the endpoints that it goes to.
    """

    name: str
    set_up_at: datetime
    begins_at: datetime
    considered_until: datetime
    last_slot: datetime | None
    last_number: int
    told: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()


# --- an issue --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAt:
    """The same article, or another of its story, at another source."""

    title: str
    url: str | None
    priority: int = 0
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEntry:
    """What a message shows of an entry: plain text, legal everywhere, addresses that links may carry.

    ``id`` is that under which it is published, for ever; ``categories`` are names. ``listed_at`` is when it counts as
    news: what a new source brings along does so from its publication on (docs/decisions/0001). ``is_dated``,
    ``is_at_home`` and ``strength`` are what its importance follows from, beside the rest.
    """

    id: str
    story: str
    url: str | None
    title: str
    summary: str
    language: str | None
    published: datetime
    updated: datetime
    listed_at: datetime
    source: str
    source_title: str
    priority: int
    categories: tuple[str, ...] = ()
    also: tuple[SeenAt, ...] = ()
    is_dated: bool = True
    is_day: bool = False
    is_at_home: bool = False
    strength: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Entries about one event, the one to show first. ``rank`` is its turn when there is not room for all.

    The first has rank 0; None is for what a message never shows, as its source has had its share. ``place`` is where
    it stands among all stories of the issue by importance; what ``can_lead`` may stand on top.
    """

    entries: tuple[IssueEntry, ...]
    rank: int | None
    place: int = 0
    can_lead: bool = True

    @property
    def lead(self) -> IssueEntry:
        return self.entries[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The stories of one category; ``title`` is empty when there is nothing to tell them apart by.

    ``hidden`` counts those that ``Issue.best`` left out.
    """

    name: str
    title: str
    stories: tuple[Story, ...]
    hidden: int = 0

    @property
    def anchor(self) -> str:
        """What links lead to it by."""
        return self.name or "other"

    @property
    def total(self) -> int:
        return len(self.stories) + self.hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An entry that changed after it was sent; ``was`` is its title as it was sent, where that is another."""

    entry: IssueEntry
    was: str | None


class TroubleKind(StrEnum):
    FAILING = "failing"
    CHANGED = "changed"
    MOVED = "moved"
    GONE = "gone"
    SILENT = "silent"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source, or an endpoint, that the operator should look at."""

    kind: TroubleKind
    subject: str
    title: str
    text: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One edition of a digest. ``id`` is its own among all issues of all times and databases, for message ids.

    ``also_troubled`` counts troubles that last and were told in an earlier issue.
    """

    id: str
    digest: str
    number: int
    title: str
    made_at: datetime
    sections: tuple[Section, ...] = ()
    updates: tuple[Update, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    also_troubled: int = 0

    @property
    def stories(self) -> tuple[Story, ...]:
        """All stories, in the order in which they are shown."""
        return tuple(story for section in self.sections for story in section.stories)

    @property
    def entry_count(self) -> int:
        return sum(len(story.entries) for story in self.stories)

    def best(self, count: int) -> Issue:
        """Return the issue with only the stories whose turn is among the first ``count``."""
        sections = []
        for section in self.sections:
            shown = tuple(each for each in section.stories if each.rank is not None and each.rank < count)
            if shown:
                sections.append(replace(section, stories=shown, hidden=section.total - len(shown)))
        return replace(self, sections=tuple(sections))

    def leading(self, count: int) -> tuple[Story, ...]:
        """Return the most important stories over all sections, none that can't lead, the most important first."""
        leading = [story for story in self.stories if story.can_lead]
        return tuple(sorted(leading, key=lambda story: story.place)[:count])


@dataclass(frozen=True, slots=True, kw_only=True)
class SentVersion:
    """An entry that an issue has, or whose duplicate it has: as it was then."""

    entry_id: str
    title: str
    updated: datetime


# --- where issues go -------------------------------------------------------------------------------------------------


class ChannelKind(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"
    CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One place that issues of a digest go to. ``key`` stands for its address, ``label`` tells people which it is."""

    digest: str
    kind: ChannelKind
    key: str
    label: str


class DeliveryStatus(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One issue to one endpoint. ``message_id`` is the same at every attempt; ``parts_sent`` of it were accepted."""

    id: int
    issue_pk: int
    issue: int
    endpoint: Endpoint
    message_id: str
    status: DeliveryStatus
    attempts: int
    parts_sent: int
    made_at: datetime
    next_attempt: datetime | None
    sent_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryClaim:
    """A worker's right to attempt a delivery until ``until``; ``token`` proves it."""

    delivery: Delivery
    token: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt leaves: the delivery's new status, and when it is tried again, not before ``rest`` for others.

    ``stops`` says that nothing more goes to this endpoint, for the reason that ``error`` tells.
    """

    status: DeliveryStatus
    error: str | None = None
    next_attempt: datetime | None = None
    rest: timedelta | None = None
    stops: bool = False


class StopCause(StrEnum):
    UNSUBSCRIBED = "unsubscribed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An endpoint that gets nothing more of a digest, since when, and why."""

    endpoint: Endpoint
    cause: StopCause
    reason: str
    since: datetime


# --- who is told that a feed has changed -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """What a hub (WebSub) is owed: to be told that a feed has changed. One for each hub and feed, of all changes.

    ``base`` is the folder of the feed's addresses; ``change`` counts its changes. ``parts_sent`` of its addresses were
    told, in the order of the formats.
    """

    id: int
    hub: str
    base: str
    feed: str
    change: int
    status: DeliveryStatus
    attempts: int
    parts_sent: int
    changed_at: datetime
    next_attempt: datetime | None
    sent_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PingClaim:
    """A worker's right to tell a hub until ``until``; ``token`` proves it."""

    ping: Ping
    token: str
    until: datetime
