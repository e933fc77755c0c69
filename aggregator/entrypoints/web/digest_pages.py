"""Digests on the web: what was sent, what could not be, and the page that unsubscribes, the only one that writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response

from aggregator.app import Aggregator
from aggregator.config import Config, DigestConfig
from aggregator.digests.delivering import UNSUBSCRIBE
from aggregator.entrypoints.web.current import Current, Framing
from aggregator.entrypoints.web.parameters import page_of
from aggregator.errors import NotHere
from aggregator.model.issues import ChannelKind, DeliveryStatus, Endpoint, Issue, Stop, StopCause
from aggregator.notify import read_token, schedule_of, targets_of
from aggregator.publish import (
    DigestRow,
    SectionPage,
    arrange_channels,
    arrange_deliveries,
    counts_of,
    moment,
    render_digests,
    render_issue_page,
    render_unsubscribe,
    section_page,
)
from aggregator.text.locales import marked

log = structlog.get_logger()

_SHOWN: Final = 50
_EARLIER: Final = 6
_NOT_ARRIVED: Final = (DeliveryStatus.WAITING, DeliveryStatus.FAILED, DeliveryStatus.STOPPED)

# What a page needs of the web application beside these: an answer that changes.
Answering = Callable[[Request, bytes], Response]


class DigestPages:
    """The handlers."""

    def __init__(self, aggregator: Aggregator, current: Current, frame: Framing, answer: Answering) -> None:
        self._aggregator = aggregator
        self._ledger = aggregator.store.ledger
        self._current = current
        self._frame = frame
        self._answer = answer
        self._key: bytes | None = None

    def digests(self, request: Request) -> Response:
        config, templates = self._current()
        now, zone, locale = self._aggregator.clock(), config.site.tz, config.site.locale
        # who gets a digest, and what went wrong on the way, is for the operator: who has shown the token
        is_operator = config.web.tokens.control_room is not None
        troubled = list(self._ledger.deliveries(limit=_SHOWN, statuses=_NOT_ARRIVED)) if is_operator else []
        counts, states = self._ledger.counts() if is_operator else {}, self._ledger.digests()
        rows = []
        for digest in config.digests:
            issue = self._ledger.find_issue(digest.name)
            state = states.get(digest.name)
            channels, more = arrange_channels(
                self._ledger.deliveries_of(issue) if issue and is_operator else (), zone, now, locale
            )
            upcoming = schedule_of(digest, zone).next(now, set_up_at=state.set_up_at) if state else None
            rows.append(
                DigestRow(
                    name=digest.name,
                    title=_title(digest, config),
                    number=issue.number if issue else None,
                    made=moment(issue.made_at, zone=zone, now=now, locale=locale) if issue else None,
                    upcoming=moment(upcoming, zone=zone, now=now, locale=locale) if upcoming else None,
                    counts=counts_of(counts, digest.name),
                    earlier=tuple(range(issue.number - 1, max(issue.number - _EARLIER - 1, 0), -1)) if issue else (),
                    channels=channels,
                    more=more,
                )
            )
        deliveries = arrange_deliveries(troubled, zone, now, locale)
        return self._answer(request, render_digests(templates, self._frame(request, config), rows, deliveries))

    def issue(self, request: Request) -> Response:
        config, templates = self._current()
        issue = self._find(request.path_params["name"], request.path_params.get("number"))
        digest = _configured(config, issue.digest)
        locale = config.locale_of(digest) if digest else config.site.locale
        frame = replace(self._frame(request, config), language=locale.language)
        part = _part(issue, request)
        body = render_issue_page(templates.speaking(locale), frame, issue, config.site.tz, part=part)
        return self._answer(request, body)

    def _find(self, name: str, number: int | None) -> Issue:
        issue = self._ledger.find_issue(name, number)
        if issue is None:
            if number is None:
                raise NotHere(marked("there is no issue yet of a digest named “%(name)s”"), name=name[:60])
            raise NotHere(
                marked("there is no issue %(number)s of a digest named “%(name)s”"), number=str(number), name=name[:60]
            )
        return issue

    # --- unsubscribing -----------------------------------------------------------------------------------------------

    def unsubscribe(self, request: Request) -> Response:
        """A GET shows a page, as scanners of mail follow links; a POST acts, at once (RFC 8058 §3.2)."""
        config, endpoint = self._read(request)
        if request.method != "POST":
            return self._page(request, config, endpoint, "asked")
        reason = "its reader has unsubscribed"
        now = self._aggregator.clock()
        for each in (endpoint, *self._under_other_names(config, endpoint)):
            self._ledger.stop(Stop(endpoint=each, cause=StopCause.UNSUBSCRIBED, reason=reason, since=now))
            log.info("reader.unsubscribed", digest=each.digest, reader=each.label)
        return self._page(request, config, endpoint, "done")

    def subscribe_again(self, request: Request) -> Response:
        config, endpoint = self._read(request)
        for each in (endpoint, *self._under_other_names(config, endpoint)):
            self._ledger.resume(each.digest, each.key)
            log.info("reader.subscribed_again", digest=each.digest, reader=each.label)
        return self._page(request, config, endpoint, "undone")

    def _read(self, request: Request) -> tuple[Config, Endpoint]:
        """Return whom a token is for. Raises UsageError for one that isn't ours."""
        if self._key is None:
            self._key = self._ledger.key_for(UNSUBSCRIBE)
        read = read_token(self._key, request.path_params["token"])
        if read is None:
            raise NotHere(marked("this address to unsubscribe is not complete, or not of this site"))
        name, key = read
        config, _ = self._current()
        digest = _configured(config, name)
        target = targets_of(digest).get(key) if digest else None
        if target is not None:
            return config, target.endpoint
        return config, Endpoint(digest=name, kind=ChannelKind.EMAIL, key=key, label="email")

    def _under_other_names(self, config: Config, endpoint: Endpoint) -> list[Endpoint]:
        """Return where a reader of a digest that is gone gets what took its place, being set up after its last issue.

        The links in the mails of a digest that was renamed end the new one.
        """
        last = None if _configured(config, endpoint.digest) else self._ledger.find_issue(endpoint.digest)
        if last is None:
            return []
        since = {name for name, state in self._ledger.digests().items() if state.set_up_at >= last.made_at}
        targets = [targets_of(each).get(endpoint.key) for each in config.digests if each.name in since]
        return [each.endpoint for each in targets if each is not None]

    def _page(self, request: Request, config: Config, endpoint: Endpoint, state: str) -> Response:
        digest = _configured(config, endpoint.digest)
        locale = config.locale_of(digest) if digest else config.site.locale
        reader = endpoint.label.removeprefix("email").strip()
        body = render_unsubscribe(
            self._current()[1].speaking(locale),
            replace(self._frame(request, config), language=locale.language),
            title=_title(digest, config) if digest else endpoint.digest,
            reader=reader,
            path=f"unsubscribe/{request.path_params['token']}",
            state=state,
        )
        return Response(body, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


def _configured(config: Config, name: str) -> DigestConfig | None:
    return next((each for each in config.digests if each.name == name), None)


def _part(issue: Issue, request: Request) -> SectionPage | None:
    """Return the part of an issue that is asked for; None for all of it. Raises NotHere for a section it hasn't."""
    asked = request.query_params.get("section")
    if asked is None:
        return None
    section = next((each for each in issue.sections if each.name == asked), None)
    if section is None:
        raise NotHere(marked("this issue has no section “%(name)s”"), name=asked[:60])
    return section_page(section, page_of(request.query_params.get("page")))


def _title(digest: DigestConfig, config: Config) -> str:
    return digest.title or f"{config.site.title}: {digest.name}"
