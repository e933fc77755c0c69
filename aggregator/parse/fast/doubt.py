"""How the fast reader gives up; never leaves its room."""

from __future__ import annotations


class Doubt(Exception):
    """What feedparser makes of this document is not plain: leave it to feedparser."""
