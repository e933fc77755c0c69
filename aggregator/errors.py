"""Every error that leaves a room, as one tree; the entry points turn it into a sentence and an exit code.

AggregatorError
├── ConfigError            the operator's files are wrong; every problem at once (exit code 2)
│   └── NoConfiguration    … or there are none
├── UsageError             a command was asked for something that isn't there (exit code 2)
│   └── Forgotten          … any more
├── SourceError            one source failed: recorded on it, the rest go on
│   ├── FetchError         no usable answer
│   │   ├── AddressRefused the address guard said no, before any byte was sent
│   │   ├── Unreachable    no connection came about
│   │   │   └── NoSuchHost … because the host's name is not there
│   │   ├── FetchTimeout   the whole exchange took longer than ``fetch.timeout``
│   │   ├── BodyTooLarge   more than ``fetch.max_body`` after decompression
│   │   └── StatusError    an answer that is not 200 or 304
│   │       └── Throttled  … because we come too often: not the source's failure
│   ├── ReaderLost         the process that read its answer ended, or took too long
│   ├── Unstorable         the database refuses what it brought
│   └── ParseError         an answer that can't be read as a feed, or as a list of entries
│       ├── NotAFeed       … because it is something else, such as a web page
│       ├── NotAList       … because the page holds none, or rules for it match nothing
│       │   └── Challenge  … because it asks who we are, and nothing on it is the site's
│       └── PageChanged    … because the page was rebuilt since it was last read well
├── StoreError             the database can't be used; stops the run
│   ├── StoreBusy          another process has it
│   ├── StoreTooNew        its schema is newer than this program
│   └── ClaimLost          another worker polls this source now; this worker's result is dropped
├── PublishError           outputs can't be written
└── DeliveryError          one attempt at one delivery failed: recorded on it, tried again
    └── Refused            … for good
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


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

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class NoConfiguration(ConfigError):
    """There is no configuration in the usual places."""


class UsageError(AggregatorError):
    """A command names something that does not exist."""


class Forgotten(UsageError):
    """What was asked for was there, and won't be again."""


class SourceError(AggregatorError):
    """One source's failure. The message is stored on the source and shown to the operator."""


class FetchError(SourceError):
    """No usable answer from the server; ``retry_after`` is the least time it asked us to wait, if it did.

    ``took`` is how long the exchange was, None where there was none.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        self.retry_after = retry_after
        self.took: timedelta | None = None
        super().__init__(message)


class AddressRefused(FetchError):
    """The address is one we don't connect to: a private network, another scheme."""


class Unreachable(FetchError):
    """No connection to the host came about."""


class NoSuchHost(Unreachable):
    """The host's name is not known to the name servers."""


class FetchTimeout(FetchError):
    """The exchange did not end in time."""


class BodyTooLarge(FetchError):
    """The body is larger than allowed, counted after decompression."""


class StatusError(FetchError):
    """The server answered with a status that brings no feed."""

    def __init__(self, message: str, *, status: int, retry_after: timedelta | None = None) -> None:
        self.status = status
        super().__init__(message, retry_after=retry_after)


class Throttled(StatusError):
    """The server says that we come too often."""


class ReaderLost(SourceError):
    """The process that read an answer ended before it was done, or was stopped for taking too long."""


class ParseError(SourceError):
    """The body can't be read as a feed."""


class NotAFeed(ParseError):
    """The body is something else, mostly a web page."""


class NotAList(ParseError):
    """The page holds no list of entries, and why; or the rules that the operator gave match nothing on it."""


class Challenge(NotAList):
    """The page asks who we are; what is on it is not the site's."""


class PageChanged(ParseError):
    """What used to be read on a page is not there any more, and what is there instead is something else."""


class Unstorable(SourceError):
    """The database refuses what this source brought; nothing of it was written."""


class StoreError(AggregatorError):
    """The database can't be used. Nothing was half written."""


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
    """The other side will never take this. ``stops``: nor anything else at this endpoint."""

    def __init__(self, message: str, *, stops: bool) -> None:
        self.stops = stops
        super().__init__(message)
