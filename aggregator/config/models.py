"""The configuration as it is after loading: frozen, complete, every value checked. What the YAML may hold is here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
)

from aggregator.config import network_values, values
from aggregator.config.categories import CategoryConfig
from aggregator.config.database import USUAL_DATABASE
from aggregator.config.fetching import FetchSettings
from aggregator.config.messages import DigestSettings, EmailConfig
from aggregator.config.semantic import Judgement
from aggregator.config.settings import Settings
from aggregator.config.source_config import SourceConfig
from aggregator.config.stamps import Stamp
from aggregator.config.web import Web
from aggregator.errors import Problem
from aggregator.text.locales import Locale, locale_of


class Site(Settings):
    """Title, address, time zone and language of the site."""

    title: values.Line = Field("News", description="Title of the web page and the feeds.")
    url: network_values.SiteAddress = Field(
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
    hub: network_values.Hubs = Field(
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
    token: network_values.AccessToken | None = Field(
        None, description="Makes it private: only readers with the token get it (docs/reference/publishing.md)."
    )


class DigestConfig(DigestSettings):
    """A recurring message with what is new."""

    where: Where = Field(Where(), description="Which entries it has.")


@dataclass(frozen=True, slots=True)
class _Origin:
    """What it was read from. Another remark in a file makes no other configuration: two are equal all the same."""

    stamps: Mapping[Path, Stamp] = field(default_factory=dict, compare=False)
    basis: str | None = field(default=None, compare=False)


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
    _doubts: tuple[Problem, ...] = PrivateAttr(default=())
    _origin: _Origin = PrivateAttr(default=_Origin())
    _in_addresses: tuple[tuple[str, str], ...] = PrivateAttr(default=())

    @property
    def path(self) -> Path:
        """The file that was loaded, absolute."""
        return self._path

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that was read, absolute, ``path`` first."""
        return tuple(self._origin.stamps)

    @property
    def stamps(self) -> Mapping[Path, Stamp]:
        """``files`` as they were just before they were read: to be watched for edits."""
        return self._origin.stamps

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What may be meant as it stands, but hardly is: to be told by `check`."""
        return self._doubts

    @property
    def basis(self) -> str | None:
        """What all of it follows from, as JSON for the store (``basis.py``); None where that can't be told."""
        return self._origin.basis

    def locale_of(self, digest: DigestConfig) -> Locale:
        """Return the language that a digest's messages speak."""
        return locale_of(digest.language) if digest.language else self.site.locale

    @property
    def hidden_in_addresses(self) -> tuple[tuple[str, str], ...]:
        """What comes from the environment in addresses of sources, behind the host, each with the host."""
        return self._in_addresses

    def hide_in_addresses(self, hidden: Iterable[tuple[str, str]]) -> None:
        self._in_addresses = tuple(hidden)

    def read_from(
        self, stamps: Mapping[Path, Stamp], *, doubts: tuple[Problem, ...] = (), basis: str | None = None
    ) -> None:
        """Remember which files it was read from, the first one being that which includes the others."""
        self._path, self._doubts, self._origin = next(iter(stamps)), doubts, _Origin(stamps, basis)
