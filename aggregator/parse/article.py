"""The page of an article → its main text, for sources of which the whole text is wanted (``full: true``)."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree, html

from aggregator.errors import ParseError
from aggregator.model import Fetched, Text
from aggregator.parse.absolute import absolute
from aggregator.parse.pages import PageDocument, open_page
from aggregator.parse.site_names import without_site
from aggregator.text.films import film_page, film_title
from aggregator.text.pictures import SET, picture_address, widest

# What has more is no article, and would take long.
MAX_ELEMENTS: Final = 20_000
# Less text is what is left over when nothing but a caption or a banner was found.
MIN_CHARS: Final = 140
# Where the fast way finds less than this share of the page's running text, the thorough one is tried, too.
_SHARE: Final = 0.5
_SHORTEST: Final = 40  # characters of a piece of text that says something
_AROUND: Final = frozenset({
    "a", "nav", "footer", "aside", "form", "noscript", "script", "style", "template", "head", "button", "select",
})  # fmt: skip

_MOST_PLAYERS: Final = 100  # of one page
_INLINE: Final = frozenset({"p", "span", "a", "figure", "center", "em", "strong", "b", "i"})

_FIRST_HEADING: Final = re.compile(r"\s*(?:<html>|<body>|\s)*<h1>(.*?)</h1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MainText:
    """``content`` is HTML as the page has it, not cleaned yet; ``title`` is the page's headline, "" without one."""

    content: Text
    title: str


def read_article(fetched: Fetched) -> MainText:
    """Find the main text of an article's page. Raises ParseError when there is none, or the page is too large."""
    document = open_page(fetched)
    page = document.root
    if sum(1 for _ in page.iter()) > MAX_ELEMENTS:
        raise ParseError(f"the article's page has more than {MAX_ELEMENTS:,} elements")
    title = _headline(document)
    _place_pictures(page)
    _link_films(page, fetched.url)
    again = deepcopy(page)  # extracting changes it
    found = _extract(page, fetched.url, is_fast=True)
    if len(_visible(found)) < _SHARE * _running_text(again):
        whole = _extract(again, fetched.url, is_fast=False)
        found = max(found, whole, key=lambda each: len(_visible(each)))
    content = _without_headline(found, title)
    if len(_visible(content)) < MIN_CHARS:
        raise ParseError("no main text was found on the article's page")
    return MainText(content=Text(value=content, is_html=True, base=fetched.url), title=title)


def _extract(page: html.HtmlElement, url: str, *, is_fast: bool) -> str:
    """Return the main text as HTML, "" where none is found. Raises ParseError; ``page`` is changed on the way."""
    from trafilatura import extract  # it takes longer to load than most of this program

    try:
        found = extract(
            page,
            url=url,
            fast=is_fast,
            include_comments=False,
            include_links=True,
            include_images=True,
            include_formatting=True,
            output_format="html",
        )
    except Exception as error:  # what it raises on broken pages is not documented
        raise ParseError(f"the article's text can't be extracted: {type(error).__name__}") from error
    return found or ""


def _running_text(page: html.HtmlElement) -> int:
    """Return how many characters a page has in pieces that are no labels, menus and links aside, each text once."""
    texts: set[str] = set()
    depth = 0  # of elements whose text doesn't count
    for event, element in etree.iterwalk(page, events=("start", "end")):
        is_around = element.tag in _AROUND
        if event == "start":
            depth += is_around
            text = element.text if not depth else None
        else:
            depth -= is_around
            text = element.tail if not depth else None
        if text and len(text) >= _SHORTEST:
            texts.add(" ".join(text.split()))
    return sum(len(text) for text in texts if len(text) >= _SHORTEST)


def _place_pictures(page: html.HtmlElement) -> None:
    """Give every picture the address that it has once the page is shown: only that of ``src`` is extracted."""
    for image in page.iter("img", "amp-img"):
        address = picture_address(dict(image.attrib)) or _address_beside(image)
        if address:
            image.set("src", address)
            image.tag = "img"
    for caption in page.iterfind(".//figure//figcaption"):
        caption.tag = "p"  # else it isn't extracted
    for wrapper in list(page.iterfind(".//picture")):  # what is in it is not extracted
        for source in list(wrapper.iter("source")):
            source.drop_tag()
        wrapper.drop_tag()


def _link_films(page: html.HtmlElement, url: str) -> None:
    """Put a link in the place of every film and sound: players are not extracted.

    A frame counts where the service is known: others are advertisements, counters and maps as often as films.
    """
    for player in list(islice(page.iter("iframe", "video", "audio"), _MOST_PLAYERS)):
        attributes = dict(player.attrib)
        sources = [dict(each.attrib) for each in player.iter("source")]
        address = next((found for each in (attributes, *sources) if (found := picture_address(each))), None)
        whole = absolute(address, url)
        if whole is None or (player.tag == "iframe" and film_page(whole) == whole):
            continue
        link = html.Element("a", href=film_page(whole))
        link.text = film_title(attributes.get("title", ""), film_page(whole))
        figure = html.Element("figure")  # a paragraph that is a link alone is not extracted
        figure.append(link)
        _block_of(player).addprevious(figure)
        player.drop_tree()


def _block_of(player: html.HtmlElement) -> html.HtmlElement:
    """Return what stands in an article for a player: it with its wrappers, or the paragraph that it is in."""
    block, own = player, player.text_content().split()
    for around in player.iterancestors():
        is_wrapper = around.tag in _INLINE or (around.tag == "div" and around.text_content().split() == own)
        if not is_wrapper:
            break
        block = around
    return block


def _address_beside(image: html.HtmlElement) -> str | None:
    """Return the address of the last source of a ``picture``, which all browsers read.

    The parser knows no ``source`` that needs no end: pictures are in it rather than beside it.
    """
    picture = next(image.iterancestors("picture"), None)
    if picture is None:
        return None
    found = (widest(each.get("data-srcset") or each.get(SET)) for each in reversed(list(picture.iter("source"))))
    return next((each for each in found if each), None)


def _headline(document: PageDocument) -> str:
    """Return the only first heading; of several the one that the page's title has, or else that without its site."""
    page = document.root
    headings = [text for each in page.iter("h1") if (text := " ".join("".join(map(str, each.itertext())).split()))]
    if len(headings) == 1:
        return headings[0]
    named = page.xpath("string(//meta[@property='og:title']/@content)") or page.xpath("string(//title)")
    title = without_site(" ".join(str(named).split()), document)
    return max((each for each in headings if each.casefold() in title.casefold()), key=len, default=title)


def _without_headline(content: str, title: str) -> str:
    """Return the text without the headline above it, which entries have as their title."""
    first = _FIRST_HEADING.match(content)
    return content[first.end() :] if first and _visible(first[1]).casefold() == title.casefold() else content


def _visible(markup: str) -> str:
    return " ".join("".join(map(str, html.fromstring(f"<div>{markup}</div>").itertext())).split())
