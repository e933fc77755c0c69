"""Pictures that nobody is meant to look at: counters, share buttons, spacers (docs/normalization.md, N34)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_HOSTS = (
    "2o7.net", "ad.doubleclick.net", "ads.pheedo.com", "b.scorecardresearch.com", "beacon.krxd.net",
    "feedads.g.doubleclick.net", "feeds.wordpress.com", "googleads.g.doubleclick.net", "pheedo.com",
    "pi.feedsportal.com", "pixel.quantserve.com", "pixel.wp.com", "rss.buysellads.com", "sb.scorecardresearch.com",
    "secure-us.imrworldwide.com", "ssl.google-analytics.com", "stats.wordpress.com", "statcounter.com",
    "res.feedsportal.com", "vg07.met.vgwort.de", "www.google-analytics.com",
)  # fmt: skip
_VG_WORT = re.compile(r"(?:vg\d\d|ssl-vg\d\d)\.met\.vgwort\.de")
_PATHS = re.compile(
    r"^/~(?:ff|r|a|at)/|^/tracker/\d|/_/stat\?|^/(?:piwik|matomo)\.php|/feedburner/flare|/pixel\.(?:gif|png)$"
    r"|/(?:spacer|blank|clear|transparent|1x1|trans)\.(?:gif|png)$|/1\.gif$|^/b/ss/",
    re.IGNORECASE,
)
_FEEDFLARE = re.compile(r"^https?://[^/]+/~ff/|^https?://feeds\.wordpress\.com/1\.0/", re.IGNORECASE)


def is_junk_image(src: str, width: str | None, height: str | None) -> bool:
    """Whether a picture only counts readers or fills space: of one pixel, or from a place known for it."""
    if width in {"0", "1"} or height in {"0", "1"}:
        return True
    parts = urlsplit(src)
    host = parts.hostname or ""
    address = f"{parts.path}{'?' if parts.query else ''}"
    return host in _HOSTS or _VG_WORT.fullmatch(host) is not None or _PATHS.search(address) is not None


def is_junk_link(href: str) -> bool:
    """Whether a link is a share button that a feed service put under every entry."""
    return _FEEDFLARE.match(href) is not None
