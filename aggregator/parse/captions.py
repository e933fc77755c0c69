"""What Media RSS says of a picture is a caption, not a text of the entry that the picture belongs to."""

from __future__ import annotations

import re

# With the slips that publishers make: an address that feedparser doesn't know leaves the prefix to speak for itself.
_MEDIA_RSS = re.compile(r"""xmlns:([\w.-]+)\s*=\s*["']https?://search\.yahoo\.com/mrss/?["']""", re.IGNORECASE)


def name_captions(text: str) -> str:
    """Return a document in which ``media:description`` is called ``media:caption``, without attributes.

    A short description of the media object, says https://www.rssboard.org/media-rss#media-description; feedparser
    takes it for one of the entry, and the second description of an entry for its content. A document that declares the
    prefix with the element itself stays as it is.
    """
    prefixes = {re.escape(prefix) for prefix in _MEDIA_RSS.findall(text)} if ":description" in text else set()
    if not prefixes:
        return text
    tag = re.compile(rf"<(/?(?:{'|'.join(sorted(prefixes))}):)description(?:\s[^<>]*?)?(/?)>")
    if any("xmlns" in found[0] for found in tag.finditer(text)):
        return text
    return tag.sub(r"<\1caption\2>", text)
