"""What stands around every page, and where the pages are: served, or as files beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from aggregator.config import Config
from aggregator.publish.feeds.document import feed_title, is_private
from aggregator.publish.feeds.formats import FORMATS, Format
from aggregator.publish.pages.choices import Choice
from aggregator.text.tongues import other_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page.

    ``root`` leads from the page to the site's top: "./" or "../…", so that the site works below any path.
    ``language`` is that of entries which don't say; ``feeds`` are those that are public. ``query`` is what was searched
    for. A static site has files in place of addresses, and neither filters nor search; one without ``has_sources`` says
    nothing of how they are. ``site_url`` is the top in full, for those who show a page elsewhere (Open Graph).
    """

    title: str
    language: str
    root: str
    feeds: tuple[Choice, ...]
    has_sources: bool = True
    has_digests: bool = False
    is_static: bool = False
    query: str | None = None
    site_url: str = ""

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats of feeds, the one to name first in front."""
        return tuple(FORMATS.values())

    def spoken(self, language: str | None) -> str:
        """Return the name of a language where it isn't the site's, "" else."""
        return other_language(language, self.language)

    def feed(self, name: str, ending: str | None = None) -> str:
        """Return where a feed is, in the first format without an ``ending``."""
        folder = "" if self.is_static else "feeds/"
        return f"{self.root}{folder}{name}.{ending or self.formats[0].ending}"

    def feed_list(self) -> str:
        """Return where the list of feeds is, as OPML."""
        return f"{self.root}{'' if self.is_static else 'feeds/'}feeds.opml"

    def river(self, **query: str | None) -> str:
        """Return where the stories are that these filters choose; None leaves one out.

        A static site has a page for each category and each source, but none for more than one filter.
        """
        given = {name: value for name, value in query.items() if value is not None}
        if not self.is_static:
            return f"{self.root}?{urlencode(given)}" if given else self.root
        match given:
            case {"category": name}:
                return f"{self.root}categories/{quote(name, safe='')}.html"
            case {"source": name}:
                return self.source(name)
            case {"scope": "everything"}:
                return f"{self.root}everything.html"
        return f"{self.root}index.html"

    def search(self, **query: str | None) -> str:
        """Return where the stories are in which something was found; a static site has no search."""
        given = {name: value for name, value in query.items() if value is not None}
        return f"{self.root}search?{urlencode(given)}"

    def search_feed(self, **query: str | None) -> str | None:
        """Return where a search is as a feed; None where it is narrowed to a period, which no feed is."""
        given = {name: value for name, value in query.items() if value is not None}
        return None if self.is_static or "period" in given else f"{self.feed('search')}?{urlencode(given)}"

    def story(self, id_: str) -> str:
        """Return where a story is."""
        return f"{self.root}stories/{quote(id_, safe='')}{self._ending}"

    def sources(self, *, page: int = 1, **query: str) -> str:
        """Return where a page of the list of sources is; a static site has no list that is narrowed."""
        if self.is_static:
            return f"{self.root}sources{f'-{page}' if page > 1 else ''}.html"
        given = query | ({"page": str(page)} if page > 1 else {})
        return f"{self.root}sources{f'?{urlencode(given)}' if given else ''}"

    def source(self, name: str) -> str:
        """Return where one source is."""
        return f"{self.root}sources/{quote(name, safe='')}{self._ending}"

    def ranking(self, name: str, ending: str | None = None) -> str:
        """Return where a source's ranking is, as a page or as a file for programs."""
        return f"{self.root}rankings/{quote(name, safe='')}{f'.{ending}' if ending else ''}"

    def digests(self) -> str:
        """Return where the list of digests is."""
        return f"{self.root}digests{self._ending}"

    def digest(self, name: str, number: int | None = None) -> str:
        """Return where an issue of a digest is, the latest without a number."""
        issue = f"/{number}" if number is not None else ""
        return f"{self.root}digests/{quote(name, safe='')}{issue}{self._ending}"

    def section(self, name: str, number: int, section: str, *, page: int = 1) -> str:
        """Return where a page of one section of an issue is; a static site has none, as its issues are whole."""
        given = {"section": section} | ({"page": str(page)} if page > 1 else {})
        return f"{self.digest(name, number)}?{urlencode(given)}"

    def digest_feed(self, name: str) -> str | None:
        """Return where the issues of a digest are as a feed; a static site has none."""
        return None if self.is_static else f"{self.root}feeds/digest-{quote(name, safe='')}.{self.formats[0].ending}"

    def in_full(self, address: str) -> str:
        """Return an address of this site as others need it."""
        return self.site_url + address.removeprefix(self.root)

    def opml(self) -> str:
        """Return where the list of sources is for other readers."""
        return f"{self.root}{'sources.opml' if self.is_static else 'opml'}"

    @property
    def _ending(self) -> str:
        return ".html" if self.is_static else ""


def site_frame(config: Config, *, root: str, is_static: bool = False, query: str | None = None) -> Frame:
    """Return what stands around the pages of a configured site."""
    return Frame(
        title=config.site.title,
        language=config.site.language,
        root=root,
        feeds=tuple(
            Choice(name=feed.name, title=feed_title(feed, config))
            for feed in config.feeds
            if not is_private(feed, config)
        ),
        has_digests=bool(config.digests),
        is_static=is_static,
        query=query,
        site_url=config.site.url,
    )
