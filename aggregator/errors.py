"""Every error that leaves a room, as one tree; the entry points turn it into a sentence and an exit code.

AggregatorError
├── ConfigError            the operator's files are wrong; every problem at once (exit code 2)
│   └── NoConfiguration    … or there are none
├── UsageError             a command was asked for something that isn't there (exit code 2)
│   └── NotHere            an address of the web pages
│       └── Forgotten      … any more
├── SourceError            one source failed: recorded on it, the rest go on
│   ├── FetchError         no usable answer
│   │   ├── AddressRefused the address guard said no, before any byte was sent
│   │   ├── Unreachable    no connection came about
│   │   │   ├── ProxyFailed … because the proxy in between does not let us through
│   │   │   ├── NoSuchHost … because the host's name is not there
│   │   │   └── NameServerDown  … because no name server answers
│   │   ├── BadCertificate its certificate can't be verified
│   │   │   └── UnknownAuthority … because of who issued it
│   │   ├── NoTls          what answers does not speak TLS as we do
│   │   ├── FetchTimeout   the whole exchange took longer than ``fetch.timeout``
│   │   ├── BodyTooLarge   more than ``fetch.max_body`` after decompression
│   │   └── StatusError    an answer that is not 200 or 304
│   │       └── Throttled  … because we come too often: not the source's failure
│   ├── ReaderLost         the process that read its answer ended, or took too long
│   ├── Crashed            a bug of ours, which it brought out
│   ├── Unstorable         the database refuses what it brought
│   └── ParseError         an answer that can't be read as a feed, or as a list of entries
│       ├── NotAFeed       … because it is something else, such as a web page
│       ├── NotAList       … because the page holds none, or rules for it match nothing
│       │   └── Challenge  … because it asks who we are, and nothing on it is the site's
│       └── PageChanged    … because the page was rebuilt since it was last read well
├── StoreError             the database can't be used; stops the run
│   ├── StoreBusy          another process has it
│   ├── StoreFull          there is no room left on its disk
│   ├── StoreTooNew        its schema is newer than this program
│   └── ClaimLost          another worker polls this source now; this worker's result is dropped
├── PublishError           outputs can't be written
└── DeliveryError          one attempt at one delivery failed: recorded on it, tried again
    └── Refused            … for good
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Self


class AggregatorError(Exception):
    """Something that a person can act on; ``str()`` is the sentence to show."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a configuration file. ``line`` counts from 1; 0 and an empty ``file`` mean: none."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" if place else self.message


class ConfigError(AggregatorError):
    """All that is wrong with the configuration, in the order of the files."""

    def __init__(self, *problems: Problem, stamps: Mapping[Path, tuple[int, int, int] | None] | None = None) -> None:
        """``stamps``: the files that were read and lacked, as ``config/stamps.py`` tells their states."""
        self.problems = problems
        self.stamps = stamps or {}
        super().__init__("\n".join(str(problem) for problem in problems))


class NoConfiguration(ConfigError):
    """There is no configuration in the usual places."""


class UsageError(AggregatorError):
    """A command names something that does not exist."""


class NotHere(UsageError):
    """What an address asks for isn't there: a ``message`` with its ``values``, which pages say in their language."""

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class Forgotten(NotHere):
    """What was asked for was there, and won't be again."""


class ErrorKind(StrEnum):
    """What is stored of a SourceError beside its message: its class, by a name that stays."""

    FAILED = "failed"
    NO_USABLE_ANSWER = "no usable answer"
    ADDRESS_REFUSED = "address refused"
    UNREACHABLE = "unreachable"
    NO_SUCH_HOST = "no such host"
    NAME_SERVER_DOWN = "name server down"
    PROXY_FAILED = "proxy failed"
    BAD_CERTIFICATE = "bad certificate"
    UNKNOWN_AUTHORITY = "unknown authority"
    NO_TLS = "no tls"
    TIMEOUT = "timeout"
    BODY_TOO_LARGE = "body too large"
    STATUS = "status"
    THROTTLED = "throttled"
    READER_LOST = "reader lost"
    CRASHED = "crashed"
    UNSTORABLE = "unstorable"
    UNREADABLE = "unreadable"
    NOT_A_FEED = "not a feed"
    NOT_A_LIST = "not a list"
    CHALLENGE = "challenge"
    PAGE_CHANGED = "page changed"
    UNCONFIRMED = "unconfirmed"  # no error: a subscription waits to be confirmed by the operator

    @classmethod
    def _missing_(cls, _value: object) -> ErrorKind:
        """Read what a newer program stored."""
        return cls.FAILED


class SourceError(AggregatorError):
    """One source's failure. The message is stored on the source and shown to the operator, and so is the kind."""

    kind: ClassVar[ErrorKind] = ErrorKind.FAILED


class FetchError(SourceError):
    """No usable answer from the server; ``retry_after`` is the least time it asked us to wait, if it did.

    ``took`` is how long the exchange was, None where there was none.
    """

    kind = ErrorKind.NO_USABLE_ANSWER

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        self.retry_after = retry_after
        self.took: timedelta | None = None
        super().__init__(message)


class AddressRefused(FetchError):
    """The address is one we don't connect to: a private network, another scheme."""

    kind = ErrorKind.ADDRESS_REFUSED


class Unreachable(FetchError):
    """No connection to the host came about."""

    kind = ErrorKind.UNREACHABLE


class ProxyFailed(Unreachable):
    """The proxy between us and the host can't be reached, or refuses us."""

    kind = ErrorKind.PROXY_FAILED


class NoSuchHost(Unreachable):
    """The host's name is not known to the name servers."""

    kind = ErrorKind.NO_SUCH_HOST


class NameServerDown(Unreachable):
    """The host's name can't be looked up now: no name server answers."""

    kind = ErrorKind.NAME_SERVER_DOWN


class BadCertificate(FetchError):
    """The server's certificate can't be verified."""

    kind = ErrorKind.BAD_CERTIFICATE


class UnknownAuthority(BadCertificate):
    """The server's certificate comes from an authority that this machine doesn't know, or lacks what leads there."""

    kind = ErrorKind.UNKNOWN_AUTHORITY


class NoTls(FetchError):
    """No TLS connection came about, although the address is one of https."""

    kind = ErrorKind.NO_TLS


class FetchTimeout(FetchError):
    """The exchange did not end in time."""

    kind = ErrorKind.TIMEOUT


class BodyTooLarge(FetchError):
    """The body is larger than allowed, counted after decompression."""

    kind = ErrorKind.BODY_TOO_LARGE


class StatusError(FetchError):
    """The server answered with a status that brings no feed."""

    kind = ErrorKind.STATUS

    def __init__(self, message: str, *, status: int, retry_after: timedelta | None = None) -> None:
        self.status = status
        super().__init__(message, retry_after=retry_after)


class Throttled(StatusError):
    """The server says that we come too often."""

    kind = ErrorKind.THROTTLED


class ReaderLost(SourceError):
    """The process that read an answer ended before it was done, or was stopped for taking too long."""

    kind = ErrorKind.READER_LOST


class Crashed(SourceError):
    """A bug of ours that its input brought out; the log has all of it."""

    kind = ErrorKind.CRASHED

    @classmethod
    def by(cls, error: Exception) -> Self:
        return cls(f"this program failed on it: {type(error).__name__}: {error}")


class ParseError(SourceError):
    """The body can't be read as a feed."""

    kind = ErrorKind.UNREADABLE


class NotAFeed(ParseError):
    """The body is something else, mostly a web page."""

    kind = ErrorKind.NOT_A_FEED


class NotAList(ParseError):
    """The page holds no list of entries, and why; or the rules that the operator gave match nothing on it."""

    kind = ErrorKind.NOT_A_LIST


class Challenge(NotAList):
    """The page asks who we are; what is on it is not the site's."""

    kind = ErrorKind.CHALLENGE


class PageChanged(ParseError):
    """What used to be read on a page is not there any more, and what is there instead is something else."""

    kind = ErrorKind.PAGE_CHANGED


class Unstorable(SourceError):
    """The database refuses what this source brought; nothing of it was written."""

    kind = ErrorKind.UNSTORABLE


class StoreError(AggregatorError):
    """The database can't be used. Nothing was half written."""


class StoreFull(StoreError):
    """There is no room left where the database is."""


class StoreBusy(StoreError):
    """Another process holds the database."""


class StoreTooNew(StoreError):
    """The database was written by a newer program."""


class ClaimLost(StoreError):
    """This worker's claim on a source ended and another one has it; nothing of its result was written."""


class PublishError(AggregatorError):
    """The outputs can't be written where they should go."""


class DeliveryError(AggregatorError):
    """An attempt failed; another may not. ``retry_after`` is the least time that the other side asked us to wait."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Refused(DeliveryError):
    """The other side will never take this. ``stops``: nor anything else at this endpoint.

    ``may_stop``: that is what it means when it says so again and again.
    """

    def __init__(self, message: str, *, stops: bool, may_stop: bool = False) -> None:
        self.stops = stops
        self.may_stop = may_stop
        super().__init__(message)
