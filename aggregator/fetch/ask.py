"""One polite conditional GET for one source: one request, no more than redirects need."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from aggregator.errors import FetchError, StatusError, Throttled
from aggregator.fetch.cache import freshness, retry_after
from aggregator.http import Address, HttpClient, Response, date_of, ends_whole, parse_address
from aggregator.model import Claim, Fetched, NotModified, Render, Source, SourceKind, SourceState, Validators
from aggregator.text.schemes import joined

# A validator is sent back with every request; what is longer than this is no version but a burden.
MAX_VALIDATOR_CHARS = 2_000

# The second is the first, changed by something in between (RFC 9110 §15.3.4).
_WHOLE = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION})

# Some servers answer 304 for ever, whatever came since. So often a source is asked plainly, each at a time of its own.
_BELIEVED_FOR = timedelta(days=8)
# Clocks differ; a document from later than this is none that "modified since" means anything for.
_AHEAD = timedelta(days=1)


def fetch_source(
    client: HttpClient, claim: Claim, *, secrets: Mapping[str, str] | None = None
) -> Fetched | NotModified:
    """Ask the claimed source whether it has something new.

    Asks where permanent redirects led before, else the configured address. The validators of the last answer go to
    the address that gave them, be it at the end of a redirect (RULES D1-D3b); none do when the claim is plain.
    ``secrets`` are headers for the host of the configured address and no other, as is its userinfo (D12b). Of a mailbox
    the answer are its new mails. Raises
    FetchError and its kin for every other outcome: StatusError for answers that are neither 200, 203 nor 304, with the
    wait that the server asked for, and among them Throttled when we come too often. All of these say how long it took.
    """
    began = time.monotonic()
    try:
        if claim.source.kind is SourceKind.MAILBOX:
            from aggregator.fetch.mailbox import fetch_mails  # with its library, which few need

            answer = fetch_mails(client, claim, secrets=secrets)
        elif claim.source.render is Render.BROWSER:
            from aggregator.fetch.browser import fetch_rendered

            answer = fetch_rendered(client, claim, secrets=secrets)
        else:
            answer = _ask(client, claim, secrets)
    except FetchError as error:
        error.took = _since(began)
        raise
    return replace(answer, took=_since(began))


def _since(began: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - began)


def _ask(client: HttpClient, claim: Claim, secrets: Mapping[str, str] | None) -> Fetched | NotModified:
    address = parse_address(claim.address)
    sent = _usable(claim, datetime.now(UTC))

    response = client.get(address.url, secrets=_own_secrets(address, claim, secrets), validators=sent)

    now = datetime.now(UTC)
    if response.status == HTTPStatus.NOT_MODIFIED:
        if sent is None or sent.url != response.url or not (sent.etag or sent.last_modified):
            raise FetchError(f"{address.place} answered 304 (not modified) to a request that set no condition")
        return NotModified(
            url=response.url,
            validators=_renewed(sent, response),
            moved_to=response.moved_to,
            freshness=freshness(response, now=now),
        )
    return _fetched(response, claim.source, now)


def _usable(claim: Claim, now: datetime) -> Validators | None:
    """Return the validators to send: none when the source is to be asked plainly, and no date in the future."""
    validators = claim.state.validators
    if validators is None or claim.is_plain:
        return None
    modified = date_of(validators.last_modified or "")
    if modified is not None and modified > now + _AHEAD:
        validators = replace(validators, last_modified=None)
    return validators if validators.etag or validators.last_modified else None


def is_to_be_plain(state: SourceState, now: datetime) -> bool:
    """Whether a source is to be asked plainly again: once in _BELIEVED_FOR, each source at a time of its own."""
    if state.last_success is None:
        return False
    span_s = _BELIEVED_FOR.total_seconds()
    offset_s = zlib.crc32(state.seed.encode()) % int(span_s)
    spans = [(moment.timestamp() + offset_s) // span_s for moment in (state.last_success, now)]
    return spans[0] != spans[1]


def fetch_beside(client: HttpClient, url: str, claim: Claim, *, secrets: Mapping[str, str] | None = None) -> Fetched:
    """Ask for another address on behalf of a source: one page of several, an article. Raises as ``fetch_source``.

    The source's secrets go there when it is on the host of the configured address. Half of it is an error.
    """
    address = parse_address(url)
    response = client.get(address.url, secrets=_own_secrets(address, claim, secrets))
    fetched = _fetched(response, claim.source, datetime.now(UTC))
    if fetched.is_cut:
        raise FetchError(f"the compressed body that {address.place} sent ends in the middle")
    return fetched


def _own_secrets(address: Address, claim: Claim, secrets: Mapping[str, str] | None) -> dict[str, str]:
    configured = parse_address(claim.source.url)
    userinfo = {"Authorization": configured.authorization} if configured.authorization else {}
    return {**userinfo, **(secrets or {})} if address.may_have_secrets_of(configured) else {}


def _fetched(response: Response, source: Source, now: datetime) -> Fetched:
    """Return what a 200 brought; raise the error that another status or an empty body is."""
    if response.status not in _WHOLE:
        asked = retry_after(response, now=now)
        kind = Throttled if _is_throttled(response.status, asked, source) else StatusError
        raise kind(
            f"{parse_address(response.url).place} answered {_named(response.status)}",
            status=response.status,
            retry_after=asked,
        )
    if not response.body:
        raise FetchError(f"{parse_address(response.url).place} answered with an empty body")
    location = response.header("Content-Location")
    return Fetched(
        url=response.url,
        body=response.body,
        content_type=response.header("Content-Type"),
        is_cut=response.is_cut and not ends_whole(response.body),
        content_location=joined(response.url, location) if location else None,
        validators=_given(response),
        moved_to=response.moved_to,
        freshness=freshness(response, now=now),
        links=", ".join(response.header_values("Link")),
    )


def _is_throttled(status: int, asked: timedelta | None, source: Source) -> bool:
    if status == HTTPStatus.SERVICE_UNAVAILABLE and asked:
        return True
    return status == HTTPStatus.TOO_MANY_REQUESTS or status in source.throttled_by


def _given(response: Response) -> Validators | None:
    etag, last_modified = _validator(response, "ETag"), _validator(response, "Last-Modified")
    if not (etag or last_modified):
        return None
    return Validators(url=response.url, etag=etag, last_modified=last_modified)


def _renewed(sent: Validators, response: Response) -> Validators:
    """A 304 may bring newer validators (RFC 9111 §4.3.4); what it doesn't name stays."""
    return Validators(
        url=sent.url,
        etag=_validator(response, "ETag") or sent.etag,
        last_modified=_validator(response, "Last-Modified") or sent.last_modified,
    )


def _validator(response: Response, name: str) -> str | None:
    """A validator byte for byte, or None for one that can't be sent back as a header."""
    value = (response.header(name) or "").strip(" \t")
    if not value or len(value) > MAX_VALIDATOR_CHARS or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
        return None
    return value


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
