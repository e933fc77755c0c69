"""The web pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aggregator.config import Config
from aggregator.publish.document import feed_title
from aggregator.publish.health import SourceRow
from aggregator.publish.river import Choice, Day
from aggregator.templating import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page.

    ``root`` leads from the page to the site's top: "./" or "../…", so that the site works below any path.
    ``language`` is that of entries which don't say. A static site has the front page and the files beside it only.
    """

    title: str
    language: str
    root: str
    feeds: tuple[Choice, ...]
    has_digests: bool = False
    is_static: bool = False

    def feed(self, name: str, format_: str) -> str:
        """Return where a feed is."""
        return f"{self.root}{'' if self.is_static else 'feeds/'}{name}.{format_}"

    def river(self, **query: str | None) -> str:
        """Return where the front page is that these filters choose; None leaves one out, a static page has none."""
        if self.is_static:
            return f"{self.root}index.html"
        given = {name: value for name, value in query.items() if value is not None}
        return f"{self.root}?{urlencode(given)}" if given else self.root


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """The front page. ``category``, ``source`` and ``language`` are the filters on; ``older`` the next cursor."""

    days: tuple[Day, ...]
    categories: tuple[Choice, ...]
    category: Choice | None = None
    source: Choice | None = None
    language: str | None = None
    older: str | None = None
    is_first: bool = True


def site_frame(config: Config, *, root: str, is_static: bool = False) -> Frame:
    """Return what stands around the pages of a configured site."""
    return Frame(
        title=config.site.title,
        language=config.site.language,
        root=root,
        feeds=tuple(Choice(name=feed.name, title=feed_title(feed, config)) for feed in config.feeds),
        has_digests=bool(config.digests),
        is_static=is_static,
    )


def render_index(templates: Templates, frame: Frame, river: River) -> bytes:
    """Return the front page. Raises PublishError."""
    return templates.render("index.html.j2", frame=frame, river=river)


def render_sources(templates: Templates, frame: Frame, sources: Sequence[SourceRow]) -> bytes:
    """Return the page that tells how healthy each source is. Raises PublishError."""
    return templates.render("sources.html.j2", frame=frame, sources=sources)


def render_feeds(templates: Templates, frame: Frame) -> bytes:
    """Return the list of feeds. Raises PublishError."""
    return templates.render("feeds.html.j2", frame=frame)


def render_error(templates: Templates, frame: Frame, *, title: str, message: str) -> bytes:
    """Return a page that says what went wrong and where to go on. Raises PublishError."""
    return templates.render("error.html.j2", frame=frame, title=title, message=message)
