"""What nh3 wrote, made good to read: addresses as readers can follow them, and nothing that isn't meant to be seen.

What is done here removes whole elements, or writes another address in the place of one: of the web or of mail, escaped
as nh3 escapes. Neither can make it unsafe.
"""

from __future__ import annotations

import html
import re
from functools import partial

from aggregator.normalize.junk import is_junk_image, is_junk_link
from aggregator.normalize.urls import PLAIN, absolute_url, direct_url, resolve
from aggregator.text.one_line import one_line

# nh3's output has lower-case names and double quotes only.
_ATTRIBUTES = r'(?: [^\s">=]++(?:="[^"]*+")?+)*+'
_ATTRIBUTE = re.compile(r' ([^\s">=]+)="([^"]*)"')
_HREF = re.compile(r' href="([^"]*)"')
_LINK = re.compile(rf"<a({_ATTRIBUTES})>((?:[^<]++|<(?!/a>))*+)</a>")
_IMAGE = re.compile(rf"<img({_ATTRIBUTES})>")
# What has other addresses than links.
_MEDIA = re.compile(rf"<(img|source|(?:audio|video|blockquote|q|del|ins)(?= ))({_ATTRIBUTES})>")
_SIZE = re.compile(r"\s*([0-9]{1,4})(?:\.[0-9]*)?(?:px)?\s*")
_EMPTY = re.compile(
    r"<(p|div|a|b|i|em|strong|u|s|small|figure|figcaption|section|article|aside|blockquote|h[1-6]|ul|ol|li|dl|audio|video)"
    r'(?: (?!src=)[^\s">=]++(?:="[^"]*+")?+)*+>(?:\s|&nbsp;|<br>)*+</\1>'
)
_EMPTY_ROUNDS = 5  # how deep empty elements may be nested in each other to go
_BREAKS = re.compile(r"<br>\s*<br>\s*<br>\s*(?:<br>\s*)*")
_ESCAPES = str.maketrans({"&": "&amp;", "\xa0": "&nbsp;", '"': "&quot;", "<": "&lt;", ">": "&gt;"})


def tidied(cleaned: str, base: str | None) -> str:
    """Make addresses absolute; take out pictures that nobody is meant to see, links to nowhere, and what is empty then.

    ``base`` is what relative addresses are resolved against.
    """
    cleaned = _MEDIA.sub(partial(_useful_media, base), cleaned)
    if "<a" in cleaned:
        cleaned = _LINK.sub(partial(_useful_link, base), cleaned)
    for _ in range(_EMPTY_ROUNDS):
        cleaned, removed = _EMPTY.subn("", cleaned)
        if not removed:
            break
    return (_BREAKS.sub("<br><br>", cleaned) if cleaned.count("<br>") > 2 else cleaned).strip()


def caption_of(tidy: str) -> str:
    """Return what the first picture says that it shows; "" when none says anything."""
    for image in _IMAGE.finditer(tidy):
        attributes = dict(_ATTRIBUTE.findall(image[1]))
        text = one_line(html.unescape(attributes.get("alt") or attributes.get("title") or ""))
        if text:
            return text
    return ""


def _useful_media(base: str | None, found: re.Match[str]) -> str:
    name, written = found.groups()
    attributes = {each: html.unescape(value) if "&" in value else value for each, value in _ATTRIBUTE.findall(written)}
    changed = False
    for each, checked in _CHECKED.items():
        if each in attributes and (value := checked(given := attributes[each], base)) != given:
            changed = True
            if value is None:
                del attributes[each]
            else:
                attributes[each] = value
    if name in {"img", "source"} and "src" not in attributes:
        return ""
    if name == "img" and is_junk_image(
        attributes["src"], width=attributes.get("width"), height=attributes.get("height")
    ):
        return ""
    return f"<{name}{''.join(map(_attribute, attributes.items()))}>" if changed else found[0]


def _size(given: str, _: str | None) -> str | None:
    size = _SIZE.fullmatch(given)
    return size[1] if size else None


# What is checked of such elements: addresses, and sizes in pixels.
_CHECKED = {
    **dict.fromkeys(("src", "poster", "cite"), absolute_url),
    **dict.fromkeys(("width", "height"), _size),
}


def _useful_link(base: str | None, found: re.Match[str]) -> str:
    href = _HREF.search(found[1])
    if href is None:
        return found[2]
    given = html.unescape(href[1]) if "&" in href[1] else href[1]
    address = direct_url(given) if PLAIN.fullmatch(given) else _link_address(given, base)
    if address is None:
        return found[2]
    if is_junk_link(address):
        return ""
    if address == given:
        return found[0]
    return f"<a{found[1][: href.start()]}{_attribute(('href', address))}{found[1][href.end() :]}>{found[2]}</a>"


def _link_address(given: str, base: str | None) -> str | None:
    address = resolve(given, base) or ""
    if address.lower().startswith("mailto:"):
        return address
    link = absolute_url(address, None)
    return direct_url(link) if link else None


def _attribute(attribute: tuple[str, str]) -> str:
    name, value = attribute
    return f' {name}="{value.translate(_ESCAPES)}"'
