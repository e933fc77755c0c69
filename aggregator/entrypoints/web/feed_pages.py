"""The output feeds on the web: each in every format with its archives, those of a search, and how to subscribe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from aggregator.app import Aggregator
from aggregator.config import Config
from aggregator.entrypoints.web.access import TOKEN_IN_ADDRESS
from aggregator.entrypoints.web.current import Current, Framing
from aggregator.entrypoints.web.fast_lane import READY, Ready
from aggregator.entrypoints.web.parameters import NO_CATEGORY, NO_SOURCE, known_name, language_of
from aggregator.entrypoints.web.responses import Outputs, Rendered, answer
from aggregator.errors import NotHere
from aggregator.model import FeedDocument, FeedFormat, Selection
from aggregator.outputs.renewal import archive_document, search_document
from aggregator.publish import (
    DIGEST,
    FORMATS,
    Choice,
    arrange_feeds,
    category_labels,
    issues_document,
    link_header,
    render_feed,
    render_feed_opml,
    render_feeds,
    render_opml,
)
from aggregator.text.locales import marked

_FEED_CACHE: Final = "public, max-age=300, stale-if-error=86400"
_PAGE_CACHE: Final = "no-cache"
# A full archive is what it is; a year is the longest that caches heed (RFC 9111 §5.2.2.1, RFC 8246).
_ARCHIVE_CACHE: Final = "public, max-age=31536000, immutable"

_HTML: Final = "text/html; charset=utf-8"
_OPML: Final = "text/x-opml; charset=utf-8"

# Rendered documents that are remembered: configured feeds and archives, and what is searched for, which anybody may
# make up; the one can't push out the other.
_REMEMBERED_FEEDS: Final = 256
_REMEMBERED_SEARCHES: Final = 64

# So many issues of a digest are in its feed: a month of a daily one.
_ISSUES: Final = 30

_MOST_CHARACTERS: Final = 200
_FOUND_ENTRIES: Final = 50


class FeedPages:
    """The handlers."""

    def __init__(self, aggregator: Aggregator, current: Current, frame: Framing) -> None:
        self._aggregator = aggregator
        self._store = aggregator.store
        self._current = current
        self._frame = frame
        self._feeds = Outputs(_REMEMBERED_FEEDS)
        self._searches = Outputs(_REMEMBERED_SEARCHES)

    # --- feeds -------------------------------------------------------------------------------------------------------

    def feed(self, request: Request) -> Response:
        config, templates = self._current()
        name, format_, token = request.path_params["name"], _format(request), request.scope.get(TOKEN_IN_ADDRESS)
        version = self._store.content_version()
        rendered = self._rendered(
            request, (version, templates), lambda: self._aggregator.feed_document(name, token=token), format_
        )
        links = "" if token else link_header(self._aggregator.feed(name), config, FORMATS[format_])
        ready = Ready(config=config, version=version, rendered=rendered, cache_control=_FEED_CACHE, links=links)
        request.scope[READY] = ready
        return answer(request, rendered, cache_control=_FEED_CACHE, links=links)

    def issues(self, request: Request) -> Response:
        """Answer with the latest issues of a digest as a feed; a configured feed of that name goes before."""
        config, templates = self._current()
        name = request.path_params["name"]
        if any(feed.name == f"{DIGEST}{name}" for feed in config.feeds):
            request.path_params["name"] = f"{DIGEST}{name}"
            return self.feed(request)
        digest = next((each for each in config.digests if each.name == name), None)
        if digest is None:
            raise NotHere(marked("no digest is named “%(name)s”"), name=name[:60])
        format_, token = _format(request), request.scope.get(TOKEN_IN_ADDRESS)
        issues = self._store.ledger.latest_issues(name, limit=_ISSUES)
        rendered = self._rendered(
            request,
            (tuple(issue.id for issue in issues), templates),
            lambda: issues_document(digest, issues, config, identity=self._aggregator.identity, token=token),
            format_,
        )
        return answer(request, rendered, cache_control=_FEED_CACHE)

    def archive(self, request: Request) -> Response:
        _, templates = self._current()
        name, number = request.path_params["name"], request.path_params["number"]
        format_, token = _format(request, has_archives=True), request.scope.get(TOKEN_IN_ADDRESS)
        rendered = self._rendered(
            request,
            (self._store.content_version(), templates),
            lambda: archive_document(self._aggregator, name, number, token=token),
            format_,
        )
        is_sealed = number <= self._store.feeds.last_archive(name)
        return answer(request, rendered, cache_control=_ARCHIVE_CACHE if is_sealed else _FEED_CACHE)

    def search(self, request: Request) -> Response:
        config, templates = self._current()
        format_, token = _format(request), request.scope.get(TOKEN_IN_ADDRESS)
        selection = self._selection(request.query_params, config)
        rendered = self._rendered(
            request,
            (self._store.content_version(), templates),
            lambda: search_document(self._aggregator, selection, limit=_FOUND_ENTRIES, token=token),
            format_,
            address=f"{selection}",
            outputs=self._searches,
        )
        response = answer(request, rendered, cache_control=_FEED_CACHE)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def _rendered(
        self,
        request: Request,
        stamp: object,
        document: Callable[[], FeedDocument],
        format_: FeedFormat,
        *,
        address: str = "",
        outputs: Outputs | None = None,
    ) -> Rendered:
        is_shared = "" if request.scope.get(TOKEN_IN_ADDRESS) is None else "?token"
        return (outputs or self._feeds).get(
            f"{request.url.path}{is_shared} {address}",
            stamp,
            lambda: render_feed(document(), format_),
            media_type=FORMATS[format_].media_type,
            now=self._aggregator.clock(),
        )

    def _selection(self, query: QueryParams, config: Config) -> Selection:
        """Return what a feed is asked for. Raises UsageError for what is not there, and for nothing."""
        words = " ".join(query.get("q", "").split())
        if len(words) > _MOST_CHARACTERS:
            raise NotHere(marked("look for no more than %(count)s characters"), count=_MOST_CHARACTERS)
        category = known_name(query.get("category"), list(category_labels(config)), NO_CATEGORY)
        source = known_name(query.get("source"), [each.name for each in self._aggregator.sources], NO_SOURCE)
        selection = Selection(
            categories=(category,) if category else (),
            sources=(source,) if source else (),
            language=language_of(query.get("language")),
            search=words or None,
        )
        if selection == Selection():
            raise NotHere(marked("say what to look for: ?q=WORDS, &category=, &source= or &language="))
        return selection

    # --- lists -------------------------------------------------------------------------------------------------------

    def feeds(self, request: Request) -> Response:
        config, templates = self._current()
        rows = arrange_feeds(config, token=request.scope.get(TOKEN_IN_ADDRESS))
        choices = [Choice(name=name, title=title) for name, title in category_labels(config).items()]
        body = render_feeds(templates, self._frame(request, config), rows, categories=choices)
        return self._changing(request, body, _HTML, _PAGE_CACHE)

    def feeds_opml(self, request: Request) -> Response:
        config, _ = self._current()
        rows = arrange_feeds(config, token=request.scope.get(TOKEN_IN_ADDRESS))
        return self._changing(request, render_feed_opml(config, rows), _OPML, _FEED_CACHE)

    def opml(self, request: Request) -> Response:
        body = render_opml(self._aggregator.config.site.title, self._store.sources())
        return self._changing(request, body, _OPML, _FEED_CACHE)

    def _changing(self, request: Request, body: bytes, media_type: str, cache_control: str) -> Response:
        """Answer with what is cheap to make anew: its bytes are its stamp."""
        is_shared = "" if request.scope.get(TOKEN_IN_ADDRESS) is None else "?token"
        now = self._aggregator.clock()
        rendered = self._feeds.get(request.url.path + is_shared, body, lambda: body, media_type=media_type, now=now)
        return answer(request, rendered, cache_control=cache_control)


def _format(request: Request, *, has_archives: bool = False) -> FeedFormat:
    """Return the format that an address ends with. Raises UsageError, which is a 404."""
    known = {form.ending: format_ for format_, form in FORMATS.items() if form.has_archives or not has_archives}
    ending = request.path_params["format"]
    if ending not in known:
        message = (
            marked("archives come as %(known)s, not as %(ending)s")
            if has_archives
            else marked("feeds come as %(known)s, not as %(ending)s")
        )
        raise NotHere(message, known=", ".join(known), ending=ending)
    return known[ending]
