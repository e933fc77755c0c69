"""The web pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.config.templates import Templates
from aggregator.publish.pages.choices import Choice
from aggregator.publish.pages.frame import Frame
from aggregator.publish.pages.river import Day, Item
from aggregator.publish.pages.source import SourcePage
from aggregator.publish.pages.source_list import SourceList
from aggregator.publish.pages.standing import Standing, Why
from aggregator.publish.pages.story import StoryPage
from aggregator.publish.pages.subscribing import FeedRow
from aggregator.text.locales import ENGLISH, Locale

_NOTHING_YET: Final = Standing(why=Why.NOTHING_YET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of stories is narrowed to; ``query`` is what its texts must contain.

    ``is_everything``: it has what the front page leaves out as well. ``is_compact`` narrows nothing: it shows titles
    alone; ``is_by_relevance`` is the order of what was found.
    """

    category: Choice | None = None
    source: Choice | None = None
    language: Choice | None = None
    period: Choice | None = None
    query: str | None = None
    is_everything: bool = False
    is_compact: bool = False
    is_by_relevance: bool = False
    locale: Locale = ENGLISH

    @property
    def named(self) -> dict[str, str]:
        """The filters as an address has them."""
        chosen = {
            "category": self.category,
            "source": self.source,
            "language": self.language,
            "period": self.period,
        }
        named = {name: choice.name for name, choice in chosen.items() if choice is not None}
        scope = {"scope": "everything"} if self.is_everything else {}
        return ({"q": self.query} if self.query else {}) | named | scope

    @property
    def kept(self) -> dict[str, str]:
        """All that the address of the next page keeps: the filters, and how the list is shown."""
        order = {"order": "relevance"} if self.is_by_relevance else {}
        return self.named | ({"view": self.view} if self.view else {}) | order

    @property
    def view(self) -> str | None:
        """How the list is shown, as an address has it; None for the usual way."""
        return "compact" if self.is_compact else None

    @property
    def titles(self) -> list[str]:
        """The filters as people read them."""
        chosen = (self.category, self.source, self.language, self.period)
        quoted = [self.locale.gettext("“%(words)s”", words=self.query)] if self.query else []
        scope = [self.locale.gettext("Everything")] if self.is_everything else []
        return quoted + [choice.title for choice in chosen if choice is not None] + scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """How many stories a search found; ``is_more``: so many were counted, there are more."""

    count: int
    is_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """A list of stories and what it can be narrowed to. ``older`` is the next page's address, None at the end.

    ``top`` are the most important of the latest ones, which ``days`` leave out. ``has_rest``: there is more than the
    front page shows, so that "everything" is a choice.
    ``found`` is how much a search found, on its first page.
    ``newest`` is the cursor of the first story, which newer ones are counted from; None where nothing is counted.
    ``standing`` says why there are none.
    """

    days: tuple[Day, ...]
    top: tuple[Item, ...] = ()
    has_rest: bool = False
    filters: Filters = Filters()
    categories: tuple[Choice, ...] = ()
    sources: tuple[Choice, ...] = ()
    languages: tuple[Choice, ...] = ()
    periods: tuple[Choice, ...] = ()
    standing: Standing = _NOTHING_YET
    found: Hits | None = None
    older: str | None = None
    is_first: bool = True
    newest: str | None = None


def render_index(templates: Templates, frame: Frame, river: River) -> bytes:
    """Return a list of stories: the front page, or what was found. Raises PublishError."""
    return templates.render("index.html.j2", frame=frame, river=river)


def render_search(templates: Templates, frame: Frame, river: River) -> bytes:
    """Return what was found, or the invitation to search. Raises PublishError."""
    return templates.render("search.html.j2", frame=frame, river=river)


def render_story(templates: Templates, frame: Frame, story: StoryPage) -> bytes:
    """Return the page of a story. Raises PublishError."""
    return templates.render("story.html.j2", frame=frame, story=story)


def render_sources(
    templates: Templates,
    frame: Frame,
    sources: SourceList,
    *,
    outage: str | None = None,
    rejected: Sequence[str] = (),
) -> bytes:
    """Return the page that tells how healthy each source is. Raises PublishError.

    ``outage`` says when there will be a retry, when no source at all could be reached. ``rejected`` are the problems of
    an edit of the configuration that is not in force.
    """
    return templates.render("sources.html.j2", frame=frame, sources=sources, outage=outage, rejected=rejected)


def render_source(templates: Templates, frame: Frame, source: SourcePage) -> bytes:
    """Return the page of one source: its health, polls and stories. Raises PublishError."""
    return templates.render("source.html.j2", frame=frame, source=source)


def render_feeds(
    templates: Templates, frame: Frame, feeds: Sequence[FeedRow], *, categories: Sequence[Choice] = ()
) -> bytes:
    """Return the page that explains how to subscribe, and to what. Raises PublishError."""
    return templates.render("feeds.html.j2", frame=frame, feeds=feeds, categories=categories)


def render_error(templates: Templates, frame: Frame, *, title: str, message: str) -> bytes:
    """Return a page that says what went wrong and where to go on. Raises PublishError."""
    return templates.render("error.html.j2", frame=frame, title=title, message=message)
