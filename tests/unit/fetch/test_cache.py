from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.fetch.cache import freshness, retry_after
from aggregator.http import Response
from aggregator.model import Freshness

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DATE = ("Date", "Mon, 02 Mar 2026 12:00:00 GMT")
HOUR = timedelta(hours=1)


def response(*headers: tuple[str, str]) -> Response:
    return Response(status=200, url="http://example.org/", headers=headers, body=b"")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("0", None),
        ("-1", None),
        ("1.5", timedelta(seconds=1.5)),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("999999999999", timedelta(days=7)),
        ("9" * 40, None),
        ("Mon, 02 Mar 2026 13:00:00 GMT", HOUR),
        ("Mon, 02 Mar 2026 14:00:00 +0100", HOUR),
        ("Monday, 02-Mar-26 13:00:00 GMT", HOUR),
        ("Mon Mar  2 13:00:00 2026", HOUR),
        ("Mon, 02 Mar 2026 11:00:00 GMT", None),
        ("Mon, 02 Mar 99999 11:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=7)),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_absurd(value, expected):
    assert retry_after(response(("Retry-After", value)), now=NOW) == expected


def test_a_date_counts_on_the_servers_own_clock():
    behind = response(("Date", "Mon, 02 Mar 2020 12:00:00 GMT"), ("Retry-After", "Mon, 02 Mar 2020 13:00:00 GMT"))

    assert retry_after(behind, now=NOW) == HOUR


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], None),
        ([("Cache-Control", "max-age=3600")], Freshness(wait=HOUR, reason="max-age")),
        ([("Cache-Control", "public"), ("Cache-Control", "max-age=3600")], Freshness(wait=HOUR, reason="max-age")),
        ([("Cache-Control", "max-age=3600, max-age=7200")], Freshness(wait=HOUR, reason="max-age")),
        ([("Cache-Control", "x-max-age=3600")], None),
        ([("Cache-Control", "max-age=none")], None),
        ([("Cache-Control", "max-age=0"), DATE, ("Expires", "Mon, 02 Mar 2026 13:00:00 GMT")], None),
        ([("Cache-Control", "max-age=3600"), ("Age", "3600")], None),
        ([("Cache-Control", "max-age=3600"), ("Age", "old")], Freshness(wait=HOUR, reason="max-age")),
        ([("Cache-Control", "max-age=3600, no-store")], None),
        ([("Cache-Control", 'no-cache="Set-Cookie", max-age=3600')], None),
        ([DATE, ("Expires", "Mon, 02 Mar 2026 13:00:00 GMT")], Freshness(wait=HOUR, reason="Expires")),
        ([("Expires", "Mon, 02 Mar 2026 13:00:00 GMT")], Freshness(wait=HOUR, reason="Expires")),
        ([("Expires", "-1")], None),
        ([("Retry-After", "3600")], Freshness(wait=HOUR, reason="Retry-After")),
        (
            [("Retry-After", "60"), ("Cache-Control", "max-age=3600")],
            Freshness(wait=HOUR, reason="max-age"),
        ),
    ],
)
def test_the_longest_of_the_servers_wishes_counts(headers, expected):
    assert freshness(response(*headers), now=NOW) == expected
