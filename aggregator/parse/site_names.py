"""The name of a site in the titles of its pages: "Talent ranking | Moonfield Agency"."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from aggregator.parse.pages import PageDocument

_PARTS_TITLE: Final = re.compile(r"\s+[|–—·•∙»:-]+\s+|\s*[|»]\s*")
_STRONG: Final = re.compile(r"\s*[|»]\s*|\s+(?:[·•∙]|::)\s+")


def without_site(title: str, document: PageDocument, *, heading: str = "") -> str:
    """Return a page's title without its site's name behind or before it; heading where that is a piece of it."""
    pieces = [each.strip() for each in _PARTS_TITLE.split(title) if each.strip()]
    if len(pieces) < 2:
        return title
    if heading and heading in pieces:
        return heading
    host = "".join(filter(str.isalnum, (urlsplit(document.url).hostname or "").lower()))
    site = document.metas.get("og:site_name", "").casefold()
    kept = [
        each for each in pieces if each.casefold() != site and "".join(filter(str.isalnum, each.lower())) not in host
    ]
    if len(kept) == len(pieces) and _STRONG.search(title):  # "Talent ranking | Moonfield Agency"
        kept = [each.strip() for each in _STRONG.split(title) if each.strip()][:-1]
    elif len(kept) == len(pieces):
        return title
    return " – ".join(kept) if kept else title
