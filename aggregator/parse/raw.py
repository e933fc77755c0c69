"""A feed in the shape that feedparser gives it, whoever read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from xml.sax import SAXParseException

from aggregator.parse.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A feed as nested dicts with feedparser's keys. ``reader`` says who read it, ``mistake`` what was wrong with it.

    Only the keys that ``xml_reader`` and ``xml_entries`` look at are certain to be there.
    """

    reader: str
    version: str | None
    channel: Fields
    entries: list[Fields]
    mistake: SAXParseException | None = None


class Reader(Protocol):
    """Reads a document whose references are all XML's own; None when that is another reader's business."""

    def __call__(self, text: str, *, base: str | None) -> RawFeed | None: ...
