"""What an operator is told to do about a source in trouble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.errors import (
    AddressRefused,
    BadCertificate,
    BodyTooLarge,
    ErrorKind,
    FetchTimeout,
    NoSuchHost,
    NotAFeed,
    NoTls,
    ParseError,
    ProxyFailed,
    SourceError,
    StatusError,
    Throttled,
    UnknownAuthority,
    Unreachable,
)
from aggregator.model import Source, SourceHealth, SourceState, SourceStatus
from aggregator.publish.pages.advice import next_step
from aggregator.text.locales import ENGLISH

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Luxembourg")


def step_for(
    status: SourceStatus,
    error: SourceError | None = None,
    *,
    in_: timedelta = timedelta(hours=1),
    latest: timedelta = timedelta(),
) -> str:
    state = SourceState(
        usual_gap=timedelta(days=1),
        recent=(NOW - latest,),
        status=status,
        last_error=str(error) if error else None,
        last_error_kind=error.kind if error else None,
        last_error_status=error.status if isinstance(error, StatusError) else None,
        next_check=NOW + in_,
    )
    health = SourceHealth(source=Source(name="a", url="https://a.example/"), state=state, entries=0)
    return next_step(health, zone=ZONE, now=NOW, locale=ENGLISH) or ""


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (NoSuchHost("no such host: a.example"), "change its url"),
        (BadCertificate("the certificate of a.example has expired"), "renew its certificate"),
        (UnknownAuthority("the certificate of a.example was issued by an authority"), "fetch.ca_bundle"),
        (ProxyFailed("there is no way to the proxy"), "fetch.proxy"),
        (StatusError("a.example answered 401 Unauthorized", status=401), "auth:"),
        (StatusError("a.example answered 403 Forbidden", status=403), "headers: {User-Agent: …}"),
        (NoTls("what answers at a.example does not speak TLS; is it http instead of https?"), "http://"),
        (AddressRefused("10.0.0.1 is in a private network"), "fetch.allow_private"),
        (FetchTimeout("a.example did not finish answering within 20 s"), "fetch.timeout"),
        (BodyTooLarge("the body is larger than 15 MB"), "fetch.max_body"),
        (StatusError("a.example answered 403 Forbidden", status=403), "login"),
        (StatusError("a.example answered 404 Not Found", status=404), "aggregator add"),
        (StatusError("a.example answered 503 Service Unavailable", status=503), "reported an error (503)"),
        (StatusError("a.example answered 418", status=418), "(418)"),
        (Throttled("a.example answered 403", status=403), "poll too often"),
        (NotAFeed("this is a web page (HTML), not a feed"), "aggregator preview"),
        (SourceError("something else"), "We will retry"),
    ],
)
def test_a_failing_source_is_explained_by_the_kind_of_its_error(error: SourceError, step: str) -> None:
    assert step in step_for(SourceStatus.FAILING, error)


@pytest.mark.parametrize(
    ("error", "wrong"),
    [
        (ParseError("XML that can't be read: mismatched tag at line 403"), "login"),
        (ParseError("XML that can't be read: mismatched tag at line 404"), "nothing at this address"),
        (ParseError("XML that can't be read: mismatched tag at line 502"), "no action"),
        (Unreachable("nothing answers at 404.example (connection refused)"), "nothing at this address"),
        (StatusError("certificate.example answered 503", status=503), "renew"),
    ],
)
def test_the_words_of_an_error_are_not_taken_for_its_kind(error: SourceError, wrong: str) -> None:
    assert wrong not in step_for(SourceStatus.FAILING, error)


@pytest.mark.parametrize("kind", ErrorKind)
def test_every_kind_of_error_has_a_step(kind: ErrorKind) -> None:
    state = SourceState(status=SourceStatus.FAILING, last_error_kind=kind, last_error_status=500, next_check=NOW)
    health = SourceHealth(source=Source(name="a", url="https://a.example/"), state=state, entries=0)

    step = next_step(health, zone=ZONE, now=NOW, locale=ENGLISH)

    assert step
    assert "{" not in step


def test_a_site_that_reports_an_error_is_retried_at_a_time_on_the_sites_clock() -> None:
    error = StatusError("a.example answered 503", status=503)

    today = step_for(SourceStatus.FAILING, error, in_=timedelta(hours=1, minutes=20))
    later = step_for(SourceStatus.FAILING, error, in_=timedelta(days=1))
    overdue = step_for(SourceStatus.FAILING, error, in_=timedelta(hours=-1))

    assert today == "The site reported an error (503). We will retry at 14:20; no action needed."
    assert "We will retry on 22 November 2026, 13:00;" in later
    assert "We will retry soon;" in overdue


def test_an_error_from_before_kinds_were_stored_is_retried() -> None:
    assert "We will retry at 14:00" in step_for(SourceStatus.FAILING)


def test_each_other_trouble_has_a_step_and_health_has_none() -> None:
    assert "--apply-moves" in step_for(SourceStatus.MOVED)
    assert "Remove it" in step_for(SourceStatus.GONE)
    assert "aggregator preview" in step_for(SourceStatus.CHANGED)
    assert step_for(SourceStatus.OK) == ""
    assert "aggregator poll" in step_for(SourceStatus.OK, latest=timedelta(days=41))
    assert step_for(SourceStatus.NEW) == ""
