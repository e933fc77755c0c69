"""Bytes → ListPage: a web page without a feed, read as a list of entries. Pure: no network, no files, no clock.

``tree`` opens the page; ``flatten`` and ``cells`` make flat lists of it (``outline``); ``repeats`` and ``extents`` find
what repeats; ``records`` and ``dating`` find titles, links and dates in it; ``choosing`` says which series is the list.
"""

from __future__ import annotations

from aggregator.parse.pages.hints import hints_for
from aggregator.parse.pages.reading import pin_page, read_page
from aggregator.parse.pages.selecting import is_name
from aggregator.parse.pages.tree import PageDocument, open_page
from aggregator.parse.pages.walls import wall

__all__ = ["PageDocument", "hints_for", "is_name", "open_page", "pin_page", "read_page", "wall"]
