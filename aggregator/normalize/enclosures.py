"""The files of an entry (N50, N51 of docs/explanation/normalization.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from aggregator.model import Enclosure
from aggregator.normalize.urls import absolute_url
from aggregator.text.one_line import one_line, shorten

MAX_ENCLOSURES = 50

_ENDING = re.compile(r"https?://[^/?#]*/[^?#]*\.([^./?#]*)(?=[?#]|$)")
_AVATAR = re.compile(r"https?://[^/]*gravatar\.com/")  # WordPress lists its author's picture with the entry's
_TYPES = {
    "aac": "audio/aac", "avif": "image/avif", "epub": "application/epub+zip", "flac": "audio/flac", "gif": "image/gif",
    "jpeg": "image/jpeg", "jpg": "image/jpeg", "m4a": "audio/mp4", "m4v": "video/mp4", "mov": "video/quicktime",
    "mp3": "audio/mpeg", "mp4": "video/mp4", "oga": "audio/ogg", "ogg": "audio/ogg", "ogv": "video/ogg",
    "opus": "audio/ogg", "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml", "wav": "audio/wav",
    "webm": "video/webm", "webp": "image/webp",
}  # fmt: skip


def clean_enclosures(enclosures: Iterable[Enclosure], base: str) -> tuple[Enclosure, ...]:
    """Return the files with absolute web addresses, each once, with a media type where the address tells it."""
    kept: dict[str, Enclosure] = {}
    for enclosure in enclosures:
        url = absolute_url(enclosure.url, base)
        if url and url not in kept and not _AVATAR.match(url):
            title = shorten(one_line(enclosure.title or ""), 200) or None
            kept[url] = replace(enclosure, url=url, title=title, type=_media_type(enclosure.type, url))
    return tuple(kept.values())[:MAX_ENCLOSURES]


def is_picture(enclosure: Enclosure) -> bool:
    """Whether a file is a picture, by its type, or by its ending where it has none."""
    return (_media_type(enclosure.type, enclosure.url) or "").startswith("image/")


def _media_type(given: str | None, url: str) -> str | None:
    """Return the given type; where there is none, or only a range such as image/*, that of the file's name."""
    given = one_line(given or "").lower() or None
    if given and "/" in given and not given.endswith("/*"):
        return given
    ending = _ENDING.match(url)
    return _TYPES.get(ending[1].lower() if ending else "", given if given and "/" in given else None)
