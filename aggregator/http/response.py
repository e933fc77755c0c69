"""What came back at the end of the redirects."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

PERMANENT: Final = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
REDIRECTS: Final = PERMANENT | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect: its status, and the address it led to."""

    status: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The answer at the end of the redirects. ``url`` gave it; ``body`` is decoded from its encodings.

    Only answers of the 200s have their body read in full; of others there is at most an excerpt. ``is_cut``: it was
    compressed, and the compressed data ended before its end.
    """

    status: int
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_cut: bool = False
    hops: tuple[Hop, ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return next(iter(self.header_values(name)), None)

    def header_values(self, name: str) -> tuple[str, ...]:
        """All values of a header that came more than once, in order."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def moved_to(self) -> str | None:
        """Where the permanent redirects (301, 308) at the beginning of the chain led; None when there were none."""
        found = None
        for hop in self.hops:
            if hop.status not in PERMANENT:
                break
            found = hop.url
        return found
