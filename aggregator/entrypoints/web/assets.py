"""What pages need beside themselves: style, script, icon, and how browsers search here."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from aggregator.app import Aggregator
from aggregator.entrypoints.web.current import Current, Remembering

_FILE_CACHE: Final = "public, max-age=3600"


class Files:
    """The handlers."""

    def __init__(self, aggregator: Aggregator, current: Current, remembered: Remembering) -> None:
        self._aggregator = aggregator
        self._current = current
        self._remembered = remembered

    def style(self, request: Request) -> Response:
        return self._plain(request, "style.css", "text/css; charset=utf-8")

    def script(self, request: Request) -> Response:
        return self._plain(request, "site.js", "text/javascript; charset=utf-8")

    def favicon(self, request: Request) -> Response:
        return self._plain(request, "favicon.svg", "image/svg+xml")

    def opensearch(self, request: Request) -> Response:
        """Tell browsers how to search here (OpenSearch 1.1)."""
        config, templates = self._current()
        body = templates.render("opensearch.xml.j2", site=config.site)
        return self._answer(request, body, "application/opensearchdescription+xml")

    def _plain(self, request: Request, name: str, media_type: str) -> Response:
        return self._answer(request, self._current()[1].plain_file(name), media_type)

    def _answer(self, request: Request, body: bytes, media_type: str) -> Response:
        return self._remembered(request, request.url.path, body, lambda: body, media_type, _FILE_CACHE)
