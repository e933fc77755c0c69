"""The part of the configuration that says what to watch: one source, with its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from pydantic import Field, PrivateAttr, model_validator

from aggregator.config import network_values, values
from aggregator.config.approach import BasicAuth, SourcePoliteness
from aggregator.config.page_rules import Links, PageConfig, Selector
from aggregator.config.settings import Settings
from aggregator.config.source_address import Sender, SourceAddress, is_mailbox
from aggregator.config.suggest import bare_address
from aggregator.model import Items, Mark, Render, SourceKind

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
    password: network_values.Secret | None = Field(None, description="Password of an IMAP mailbox: `${MAIL_PASSWORD}`.")
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
    throttled_by: tuple[network_values.ErrorStatus, ...] = Field(
        (), description="Statuses that mean 429 (too many requests) on its server, such as 403."
    )
    auth: BasicAuth | None = Field(None, description="User and password (HTTP Basic).")
    headers: network_values.SecretHeaders = Field(
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
