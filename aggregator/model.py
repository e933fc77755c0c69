"""The records that travel through the program, frozen, in their order of appearance.

``Source`` → ``Claim`` → ``Fetched | NotModified`` → ``ParsedFeed`` → ``Entry`` → ``Known``, ``Decision`` →
``PollResult``, ``PollSummary`` → ``StoredEntry`` → ``PublishedEntry``. All times are aware UTC. Nothing here does
anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

# --- what the operator asked for -------------------------------------------------------------------------------------


class SourceKind(StrEnum):
    AUTO = "auto"
    FEED = "feed"
    PAGE = "page"
    SITEMAP = "sitemap"
    WATCH = "watch"


class Per(StrEnum):
    """What shares the limits of politeness: one host, or all hosts of a registrable domain."""

    HOST = "host"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One address that the operator asked us to watch. ``every`` None means: adapt.

    ``url`` is without user and password: credentials are in no record (see ``sources/credentials.py``). Sources with
    the same ``group`` share the limits of politeness. ``throttled_by`` are statuses by which the server means 429.

    Of a page's list: ``page`` pins where it stands, ``depth`` is how many further pages of it the first poll reads.
    ``links`` is a regular expression that links of a list or sitemap must fit. ``select`` is the part of a page that is
    watched as a whole, in CSS. With ``full`` the text of new entries is taken from the pages that they link to.
    """

    name: str
    url: str
    title: str | None = None
    kind: SourceKind = SourceKind.AUTO
    categories: tuple[str, ...] = ()
    every: timedelta | None = None
    keep: str | None = None
    drop: str | None = None
    priority: int = 0
    group: str | None = None
    throttled_by: tuple[int, ...] = ()
    page: PageRules | None = None
    depth: int = 0
    links: str | None = None
    select: str | None = None
    full: bool = False


# --- what the store knows of a source --------------------------------------------------------------------------------


class SourceStatus(StrEnum):
    NEW = "new"
    OK = "ok"
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
    part of their addresses that most have. ``complaint`` is what is wrong with it now, in words for the operator.
    """

    place: str
    usual: int
    links: tuple[str, ...] = ()
    folder: str = ""
    complaint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What reading a document leaves for the next time, beside its entries: see the fields of SourceState."""

    read_as: SourceKind | None = None
    found_at: str | None = None
    listed: ListMemory | None = None
    watched: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source's health and memory: all that one poll leaves for the next.

    ``seed`` is the address it was first added with, which its entries' ids are made of, for ever. ``moved_to`` is
    where permanent redirects led. ``usual_gap`` is the median time between its entries, ``feed_wait`` the feed's own
    wish (ttl) not to be asked more often. ``failures`` counts in a row; ``body_hash`` is that of the last body that
    was parsed, ``entry_hashes`` are those of its entries as published, one after the other (normalize/document.py).
    ``recent`` are the publication times of its latest entries, newest first; ``response_times_ms`` are how long its
    latest answers took, the last one first. ``skip_hours`` and ``skip_days`` are those
    of the feed (see ParsedFeed).

    ``read_as`` is what an address of kind "auto" turned out to be, None while that is not known; ``found_at`` the feed
    that its page names, which is asked in its place. ``listed`` is how a page's list was; ``watched`` what stood on a
    page that is watched as a whole (parse/watch).
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
    next_check: datetime | None = None
    next_check_reason: str = ""
    failures: int = 0
    last_error: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A worker's right to poll one source until ``until``. ``token`` proves it when the result is written."""

    source: Source
    state: SourceState
    token: str
    until: datetime

    @property
    def address(self) -> str:
        """What is asked: where permanent redirects led, else the feed that its page names, else what is configured."""
        return self.state.moved_to or self.state.found_at or self.source.url

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

    @property
    def newest_entry(self) -> datetime | None:
        """When its latest entry was published: how long it has been silent, to compare with ``state.usual_gap``."""
        return self.state.recent[0] if self.state.recent else None

    @property
    def response_time(self) -> timedelta | None:
        """The median of its latest answers."""
        times = sorted(self.state.response_times_ms)
        return timedelta(milliseconds=times[len(times) // 2]) if times else None

    @property
    def has_validators(self) -> bool:
        """Whether its server gives us something to ask "has it changed?" with."""
        validators = self.state.validators
        return validators is not None and bool(validators.etag or validators.last_modified)


# --- fetch -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long the server asked us not to come back, and in which of its words ("max-age", "Retry-After")."""

    wait: timedelta
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A 200: ``body`` decoded from its transfer and content encodings, nothing else done to it.

    ``url`` is the address that answered, ``moved_to`` the end of the permanent redirects that started at the
    address asked for (None when there were none). ``took`` is how long the exchange was, redirects among it.

    What was asked for beside it (gathering.py): ``found_at`` is where it is when a page named it; ``pages`` are further
    ones of the same list, or the parts of a sitemap; ``articles`` the pages that entries link to, by the entries' keys.
    """

    url: str
    body: bytes
    content_type: str | None
    content_location: str | None = None
    validators: Validators | None = None
    moved_to: str | None = None
    freshness: Freshness | None = None
    took: timedelta | None = None
    found_at: str | None = None
    pages: tuple[Fetched, ...] = ()
    articles: Mapping[str, Article] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The page that an entry links to: as it was ``fetched``, or its main text as it is stored (clean HTML)."""

    fetched: Fetched | None = None
    content: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304: what we have is current. ``validators`` are the ones to send next time."""

    url: str
    validators: Validators | None = None
    moved_to: str | None = None
    freshness: Freshness | None = None
    took: timedelta | None = None


# --- parse: as published ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text as published, entities of the *document* resolved once: ``value`` is HTML when ``is_html``, else plain."""

    value: str
    is_html: bool
    base: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that belongs to an entry. ``length`` in bytes."""

    url: str
    type: str | None = None
    length: int | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an entry says it was first published (atom:source, RSS ``<source>``)."""

    title: str | None = None
    url: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One item as one source published it. Addresses are absolute where the document allows; times aware UTC."""

    id: str | None = None
    link: str | None = None
    title: Text | None = None
    summary: Text | None = None
    content: Text | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A document read as a feed. ``format`` is e.g. "rss20", "atom10", "rss10", "json11"; ``reader`` who read it.

    ``wait`` is the feed's own wish (ttl, sy:updatePeriod) not to be asked more often; ``skip_hours`` (0 to 23, UTC)
    and ``skip_days`` (0 is Monday) are when it wishes not to be asked at all.
    """

    format: str
    reader: str
    url: str
    id: str | None = None
    title: str | None = None
    link: str | None = None
    updated: datetime | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    wait: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    entries: tuple[ParsedEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """Where the records of a page stand: CSS selectors, those of the parts relative to a record; ``items`` may be many.

    What is None is found in the records as on a page without rules. ``date_format`` is for ``strptime``; without it
    dates are read as they are found automatically. ``next`` finds the link to the next page.
    """

    items: str
    title: str | None = None
    link: str | None = None
    date: str | None = None
    date_format: str | None = None
    summary: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A web page read as a list of entries.

    ``found_in`` tells what they were read from, in words for people ("a repeated pattern", "JSON-LD", "the rules").
    ``rules`` would find the same records again, None where they stand in data and not in the page.
    """

    document: ParsedFeed
    found_in: str
    rules: PageRules | None = None


# --- normalize: house form -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item in house form (the contract is docs/normalization.md).

    ``key`` identifies it within its source. ``canonical_url`` is for comparing only. ``title`` and ``summary`` are
    plain text, ``content`` is clean HTML. ``published``/``updated`` None means that the publisher gave no usable
    time. ``fingerprint`` is a hash of what readers see: it moves when title, summary or content really changed.
    ``is_full``: ``content`` is the main text of the page at ``url``; the fingerprint is that of what the source said.
    """

    key: str
    url: str | None = None
    canonical_url: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    origin: Origin | None = None
    fingerprint: str = ""
    is_full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That an entry stands in a document as it stood in the one before."""

    key: str
    canonical_url: str | None


# --- dedupe and categorize: decisions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What an entry is recognized by, computed from it and its document alone (docs/judgement.md).

    ``marks`` are hashes of pieces of its text, by which a copy finds it; ``probes`` those to look copies up by.
    ``title`` and ``text`` are the stems of the words in its headline and summary, in ``language`` ("": unknown);
    ``links`` are hashes of pages elsewhere that it links to.
    """

    marks: tuple[int, ...] = ()
    probes: tuple[int, ...] = ()
    id_mark: int | None = None
    language: str = ""
    title: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """How many of ``entries`` stored ones have a word (its stem) in their headline, for one language."""

    entries: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Where to look for entries that resemble one: marks as they are stored, for copies and for the same story."""

    copies: tuple[int, ...] = ()
    story: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resembling:
    """A stored entry that was found by its marks. ``markup`` is its text, None when only its story is asked for."""

    id: str
    source: str
    key: str
    original: str
    story: str
    url: str | None
    title: str
    published: datetime
    first_seen: datetime
    signature: Signature
    markup: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """What was found: ids of entries by mark, those entries, and how many entries each of their stories has."""

    by_mark: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    entries: Mapping[str, Resembling] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What deciding needs of a stored entry. ``original`` is the id of the first of its duplicates, or its own."""

    id: str
    source: str
    key: str
    original: str
    canonical_url: str | None
    title: str
    published: datetime
    updated: datetime
    first_seen: datetime
    listed_at: datetime
    fingerprint: str
    digest: str
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows that bears on one poll's entries.

    ``same_source`` are this source's entries with a key or canonical URL of the poll; ``elsewhere`` the entries of
    other sources with such a canonical URL; ``forgotten`` the keys whose entries were purged; ``vocabularies`` are
    those of all languages.
    """

    same_source: tuple[KnownEntry, ...] = ()
    elsewhere: tuple[KnownEntry, ...] = ()
    forgotten: frozenset[str] = frozenset()
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryMatch:
    """An entry belongs to a category, and why, in words for ``aggregator explain``."""

    category: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one entry: stored as ``id``; ``is_new`` or an edit of what is there.

    ``original`` is its own id, or that of the entry that it is a duplicate of, with the ``evidence`` in words.
    ``story`` is the id of the first entry of its story, perhaps its own, with ``story_evidence``; ``signature`` and
    ``marks`` are what later entries find it by, None where they are not to be written.
    ``published``, ``updated`` and ``first_seen`` are final. ``listed_at`` is when it counts as news in feeds:
    first seen, but for what a new source brings along when it is first polled: published.
    ``digest`` is a hash of all that is stored of it.
    """

    id: str
    entry: Entry
    is_new: bool
    original: str
    evidence: str | None
    published: datetime
    updated: datetime
    first_seen: datetime
    listed_at: datetime
    digest: str
    story: str
    story_evidence: str | None = None
    signature: Signature | None = None
    marks: tuple[int, ...] = ()
    categories: tuple[CategoryMatch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What asking a server came to: its status, None when no answer came; how long it took; bytes of the body."""

    status: int | None = None
    took: timedelta | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """All that one poll changes, written in one transaction: decisions, validators, health, next check."""

    source: str
    state: SourceState
    decisions: tuple[Decision, ...] = ()
    unchanged: int = 0
    error: str | None = None
    exchange: Exchange = Exchange()


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSummary:
    """What came of one poll, in numbers of entries. ``duplicates`` are among the ``new``."""

    source: str
    state: SourceState
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    unchanged: int = 0
    error: str | None = None


class PollOutcome(StrEnum):
    """What a poll brought: entries, an answer with nothing new in it, a 304, or no answer that could be used."""

    NEWS = "news"
    NOTHING_NEW = "nothing new"
    NOT_MODIFIED = "not modified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One of a source's latest polls, as it was recorded. Numbers of entries; ``duplicates`` are among the ``new``."""

    at: datetime
    outcome: PollOutcome
    exchange: Exchange
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    error: str | None = None


# --- the store's answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which entries: all conditions hold at once; an empty one holds always. ``search`` is what docs/search.md says.

    ``since`` is when an entry was first seen at the earliest; ``listed_since`` and ``listed_before`` are a period in
    which it counts as news.
    """

    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    listed_since: datetime | None = None
    listed_before: datetime | None = None
    search: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFeed:
    """What the feed that an entry came from says of itself, for atom:source."""

    id: str
    title: str
    feed_url: str
    site_url: str | None
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as the store has it. ``source`` is the source's name; ``duplicate_of`` an entry's id or None.

    ``story`` is the id of its story, which is that of the story's first entry.
    """

    id: str
    source: str
    url: str | None
    canonical_url: str | None
    title: str
    summary: str
    content: str
    authors: tuple[str, ...]
    published: datetime
    updated: datetime
    first_seen: datetime
    language: str | None
    tags: tuple[str, ...]
    enclosures: tuple[Enclosure, ...]
    origin: Origin | None
    categories: tuple[CategoryMatch, ...]
    original: str
    evidence: str | None
    story: str
    story_evidence: str | None
    feed: SourceFeed

    @property
    def duplicate_of(self) -> str | None:
        return self.original if self.original != self.id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """As much of an entry as it takes to point to it. ``source`` is the source's name."""

    id: str
    source: str
    source_title: str
    title: str
    url: str | None
    language: str | None
    published: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEntry:
    """An entry with its duplicates: what is published once.

    ``id`` is the first one's, for ever. ``entry`` is the one from the preferred source, ``also`` are the others,
    in order of preference. ``updated`` never goes back. ``listed_at`` is when it counts as news (docs/decisions/0001).
    ``related`` are the other articles of its story, each by its preferred entry, newest first.
    """

    id: str
    entry: StoredEntry
    also: tuple[StoredEntry, ...] = ()
    updated: datetime
    listed_at: datetime
    categories: tuple[str, ...] = ()
    related: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetPart:
    """A piece of plain text; ``is_match`` when it is what a search found it by."""

    text: str
    is_match: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, with its headline and a piece of its text in parts that are shown one after the other."""

    published: PublishedEntry
    title: tuple[SnippetPart, ...] = ()
    snippet: tuple[SnippetPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are in ids, fixed when the store was made: ``authority`` is "host,year" (RFC 4151)."""

    authority: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many entries the store holds, and how many of them are duplicates."""

    entries: int
    duplicates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What a database holds: its schema's revision ("": none of ours), and how many rows each of our tables has."""

    schema: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a database is. ``schema`` is None when it is empty, ``head`` the one that this program works with.

    ``clock`` is the server's own time, None for a file; ``newest`` the latest time that the program noted as now. The
    times are None while the schema is another one, ``due_since`` and ``undelivered_since`` when nothing waits.
    """

    product: str
    schema: str | None
    head: str
    is_newer: bool
    is_half_copied: bool
    problems: tuple[str, ...]
    clock: datetime | None
    newest: datetime | None
    due_since: datetime | None
    undelivered_since: datetime | None
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits: sources that are due, those of them that have been for long, since when a delivery does, if any."""

    due: int
    overdue: int
    undelivered_since: datetime | None
    size_bytes: int


class Span(StrEnum):
    """What is timed: asking a server, from its answer to the store, transactions that read and that write."""

    FETCH = "fetch"
    RECORD = "record"
    READ = "read"
    WRITE = "write"


# Takes note of how many seconds something took. Called from many threads.
Meter = Callable[[Span, float], None]


def unmeasured(_span: Span, _seconds: float) -> None:
    """Take no note: where nobody asks for figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an upgrade does: revisions before (None: an empty database) and after, its steps in words, and its SQL."""

    before: str | None
    after: str
    steps: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A piece of a longer list; ``next`` is the cursor of the next piece, None at the end.

    ``newest`` is the cursor of its first item, by which one asks what came since; None when there is none.
    """

    items: tuple[T, ...] = field(default=())
    next: str | None = None
    newest: str | None = None


# --- publish ---------------------------------------------------------------------------------------------------------


class FeedFormat(StrEnum):
    """The formats that every output feed has; the value is its file ending."""

    ATOM = "atom"
    RSS = "rss"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the store knows of an output feed (docs/decisions/0020).

    Entries up to ``considered_pk`` have been looked at, those up to the ``version`` of the content shown. ``mark`` is a
    hash of what the feed said then, "" when nobody needs to be told of changes. Archives are numbered from 1 on;
    ``last_archive`` is 0 when there is none. ``revision`` moves with every write.
    """

    name: str
    revision: int
    considered_pk: int
    version: int
    mark: str
    last_archive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """That something belongs to a feed, stored as ``pk``; ``listed_at`` as in PublishedEntry."""

    original: str
    listed_at: datetime
    pk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A piece of a feed's past, as it was when it became full, for ever. ``entries`` come oldest first.

    ``labels`` are the titles that the entries' categories had by name.
    """

    feed: str
    number: int
    sealed_at: datetime
    entries: tuple[PublishedEntry, ...]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRenewal:
    """All that changes of a feed's state at once: entries that belong to archives from now on, full archives.

    ``arrived`` wait for one; ``dropped`` don't belong to the feed any more. ``told`` are the hubs that are to be
    pinged, ``base`` is the folder that they know the feed in.
    """

    before: FeedState
    considered_pk: int
    version: int
    mark: str
    arrived: Mapping[str, datetime] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    sealed: tuple[Archive, ...] = ()
    told: tuple[str, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """One document of an output feed, ready to render.

    It stands in the folder ``base`` as ``NAME.FORMAT``, an archive as ``NAME/NUMBER.FORMAT``, with ``query`` behind it
    ("" or "?…"). ``id`` is the feed's own, ``home_url`` the page's.
    ``authority`` is the ``host,year`` part of the tag: URIs (RFC 4151) that ids are made of; ``updated`` is that of
    the newest entry and never "now"; ``entries`` come newest published first. ``labels`` are the titles of our
    categories by name. ``hubs`` are those of WebSub.
    ``number`` is that of an archive, None for the document that people subscribe to; ``is_sealed`` tells whether it is
    full and never changes. ``last_archive`` is the number of the newest one that is, 0 for none.
    """

    id: str
    name: str
    title: str
    authority: str
    home_url: str
    base: str
    query: str = ""
    language: str
    updated: datetime
    entries: tuple[PublishedEntry, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    hubs: tuple[str, ...] = ()
    number: int | None = None
    is_sealed: bool = False
    last_archive: int = 0
