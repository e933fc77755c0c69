"""Where well-known sites keep the feed of a page, for pages that don't name it or can't be opened by programs."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

_VIDEOS: Final = "https://www.youtube.com/feeds/videos.xml"

# Host and path as one text, and the address of the feed made from what the pattern found; `//` keeps the scheme.
_PLACES: Final = tuple(
    (re.compile(pattern), place)
    for pattern, place in (
        (r"(?:[\w-]+\.)?youtube\.com/channel/(UC[\w-]{22})(?:/.*)?", rf"{_VIDEOS}?channel_id=\1"),
        (r"(?:[\w-]+\.)?youtube\.com/user/([\w-]+)(?:/.*)?", rf"{_VIDEOS}?user=\1"),
        (
            r"(?:[\w-]+\.)?reddit\.com/((?:r|user|u)/[\w-]+(?:/(?:new|hot|top|rising))?)/?",
            r"https://www.reddit.com/\1/.rss",
        ),
        (r"github\.com/([\w.-]+/[\w.-]+)/releases(?:/.*)?", r"https://github.com/\1/releases.atom"),
        (r"github\.com/([\w.-]+/[\w.-]+)/tags/?", r"https://github.com/\1/tags.atom"),
        (r"github\.com/([\w.-]+/[\w.-]+)/commits/([^/]+)/?", r"https://github.com/\1/commits/\2.atom"),
        (r"github\.com/([\w.-]+/[\w.-]+)(?:/commits)?/?", r"https://github.com/\1/commits.atom"),
        (r"github\.com/([\w-]+)/?", r"https://github.com/\1.atom"),
        (r"(?:www\.)?medium\.com/(@[\w.-]+|tag/[\w-]+|[\w-]+)(?:/.*)?", r"https://medium.com/feed/\1"),
        (r"([\w-]+\.medium\.com)(?:/.*)?", r"https://\1/feed"),
        (r"([\w-]+\.substack\.com)(?:/.*)?", r"https://\1/feed"),
        (r"(?:open\.)?substack\.com/(?:pub/|@)([\w-]+)(?:/.*)?", r"https://\1.substack.com/feed"),
        (r"bsky\.app/profile/([^/]+)(?:/.*)?", r"https://bsky.app/profile/\1/rss"),
        (r"([\w-]+\.tumblr\.com)(?:/.*)?", r"https://\1/rss"),
        (r"(?:www\.)?tumblr\.com/([\w-]+)/?", r"https://\1.tumblr.com/rss"),
        (r"(?:www\.)?vimeo\.com/([\w-]+)/?", r"https://vimeo.com/\1/videos/rss"),
        # Mastodon and what speaks as it does; a profile of another server is there
        (r"[\w.-]+/@([\w.-]+)@([\w-]+(?:\.[\w-]+)+)/?", r"https://\2/@\1.rss"),
        (r"([\w.-]+(?::\d+)?/@[\w.-]+)(?:/(?:with_replies|media))?/?", r"//\1.rss"),
    )
)
_CANONICAL_CHANNEL: Final = re.compile(r"https?://(?:www\.)?youtube\.com/channel/(UC[\w-]{22})")


def known_feeds(url: str) -> tuple[str, ...]:
    """Return where the site of a page keeps its feed; empty for sites of which nothing is known."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    place = f"{(parts.hostname or '').lower()}{f':{parts.port}' if parts.port else ''}{parts.path}"
    if re.fullmatch(r"(?:[\w-]+\.)?youtube\.com/(?:playlist|watch)", place):
        return tuple(f"{_VIDEOS}?playlist_id={name}" for name in parse_qs(parts.query).get("list", ())[:1])
    found = next((match.expand(feed) for pattern, feed in _PLACES if (match := pattern.fullmatch(place))), None)
    return (f"{parts.scheme}:{found}" if found.startswith("//") else found,) if found else ()


def feed_of_channel(canonical: str) -> str | None:
    """Return the feed of a YouTube channel whose page says this is its address; None for any other page."""
    found = _CANONICAL_CHANNEL.match(canonical)
    return f"{_VIDEOS}?channel_id={found[1]}" if found else None
