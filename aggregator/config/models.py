"""The configuration as it is after loading: frozen, complete, every value checked. What the YAML may hold is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    model_validator,
)

from aggregator.config import values
from aggregator.config.approach import BasicAuth, Politeness, SourcePoliteness
from aggregator.config.categories import CategoryConfig
from aggregator.config.database import USUAL_DATABASE
from aggregator.config.messages import DigestSettings, EmailConfig
from aggregator.config.network import Certificates, Proxy
from aggregator.config.page_rules import Links, PageConfig, Selector
from aggregator.config.semantic import Judgement
from aggregator.config.settings import Settings
from aggregator.config.source_address import Sender, SourceAddress, is_mailbox
from aggregator.config.suggest import bare_address
from aggregator.config.web import Web
from aggregator.errors import Problem
from aggregator.model import Items, Mark, Render, SourceKind
from aggregator.text.locales import Locale, locale_of


class Site(Settings):
    """Title, address, time zone and language of the site."""

    title: values.Line = Field("News", description="Title of the web page and the feeds.")
    url: values.SiteAddress = Field(
        "http://127.0.0.1:8080/",
        description="Public address of the web page; the links and ids in feeds and messages begin with it.",
    )
    timezone: values.TimeZone = Field(
        "UTC", description="Time zone of the digests' schedules and of the times on the web page."
    )
    language: values.Spoken = Field(
        "en",
        description="Language of the pages, feeds and messages: their words, dates and numbers; entries keep theirs.",
    )
    clean_links: bool = Field(
        True,
        description=(
            "Links in pages, feeds and messages leave out tracking parameters (`utm_source` and its kin, N14 of "
            "docs/explanation/normalization.md); what is stored keeps them."
        ),
    )
    hub: values.Hubs = Field(
        (), description="WebSub hubs: named in the feeds, and notified when one changes (docs/reference/publishing.md)."
    )

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def locale(self) -> Locale:
        """The language that the pages and feeds speak."""
        return locale_of(self.language)


class Storage(Settings):
    """Where entries are kept, and for how long."""

    url: values.Database = Field(
        USUAL_DATABASE,
        validate_default=True,
        description=(
            "`sqlite:///` and a path (relative to this file, or absolute with a fourth slash), or "
            "`postgresql://user:password@host/database` for many workers. Left out in a file in a folder `config`, it "
            "is `sqlite:///../var/aggregator.db`."
        ),
    )
    keep: values.Duration = Field(
        timedelta(days=400), description="Entries older than this are deleted; they don't come back as new."
    )
    backlog: values.Backlog = Field(
        30,
        description=(
            "Of a new source, how many of its newest entries are kept at least. Older ones are kept while they are "
            "younger than `keep`; the rest is remembered as known. `all`: everything that the source still shows."
        ),
    )
    _is_above: bool = PrivateAttr(default=False)

    @property
    def is_above(self) -> bool:
        """Whether it is the database that earlier releases made in the folder above, and no setting names it."""
        return self._is_above

    def put_above(self, *, is_above: bool) -> None:
        self._is_above = is_above


class WebSub(StrEnum):
    """Whether hubs are asked to tell us of news."""

    AUTO = "auto"
    OFF = "off"


class FetchSettings(Settings):
    """How sources are polled."""

    every: values.AutoOrDuration = Field(
        None,
        description="Time between two polls of a source; `auto` adapts to it, between `min_every` and `max_every`.",
        json_schema_extra={"default": "auto"},
    )
    min_every: values.Duration = Field(timedelta(minutes=30), description="With `auto`: the shortest interval.")
    max_every: values.Duration = Field(timedelta(hours=12), description="With `auto`: the longest interval.")
    workers: values.Whole = Field(
        32,
        ge=1,
        le=500,
        description="How many sources are polled at the same time; servers that don't answer don't count.",
    )
    timeout: values.Duration = Field(
        timedelta(seconds=20), description="Timeout of the whole exchange, not only of connecting."
    )
    reading: values.Duration = Field(
        timedelta(seconds=60),
        description="Timeout for parsing one answer; a reader process that takes longer is stopped.",
    )
    max_body: values.Size = Field(
        15_000_000,
        description="The largest answer to accept, after decompression.",
        json_schema_extra={"default": "15MB"},
    )
    contact: values.Contact | None = Field(
        None, description="Address where publishers can reach you; it goes into the User-Agent."
    )
    allow_private: values.AllowedHosts = Field(
        default=False,
        description="Whether sources may be in private networks: all, none, or only these hosts and networks.",
    )
    proxy: Proxy | None = Field(
        None,
        description=(
            "Proxy for all requests over http and https: `http://user:password@proxy.example:3128`, or `environment` "
            "for what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say (docs/explanation/polling.md)."
        ),
    )
    no_proxy: tuple[values.HostOrNetwork, ...] = Field(
        (), description="Hosts and networks that are asked directly, not through the proxy: `nas.lan`, `*.lan`."
    )
    ca_bundle: Certificates | None = Field(
        None,
        description=(
            "File with certificates (PEM) to trust beside those of the system: an authority of your own, or what a "
            "server leaves out."
        ),
    )
    politeness: Politeness = Field(Politeness(), description="Limits on requests to one server.")
    websub: WebSub = Field(
        WebSub.AUTO,
        description=(
            "`auto`: hubs that feeds name are asked to send news at once, where `site.url` is https; `off`: never "
            "(docs/how-to/websub.md)."
        ),
    )

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.min_every > self.max_every:
            raise ValueError("min_every is longer than max_every")
        return self


_LISTS = frozenset({SourceKind.AUTO, SourceKind.PAGE})
_MAILBOX = frozenset({SourceKind.MAILBOX})
_WATCH = frozenset({SourceKind.WATCH})
# The keys of a source that not every kind makes use of, and which kinds do.
_KINDS_OF: Final[Mapping[str, frozenset[SourceKind]]] = {
    "page": _LISTS,
    "depth": _LISTS,
    "links": _LISTS | {SourceKind.SITEMAP},
    "select": _WATCH,
    "follow": _WATCH,
    "full": frozenset(SourceKind) - _WATCH,
    "render": _WATCH | {SourceKind.PAGE},
    "senders": _MAILBOX,
    "items": _MAILBOX,
    "mark": _MAILBOX,
    "password": _MAILBOX,
}


class SourceConfig(Settings):
    """One address to watch: a feed, a page that has none, a sitemap, or a page watched as a whole."""

    url: SourceAddress = Field(
        description=(
            "Address of the feed, page or sitemap; of a mailbox, `imaps://user@host/folder` or `maildir:FOLDER`, "
            "relative to this file."
        )
    )
    name: values.Slug | None = Field(
        None,
        description="Short name for commands, `where` and addresses; made from the title or address when left out.",
    )
    title: values.Line | None = Field(None, description="Title to show; the source's own when left out.")
    categories: tuple[values.Slug, ...] = Field((), description="Categories for every entry of it.")
    folder: tuple[values.Line, ...] = Field(
        (), description="Its folder in OPML for other readers, outermost name first."
    )
    every: values.AutoOrDuration = Field(
        None,
        description="Time between two polls of it; the general `fetch.every` when left out or `auto`.",
        json_schema_extra={"default": "auto"},
    )
    kind: SourceKind = Field(
        SourceKind.AUTO,
        description=(
            "`feed`; `page`: entries are the records of its list; `sitemap`: entries are its addresses; `watch`: each "
            "change of the page is an entry; `mailbox`: its mails are (docs/how-to/newsletters.md); `auto`: a feed, "
            "the feed that a page names, else the page's list (docs/reference/pages.md)."
        ),
    )
    page: PageConfig | None = Field(
        None, description="Where the list on the page is; found automatically when left out."
    )
    depth: values.Whole = Field(
        0, ge=0, le=100, description="How many further pages of the list the first poll reads: older entries."
    )
    links: Links | None = Field(
        None, description=r"Of a page or sitemap, take only links that this expression fits: `/press/20\d\d/`."
    )
    select: Selector | None = Field(
        None, description="With `kind: watch`, the part of the page that is watched; all but menus when left out."
    )
    follow: values.Line | None = Field(
        None,
        description="With `kind: watch`, the row of a ranking that leads the titles of its entries: `Luxembourg`.",
    )
    render: Render | None = Field(
        None,
        description="`browser`: the page is empty without its scripts; Chromium loads it (docs/how-to/browser.md).",
    )
    dismiss: Selector | None = Field(
        None, description="With `render: browser`, what is clicked first: the button of a consent banner."
    )
    senders: tuple[Sender, ...] = Field(
        (),
        description=(
            "Of a mailbox, read only the mails of these: addresses, domains, or ids of mailing lists (`List-Id`). "
            "Several sources may share a mailbox so; each needs a `name`."
        ),
    )
    items: Items = Field(
        Items.MAILS, description="Of a mailbox: `mails`: each mail is an entry; `links`: each article that it lists."
    )
    mark: Mark | None = Field(
        None, description="`read`: mails on an IMAP server are marked as read once they are stored; else nothing is."
    )
    password: values.Secret | None = Field(None, description="Password of an IMAP mailbox: `${MAIL_PASSWORD}`.")
    backlog: values.OptionalBacklog = Field(
        None,
        description="How many entries are kept at least when it is new, or `all`; `storage.backlog` when left out.",
    )
    timezone: values.TimeZone | None = Field(
        None, description="Clock on which its dates without a time are meant; `site.timezone` when left out."
    )
    full: values.Switch = Field(
        default=False, description="Take the text of new entries from the pages that they link to, one request each."
    )
    keep: values.Filter | None = Field(None, description='Keep only entries that this fits: `"moon base" or lunar`.')
    drop: values.Filter | None = Field(None, description="Drop entries that this fits: `horoscope and not launch`.")
    priority: values.Whole = Field(
        0,
        ge=-1000,
        le=1000,
        description=(
            "When several sources have the same article, the one at home at its link is shown, then the one with the "
            "highest priority."
        ),
    )
    politeness: SourcePoliteness = Field(SourcePoliteness(), description="The sources that it shares limits with.")
    throttled_by: tuple[values.ErrorStatus, ...] = Field(
        (), description="Statuses that mean 429 (too many requests) on its server, such as 403."
    )
    auth: BasicAuth | None = Field(None, description="User and password (HTTP Basic).")
    headers: values.SecretHeaders = Field(
        {},
        description="Headers sent to its host and no other: `X-Key: ${KEY}`, User-Agent, Cookie. They are never shown.",
    )
    _file: str = PrivateAttr(default="")
    _line: int = PrivateAttr(default=0)

    @model_validator(mode="after")
    def _check_credentials(self) -> Self:
        given = (
            "@" in self.url and bare_address(self.url) != self.url,
            self.auth is not None,
            any(name.lower() == "authorization" for name in self.headers),
        )
        if sum(given) > 1:
            raise ValueError("its credentials are given twice; keep one of url, auth and the header Authorization")
        return self

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        """Refuse what its kind makes no use of: the operator expects something of it."""
        given = self.model_fields_set
        for key, kinds in _KINDS_OF.items():
            if key in given and self.kind not in kinds and getattr(self, key) != type(self).model_fields[key].default:
                those = " or ".join(kind for kind in SourceKind if kind in kinds)
                raise ValueError(f"{key} is of no use with kind: {self.kind}; it is for {those}")
        return self

    @model_validator(mode="after")
    def _check_render(self) -> Self:
        if self.dismiss is not None and self.render is None:
            raise ValueError("dismiss is of no use without render: browser")
        if self.render is not None and self.depth:
            raise ValueError("depth is of no use with render: browser")
        return self

    @model_validator(mode="after")
    def _check_mailbox(self) -> Self:
        if is_mailbox(self.url) != (self.kind is SourceKind.MAILBOX):
            raise ValueError(
                "its address is that of a mailbox: it needs kind: mailbox"
                if is_mailbox(self.url)
                else "kind: mailbox needs an address that begins with imaps:// or maildir:"
            )
        if self.kind is not SourceKind.MAILBOX:
            return self
        if self.senders and self.name is None:
            raise ValueError("a source with senders needs a name: others may have the same mailbox")
        if self.auth is not None or self.headers:
            raise ValueError("a mailbox has neither auth nor headers: write user@ in its url, and its password apart")
        if self.password is not None and not self.url.startswith("imap"):
            raise ValueError("password is of no use with a Maildir")
        return self

    @property
    def address(self) -> str:
        """What it is known by: its address without user and password; that of a mailbox may be several sources'."""
        return bare_address(self.url) + (f"#{self.name}" if self.senders else "")

    @property
    def file(self) -> str:
        """The file that names it, as in problems; empty when it wasn't loaded from one."""
        return self._file

    @property
    def line(self) -> int:
        """The line where it begins, counted from 1; 0 when it wasn't loaded from a file."""
        return self._line

    def put_at(self, file: str, line: int) -> None:
        """Remember where it is written."""
        self._file, self._line = file, line


class Where(Settings):
    """Which entries: those that meet all conditions; a condition that is left out is always met."""

    categories: tuple[values.Slug, ...] = Field((), description="Entries with one of these categories.")
    sources: tuple[values.Slug, ...] = Field((), description="Entries of one of these sources, by their `name`.")
    language: values.Language | None = Field(None, description="Entries in this language.")
    text: values.Filter | None = Field(
        None,
        description=(
            'Entries that this fits: `title:"moon base" or lunar`. It is looked for in the newest 50,000 that meet the '
            "other conditions."
        ),
    )


class Titles(StrEnum):
    """What stands in the titles of a feed's entries: as published, or with the source in front."""

    PUBLISHED = "published"
    SOURCE = "source"


class FeedConfig(Settings):
    """An output: it is published as Atom, RSS and JSON Feed."""

    name: values.FeedName = Field(description="Its addresses are `/feeds/NAME.atom`, `.rss` and `.json`.")
    title: values.Line | None = Field(
        None, description="Title of the feed; made from the site's and the name when left out."
    )
    where: Where = Field(Where(), description="Which entries it has.")
    limit: values.Whole = Field(100, ge=1, le=1000, description="How many of the newest entries it has.")
    titles: Titles = Field(
        Titles.PUBLISHED,
        description="`source`: the source stands in front of each title, for readers that don't show it otherwise.",
    )
    token: values.AccessToken | None = Field(
        None, description="Makes it private: only readers with the token get it (docs/reference/publishing.md)."
    )


class DigestConfig(DigestSettings):
    """A recurring message with what is new."""

    where: Where = Field(Where(), description="Which entries it has.")


@dataclass(frozen=True, slots=True)
class _Basis:
    """Another remark in a file makes no other configuration: two are equal whatever they follow from."""

    written: str | None = field(default=None, compare=False)


_ALL = (FeedConfig(name="all", title="Everything"),)


class Config(Settings):
    """Settings of `aggregator`. A file that `include` names may hold the same sections."""

    site: Site = Field(Site(), description="Title, address, time zone and language of the site.")
    storage: Storage = Field(default_factory=Storage, description="Where entries are kept, and for how long.")
    fetch: FetchSettings = Field(FetchSettings(), description="How sources are polled.")
    judgement: Judgement = Field(default_factory=Judgement, description="How entries are judged: what is one story.")
    web: Web = Field(Web(), description="How the web pages and feeds are served, and to whom.")
    templates: values.Folder | None = Field(
        None, description="Folder with your own templates; they replace ours of the same name."
    )
    include: tuple[values.Line, ...] = Field(
        (),
        description="More files like this one, relative to it. Lists are joined; other sections are in one file.",
    )
    sources: tuple[SourceConfig, ...] = Field((), description="The addresses to watch.")
    categories: tuple[CategoryConfig, ...] = Field((), description="The rules that give entries their categories.")
    feeds: Annotated[tuple[FeedConfig, ...], AfterValidator(lambda feeds: feeds or _ALL)] = Field(
        _ALL, description="The feeds to publish; one named `all` with everything when left out."
    )
    digests: tuple[DigestConfig, ...] = Field((), description="The recurring messages to send.")
    email: EmailConfig | None = Field(None, description="How mail is sent.")
    _path: Path = PrivateAttr(default=Path())
    _files: tuple[Path, ...] = PrivateAttr(default=())
    _doubts: tuple[Problem, ...] = PrivateAttr(default=())
    _basis: _Basis = PrivateAttr(default=_Basis())

    @property
    def path(self) -> Path:
        """The file that was loaded, absolute."""
        return self._path

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that was read, absolute, ``path`` first: to be watched for changes."""
        return self._files

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What may be meant as it stands, but hardly is: to be told by `check`."""
        return self._doubts

    @property
    def basis(self) -> str | None:
        """What all of it follows from, as JSON for the store (``basis.py``); None where that can't be told."""
        return self._basis.written

    def locale_of(self, digest: DigestConfig) -> Locale:
        """Return the language that a digest's messages speak."""
        return locale_of(digest.language) if digest.language else self.site.locale

    def read_from(self, *files: Path, doubts: tuple[Problem, ...] = (), basis: str | None = None) -> None:
        """Remember which files it was read from, the first one being that which includes the others."""
        self._path, self._files, self._doubts, self._basis = files[0], files, doubts, _Basis(basis)
