"""Pictures, films and little pictures of characters, written so that what cleans HTML keeps what is meant.

It works on HTML as published, before that is cleaned: nothing that it writes is trusted. Every pass is linear.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from typing import Final

from aggregator.normalize.junk import is_junk_frame
from aggregator.normalize.urls import absolute_url
from aggregator.text.films import film_page, film_title
from aggregator.text.pictures import SET, picture_address, widest

# The elements that are looked at here, for pictures and for films.
_AMP_PICTURES: Final = frozenset({"amp-img", "amp-anim"})
PICTURES: Final = ("img", *sorted(_AMP_PICTURES), "video", "audio", "source")
FILMS: Final = (
    *("iframe", "object", "embed", "amp-iframe", "amp-youtube", "amp-vimeo", "amp-dailymotion"),
    *("lite-youtube", "lite-vimeo"),
)

_IN_TAG = r"""((?:[^<>"']++|"[^"]*"|'[^']*')*+)"""
_PICTURES: Final = re.compile(rf"<({'|'.join(PICTURES)})(?=[\s/>]){_IN_TAG}>", re.IGNORECASE)
_AMP_END: Final = re.compile(r"</amp-(?:img|anim)\s*>", re.IGNORECASE)
_PICTURE: Final = re.compile(r"<picture(?=[\s>])[^<>]*>((?:[^<]++|<(?!/?picture\b))*+)</picture\s*>", re.IGNORECASE)
_BESIDE: Final = r"(?:\s|</?(?:a|span|picture|source)(?=[\s/>])[^<>]*>)*+"
_TWICE: Final = re.compile(
    rf"(?:<img(?=[\s/]){_IN_TAG}>({_BESIDE}))?<noscript[^<>]*>((?:[^<]++|<(?!/?noscript\b))*+)</noscript\s*>"
    rf"(?:\s*<img(?=[\s/]){_IN_TAG}>)?",
    re.IGNORECASE,
)
_FRAME: Final = re.compile(rf"<({'|'.join(FILMS)})(?=[\s/>]){_IN_TAG}>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+)))?""")
_PARAMETER: Final = re.compile(rf"<(param|embed)(?=[\s/]){_IN_TAG}>", re.IGNORECASE)

_LAZY_SIGNS: Final = ("data-", "srcset", "lazy-src")
_EMOJI_SIGNS: Final = ("emoji", "smiley", "emoticon", "joypixels")

_EMOJI_CLASS: Final = re.compile(
    r"(?:wp-|custom-)?(?:smiley|emoji|emoticon|emojione|twemoji|joypixels)(?:[_-][\w-]*)?", re.IGNORECASE
)
_EMOJI_FILE: Final = re.compile(
    r"/(?:images/core/emoji|images/emoji|emoji(?:\.php)?|twemoji|emojione|noto-emoji)/(?:[\w.@-]+/)*([\w.-]+)\.(?:png|svg|gif|webp)",
    re.IGNORECASE,
)
_CODE_POINTS: Final = re.compile(r"(?:emoji_u)?((?:[0-9a-f]{2,6})(?:[_-][0-9a-f]{2,6})*)", re.IGNORECASE)
_MOST_ALT_CHARS: Final = 40
_MOST_FRAMES: Final = 100  # of one text; further ones are dropped with what they hold


def prepare_media(markup: str, names: Collection[str]) -> str:
    """Return HTML in which a picture's address is in its ``src`` and the picture of a character is that character.

    ``names`` are those of all its elements. What isn't recognized stays as it is.
    """
    if "noscript" in names and any(sign in markup.lower() for sign in _LAZY_SIGNS):
        markup = _TWICE.sub(_once, _PICTURES.sub(_as_character, markup))
    if "picture" in names:
        markup = _PICTURE.sub(_with_source, markup)
    if not _AMP_PICTURES.isdisjoint(names):
        markup = _AMP_END.sub("", markup)
    return _PICTURES.sub(_as_meant, markup)


# --- pictures --------------------------------------------------------------------------------------------------------


def _as_meant(found: re.Match[str]) -> str:
    """Write a picture, sound or film with its real address, or as the character that it is of.

    A ``source`` of pictures has none that counts.
    """
    name, written = found[1].lower(), found[2].lower()
    if any(sign in written for sign in _EMOJI_SIGNS) and (character := _as_character(found)) != found[0]:
        return character
    if name not in _AMP_PICTURES and not any(sign in written for sign in _LAZY_SIGNS):
        return found[0]
    attributes = _read(found[2])
    is_picture = name == "img" or name in _AMP_PICTURES
    if name == "source" and (SET in attributes or "src" in attributes):
        return found[0]
    address = picture_address(attributes)
    if address is None or (address == attributes.get("src", "").strip() and name not in _AMP_PICTURES):
        return found[0]
    return _tag("img" if is_picture else name, {**attributes, "src": address})


def _with_source(found: re.Match[str]) -> str:
    """Give the picture of a ``picture`` the address of its last source, which all browsers read, if it has none."""
    images = [each for each in _PICTURES.finditer(found[1]) if each[1].lower() == "img"]
    if len(images) != 1 or picture_address(attributes := _read(images[0][2])) is not None:
        return found[0]
    sources = [_read(each[2]) for each in _PICTURES.finditer(found[1]) if each[1].lower() == "source"]
    candidates = (widest(each.get("data-srcset") or each.get(SET)) for each in reversed(sources))
    address = next((each for each in candidates if each), None)
    return _tag("img", {**attributes, "src": address}) if address else found[0]


def _once(found: re.Match[str]) -> str:
    """Of a picture that is there twice, for browsers with and without scripts, leave the plain one."""
    if "<img" not in found[3].lower():
        return found[0]
    before = found[2] or "" if found[1] is not None and _is_lazy(found[1]) else _img(found[1], found[2])
    after = "" if found[1] is None and found[4] is not None and _is_lazy(found[4]) else _img(found[4], "")
    return f"{before}{found[3]}{after}"


def _img(attributes: str | None, rest: str | None) -> str:
    return "" if attributes is None else f"<img{attributes}>{rest or ''}"


def _is_lazy(written: str) -> bool:
    attributes = _read(written)
    src = attributes.get("src", "").strip()
    return src.startswith("data:") or not src or picture_address(attributes) != src


# --- characters ------------------------------------------------------------------------------------------------------


def _as_character(found: re.Match[str]) -> str:
    """Write the picture of a character as that character: its alternative text, else the number in its file's name."""
    if found[1].lower() != "img":
        return found[0]
    attributes = _read(found[2])
    file = _EMOJI_FILE.search(attributes.get("src", ""))
    is_emoji = any(_EMOJI_CLASS.fullmatch(each) for each in attributes.get("class", "").split())
    if not is_emoji and not (file and _CODE_POINTS.fullmatch(file[1])):
        return found[0]
    text = attributes.get("alt", "").strip() or (_character(file[1]) if file else "")
    return html.escape(text) if text and len(text) <= _MOST_ALT_CHARS else found[0]


def _character(file: str) -> str:
    """Return the character of a file called "1f680" or "1f1f1-1f1fa"."""
    numbers = _CODE_POINTS.fullmatch(file)
    codes = [int(number, 16) for number in re.split("[_-]", numbers[1])] if numbers else []
    return "".join(map(chr, codes)) if all(0x20 < code < 0xD800 or 0xE000 <= code < 0x110000 for code in codes) else ""


# --- films -----------------------------------------------------------------------------------------------------------


def link_films(markup: str, base: str | None) -> str:
    """Return HTML with a link in the place of every frame and plug-in that shows something, with its title.

    Without a title the link says the name of the host.
    """
    lowered = markup.lower()
    shown: list[str] = []
    seen: set[str] = set()
    position = 0
    never_closed = {"embed"}
    while len(seen) < _MOST_FRAMES and (found := _FRAME.search(markup, position)):
        shown.append(markup[position : found.start()])
        name = found[1].lower()
        end = -1 if name in never_closed else lowered.find(f"</{name}", found.end())
        if end < 0:
            never_closed.add(name)
        inside = markup[found.end() : end] if end >= 0 else ""
        position = found.end() if end < 0 else markup.find(">", end) + 1 or len(markup)
        attributes = _read(found[2])
        address = absolute_url(_film_address(name, attributes, inside), base)
        if (
            address is None
            or address in seen
            or is_junk_frame(address, attributes.get("width"), attributes.get("height"))
        ):
            continue
        seen.add(address)
        if name == "object" and attributes.get("type", "").startswith("image/"):
            shown.append(_tag("img", {"src": address, "alt": attributes.get("title", "")}))
        else:
            page = film_page(address)
            title = film_title(attributes.get("title", ""), page)
            shown.append(f'<p><a href="{html.escape(page)}">{html.escape(title)}</a></p>')
    shown.append(markup[position:])
    return "".join(shown)


def _film_address(name: str, attributes: dict[str, str], inside: str) -> str | None:
    if name in _PLAYERS:
        video = attributes.get("data-videoid") or attributes.get("videoid")
        return _PLAYERS[name] + video if video else None
    if address := picture_address({**attributes, "src": attributes.get("src") or attributes.get("data") or ""}):
        return address
    for found in _PARAMETER.finditer(inside if name == "object" else ""):
        inner = _read(found[2])
        if found[1].lower() == "embed" or inner.get("name", "").lower() in {"movie", "src", "url", "filename"}:
            address = inner.get("src") or inner.get("value")
            if address:
                return address
    return None


_PLAYERS: Final = {
    "amp-youtube": "https://www.youtube.com/watch?v=",
    "lite-youtube": "https://www.youtube.com/watch?v=",
    "amp-vimeo": "https://vimeo.com/",
    "lite-vimeo": "https://vimeo.com/",
    "amp-dailymotion": "https://www.dailymotion.com/video/",
}


# --- tags ------------------------------------------------------------------------------------------------------------


def _read(attributes: str) -> dict[str, str]:
    """Return the attributes in a tag by their names in lower case, the first of a name counting."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(attributes):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found


def _tag(name: str, attributes: dict[str, str]) -> str:
    written = "".join(
        f' {key}="{html.escape(value)}"' for key, value in attributes.items() if not key.startswith(("data-", "on"))
    )
    return f"<{name}{written}>"
