"""The page of an article → its main text, for sources of which the whole text is wanted (``full: true``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import html

from aggregator.errors import ParseError
from aggregator.model import Fetched, Text
from aggregator.parse.pages.tree import open_page
from aggregator.text.pictures import SET, picture_address, widest

# What has more is no article, and would take long.
MAX_ELEMENTS: Final = 20_000
# Less text is what is left over when nothing but a caption or a banner was found.
MIN_CHARS: Final = 140

_FIRST_HEADING: Final = re.compile(r"\s*(?:<html>|<body>|\s)*<h1>(.*?)</h1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MainText:
    """``content`` is HTML as the page has it, not cleaned yet; ``title`` is the page's headline, "" without one."""

    content: Text
    title: str


def read_article(fetched: Fetched) -> MainText:
    """Find the main text of an article's page. Raises ParseError when there is none, or the page is too large."""
    from trafilatura import extract  # it takes longer to load than most of this program

    page = open_page(fetched).root
    if sum(1 for _ in page.iter()) > MAX_ELEMENTS:
        raise ParseError(f"the article's page has more than {MAX_ELEMENTS:,} elements")
    title = _headline(page)
    _place_pictures(page)
    try:
        found = extract(
            page,
            url=fetched.url,
            fast=True,
            include_comments=False,
            include_links=True,
            include_images=True,
            include_formatting=True,
            output_format="html",
        )
    except Exception as error:  # what it raises on broken pages is not documented
        raise ParseError(f"the article's text can't be extracted: {type(error).__name__}") from error
    content = _without_headline(found or "", title)
    if len(_visible(content)) < MIN_CHARS:
        raise ParseError("no main text was found on the article's page")
    return MainText(content=Text(value=content, is_html=True, base=fetched.url), title=title)


def _place_pictures(page: html.HtmlElement) -> None:
    """Give every picture the address that it has once the page is shown: only that of ``src`` is extracted."""
    for image in page.iter("img", "amp-img"):
        address = picture_address(dict(image.attrib)) or _address_beside(image)
        if address:
            image.set("src", address)
            image.tag = "img"
    for wrapper in list(page.iterfind(".//picture")):  # what is in it is not extracted
        for source in list(wrapper.iter("source")):
            source.drop_tag()
        wrapper.drop_tag()


def _address_beside(image: html.HtmlElement) -> str | None:
    """Return the address of the last source of a ``picture``, which all browsers read.

    The parser knows no ``source`` that needs no end: pictures are in it rather than beside it.
    """
    picture = next(image.iterancestors("picture"), None)
    if picture is None:
        return None
    found = (widest(each.get("data-srcset") or each.get(SET)) for each in reversed(list(picture.iter("source"))))
    return next((each for each in found if each), None)


def _headline(page: html.HtmlElement) -> str:
    """Return the only first heading, else what the page tells networks, else its title."""
    headings = [text for each in page.iter("h1") if (text := " ".join("".join(map(str, each.itertext())).split()))]
    if len(headings) == 1:
        return headings[0]
    named = page.xpath("string(//meta[@property='og:title']/@content)") or page.xpath("string(//title)")
    return " ".join(str(named).split())


def _without_headline(content: str, title: str) -> str:
    """Return the text without the headline above it, which entries have as their title."""
    first = _FIRST_HEADING.match(content)
    return content[first.end() :] if first and _visible(first[1]).casefold() == title.casefold() else content


def _visible(markup: str) -> str:
    return " ".join("".join(map(str, html.fromstring(f"<div>{markup}</div>").itertext())).split())
