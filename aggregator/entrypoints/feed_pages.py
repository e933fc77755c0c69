"""The output feeds on the web: each in every format, the page that lists them, and the sources as OPML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response

from aggregator.config import Config
from aggregator.errors import UsageError
from aggregator.model import FeedFormat
from aggregator.pipeline import Aggregator
from aggregator.publish import MEDIA_TYPES, Frame, render_feed, render_feeds, render_opml
from aggregator.templating import Templates

_FEED_CACHE: Final = "public, max-age=300"
_PAGE_CACHE: Final = "no-cache"

_HTML: Final = "text/html; charset=utf-8"
_OPML: Final = "text/x-opml; charset=utf-8"

# What a handler needs of the web application: configuration and templates of now, the frame.
Current = Callable[[], tuple[Config, Templates]]


class Framing(Protocol):
    """The frame of a page, and what was searched for on it."""

    def __call__(self, request: Request, config: Config, query: str | None = None) -> Frame: ...


class Remembering(Protocol):
    """An answer from memory: ``make`` renders what is at an address unless it did so under an equal ``stamp``."""

    def __call__(
        self,
        request: Request,
        address: str,
        stamp: object,
        make: Callable[[], bytes],
        media_type: str,
        cache_control: str,
    ) -> Response: ...


class FeedPages:
    """The handlers."""

    def __init__(self, aggregator: Aggregator, current: Current, frame: Framing, remembered: Remembering) -> None:
        self._aggregator = aggregator
        self._store = aggregator.store
        self._current = current
        self._frame = frame
        self._remembered = remembered

    def feeds(self, request: Request) -> Response:
        config, templates = self._current()
        body = render_feeds(templates, self._frame(request, config))
        return self._remembered(request, request.url.path, body, lambda: body, _HTML, _PAGE_CACHE)

    def feed(self, request: Request) -> Response:
        _, templates = self._current()
        name = request.path_params["name"]
        try:
            format_ = FeedFormat(request.path_params["format"])
        except ValueError:
            raise UsageError(f"feeds come as {', '.join(FeedFormat)}, not as {request.path_params['format']}") from None

        def make() -> bytes:
            return render_feed(self._aggregator.feed_document(name), format_)

        stamp = (self._store.content_version(), templates)
        return self._remembered(request, f"/feeds/{name}.{format_}", stamp, make, MEDIA_TYPES[format_], _FEED_CACHE)

    def opml(self, request: Request) -> Response:
        body = render_opml(self._aggregator.config.site.title, self._store.sources())
        return self._remembered(request, request.url.path, body, lambda: body, _OPML, _FEED_CACHE)
