"""What goes wrong below us, in words that an operator can act on: every library's exception becomes one of ours."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import requests.exceptions as rq
import urllib3.exceptions as u3

from aggregator.errors import (
    BadCertificate,
    FetchError,
    FetchTimeout,
    NameServerDown,
    NoSuchHost,
    NoTls,
    UnknownAuthority,
    Unreachable,
)
from aggregator.http.addresses import Address

# All that requests, urllib3, http.client, ssl and socket raise; ValueError because some of their errors are no other.
LIBRARY_ERRORS: Final = (rq.RequestException, u3.HTTPError, http.client.HTTPException, OSError, ValueError)

# X509_V_ERR_… of OpenSSL's x509_vfy.h
_CERTIFICATE_FAULTS: Final = {
    9: "is not valid yet (is this machine's clock right?)",
    10: "has expired",
    18: "is self-signed",
    19: "was issued by an authority that this machine doesn't know (self-signed)",
    20: "was issued by an authority that this machine doesn't know",
    21: "was issued by an authority that this machine doesn't know",
    23: "has been revoked",
    62: "is for another name",
    64: "is for another address",
}
# Of these, the ones that come of an authority that is missing here, or of a certificate that the server leaves out.
_NOBODY_KNOWN: Final = frozenset({19, 20, 21})
_NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN})
# What the resolver says when no name server answers; all else means that there is no such name.
_NO_ANSWER: Final = frozenset({socket.EAI_AGAIN, socket.EAI_FAIL})
_NAMELESS: Final = (socket.gaierror, socket.herror, UnicodeError, u3.NameResolutionError)
_TLS: Final = (ssl.SSLError, u3.SSLError, rq.SSLError)
_UNREACHABLE: Final = (ConnectionRefusedError, socket.gaierror, u3.NewConnectionError)
_Sentence = str | Callable[[BaseException, Address], str]


def explain(error: BaseException, address: Address, *, timeout_s: float) -> FetchError:
    """Return the error of ours that says what happened to the exchange with ``address``.

    Libraries wrap the reason in up to four layers of their own: what names a reason counts before what wraps one.
    """
    if isinstance(error, FetchError):
        return error
    layers = list(_layers(error))
    found = _first(REASONS, layers) or _system(layers) or _first(WRAPPERS, layers)
    if found is None:
        return FetchError(f"the exchange with {address.place} failed ({type(error).__name__})")
    layer, sentence = found
    if sentence is TOO_LATE:
        return FetchTimeout(f"{address.place} did not finish answering within {timeout_s:g} s")
    if not isinstance(sentence, str):
        return _kind(layer)(sentence(layer, address))
    return _kind(layer)(sentence.format(host=address.host, place=address.place))


def _kind(layer: BaseException) -> type[FetchError]:
    if isinstance(layer, _NAMELESS):
        return NameServerDown if getattr(layer, "errno", None) in _NO_ANSWER else NoSuchHost
    if isinstance(layer, ssl.SSLCertVerificationError):
        return UnknownAuthority if getattr(layer, "verify_code", 0) in _NOBODY_KNOWN else BadCertificate
    if isinstance(layer, _TLS):
        return NoTls
    is_without_route = isinstance(layer, OSError) and layer.errno in _NO_ROUTE
    return Unreachable if is_without_route or isinstance(layer, _UNREACHABLE) else FetchError


def _layers(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps or was caused by, each once."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        layer = waiting.pop(0)
        if isinstance(layer, BaseException) and id(layer) not in seen:
            seen.add(id(layer))
            yield layer
            waiting += [getattr(layer, "reason", None), *layer.args, layer.__cause__, layer.__context__]


def _first(
    table: Mapping[type[BaseException], _Sentence], layers: list[BaseException]
) -> tuple[BaseException, _Sentence] | None:
    fitting = ((layer, sentence) for kind, sentence in table.items() for layer in layers if isinstance(layer, kind))
    return next(fitting, None)


def _system(layers: list[BaseException]) -> tuple[BaseException, _Sentence] | None:
    """What the system itself says, by number. requests' own errors are OSErrors too, but have none."""
    numbered = (layer for layer in layers if isinstance(layer, OSError) and layer.errno)
    return next(((layer, _numbered) for layer in numbered), None)


def _numbered(error: BaseException, address: Address) -> str:
    number = getattr(error, "errno", 0)
    if number in _NO_ROUTE:
        return f"there is no route to {address.host}"
    if number in {errno.EMFILE, errno.ENFILE}:
        return (
            f"this machine has too many files open to connect to {address.place}; "
            "raise its limit (ulimit -n) or lower fetch.workers"
        )
    return f"the exchange with {address.place} failed ({os.strerror(number)})"


def _certificate(error: BaseException, address: Address) -> str:
    fault = _CERTIFICATE_FAULTS.get(getattr(error, "verify_code", 0), "can't be verified")
    return f"the certificate of {address.host} {fault}"


def _tls(error: BaseException, address: Address) -> str:
    reason = str(getattr(error, "reason", None) or "").replace("_", " ").lower()
    if reason in {"wrong version number", "http request", "record layer failure"}:
        return f"what answers at {address.place} does not speak TLS; is it http instead of https?"
    return f"no TLS connection with {address.place}" + (f" ({reason})" if reason else "")


def _lookup(error: BaseException, address: Address) -> str:
    if isinstance(error, socket.gaierror) and error.errno in _NO_ANSWER:
        return f"the name {address.host} can't be looked up now (the name server gives no answer)"
    return f"no such host: {address.host}"


def _head(error: BaseException, address: Address) -> str:
    template = _TOO_LONG if "headers" in str(error) else _NOT_HTTP
    return template.format(host=address.host)


TOO_LATE: Final = "too late"
_ADDRESS: Final = "{host} is not a usable address"
_BROKE_OFF: Final = "{host} broke the connection off"
_HEADER: Final = "{host} sent a header that can't be read"
_NOT_HTTP: Final = "{host} does not answer in proper HTTP"
_OURS: Final = "the request to {host} can't be sent as it is configured"
_PACKED: Final = "the body of {host} can't be decompressed"
_SHORT: Final = "{host} sent less than it announced; nothing was taken from it"
_TOO_LONG: Final = "{host} sent headers that are too long"

# What names a reason, in order of precedence.
REASONS: Final[Mapping[type[BaseException], _Sentence]] = {
    ssl.SSLCertVerificationError: _certificate,
    socket.gaierror: _lookup,
    socket.herror: _lookup,
    UnicodeError: _lookup,
    u3.NameResolutionError: _lookup,
    ConnectionRefusedError: "nothing answers at {place} (connection refused)",
    u3.NewConnectionError: "no connection to {place}",
    http.client.RemoteDisconnected: "{host} closed the connection without an answer",
    ConnectionError: _BROKE_OFF,
    TimeoutError: TOO_LATE,
    u3.TimeoutError: TOO_LATE,
    rq.Timeout: TOO_LATE,
    ssl.SSLError: _tls,
    u3.SSLError: _tls,
    rq.SSLError: _tls,
    http.client.LineTooLong: _TOO_LONG,
    http.client.IncompleteRead: _SHORT,
    http.client.BadStatusLine: _NOT_HTTP,
    http.client.UnknownProtocol: _NOT_HTTP,
    http.client.UnknownTransferEncoding: _NOT_HTTP,
    http.client.UnimplementedFileMode: _NOT_HTTP,
    http.client.InvalidURL: _ADDRESS,
    http.client.NotConnected: _OURS,
    http.client.ImproperConnectionState: _OURS,
    http.client.HTTPException: _head,
    u3.InvalidHeader: _HEADER,
    u3.HeaderParsingError: _HEADER,
    u3.DecodeError: _PACKED,
    u3.ResponseNotChunked: _NOT_HTTP,
    u3.BodyNotHttplibCompatible: _NOT_HTTP,
    u3.LocationValueError: _ADDRESS,
    u3.HostChangedError: _OURS,
    u3.ProxyError: _OURS,
    u3.ProxySchemeUnsupported: _OURS,
    u3.UnrewindableBodyError: _OURS,
    u3.TimeoutStateError: _OURS,
    rq.ContentDecodingError: _PACKED,
    rq.ChunkedEncodingError: _SHORT,
    rq.MissingSchema: _ADDRESS,
    rq.InvalidSchema: _ADDRESS,
    rq.InvalidURL: _ADDRESS,
    rq.URLRequired: _ADDRESS,
    rq.InvalidHeader: _OURS,
    rq.ProxyError: _OURS,
    rq.UnrewindableBodyError: _OURS,
    rq.StreamConsumedError: _OURS,
    rq.InvalidJSONError: "{host} sent JSON that can't be read",
    rq.TooManyRedirects: "{host} redirects too often",
    rq.HTTPError: "{host} answered with an error",
}
# What wraps a reason, for when it holds none that we know; at last the roots of the libraries' trees. A test walks the
# libraries and fails for an exception that only a root covers.
WRAPPERS: Final[Mapping[type[BaseException], _Sentence]] = {
    rq.RetryError: _BROKE_OFF,
    rq.ConnectionError: _BROKE_OFF,
    u3.ResponseError: _BROKE_OFF,
    u3.ProtocolError: _BROKE_OFF,
    u3.PoolError: _BROKE_OFF,
    rq.RequestException: _BROKE_OFF,
    u3.HTTPError: _BROKE_OFF,
    ValueError: _OURS,
}
