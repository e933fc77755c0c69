"""Addresses as feeds write them, whole, relative or with a slip → absolute."""

from __future__ import annotations

import re
from typing import Final

from aggregator.text.hosts import host_of
from aggregator.text.schemes import joined, repaired

# What resolving and repairing would leave as it is, which goes without saying for nearly all addresses.
WHOLE: Final = re.compile(
    r"https?://[\w.-]+(?::\d+)?(?:/[\w./%+~=@,:!*-]*)?(?:\?[\w./%+~=@,:!*;&-]+)?(?:#[\w./%+~=@,:!*;&-]+)?", re.ASCII
)
_NO_HOST: Final = re.compile(r"\s*https?:[/\\]*\s*", re.IGNORECASE)


def absolute(url: str | None, base: str) -> str | None:
    """Resolve an address; what can't be one is None.

    Ampersands are often escaped once too often, and "www.example.org/news" is no file beside the feed.
    """
    if not url:
        return None
    if "&" in url:
        url = url.replace("&amp;", "&")
    if WHOLE.fullmatch(url):
        return url
    if _NO_HOST.fullmatch(url):
        return None
    return joined(base, repaired(url, beside=host_of(base)))
