"""The web pages: the stories of now, what was searched for, one story, the sources and how they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aggregator.app import Aggregator, front_of
from aggregator.config import Config
from aggregator.config.templates import Templates
from aggregator.entrypoints.web.current import Current, Framing, Remembering
from aggregator.entrypoints.web.parameters import (
    NO_CATEGORY,
    NO_ORDER,
    NO_PERIOD,
    NO_SCOPE,
    NO_SHOW,
    NO_SOURCE,
    NO_VIEW,
    known_name,
    language_of,
    page_of,
)
from aggregator.entrypoints.web.responses import answer, render
from aggregator.errors import NotHere, UsageError
from aggregator.model import Found, Order, Page, PublishedEntry, Selection, outage_of
from aggregator.publish import (
    PERIODS,
    Choice,
    Filters,
    Hits,
    Item,
    River,
    SourcePage,
    arrange,
    arrange_in_order,
    arrange_polls,
    arrange_sources,
    arrange_story,
    arrange_top,
    category_choices,
    category_labels,
    language_choice,
    language_choices,
    list_sources,
    period_choices,
    render_index,
    render_search,
    render_source,
    render_sources,
    render_story,
    retry_in_words,
    source_choices,
    source_row,
    standing_of,
    wording_of,
)
from aggregator.text.locales import marked

_PAGE_ENTRIES: Final = 50

# The most important stories are chosen among so many of the latest ones: more than a page has, as what mattered in the
# morning must not be gone by noon.
_TOP_OF: Final = 200
_SOURCE_ENTRIES: Final = 20

# More news than this is told as "50+": who was away so long reads from the top.
_MOST_NEWER: Final = 50

# Longer than any question; what a page shows of one is cut by the browser.
_QUERY_CHARACTERS: Final = 200

# "Today" and periods make a page differ with time alone; it may do so this often, so that a reload can still be a 304.
_TICK: Final = timedelta(minutes=5)

# Health is as of now, but a page of a thousand sources isn't made for each of many who look.
_GLANCE: Final = timedelta(seconds=5)

_PAGE_CACHE: Final = "no-cache"
_NO_CACHE: Final = "no-store"
_HTML: Final = "text/html; charset=utf-8"


class Pages:
    """The handlers. They block on the store, so Starlette runs them in threads."""

    def __init__(self, aggregator: Aggregator, current: Current, frame: Framing, remembered: Remembering) -> None:
        self._aggregator = aggregator
        self._store = aggregator.store
        self._current = current
        self._frame = frame
        self._remembered = remembered
        self._is_empty = False  # whether the front page had no stories when it was made last

    # --- stories -----------------------------------------------------------------------------------------------------

    def index(self, request: Request) -> Response:
        config, templates = self._current()
        filters = self._filters(request, config, query=None)
        before = request.query_params.get("before")

        def make(now: datetime) -> bytes:
            selection, language = self._selection(filters, now), config.site.language
            page = self._store.front(selection, limit=_PAGE_ENTRIES, cursor=before, language=language)
            self._is_empty = not page.items and not filters.named and before is None
            has_top = before is None and not filters.is_compact
            more = self._store.front(selection, limit=_TOP_OF, language=language) if has_top and page.next else page
            top = arrange_top(more.items, wording_of(config, now=now)) if has_top else ()
            frame = self._frame(request, config)
            river = self._river(config, filters, page, now=now, before=before, address=frame.river, top=top)
            return render_index(templates, frame, river)

        return self._ticking(request, f"/?{filters.kept}&before={before}", templates, make)

    def search(self, request: Request) -> Response:
        config, templates = self._current()
        query = " ".join(request.query_params.get("q", "").split())[:_QUERY_CHARACTERS]
        filters = self._filters(request, config, query=query or None)
        before = request.query_params.get("before")

        def make(now: datetime) -> bytes:
            frame = self._frame(request, config, query=query)
            if not query:
                return render_search(templates, frame, River(days=()))
            results = self._store.search(
                self._selection(filters, now),
                limit=_PAGE_ENTRIES,
                order=Order.RELEVANCE if filters.is_by_relevance else Order.TIME,
                cursor=before,
                language=config.site.language,
            )
            found = {each.published.id: each for each in results.items}
            page = Page(items=tuple(each.published for each in results.items), next=results.next)
            river = self._river(config, filters, page, now=now, before=before, address=frame.search, found=found)
            hits = Hits(count=results.count, is_more=results.is_more) if before is None else None
            return render_search(templates, frame, replace(river, found=hits))

        return self._ticking(request, f"/search?{filters.kept}&before={before}", templates, make)

    def newer(self, request: Request) -> Response:
        """Tell how many stories came since a page was made, for its hint."""
        config, _ = self._current()
        filters = self._filters(request, config, query=None)
        after = request.query_params.get("after", "")
        selection = self._selection(filters, self._aggregator.clock())
        count = self._store.count_newer(selection, after, limit=_MOST_NEWER)
        locale = config.site.locale
        words = (
            locale.ngettext("more than %(count)s new story", "more than %(count)s new stories", count - 1)
            if count >= _MOST_NEWER
            else locale.ngettext("%(count)s new story", "%(count)s new stories", count)
        )
        body = json.dumps({"count": count, "is_more": count >= _MOST_NEWER, "words": words}).encode()
        rendered = render(body, "application/json", last_modified=self._aggregator.clock())
        return answer(request, rendered, cache_control=_NO_CACHE)

    def story(self, request: Request) -> Response:
        """Show a story by its id; the id of any entry leads to its story's page."""
        config, templates = self._current()
        id_ = request.path_params["id"]

        def make() -> bytes:
            entries = self._store.stories([id_]).get(id_, ())
            if not entries:
                raise NotHere(marked("there is no such story any more"))
            story = arrange_story(entries, wording_of(config, now=None))
            return render_story(templates, self._frame(request, config), story)

        stamp = (self._store.content_version(), templates)
        try:
            return self._remembered(request, f"/stories/{id_}", stamp, make, _HTML, _PAGE_CACHE)
        except UsageError:
            found = self._store.find_entries(entry_id=id_, url=None, canonical_url=None)
            story = next((each.story for each in found if each.id == id_), None)
            if story is None:
                raise
            return RedirectResponse(f"./{story}", status_code=302)

    # --- sources -----------------------------------------------------------------------------------------------------

    def sources(self, request: Request) -> Response:
        config, templates = self._current()
        query = " ".join(request.query_params.get("q", "").split())[:_QUERY_CHARACTERS]
        show = known_name(request.query_params.get("show"), ["troubled"], NO_SHOW)
        page = page_of(request.query_params.get("page"))

        def make() -> bytes:
            now = self._aggregator.clock()
            activity = self._store.activity(today=now.date())
            health = self._store.sources()
            rows = arrange_sources(health, zone=config.site.tz, now=now, locale=config.site.locale, activity=activity)
            outage = outage_of(health)
            return render_sources(
                templates,
                self._frame(request, config),
                list_sources(rows, query=query, only_troubled=show is not None, page=page),
                outage=retry_in_words(outage.next_try, config.site.tz, now, config.site.locale) if outage else None,
                rejected=self._aggregator.rejected,
            )

        return self._at_a_glance(f"/sources?{query}&{show}&{page}", request, templates, make)

    def source(self, request: Request) -> Response:
        config, templates = self._current()
        name = request.path_params["name"]

        def make() -> bytes:
            health = next((each for each in self._store.sources() if each.source.name == name), None)
            if health is None:
                raise NotHere(marked("no source is named “%(name)s”"), name=name[:60])
            now = self._aggregator.clock()
            page = self._store.front(Selection(sources=(name,)), limit=_SOURCE_ENTRIES, language=config.site.language)
            source = SourcePage(
                row=source_row(
                    health,
                    zone=config.site.tz,
                    now=now,
                    locale=config.site.locale,
                    activity=self._store.activity(today=now.date()),
                ),
                days=arrange(page.items, wording_of(config, now=now)),
                polls=arrange_polls(self._store.polls(name), zone=config.site.tz, now=now, locale=config.site.locale),
            )
            return render_source(templates, self._frame(request, config), source)

        return self._at_a_glance(request.url.path, request, templates, make)

    # --- what they share ---------------------------------------------------------------------------------------------

    def _filters(self, request: Request, config: Config, *, query: str | None) -> Filters:
        """Return what is asked for; a source is called by its name as yet. Raises UsageError for what there isn't."""
        given, labels = request.query_params, category_labels(config)
        names = [each.name for each in self._aggregator.sources]
        source = known_name(given.get("source"), names, NO_SOURCE)
        category = known_name(given.get("category"), list(labels), NO_CATEGORY)
        period = known_name(given.get("period"), list(PERIODS), NO_PERIOD)
        language = language_of(given.get("language"))
        scope = known_name(given.get("scope"), ["everything"], NO_SCOPE)
        view = known_name(given.get("view"), ["compact"], NO_VIEW)
        order = known_name(given.get("order"), list(Order), NO_ORDER)
        return Filters(
            category=category_choices(labels)[category] if category else None,
            source=Choice(name=source, title=source) if source else None,
            language=language_choice(language) if language else None,
            period=period_choices(config.site.locale)[period] if period else None,
            query=query,
            locale=config.site.locale,
            is_everything=scope is not None and query is None,
            is_compact=view is not None and query is None,
            is_by_relevance=order == Order.RELEVANCE and query is not None,
        )

    def _selection(self, filters: Filters, now: datetime) -> Selection:
        """Return which stories: those of the front page, unless a category, a source or everything is asked for."""
        is_whole = filters.is_everything or filters.query or filters.category or filters.source
        front = Selection() if is_whole else front_of(self._aggregator.config)
        return replace(
            front,
            categories=(filters.category.name,) if filters.category else front.categories,
            sources=(filters.source.name,) if filters.source else front.sources,
            language=filters.language.name if filters.language else front.language,
            listed_since=now - PERIODS[filters.period.name] if filters.period else None,
            search=filters.query,
        )

    def _river(
        self,
        config: Config,
        filters: Filters,
        page: Page[PublishedEntry],
        *,
        now: datetime,
        before: str | None,
        address: Callable[..., str],
        found: Mapping[str, Found] | None = None,
        top: Sequence[Item] = (),
    ) -> River:
        health, wording = self._store.sources(), wording_of(config, now=now)
        sources = source_choices(health)
        chosen = filters.source
        return River(
            days=arrange_in_order(page.items, wording, found or {})
            if filters.is_by_relevance
            else arrange(page.items, wording, found=found, top=top, has_times_in_order=filters.is_compact),
            top=tuple(top),
            has_rest=front_of(self._aggregator.config) != Selection(),
            filters=replace(filters, source=sources.get(chosen.name, chosen) if chosen else None),
            categories=tuple(category_choices(category_labels(config)).values()),
            sources=tuple(sources.values()),
            languages=tuple(language_choices(health, also=(config.site.language,)).values()),
            periods=tuple(period_choices(config.site.locale).values()),
            older=address(before=page.next, **filters.kept) if page.next else None,
            is_first=before is None,
            newest=page.newest if before is None else None,
            standing=standing_of(health, zone=config.site.tz, now=self._aggregator.clock(), locale=config.site.locale),
        )

    def _ticking(
        self, request: Request, address: str, templates: Templates, make: Callable[[datetime], bytes]
    ) -> Response:
        """Answer with what changes with the content, and a little with time."""
        # why nothing is there yet changes without the content
        tick = _floor(self._aggregator.clock(), _GLANCE if self._is_empty else _TICK)
        stamp = (self._store.content_version(), templates, tick)
        return self._remembered(request, address, stamp, lambda: make(tick), _HTML, _PAGE_CACHE)

    def _at_a_glance(self, address: str, request: Request, templates: Templates, make: Callable[[], bytes]) -> Response:
        """Answer with what changes at any time, without the content version: made anew every few seconds at most."""
        stamp = (self._store.content_version(), templates, _floor(self._aggregator.clock(), _GLANCE))
        return self._remembered(request, address, stamp, make, _HTML, _PAGE_CACHE)


def _floor(when: datetime, step: timedelta) -> datetime:
    return datetime.fromtimestamp(when.timestamp() // step.total_seconds() * step.total_seconds(), UTC)
