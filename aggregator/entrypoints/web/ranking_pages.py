"""Rankings on the web: the latest edition with its movements, one row over all editions, both for programs too."""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from aggregator.app import Aggregator
from aggregator.config import bare_address
from aggregator.entrypoints.web.current import Current, Framing
from aggregator.errors import NotHere
from aggregator.model import Edition, Source
from aggregator.publish import (
    arrange_ranking,
    rank_table,
    ranking_csv,
    ranking_json,
    render_ranking,
    standings,
    standings_csv,
    standings_json,
)
from aggregator.text.hidden_keys import discreet
from aggregator.text.locales import marked

_CSV = "text/csv; charset=utf-8"
_JSON = "application/json"
_HTML = "text/html; charset=utf-8"
_ROW_CHARACTERS = 200

# What these pages need of the web application: an answer that changes, of a media type.
Answering = Callable[[Request, bytes, str], Response]


class RankingPages:
    """The handlers."""

    def __init__(self, aggregator: Aggregator, current: Current, frame: Framing, answer: Answering) -> None:
        self._aggregator = aggregator
        self._current = current
        self._frame = frame
        self._answer = answer

    def page(self, request: Request) -> Response:
        config, templates = self._current()
        source, editions = self._found(request)
        page = arrange_ranking(
            source.name,
            discreet(bare_address(source.url)),
            editions,
            row=_row(request) or source.follow,
            zone=config.site.tz,
            now=self._aggregator.clock(),
            locale=config.site.locale,
        )
        return self._answer(request, render_ranking(templates, self._frame(request, config), page), _HTML)

    def csv(self, request: Request) -> Response:
        _, editions = self._found(request)
        row = _row(request)
        if row is not None:
            return self._answer(request, standings_csv(standings(editions[::-1], row)).encode(), _CSV)
        return self._answer(request, ranking_csv(rank_table(editions[0], _before(editions))).encode(), _CSV)

    def json(self, request: Request) -> Response:
        source, editions = self._found(request)
        row = _row(request)
        items = (
            ranking_json(source.name, rank_table(editions[0], _before(editions)))
            if row is None
            else standings_json(source.name, row, standings(editions[::-1], row))
        )
        return self._answer(request, json.dumps(items, ensure_ascii=False).encode(), _JSON)

    def _found(self, request: Request) -> tuple[Source, list[Edition]]:
        """Return a source and its editions. Raises UsageError for one that has none."""
        name = request.path_params["name"]
        source = next((each for each in self._aggregator.sources if each.name == name), None)
        editions = self._aggregator.store.editions(name) if source else []
        if source is None or not editions:
            raise NotHere(marked("there is no ranking named “%(name)s”"), name=name[:60])
        return source, editions


def _row(request: Request) -> str | None:
    return " ".join(request.query_params.get("row", "").split())[:_ROW_CHARACTERS] or None


def _before(editions: list[Edition]) -> Edition | None:
    return editions[1] if len(editions) > 1 else None
