from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.parse.dates import parse_date


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mon, 02 Nov 2026 10:00:00 +0100", "2026-11-02T09:00:00"),
        ("2 Nov 26 10:00 EST", "2026-11-02T15:00:00"),
        ("02-Nov-99", "1999-11-02T00:00:00"),
        ("Mon, 02 Nov 2026 10:00:00 GMT+2", "2026-11-02T08:00:00"),
        ("Mon, 02 Nov 2026 10:00:00 -0330", "2026-11-02T13:30:00"),
        ("Mon, 02 Nov 2026 10:00:00 America/New_York", "2026-11-02T10:00:00"),
        ("Mon, 02 Nov 2026 24:00:00 GMT", "2026-11-03T00:00:00"),
        ("Mon Nov  2 10:00:00 2026", "2026-11-02T10:00:00"),
        ("Mon Nov  2 10:00:00 EST 2026", "2026-11-02T15:00:00"),
        ("November 2nd, 2026 at 10:05 PM EST", "2026-11-03T03:05:00"),
        ("Nov 2, 2026, 12:05am", "2026-11-02T00:05:00"),
        ("Sept. 5, 2026", "2026-09-05T00:00:00"),
        ("2. November 2026", "2026-11-02T00:00:00"),
        ("Dienstag, 3. März 2026 um 14:05 Uhr MEZ", "2026-03-03T13:05:00"),
        ("mardi 3 février 2026 14h05", "2026-02-03T14:05:00"),
        ("mar, 10 nov 2026 10:00:00 +0100", "2026-11-10T09:00:00"),
        ("3 de noviembre de 2026", "2026-11-03T00:00:00"),
        ("2026-11-02T10:00:00Z", "2026-11-02T10:00:00"),
        ("2026-11-02T10:00:00.123456-05:00", "2026-11-02T15:00:00"),
        ("2026-11-02T10:00:00,5+0100", "2026-11-02T09:00:00"),
        ("2026-11-02 10:00:00 +0100", "2026-11-02T09:00:00"),
        ("2026-11-02 10:00 CET", "2026-11-02T09:00:00"),
        ("2026-11-02T10", "2026-11-02T10:00:00"),
        ("Sun, 2026-11-01", "2026-11-01T00:00:00"),
        ("2026-11-02T23:59:60Z", "2026-11-02T23:59:59"),
        ("20261102T100000Z", "2026-11-02T10:00:00"),
        ("20261102", "2026-11-02T00:00:00"),
        ("2026/11/02", "2026-11-02T00:00:00"),
        ("2026-11", "2026-11-01T00:00:00"),
        ("2026", "2026-01-01T00:00:00"),
        ("1700000000", "2023-11-14T22:13:20"),
        ("1700000000123", "2023-11-14T22:13:20"),
        ("24.12.2026, 18:00 Uhr", "2026-12-24T18:00:00"),
        ("24/12/2026", "2026-12-24T00:00:00"),
        ("12/24/2026 6:00 pm", "2026-12-24T18:00:00"),
        ("05/05/2026", "2026-05-05T00:00:00"),
        ("  Mon,\n 02  Nov 2026 ", "2026-11-02T00:00:00"),
    ],
)
def test_a_date_is_read_in_its_many_forms(written: str, meant: str) -> None:
    found = parse_date(written)

    assert found is not None
    assert found.isoformat() == f"{meant}+00:00"


@pytest.mark.parametrize(
    "written",
    [
        None, "", "soon", "03/04/2026", "202611", "Thu, 31 Feb 2026", "2026-13-02", "2026-11-02T25:00", "2 Nov",
        "2026-11-02T10:00:00+99:99", "0000-00-00 00:00:00", "Wed, 01 Jan 20260", "2 Wintermonth 2026",
        "0001-01-01T00:00:00+05:00", "Mon, 02 Nov 2026 10:61:00",
    ],
)  # fmt: skip
def test_what_cannot_be_read_without_guessing_is_none(written: str | None) -> None:
    assert parse_date(written) is None


@settings(deadline=None)  # the machine may be busy
@given(st.text())
def test_no_text_is_an_error(written: str) -> None:
    found = parse_date(written)

    assert found is None or found.utcoffset() is not None
