"""The page and the title of a film or a piece of music, by the address and the title of its player."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from aggregator.text.hosts import site_of

_NO_TITLE: Final = re.compile(
    r"(?:(?:you ?tube|vimeo|embedded|external|video|audio|media|player|iframe|frame|embed|content|widget)(?: |$))*+",
    re.IGNORECASE,
)
_MOST_TITLE_CHARS: Final = 200


def film_page(address: str) -> str:
    """Return the page of a film, where it is known, for the address of its player; else that address."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return address
    of_service = _SERVICES.get(host)
    page = of_service([each for each in parts.path.split("/") if each], parse_qs(parts.query)) if of_service else None
    return page or address


def film_title(written: str, page: str) -> str:
    """Return what a link to the page of a film says: the title of its player, or the host where that says nothing."""
    title = " ".join(written.split())[:_MOST_TITLE_CHARS]
    return (site_of(page) or page) if _NO_TITLE.fullmatch(title) else title


def _youtube(path: list[str], query: dict[str, list[str]]) -> str | None:
    if len(path) != 2 or path[0] not in {"embed", "v", "e", "shorts"}:
        return None
    video, playlist = re.split("[?&]", path[1])[0], query.get("list", [""])[0]
    if video == "videoseries" or not video:
        return f"https://www.youtube.com/playlist?list={playlist}" if playlist else None
    start = query.get("start", [""])[0]
    return f"https://www.youtube.com/watch?v={video}" + (f"&t={start}" if start.isdigit() and start != "0" else "")


def _vimeo(path: list[str], query: dict[str, list[str]]) -> str | None:
    key = query.get("h", [""])[0]
    return f"https://vimeo.com/{path[1]}{'/' if key else ''}{key}" if len(path) == 2 and path[0] == "video" else None


def _dailymotion(path: list[str], query: dict[str, list[str]]) -> str | None:
    video = path[2] if path[:2] == ["embed", "video"] and len(path) == 3 else query.get("video", [""])[0]
    return f"https://www.dailymotion.com/video/{video}" if video else None


def _without_embed(host: str) -> Callable[[list[str], dict[str, list[str]]], str | None]:
    def page(path: list[str], _: dict[str, list[str]]) -> str | None:
        rest = [each for each in path if each not in {"embed", "embed-podcast"}]
        return f"https://{host}/{'/'.join(rest)}" if rest and rest != path else None

    return page


def _soundcloud(_: list[str], query: dict[str, list[str]]) -> str | None:
    url = unquote(query.get("url", [""])[0])
    return url if url.startswith(("https://soundcloud.com/", "http://soundcloud.com/")) else None


_SERVICES: Final[dict[str, Callable[[list[str], dict[str, list[str]]], str | None]]] = {
    "youtube.com": _youtube,
    "youtube-nocookie.com": _youtube,
    "m.youtube.com": _youtube,
    "player.vimeo.com": _vimeo,
    "dailymotion.com": _dailymotion,
    "geo.dailymotion.com": _dailymotion,
    "open.spotify.com": _without_embed("open.spotify.com"),
    "embed.podcasts.apple.com": lambda path, _: f"https://podcasts.apple.com/{'/'.join(path)}",
    "ted.com": _without_embed("www.ted.com"),
    "embed.ted.com": lambda path, _: f"https://www.ted.com/{'/'.join(path)}",
    "w.soundcloud.com": _soundcloud,
}
