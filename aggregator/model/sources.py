"""Sources: what the operator asked for, what polling made of it, and the right to poll one."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from aggregator.errors import ErrorKind
from aggregator.model.documents import PageRules
from aggregator.model.pushes import HubLink
from aggregator.model.rankings import Edition

# A source is silent when nothing came for so many of its usual gaps, for longer than its pauses, and for some days.
_SILENT_GAPS: Final = 4
_SILENT_PAUSES: Final = 1.5
_LEAST_SILENCE: Final = timedelta(days=3)


class SourceKind(StrEnum):
    AUTO = "auto"
    FEED = "feed"
    PAGE = "page"
    SITEMAP = "sitemap"
    WATCH = "watch"
    MAILBOX = "mailbox"


class Items(StrEnum):
    """What the entries of a mailbox are: its mails, or the articles that each of them lists."""

    MAILS = "mails"
    LINKS = "links"


class Render(StrEnum):
    """What a page is loaded with: one request, or a browser that runs its scripts."""

    BROWSER = "browser"


class Mark(StrEnum):
    """How mails that were read are marked on their server."""

    READ = "read"


class Per(StrEnum):
    """What shares the limits of politeness: one host, or all hosts of a registrable domain."""

    HOST = "host"
    DOMAIN = "domain"


class Affects(StrEnum):
    """What a changed option of a source makes of its document: it stands in the field's metadata."""

    LAYOUT = "layout"  # how the document is read: what was learned about it is forgotten
    ENTRIES = "entries"  # which of its entries are taken: the whole document is read again


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogRule:
    """What is kept of what a new source brings along: its ``newest`` entries, and all that is ``younger_than`` that."""

    newest: int
    younger_than: timedelta


_LAYOUT = {"affects": Affects.LAYOUT}
_ENTRIES = {"affects": Affects.ENTRIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One address that the operator asked us to watch. ``every`` None means: adapt.

    A new option is a field here with a default, one of the same name in the configuration (``SourceConfig``), and the
    place where it acts; store and configuration carry it without an edit. Metadata says what a change of it affects.

    ``url`` is without user and password: credentials are in no record (see ``sources/credentials.py``). Sources with
    the same ``group`` share the limits of politeness. ``throttled_by`` are statuses by which the server means 429.

    Of a page's list: ``page`` pins where it stands, ``depth`` is how many further pages of it the first poll reads.
    ``links`` is a regular expression that links of a list or sitemap must fit. ``select`` is the part of a page that is
    watched as a whole, in CSS, and ``follow`` the row of its ranking that matters most. ``timezone`` is the clock of
    its days without a time. With ``full`` the text of new entries is taken from the pages that they link to.
    ``backlog`` None: all that it brings along is kept. Of a mailbox mails of ``senders`` are read (addresses, domains,
    ids of lists), or all; its ``url`` ends with "#name" where there are senders, since others may share the mailbox.
    ``dismiss`` is what a browser clicks at first, in CSS: the button of a consent banner.
    """

    name: str
    url: str
    title: str | None = None
    kind: SourceKind = field(default=SourceKind.AUTO, metadata=_LAYOUT)
    categories: tuple[str, ...] = ()
    folder: tuple[str, ...] = ()
    every: timedelta | None = None
    keep: str | None = field(default=None, metadata=_ENTRIES)
    drop: str | None = field(default=None, metadata=_ENTRIES)
    priority: int = 0
    group: str | None = None
    throttled_by: tuple[int, ...] = ()
    page: PageRules | None = field(default=None, metadata=_LAYOUT)
    depth: int = 0
    links: str | None = field(default=None, metadata=_ENTRIES)
    select: str | None = field(default=None, metadata=_LAYOUT)
    follow: str | None = None
    full: bool = False
    timezone: str | None = None
    backlog: BacklogRule | None = None
    senders: tuple[str, ...] = field(default=(), metadata=_ENTRIES)
    items: Items = field(default=Items.MAILS, metadata=_ENTRIES)
    mark: Mark | None = None
    render: Render | None = field(default=None, metadata=_ENTRIES)
    dismiss: str | None = None


def affected(before: Source, after: Source) -> frozenset[Affects]:
    """Return what the difference between two configurations of a source affects; another layout, its entries too."""
    changed = {each for each in fields(Source) if getattr(before, each.name) != getattr(after, each.name)}
    found = {Affects(each.metadata["affects"]) for each in changed if "affects" in each.metadata}
    return frozenset(Affects) if Affects.LAYOUT in found else frozenset(found)


class SourceStatus(StrEnum):
    """How a source is. SILENT is stored of none: who looks finds it out (``SourceHealth.status_at``)."""

    NEW = "new"
    OK = "ok"
    SILENT = "silent"
    FAILING = "failing"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "has it changed?" with, byte for byte, and the address that gave it."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMemory:
    """How a page's list was when it was last read well, to notice when the page was rebuilt.

    ``place`` is where it stands, ``usual`` how many records it has, ``links`` are hashes of theirs, ``folder`` is the
    part of their addresses that most have. ``titles`` are hashes and ``ids`` the ids of the same records, to know them
    again under new addresses; ``dated`` is the share of them that has a date, None where that was not noted.
    ``complaint`` is what is wrong with it now, ``note`` why the list is read and no feed, in words for the operator.
    """

    place: str
    usual: int
    links: tuple[str, ...] = ()
    folder: str = ""
    titles: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    dated: float | None = None
    complaint: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What reading a document leaves for the next time, beside its entries: see the fields of SourceState.

    ``edition`` is that of a ranking which is new or changed. ``request`` is what the operator is asked to do, in words;
    ``note`` is why an address of kind "auto" is read as it is, where that was found out now.
    """

    read_as: SourceKind | None = None
    found_at: str | None = None
    listed: ListMemory | None = None
    watched: bytes = b""
    edition: Edition | None = None
    request: str | None = None
    hub: HubLink | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source's health and memory: all that one poll leaves for the next.

    ``seed`` is the address it was first added with, which its entries' ids are made of, for ever. ``moved_to`` is
    where permanent redirects led. ``watched_since`` is when it answered first, None where that was never or not noted.
    ``usual_gap`` is the median time between its entries, ``feed_wait`` the feed's own
    wish (ttl) not to be asked more often. ``failures`` counts in a row; ``last_error_kind`` is what
    advice depends on, ``last_error_status`` the HTTP status where that was the error. ``body_hash`` is that of the last
    body that was parsed, ``entry_hashes`` are those of its entries as published (normalize/changes.py).
    ``recent`` are the publication times of its latest entries, newest first; ``response_times_ms`` are how long its
    latest answers took, the last one first. ``skip_hours`` and ``skip_days`` are those
    of the feed (see ParsedFeed).

    ``read_as`` is what an address of kind "auto" turned out to be, None while that is not known; ``found_at`` the feed
    that its page names, which is asked in its place. ``listed`` is how a page's list was; ``watched`` what stood on a
    page that is watched as a whole (parse/watch). ``hub`` is what the feed names, ``told_until`` how long that has
    agreed to tell us of news.
    """

    seed: str = ""
    status: SourceStatus = SourceStatus.NEW
    moved_to: str | None = None
    validators: Validators | None = None
    body_hash: str | None = None
    entry_hashes: bytes = b""
    feed_id: str | None = None
    feed_title: str | None = None
    feed_updated: datetime | None = None
    site_url: str | None = None
    language: str | None = None
    last_checked: datetime | None = None
    last_success: datetime | None = None
    watched_since: datetime | None = None
    next_check: datetime | None = None
    next_check_reason: str = ""
    failures: int = 0
    last_error: str | None = None
    last_error_kind: ErrorKind | None = None
    last_error_status: int | None = None
    usual_gap: timedelta | None = None
    feed_wait: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    recent: tuple[datetime, ...] = ()
    response_times_ms: tuple[int, ...] = ()
    read_as: SourceKind | None = None
    found_at: str | None = None
    listed: ListMemory | None = None
    watched: bytes = b""
    hub: HubLink | None = None
    told_until: datetime | None = None

    @property
    def read_because(self) -> str | None:
        """Why an address of kind "auto" is read as ``read_as``, in words for the operator; None where nobody knows."""
        match self.read_as:
            case SourceKind.FEED:
                return "its page names it" if self.found_at else "the address is a feed"
            case SourceKind.PAGE:
                return self.listed.note if self.listed else None
            case _:
                return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Who claims sources: a name of its own, and how many requests to one host it makes at a time."""

    token: str
    per_host: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What is known of a host: what sources share the limits of politeness by (``fetch.key_of``).

    Nobody asks before ``not_before``, for the reason ``why``; ``troubles`` counts the latest times in a row that it
    gave no answer. ``last_worker`` is the token of who had claims on its sources last.
    """

    key: str
    not_before: datetime | None = None
    why: str = ""
    troubles: int = 0
    last_worker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A worker's right to poll one source until ``until``, and to ask its host meanwhile, which no other worker does.

    ``token`` proves it when the result is written; ``host`` is as it was when the claim was made.
    ``is_plain``: the source is asked for all it has, without "has it changed?".
    """

    source: Source
    state: SourceState
    token: str
    until: datetime
    host: HostState = HostState(key="")
    is_plain: bool = False

    @property
    def address(self) -> str:
        """What is asked: where permanent redirects led, else the feed that its page names, else what is configured."""
        return self.address_after(self.state)

    def address_after(self, state: SourceState) -> str:
        """Return what is asked when this is the source's state."""
        return state.moved_to or state.found_at or self.source.url

    @property
    def kind(self) -> SourceKind:
        """What the source is read as; "auto" while that is not known."""
        return self.state.read_as or SourceKind.AUTO if self.source.kind is SourceKind.AUTO else self.source.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """A source as people see it: what was asked for, how it is, and how many of its entries are stored.

    ``merged_into`` is the name of the source that is polled in its place, as both are at one address now.
    """

    source: Source
    state: SourceState
    entries: int
    merged_into: str | None = None

    def silence(self, now: datetime) -> timedelta | None:
        """Return how long ago its latest entry was published; None while it has brought none."""
        latest = max(self.state.recent, default=None)
        return max(now - latest, timedelta()) if latest else None

    def status_at(self, now: datetime | None) -> SourceStatus:
        """Return its status as people see it: one that answers well, but is quiet beyond its habit, is silent.

        Its habit is its usual gap and its pauses, of which the longest may have been an outage of its own. A new source
        is watched for as long first: who adds an old feed knows. ``now`` None is for what is read at another time.
        """
        state = self.state
        if now is None or state.status is not SourceStatus.OK or state.usual_gap is None or not state.recent:
            return state.status
        times = sorted(state.recent)
        pauses = sorted(later - earlier for earlier, later in pairwise(times))
        pause = pauses[-2] if len(pauses) > 1 else timedelta()
        patience = max(_SILENT_GAPS * state.usual_gap, _SILENT_PAUSES * pause, _LEAST_SILENCE)
        quiet_since = max(times[-1], state.watched_since or times[-1])
        return SourceStatus.SILENT if now - quiet_since > patience else SourceStatus.OK

    @property
    def response_time(self) -> timedelta | None:
        """The median of its latest answers."""
        times = sorted(self.state.response_times_ms)
        return timedelta(milliseconds=times[len(times) // 2]) if times else None
