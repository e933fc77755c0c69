"""An entry's HTML as a part of a page of ours: it was sanitized when it came in, here it is made to fit."""

from __future__ import annotations

from typing import Final

from lxml import html
from lxml.html import HtmlElement

from aggregator.text.legal import legal

# A page has its own h1 for the story and an h2 for each article.
_HEADINGS: Final = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6", "h6": "h6"}

# What only pictures and players are made of.
_MEDIA: Final = ("img", "picture", "video", "audio", "source", "track")
_PLAYERS: Final = ("video", "audio", "source", "track")

# Smaller ones are buttons and counters.
_SMALLEST_IMAGE_PX: Final = 64

# Longer texts are read where they come from.
MOST_CHARACTERS: Final = 60_000


def readable(content: str, *, has_images: bool) -> str:
    """Return an entry's HTML with headings that go on from ours, and without players; pictures where they are wanted.

    "" when no text is left, or when it is longer than MOST_CHARACTERS.
    """
    if not content or len(content) > MOST_CHARACTERS:
        return ""
    root = html.fragment_fromstring(legal(content), create_parent="div")
    unwanted = _PLAYERS if has_images else _MEDIA
    for element in list(root.iter(*unwanted)):
        element.drop_tree()
    for element in list(root.iter("a")):
        if not element.text_content().strip() and element.find(".//img") is None:
            element.drop_tag()
    for element in root.iter(*_HEADINGS):
        element.tag = _HEADINGS[str(element.tag)]
    for element in root.iter("img"):
        element.set("alt", element.get("alt", ""))
    for element in list(root.iter("figure", "p", *_HEADINGS)):
        if _is_hollow(element):
            element.drop_tree()
    if not root.text_content().strip():
        return ""
    return (root.text or "") + "".join(html.tostring(child, encoding="unicode") for child in root)


def _is_hollow(element: HtmlElement) -> bool:
    return not element.text_content().strip() and element.find(".//img") is None


def first_image(content: str) -> str | None:
    """Return the address of the first picture in an entry's HTML that isn't a button or a counter."""
    if "<img" not in content:
        return None
    root = html.fragment_fromstring(legal(content), create_parent="div")
    large = (each for each in root.iter("img") if _side(each, "width") and _side(each, "height"))
    return next((source for each in large if (source := each.get("src"))), None)


def _side(image: HtmlElement, name: str) -> bool:
    given = str(image.get(name, ""))
    return not given.isdigit() or int(given) >= _SMALLEST_IMAGE_PX
