"""The web page, the feeds and what monitoring asks for; each request sees the configuration of now.

It only reads, but for those who unsubscribe, and for hubs that send news.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import anyio._backends._asyncio  # noqa: F401 - starlette loads it at the first request, when no files may be left to open
import structlog
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from aggregator.app import Aggregator
from aggregator.config import Config, shipped_dir
from aggregator.config.templates import Templates, folders_of
from aggregator.entrypoints.metrics import Metrics
from aggregator.entrypoints.web.access import Access, Refusal
from aggregator.entrypoints.web.assets import Files
from aggregator.entrypoints.web.digest_pages import DigestPages
from aggregator.entrypoints.web.feed_pages import FeedPages
from aggregator.entrypoints.web.hub_calls import HubCalls
from aggregator.entrypoints.web.ranking_pages import RankingPages
from aggregator.entrypoints.web.responses import Outputs, answer, render
from aggregator.entrypoints.web.site import Pages
from aggregator.errors import AggregatorError, Forgotten, NotHere, PublishError, StoreError, StoreFull, UsageError
from aggregator.publish import Frame, render_error, site_frame
from aggregator.text.locales import Locale

log = structlog.get_logger()

_REMEMBERED_OUTPUTS = 128

_PAGE_CACHE: Final = "no-cache"
_NO_CACHE: Final = "no-store"
_HTML = "text/html; charset=utf-8"


def create_app(
    aggregator: Aggregator,
    *,
    metrics: Metrics | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
    is_polling: Callable[[], bool] = lambda: True,
    failure: Callable[[], AggregatorError | None] = lambda: None,
    has_site: bool = True,
) -> ASGIApp:
    """Return the web application. What goes wrong shows as an answer with a status and a sentence.

    ``is_polling`` tells whether polling moves on, ``failure`` is how the database ended a job.
    Without ``has_site`` there is only what monitoring needs.
    """
    metrics = metrics or Metrics()
    metrics.watch(aggregator.store, aggregator.clock)
    web = _Web(aggregator, metrics, is_stopping, is_polling, failure)
    site: dict[str, Callable[[Request], Response]] = {
        "/": web.pages.index,
        "/newer": web.pages.newer,
        "/search": web.pages.search,
        "/stories/{id}": web.pages.story,
        "/sources": web.pages.sources,
        "/sources/": web.pages.sources,
        "/sources/{name}": web.pages.source,
        "/feeds": web.feeds.feeds,
        "/feeds/": web.feeds.feeds,
        "/feeds/feeds.opml": web.feeds.feeds_opml,
        "/feeds/search.{format}": web.feeds.search,
        "/feeds/digest-{name}.{format}": web.feeds.issues,
        "/feeds/{name}.{format}": web.feeds.feed,
        "/feeds/{name}/{number:count}.{format}": web.feeds.archive,
        "/digests": web.digests.digests,
        "/digests/": web.digests.digests,
        "/digests/{name}": web.digests.issue,
        "/digests/{name}/{number:count}": web.digests.issue,
        "/rankings/{name}.csv": web.rankings.csv,
        "/rankings/{name}.json": web.rankings.json,
        "/rankings/{name}": web.rankings.page,
        "/opml": web.feeds.opml,
        "/opensearch.xml": web.files.opensearch,
        "/style.css": web.files.style,
        "/site.js": web.files.script,
        "/favicon.svg": web.files.favicon,
    }
    monitoring = {"/healthz": web.healthz, "/readyz": web.readyz, "/metrics": web.metrics}
    unsubscribing = [
        Route("/unsubscribe/{token}", web.digests.unsubscribe, methods=["GET", "POST"]),
        Route("/unsubscribe/{token}/undo", web.digests.subscribe_again, methods=["POST"]),
    ]
    calls = HubCalls(aggregator)
    calling = [Route("/websub/{token}", calls.answer, methods=["GET", "POST"])]
    read_only = site | monitoring if has_site else monitoring
    app = Starlette(
        routes=[
            *(Route(path, endpoint, methods=["GET"]) for path, endpoint in read_only.items()),
            *((*unsubscribing, *calling) if has_site else ()),
        ],
        exception_handlers=dict.fromkeys((HTTPException, UsageError, StoreError, Exception), web.failed),
    )
    # Starlette's own redirects leave a sub-path, and name http: behind TLS, with the token in the address
    app.router.redirect_slashes = False
    return Access(
        app,
        current=lambda: aggregator.config,
        version=aggregator.store.content_version,
        refused=web.refused,
        metrics=metrics,
    )


class _Steady(Templates):
    """Templates of which one that is broken is told, and ours shown in its place, as digests do."""

    def __init__(self, *folders: Path, locale: Locale) -> None:
        super().__init__(*folders, locale=locale)
        self._shipped = Templates(shipped_dir("templates"), locale=locale)
        self._told: set[str] = set()

    def render(self, name: str, **values: object) -> bytes:
        try:
            return super().render(name, **values)
        except PublishError as broken:
            if str(broken) not in self._told:  # each once, not at every request
                self._told.add(str(broken))
                log.error("web.template_broken", error=str(broken))
            return self._shipped.render(name, **values)


class _Count(Convertor[int]):
    """A number in an address; what no database can hold is no address of ours."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("count", _Count())


class _Web:
    """The handlers. They block on the store, so Starlette runs them in threads."""

    def __init__(
        self,
        aggregator: Aggregator,
        metrics: Metrics,
        is_stopping: Callable[[], bool],
        is_polling: Callable[[], bool],
        failure: Callable[[], AggregatorError | None],
    ) -> None:
        self._aggregator = aggregator
        self._is_stopping = is_stopping
        self._is_polling = is_polling
        self._failure = failure
        self._store = aggregator.store
        self._metrics = metrics
        self._outputs = Outputs(_REMEMBERED_OUTPUTS)
        self._loaded = (
            aggregator.config,
            _Steady(*folders_of(aggregator.config), locale=aggregator.config.site.locale),
        )
        self.pages = Pages(aggregator, self._current, _frame, self._remembered)
        self.files = Files(aggregator, self._current, self._remembered)
        self.feeds = FeedPages(aggregator, self._current, _frame)
        self.rankings = RankingPages(aggregator, self._current, _frame, self._changing)
        self.digests = DigestPages(aggregator, self._current, _frame, partial(self._changing, media_type=_HTML))

    # --- monitoring --------------------------------------------------------------------------------------------------

    def healthz(self, request: Request) -> Response:
        """Liveness: a restart would help if this fails, so the database has no part in it.

        A rejected edit of the configuration is told beside it, in full where /sources is as public. So is a database
        that fails, for want of room above all; what it said, which may name hosts and folders, is in the log alone.
        """
        told: dict[str, object] = {"status": "ok"}
        if failure := self._failure():
            told["database"] = "its disk is full" if isinstance(failure, StoreFull) else "failing"
        if problems := self._aggregator.rejected:
            told["configuration"] = "rejected"
            if self._aggregator.config.web.tokens.control_room is None:
                told["problems"] = list(problems)
        return self._state(request, 200, told)

    def readyz(self, request: Request) -> Response:
        """Readiness: 503 while it stops, without the database, and when polling stands still (the log says why)."""
        if self._is_stopping():
            return self._state(request, 503, {"status": "stopping"})
        try:
            self._store.ping()
        except StoreError:
            return self._state(request, 503, {"status": "unavailable"})
        if not self._is_polling():
            return self._state(request, 503, {"status": "polling stands still"})
        return self._state(request, 200, {"status": "ok"})

    def _state(self, request: Request, status: int, body: Mapping[str, object]) -> Response:
        rendered = render(json.dumps(body).encode(), "application/json", last_modified=self._aggregator.clock())
        return answer(request, rendered, cache_control=_NO_CACHE, status=status)

    def metrics(self, request: Request) -> Response:
        exposition = self._metrics.exposition()
        rendered = render(exposition, CONTENT_TYPE_LATEST, last_modified=self._aggregator.clock())
        return answer(request, rendered, cache_control=_NO_CACHE)

    # --- what goes wrong ---------------------------------------------------------------------------------------------

    def failed(self, request: Request, error: Exception) -> Response:
        status, title, message, headers = _in_words(error, self._aggregator.config.site.locale)
        if status == 500:
            log.error("web.failed", path=request.url.path, error=f"{type(error).__name__}: {error}")
        return self.refused(request, Refusal(status=status, title=title, message=message, headers=headers))

    def refused(self, request: Request, refusal: Refusal) -> Response:
        config = self._aggregator.config
        page = partial(render_error, frame=_frame(request, config), title=refusal.title, message=refusal.message)
        body = page(self._current()[1])
        headers = {"Cache-Control": _NO_CACHE, **refusal.headers}
        return Response(body, refusal.status, headers=headers, media_type=_HTML)

    # --- what all of them do -----------------------------------------------------------------------------------------

    def _current(self) -> tuple[Config, Templates]:
        """Return the configuration of now and its templates, which also stand for it in what is remembered."""
        config, templates = self._loaded
        if config is not self._aggregator.config:
            config = self._aggregator.config
            templates = _Steady(*folders_of(config), locale=config.site.locale)
            self._loaded = (config, templates)
        return config, templates

    def _remembered(
        self,
        request: Request,
        address: str,
        stamp: object,
        make: Callable[[], bytes],
        media_type: str,
        cache_control: str,
    ) -> Response:
        now = self._aggregator.clock()
        rendered = self._outputs.get(address, stamp, make, media_type=media_type, now=now)
        return answer(request, rendered, cache_control=cache_control)

    def _changing(self, request: Request, body: bytes, media_type: str, cache_control: str = _PAGE_CACHE) -> Response:
        """Answer with what is cheap to make anew, or changes without the content version: its bytes are its stamp."""
        return self._remembered(request, request.url.path, body, lambda: body, media_type, cache_control)


def _frame(request: Request, config: Config, query: str | None = None) -> Frame:
    depth = request.url.path.count("/") - 1
    return site_frame(config, root="../" * depth or "./", query=query)


def _in_words(error: Exception, locale: Locale) -> tuple[int, str, str, dict[str, str]]:
    """Return status, title, sentence and headers; nothing of an error that isn't meant for readers."""
    match error:
        case HTTPException(status_code=405):
            headers = dict(error.headers or {})
            return (
                405,
                locale.gettext("This site only reads"),
                locale.gettext("Only GET and HEAD are answered here."),
                headers,
            )
        case NotHere():
            is_forgotten = isinstance(error, Forgotten)
            title = locale.gettext("Not kept any more") if is_forgotten else locale.gettext("Not found")
            return 410 if is_forgotten else 404, title, _sentence(locale.gettext(error.message, **error.values)), {}
        case HTTPException(status_code=404) | UsageError():
            return 404, locale.gettext("Not found"), locale.gettext("There is nothing at this address."), {}
        case StoreError():
            title, text = (
                locale.gettext("Not available just now"),
                locale.gettext("The database can't be read. Try again in a minute."),
            )
            return 503, title, text, {"Retry-After": "30"}
        case _:
            text = locale.gettext("The fault is on this side, and it was noted. Try again later.")
            return 500, locale.gettext("Something went wrong"), text, {}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
