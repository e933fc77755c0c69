"""What an operator can do about a source in trouble: a sentence or two for each kind of error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.errors import ErrorKind
from aggregator.model import SourceHealth, SourceKind, SourceStatus
from aggregator.text.locales import Locale, marked
from aggregator.text.moments import clock_time, time_in_words

_FIND: Final = marked(
    "To see what the site answers, run: aggregator preview URL. To find the feed behind a page, run: aggregator add URL"
)
_LOGIN: Final = marked("The site wants a login: add auth: or headers: to the source; else ask its owner.")
_REFUSED: Final = marked(
    "The site refuses us (%(status)s). If it wants a login, add auth: to the source. If it refuses programs, another "
    "name may help (headers: {User-Agent: …}), or the cookie that a browser was given (headers: {Cookie: …}); else "
    "ask its owner."
)
_NOTHING_THERE: Final = marked("There is nothing at this address any more. Open the site, then run: aggregator add URL")
_SERVER_ERROR: Final = marked("The site reported an error (%(status)s). %(retry)s; no action needed.")
_MAILBOX: Final = marked("See to the user and the folder in its url, and to its password. %(retry)s.")
_SILENT: Final = marked(
    "It answers, but has nothing new. If the site has news, run: aggregator poll %(name)s, which asks for all of it; "
    "if that brings nothing, its feed is stale or elsewhere: aggregator add URL"
)
_OTHERWISE: Final = marked("%(retry)s. To see what the site answers, run: aggregator preview URL")

# %(retry)s is when, %(status)s what the server answered with. A test sees to it that every kind of error is here.
_STEPS: Final[Mapping[ErrorKind, str]] = {
    ErrorKind.NO_SUCH_HOST: marked(
        "The host name does not exist. If the site has moved, change its url in the sources file."
    ),
    ErrorKind.NAME_SERVER_DOWN: marked(
        "This machine's name server does not answer; other sources will fail too. %(retry)s."
    ),
    ErrorKind.UNREACHABLE: marked(
        "The server can't be reached. %(retry)s. If other sources fail too, check this network."
    ),
    ErrorKind.BAD_CERTIFICATE: marked("The site has to renew its certificate. %(retry)s. Check this machine's clock."),
    ErrorKind.UNKNOWN_AUTHORITY: marked(
        "If the site opens in browsers, its server leaves out a certificate that leads to a known authority: ask its "
        "owner, or put that certificate, or your own authority's, into a file and name it in fetch.ca_bundle. "
        "%(retry)s."
    ),
    ErrorKind.PROXY_FAILED: marked(
        "The proxy does not let us through. %(retry)s. Check fetch.proxy: address, user, password."
    ),
    ErrorKind.NO_TLS: marked("The server refused TLS. Try http:// instead of https:// in the sources file."),
    ErrorKind.ADDRESS_REFUSED: marked("If this address is yours, allow it in fetch.allow_private."),
    ErrorKind.TIMEOUT: marked("%(retry)s, with growing pauses. If the site is always slow, raise fetch.timeout."),
    ErrorKind.BODY_TOO_LARGE: marked("Raise fetch.max_body, or look for a shorter feed of the same site."),
    ErrorKind.STATUS: marked(
        "The site does not answer as it should (%(status)s). %(retry)s. "
        "To see what it answers, run: aggregator preview URL"
    ),
    ErrorKind.THROTTLED: marked("The site says that we poll too often. %(retry)s; no action needed."),
    ErrorKind.NO_USABLE_ANSWER: marked(
        "The site's answer can't be used. %(retry)s. To see what it answers, run: aggregator preview URL"
    ),
    ErrorKind.READER_LOST: marked("%(retry)s. If it always takes too long to read, raise fetch.reading."),
    ErrorKind.CRASHED: marked("This is a bug in this program: please report it, with what the log says. %(retry)s."),
    ErrorKind.UNSTORABLE: marked(
        "The database refused its entries: please report it, with what the log says. %(retry)s."
    ),
    ErrorKind.CHALLENGE: marked("The site lets only browsers in. Look for a feed of it, or ask its owner."),
    ErrorKind.UNREADABLE: _FIND,
    ErrorKind.NOT_A_FEED: _FIND,
    ErrorKind.NOT_A_LIST: _FIND,
    ErrorKind.PAGE_CHANGED: _FIND,
    ErrorKind.UNCONFIRMED: marked(
        "If you want it, open the link that the command `aggregator sources` shows; nobody else will."
    ),
    ErrorKind.FAILED: _OTHERWISE,
}
_BY_ANSWER: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: _LOGIN,
    HTTPStatus.FORBIDDEN: _REFUSED,
    HTTPStatus.NOT_FOUND: _NOTHING_THERE,
    HTTPStatus.GONE: _NOTHING_THERE,
}
_BY_STATUS: Final[Mapping[SourceStatus, str]] = {
    SourceStatus.SILENT: _SILENT,
    SourceStatus.MOVED: marked(
        "It works. To write the new address into the sources file, run: aggregator sources --apply-moves"
    ),
    SourceStatus.GONE: marked(
        "The site says that it is gone for good, so we no longer poll it. Remove it, or change its url."
    ),
    SourceStatus.CHANGED: marked(
        "Its page was rebuilt. To see what we find now, and to pin it (page:), run: aggregator preview URL"
    ),
}


def next_step(health: SourceHealth, *, zone: ZoneInfo, now: datetime | None, locale: Locale) -> str | None:
    """Return what to do about a source, None when there is nothing; ``now`` None: for pages that are read later."""
    status, state = health.status_at(now), health.state
    if status is SourceStatus.FAILING:
        return locale.gettext(
            _step(health),
            status=str(state.last_error_status),
            retry=retry_in_words(state.next_check, zone, now, locale),
        )
    if state.last_error_kind is ErrorKind.UNCONFIRMED:
        return locale.gettext(_STEPS[ErrorKind.UNCONFIRMED])
    step = _BY_STATUS.get(status)
    return locale.gettext(step, name=health.source.name) if step else None


def _step(health: SourceHealth) -> str:
    """Return the step for an error; a kind that is not known is one from before kinds were stored."""
    state = health.state
    status = state.last_error_status
    if state.last_error_kind is None:
        return _OTHERWISE
    if state.last_error_kind is not ErrorKind.STATUS or status is None:
        return _STEPS[state.last_error_kind]
    if health.source.kind is SourceKind.MAILBOX:
        return _MAILBOX
    usual = _SERVER_ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _STEPS[ErrorKind.STATUS]
    return _BY_ANSWER.get(status, usual)


def retry_in_words(at: datetime | None, zone: ZoneInfo, now: datetime | None, locale: Locale) -> str:
    """Say when sources are asked again: "We will retry at 09:24"; ``now`` None: for pages that are read later."""
    if at is None or (now is not None and at <= now):
        return locale.gettext("We will retry soon")
    if now is not None and at.astimezone(zone).date() == now.astimezone(zone).date():
        return locale.gettext("We will retry at %(time)s", time=clock_time(at, zone))
    return locale.gettext("We will retry on %(moment)s", moment=time_in_words(at, zone, locale))
