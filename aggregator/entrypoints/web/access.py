"""What stands around every request: who may ask, the headers that keep an answer to itself, the count, a fast lane."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aggregator.config import Config, Images
from aggregator.entrypoints.metrics import Metrics
from aggregator.entrypoints.web.admission import (
    Area,
    Hosts,
    Keys,
    Limit,
    Proxies,
    Shown,
    area_of,
    client_key,
    fits,
    is_health_check,
    is_search,
    password_in,
)
from aggregator.entrypoints.web.fast_lane import READY, Added, FastLane, Ready
from aggregator.errors import StoreError
from aggregator.text.locales import Locale

log = structlog.get_logger()

# Where the token stands in the request that was let in by its address: links of its answer must have it too.
TOKEN_IN_ADDRESS: Final = "aggregator.token"  # noqa: S105 - the name of the place, no token

_YEAR_S: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request is not answered: a status, a title and a sentence for people."""

    status: int
    title: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)


def security_headers(config: Config) -> dict[str, str]:
    """Return what every answer says to browsers: nothing from elsewhere, nothing to elsewhere.

    Pictures come from elsewhere with ``images: direct`` alone; the publishers' servers then see the readers' addresses,
    but not which page they read.
    """
    is_https = config.site.url.startswith("https:")
    pictures = "" if config.web.images is Images.OFF else " https:" if is_https else " https: http:"
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src 'self' data:{pictures}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if is_https:  # browsers heed it over https alone (RFC 6797 §8.1); other names of the domain are not ours to bind
        headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}"
    return headers


# Readers that are web pages themselves may read feeds; a token, where one is needed, they must be given by their user.
_FOR_ALL_ORIGINS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
# What a browser asks before a script of another site may send its own conditions, or a token as the password.
_PREFLIGHT: Final = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Accept, Authorization, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class _Rules:
    """What follows from one configuration."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.hosts = Hosts(config)
        self.keys = Keys(config)
        self.proxies = Proxies(config.web.trusted_proxies)
        headers = security_headers(config)
        self.of_pages = Added(headers, headers)
        self.of_feeds = Added(headers | _FOR_ALL_ORIGINS, _FOR_ALL_ORIGINS)
        self.searches_per_minute = config.web.searches_per_minute


class Access:
    """Around the whole application: hosts, tokens and the limit on searching before it, headers and count after it.

    ``refused`` makes the page of a refusal. The configuration is looked at anew at every request.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        current: Callable[[], Config],
        version: Callable[[], int],
        refused: Callable[[Request, Refusal], Response],
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._current = current
        self._refused = refused
        self._metrics = metrics
        self._clock = clock
        self._rules = _Rules(current())
        self._searches = Limit()
        self._lane = FastLane(version)
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        config = self._current()
        if config is not self._rules.config:
            self._rules = _Rules(config)
        if await self._lies_ready(scope, config, send):
            return
        rules, path = self._rules, scope["path"]
        headers = Headers(scope=scope)
        needed = rules.keys.needed(path)
        app = self._app
        wrong_host = None if is_health_check(path) else _wrong_host(rules, headers, scope)
        if wrong_host is not None:
            app, needed = wrong_host, None
        elif scope["method"] == "OPTIONS" and area_of(path) is Area.FEEDS:
            app, needed = Response(status_code=204, headers=_PREFLIGHT), None  # it says nothing of the feed
        elif needed is not None:
            shown = _shown(scope, headers)
            if not (fits(shown.in_header, needed) or fits(shown.in_address, needed)):
                app = self._refused(Request(scope), _unknown(shown, rules.config.site.locale))
            elif not fits(shown.in_header, needed):
                scope[TOKEN_IN_ADDRESS] = needed
        if app is self._app and is_search(path, scope["query_string"]):
            app = self._too_many(scope, headers, rules) or app
        await self._answer(app, scope, receive, send, is_private=needed is not None)
        ready = scope.get(READY)
        if app is self._app and needed is None and isinstance(ready, Ready) and ready.config is rules.config:
            self._lane.keep(scope, ready, rules.of_feeds)

    async def _lies_ready(self, scope: Scope, config: Config, send: Send) -> bool:
        """Answer a request for a public feed from what lies ready, if it does."""
        began = self._clock()
        try:
            status = await self._lane.answer(scope, config, send)
        except StoreError:
            return False  # the application says it in words
        if status is not None:
            self._metrics.count_request("feed", status, self._clock() - began)
        return status is not None

    async def _answer(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, *, is_private: bool) -> None:
        status, began = 500, time.perf_counter()
        added = self._rules.of_feeds if area_of(scope["path"]) is Area.FEEDS else self._rules.of_pages

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in (added.to_304 if status == 304 else added.to_200).items():
                    headers[name] = value
                if is_private:
                    _make_private(headers)
            await send(message)

        try:
            await app(scope, receive, send_with_headers)
        finally:
            endpoint = scope.get("endpoint")
            seconds = time.perf_counter() - began
            self._metrics.count_request(getattr(endpoint, "__name__", "none"), status, seconds)

    def _too_many(self, scope: Scope, headers: Headers, rules: _Rules) -> Response | None:
        peer, _ = scope.get("client") or ("", 0)
        forwarded = ",".join(headers.getlist("x-forwarded-for"))
        if forwarded and not rules.proxies.are_trusted(peer) and not self._has_warned:
            self._has_warned = True
            log.warning("web.proxy_not_trusted", peer=peer, hint="web.trusted_proxies names reverse proxies")
        client = client_key(rules.proxies.client(peer, forwarded))
        wait = self._searches.wait_s(client, per_minute=rules.searches_per_minute, now=self._clock())
        if not wait:
            return None
        seconds, locale = int(wait) + 1, rules.config.site.locale
        refusal = Refusal(
            status=429,
            title=locale.gettext("Too many searches"),
            message=locale.gettext(
                "There were more than %(count)s within a minute. Try again in %(seconds)s s.",
                count=rules.searches_per_minute,
                seconds=seconds,
            ),
            headers={"Retry-After": str(seconds)},
        )
        return self._refused(Request(scope), refusal)


def _wrong_host(rules: _Rules, headers: Headers, scope: Scope) -> Response | None:
    hosts = headers.getlist("host")
    server = scope.get("server")
    known = rules.hosts.knows(hosts[0], server[0] if server else None) if len(hosts) == 1 else None
    if known:
        return None
    if known is None:
        return PlainTextResponse("The Host header is missing or malformed.\n", 400, {"Cache-Control": "no-store"})
    text = "This site is not served under this host name. Its operator can add the name to web.hosts.\n"
    return PlainTextResponse(text, 421, {"Cache-Control": "no-store"})


def _shown(scope: Scope, headers: Headers) -> Shown:
    return Shown(
        in_address=QueryParams(scope["query_string"]).get("token"),
        in_header=password_in(headers.get("authorization", "")),
    )


def _unknown(shown: Shown, locale: Locale) -> Refusal:
    has_tried = shown.in_address is not None or shown.in_header is not None
    return Refusal(
        status=401,
        title=locale.gettext("For those who have the token"),
        message=" ".join(
            (
                locale.gettext("This token is not the right one.")
                if has_tried
                else locale.gettext("This part of the site is not public."),
                locale.gettext(
                    "Give the token as the password, with any user name, or put ?token=… behind the address."
                ),
            )
        ),
        headers={"WWW-Authenticate": 'Basic realm="aggregator", charset="UTF-8"'},
    )


def _make_private(headers: MutableHeaders) -> None:
    """Let nobody in between keep an answer, nor any search engine."""
    given = headers.get("cache-control", "no-store")
    if "no-store" not in given:
        headers["Cache-Control"] = f"private, {given.removeprefix('public, ')}"
    headers["X-Robots-Tag"] = "noindex"
