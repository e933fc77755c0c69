from __future__ import annotations

import errno
import http.client
import inspect
import socket
import ssl
from itertools import chain

import pytest
import requests.exceptions
import urllib3.exceptions

from aggregator.errors import (
    AddressRefused,
    BadCertificate,
    FetchError,
    FetchTimeout,
    NameServerDown,
    NoSuchHost,
    NoTls,
    Unreachable,
)
from aggregator.http.addresses import parse_address
from aggregator.http.failures import LIBRARY_ERRORS, REASONS, WRAPPERS, explain

ADDRESS = parse_address("https://user:secret@example.org/feed?token=1")
# The roots of the libraries' trees: what only they cover has no sentence of its own.
ROOTS = {
    requests.exceptions.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
}
EXCEPTIONS = sorted(
    {
        kind
        for module in (requests.exceptions, urllib3.exceptions, http.client, ssl, socket)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, LIBRARY_ERRORS)
        or (issubclass(kind, Exception) and not issubclass(kind, Warning) and kind.__module__ == module.__name__)
        if not kind.__name__.startswith("_") and kind.__module__.split(".")[0] not in {"email", "json"}
    },
    key=str,
)


@pytest.mark.parametrize("kind", EXCEPTIONS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_exception_of_the_libraries_is_caught_and_has_a_sentence(kind):
    row = next((row for row in chain(REASONS, WRAPPERS) if issubclass(kind, row)), OSError)

    assert issubclass(kind, LIBRARY_ERRORS)
    assert row not in ROOTS or kind in ROOTS


def test_the_walk_finds_the_exceptions():
    assert len(EXCEPTIONS) > 60


def wrapped(error: BaseException) -> requests.exceptions.ConnectionError:
    """As requests hands an error on: urllib3's wrapper inside its own."""
    return requests.exceptions.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", error))


def verification(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


def tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (socket.gaierror(socket.EAI_NONAME, "?"), "no such host: example.org"),
        (socket.gaierror(socket.EAI_AGAIN, "?"), "the name example.org can't be looked up now (the name server"),
        (UnicodeError("label too long"), "no such host: example.org"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "?"), "nothing answers at example.org (connection refused)"),
        (ConnectionResetError(errno.ECONNRESET, "?"), "example.org broke the connection off"),
        (BrokenPipeError(errno.EPIPE, "?"), "example.org broke the connection off"),
        (OSError(errno.ENETUNREACH, "?"), "there is no route to example.org"),
        (OSError(errno.EHOSTUNREACH, "?"), "there is no route to example.org"),
        (OSError(errno.EMFILE, "?"), "this machine has too many files open to connect to example.org"),
        (OSError(errno.EPERM, "?"), "the exchange with example.org failed (Operation not permitted)"),
        (OSError(), "example.org broke the connection off"),
        (http.client.RemoteDisconnected(), "example.org closed the connection without an answer"),
        (http.client.BadStatusLine("x"), "example.org does not answer in proper HTTP"),
        (http.client.LineTooLong("header"), "example.org sent headers that are too long"),
        (http.client.HTTPException("got more than 100 headers"), "example.org sent headers that are too long"),
        (http.client.HTTPException("?"), "example.org does not answer in proper HTTP"),
        (http.client.IncompleteRead(b""), "example.org sent less than it announced"),
        (verification(10), "the certificate of example.org has expired"),
        (verification(18), "the certificate of example.org is self-signed"),
        (verification(62), "the certificate of example.org is for another name"),
        (verification(999), "the certificate of example.org can't be verified"),
        (tls("WRONG_VERSION_NUMBER"), "what answers at example.org does not speak TLS; is it http instead of https?"),
        (tls("TLSV1_ALERT_{0}"), "no TLS connection with example.org (tlsv1 alert {0})"),
        (ssl.SSLEOFError(8, "EOF"), "no TLS connection with example.org"),
    ],
    ids=str,
)
def test_the_reason_is_said_through_all_wrappers(error, sentence):
    for found in (error, wrapped(error)):
        if type(found) is OSError and not found.errno:
            continue
        said = explain(found, ADDRESS, timeout_s=20)

        assert isinstance(said, FetchError)
        assert str(said).startswith(sentence)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "?"), NoSuchHost),
        (UnicodeError("label too long"), NoSuchHost),
        (socket.gaierror(socket.EAI_AGAIN, "?"), NameServerDown),
        (ConnectionRefusedError(errno.ECONNREFUSED, "?"), Unreachable),
        (OSError(errno.EHOSTUNREACH, "?"), Unreachable),
        (ConnectionResetError(errno.ECONNRESET, "?"), FetchError),
        (verification(10), BadCertificate),
        (tls("WRONG_VERSION_NUMBER"), NoTls),
    ],
)
def test_whether_a_connection_came_about_is_told_apart(error, kind):
    assert type(explain(wrapped(error), ADDRESS, timeout_s=20)) is kind


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("timed out"),
        requests.exceptions.ReadTimeout("x"),
        requests.exceptions.ConnectTimeout("x"),
        wrapped(TimeoutError()),
        requests.exceptions.ConnectionError(urllib3.exceptions.ReadTimeoutError(None, None, "Read timed out.")),
    ],
)
def test_what_took_too_long_is_a_timeout(error):
    said = explain(error, ADDRESS, timeout_s=20)

    assert type(said) is FetchTimeout
    assert str(said) == "example.org did not finish answering within 20 s"


def test_the_cause_counts_when_the_wrapper_does_not_hold_it():
    error = requests.exceptions.ConnectionError("Connection aborted.")
    error.__cause__ = ConnectionRefusedError()

    assert "connection refused" in str(explain(error, ADDRESS, timeout_s=1))


def test_an_error_that_goes_round_in_a_circle_is_explained_all_the_same():
    error = requests.exceptions.ConnectionError("x")
    error.__cause__ = urllib3.exceptions.HTTPError(error)

    assert str(explain(error, ADDRESS, timeout_s=1)) == "example.org broke the connection off"


def test_what_no_row_covers_is_named():
    assert str(explain(OSError(), ADDRESS, timeout_s=1)) == "the exchange with example.org failed (OSError)"


def test_our_own_errors_pass_unchanged():
    error = AddressRefused("no")

    assert explain(error, ADDRESS, timeout_s=1) is error


def test_no_sentence_shows_a_secret():
    for kind in EXCEPTIONS:
        said = str(explain(kind.__new__(kind), ADDRESS, timeout_s=1))

        assert not any(secret in said for secret in ("secret", "token", "user"))
        assert "{" not in said


def test_every_row_is_for_an_exception_that_is_caught():
    assert all(issubclass(kind, LIBRARY_ERRORS) for kind in chain(REASONS, WRAPPERS))
