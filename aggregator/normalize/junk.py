"""Pictures that nobody is meant to look at: counters, share buttons, spacers (N34 of normalization.md)."""

from __future__ import annotations

import re

_HOSTS = re.compile(
    r"(?:ad|feedads\.g|googleads\.g)\.doubleclick\.net|(?:ads\.|www\.)?pheedo\.com|[bs]b?\.scorecardresearch\.com"
    r"|beacon\.krxd\.net|feeds\.wordpress\.com|(?:da|pi|res|rss)\.feedsportal\.com|pixel\.quantserve\.com"
    r"|pixel\.wp\.com|stats\.wordpress\.com|rss\.buysellads\.com|secure-us\.imrworldwide\.com|c\.statcounter\.com"
    r"|(?:www|ssl)\.google-analytics\.com|(?:ssl-)?vg\d\d\.met\.vgwort\.de|(?:.+\.)?2o7\.net"
)
_PATHS = re.compile(
    r"/~(?:ff|r|a|at)/|/tracker/\d|/(?:piwik|matomo)\.php$|/b/ss/"
    r"|.*/(?:_/stat|1\.gif|(?:1x1|blank|clear|clearpixel|pixel|spacer|trans|transparent)\.(?:gif|png))$",
    re.IGNORECASE,
)
_THIN = frozenset(("0", "1"))
_PARTS = re.compile(r"https?://(?:[^/?#@]*@)?(?P<host>[^/?#:]*)(?::[0-9]*)?(?P<path>[^?#]*)", re.IGNORECASE)
_SHARE_LINK = re.compile(r"https?://[^/]+/~ff/|https?://feeds\.wordpress\.com/1\.0/", re.IGNORECASE)


def is_junk_image(src: str, *, width: str | None, height: str | None) -> bool:
    """Whether a picture only counts readers or fills space: one pixel thin, or of an address known for it.

    ``src`` is an absolute address.
    """
    if width in _THIN or height in _THIN:
        return True
    found = _PARTS.match(src)
    return found is not None and (
        _HOSTS.fullmatch(found["host"].lower()) is not None or _PATHS.match(found["path"]) is not None
    )


def is_junk_link(href: str) -> bool:
    """Whether a link is a share button that a feed service puts under every entry."""
    return _SHARE_LINK.match(href) is not None


_FRAMES = re.compile(
    r"https?://(?:[^/]*\.)?(?:googletagmanager\.com/|doubleclick\.net/|googlesyndication\.com/|amazon-adsystem\.com/"
    r"|facebook\.com/plugins/(?:like|share|follow|page)|platform\.twitter\.com/widgets/(?:tweet|follow)_button"
    r"|vgwort\.de/|google\.com/recaptcha)",
    re.IGNORECASE,
)


def is_junk_frame(src: str, width: str | None, height: str | None) -> bool:
    """Whether a frame shows nothing of the entry: a counter, an advertisement, a share button.

    ``src`` is an absolute address.
    """
    return is_junk_image(src, width=width, height=height) or _FRAMES.match(src) is not None
