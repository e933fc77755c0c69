"""The web page, the feeds and what monitoring asks for; each request sees the configuration of now.

It only reads, but for those who unsubscribe.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from aggregator.config import Config, shipped_dir
from aggregator.entrypoints.access import Access, Refusal
from aggregator.entrypoints.answers import Outputs, answer, render
from aggregator.entrypoints.digest_pages import DigestPages
from aggregator.entrypoints.feed_pages import FeedPages
from aggregator.entrypoints.metrics import Metrics
from aggregator.errors import PublishError, StoreError, UsageError
from aggregator.model import Selection
from aggregator.pipeline import Aggregator
from aggregator.publish import (
    Choice,
    Frame,
    River,
    arrange,
    arrange_sources,
    category_labels,
    render_error,
    render_index,
    render_sources,
    site_frame,
    source_title,
)
from aggregator.templating import Templates, load_templates

log = structlog.get_logger()

_PAGE_ENTRIES = 50
_REMEMBERED_OUTPUTS = 128

# "3 hours ago" makes a page differ with time alone; it may do so this often, so that a reload can still be a 304.
_TICK = timedelta(minutes=5)

_PAGE_CACHE: Final = "no-cache"
_FILE_CACHE: Final = "public, max-age=3600"
_NO_CACHE: Final = "no-store"
_HTML = "text/html; charset=utf-8"

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def create_app(aggregator: Aggregator) -> ASGIApp:
    """Return the web application. What goes wrong shows as an answer with a status and a sentence."""
    metrics = Metrics(aggregator.store)
    web = _Web(aggregator, metrics)
    routes: dict[str, Callable[[Request], Response]] = {
        "/": web.index,
        "/sources": web.sources,
        "/feeds": web.feeds.feeds,
        "/feeds/": web.feeds.feeds,
        "/feeds/{name}.{format}": web.feeds.feed,
        "/digests": web.digests.digests,
        "/digests/": web.digests.digests,
        "/digests/{name}": web.digests.issue,
        "/digests/{name}/{number:int}": web.digests.issue,
        "/opml": web.feeds.opml,
        "/style.css": web.style,
        "/favicon.svg": web.favicon,
        "/healthz": web.healthz,
        "/metrics": web.metrics,
    }
    app = Starlette(
        routes=[
            *(Route(path, endpoint, methods=["GET"]) for path, endpoint in routes.items()),
            Route("/unsubscribe/{token}", web.digests.unsubscribe, methods=["GET", "POST"]),
            Route("/unsubscribe/{token}/undo", web.digests.subscribe_again, methods=["POST"]),
        ],
        exception_handlers=dict.fromkeys((HTTPException, UsageError, StoreError, Exception), web.failed),
    )
    return Access(app, current=lambda: aggregator.config, refused=web.refused, metrics=metrics)


class _Web:
    """The handlers. They block on the store, so Starlette runs them in threads."""

    def __init__(self, aggregator: Aggregator, metrics: Metrics) -> None:
        self._aggregator = aggregator
        self._store = aggregator.store
        self._metrics = metrics
        self._outputs = Outputs(_REMEMBERED_OUTPUTS)
        self._loaded = (aggregator.config, load_templates(aggregator.config))
        self.feeds = FeedPages(aggregator, self._current, _frame, self._remembered)
        self.digests = DigestPages(aggregator, self._current, _frame, partial(self._changing, media_type=_HTML))

    # --- pages -------------------------------------------------------------------------------------------------------

    def index(self, request: Request) -> Response:
        config, templates = self._current()
        query = request.query_params
        filters = _Filters(
            category=_known(query.get("category"), "category", list(category_labels(config))),
            source=_known(query.get("source"), "source", [each.name for each in self._aggregator.sources]),
            language=_language(query.get("language")),
            before=query.get("before"),
        )
        tick = _floor(self._aggregator.clock(), _TICK)

        def make() -> bytes:
            return render_index(templates, _frame(request, config), self._river(filters, config, tick))

        stamp = (self._store.content_version(), templates, tick)
        return self._remembered(request, f"{request.url.path}?{filters}", stamp, make, _HTML, _PAGE_CACHE)

    def _river(self, filters: _Filters, config: Config, now: datetime) -> River:
        labels = category_labels(config)
        selection = Selection(
            categories=(filters.category,) if filters.category else (),
            sources=(filters.source,) if filters.source else (),
            language=filters.language,
        )
        page = self._store.published(selection, limit=_PAGE_ENTRIES, cursor=filters.before)
        return River(
            days=arrange(page.items, zone=config.site.tz, labels=labels, now=now),
            categories=tuple(Choice(name=name, title=title) for name, title in labels.items()),
            category=Choice(name=filters.category, title=labels[filters.category]) if filters.category else None,
            source=self._source(filters.source) if filters.source else None,
            language=filters.language,
            older=page.next,
            is_first=filters.before is None,
        )

    def _source(self, name: str) -> Choice:
        titles = {health.source.name: source_title(health) for health in self._store.sources()}
        return Choice(name=name, title=titles.get(name, name))

    def sources(self, request: Request) -> Response:
        config, templates = self._current()
        rows = arrange_sources(self._store.sources(), zone=config.site.tz, now=self._aggregator.clock())
        body = render_sources(templates, _frame(request, config), rows)
        return self._changing(request, body, _HTML)

    # --- files -------------------------------------------------------------------------------------------------------

    def style(self, request: Request) -> Response:
        return self._changing(request, self._current()[1].plain_file("style.css"), "text/css", _FILE_CACHE)

    def favicon(self, request: Request) -> Response:
        return self._changing(request, self._current()[1].plain_file("favicon.svg"), "image/svg+xml", _FILE_CACHE)

    # --- monitoring --------------------------------------------------------------------------------------------------

    def healthz(self, request: Request) -> Response:
        status, body = 200, {"status": "ok"}
        try:
            self._store.ping()
        except StoreError as error:
            status, body = 503, {"status": "unavailable", "error": str(error)}
        rendered = render(json.dumps(body).encode(), "application/json", last_modified=self._aggregator.clock())
        return answer(request, rendered, cache_control=_NO_CACHE, status=status)

    def metrics(self, request: Request) -> Response:
        exposition = self._metrics.exposition()
        rendered = render(exposition, CONTENT_TYPE_LATEST, last_modified=self._aggregator.clock())
        return answer(request, rendered, cache_control=_NO_CACHE)

    # --- what goes wrong ---------------------------------------------------------------------------------------------

    def failed(self, request: Request, error: Exception) -> Response:
        status, title, message, headers = _in_words(error)
        if status == 500:
            log.error("web.failed", path=request.url.path, error=f"{type(error).__name__}: {error}")
        return self.refused(request, Refusal(status=status, title=title, message=message, headers=headers))

    def refused(self, request: Request, refusal: Refusal) -> Response:
        config = self._aggregator.config
        page = partial(render_error, frame=_frame(request, config), title=refusal.title, message=refusal.message)
        try:
            body = page(self._current()[1])
        except PublishError as broken:
            log.error("web.template_broken", error=str(broken))
            body = page(Templates(shipped_dir("templates")))
        headers = {"Cache-Control": _NO_CACHE, **refusal.headers}
        return Response(body, refusal.status, headers=headers, media_type=_HTML)

    # --- what all of them do -----------------------------------------------------------------------------------------

    def _current(self) -> tuple[Config, Templates]:
        """Return the configuration of now and its templates, which also stand for it in what is remembered."""
        config, templates = self._loaded
        if config is not self._aggregator.config:
            config = self._aggregator.config
            templates = load_templates(config)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filters:
    """What a river is asked for."""

    category: str | None
    source: str | None
    language: str | None
    before: str | None


def _known(name: str | None, noun: str, names: list[str]) -> str | None:
    """Return a name that is configured; empty means none. Raises UsageError for another."""
    if not name:
        return None
    if name not in names:
        raise UsageError(f"no {noun} is named {name[:60]!r}; there are: {', '.join(names) or 'none'}")
    return name


def _language(tag: str | None) -> str | None:
    """Return a language tag (RFC 5646); empty means none. Raises UsageError for what is none."""
    if not tag:
        return None
    if not _LANGUAGE.fullmatch(tag):
        raise UsageError(f"{tag[:60]!r} is not a language; write it as in: en, de, pt-BR")
    return tag.lower()


def _frame(request: Request, config: Config) -> Frame:
    depth = request.url.path.count("/") - 1
    return site_frame(config, root="../" * depth or "./")


def _floor(when: datetime, step: timedelta) -> datetime:
    return datetime.fromtimestamp(when.timestamp() // step.total_seconds() * step.total_seconds(), UTC)


def _in_words(error: Exception) -> tuple[int, str, str, dict[str, str]]:
    """Return status, title, sentence and headers; nothing of an error that isn't meant for readers."""
    match error:
        case HTTPException(status_code=405):
            return 405, "This site only reads", "Only GET and HEAD are answered here.", dict(error.headers or {})
        case HTTPException(status_code=404):
            return 404, "Not found", "There is nothing at this address.", {}
        case UsageError():
            return 404, "Not found", _sentence(str(error)), {}
        case StoreError():
            return 503, "Not available just now", _sentence(str(error)), {"Retry-After": "30"}
        case _:
            return 500, "Something went wrong", "The fault is on this side, and it was noted. Try again later.", {}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
