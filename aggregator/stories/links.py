"""Which pages elsewhere an entry links to: two reports that link to one may be about one event, in any language."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit
from zlib import crc32

from aggregator.model import Entry
from aggregator.text.hosts import site_of

# So many pages are enough to tell by; a list of links is no report.
MAX_LINKS = 3
_MARKUP_CHARS = 20_000

_ADDRESS = re.compile(r'<a href="(https?://[^"]+)"')
# Nearly all addresses are that plain: their host without "www.", and their path.
_PLAIN = re.compile(
    r"https?://(?:www\.)?+([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[\w.~%+,:=@!$&*();-]*+)*+)(?:[?#]\S*)?", re.ASCII
)
# What everybody links to: networks, encyclopedias, shops, shorteners, places to share at.
_EVERYWHERE = re.compile(
    r"(?:^|\.)(?:amazon|apple|archive|bit|bsky|creativecommons|doi|eventbrite|facebook|flickr|github|goo|google|gravatar"
    r"|instagram|linkedin|medium|paypal|patreon|pinterest|reddit|spotify|substack|t|telegram|threads|tiktok|twitter|vimeo"
    r"|whatsapp|wikimedia|wikipedia|wordpress|x|youtu|youtube)\.[a-z.]{2,6}$"
)


def links_of(entry: Entry) -> tuple[str, ...]:
    """Return the first pages of other sites that an entry's text links to, as hashes; none for a list of links."""
    addresses = _ADDRESS.findall(entry.content[:_MARKUP_CHARS])
    own = site_of(entry.url) or "" if addresses else ""
    found: dict[str, None] = {}
    for address in addresses:
        page = _page(html.unescape(address), own)
        if page is not None:
            found[f"{crc32(page.encode('utf-8', 'replace')):08x}"] = None
            if len(found) > MAX_LINKS:
                return ()
    return tuple(found)


def _page(address: str, own: str) -> str | None:
    """Return an address without what doesn't choose the page; None for a front page, the own site, a network."""
    if plain := _PLAIN.fullmatch(address):
        host, path = plain[1], plain[2].strip("/")
    else:
        host, path = site_of(address), _path(address)
    if not host or host.endswith(own or host) or own.endswith(host) or _EVERYWHERE.search(host):
        return None
    return f"{host}/{path}" if path else None


def _path(address: str) -> str:
    try:
        return urlsplit(address).path.strip("/")
    except ValueError:
        return ""
