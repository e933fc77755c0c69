"""What each element of a feed's head, of an entry and of its source means.

feedparser reads a document from start to end and remembers where it is: which title came first and how deep it was,
whether a content came before a summary. What it makes of an element depends on that, so the same is remembered here.
"""

from __future__ import annotations

import re
from functools import partial

from lxml import etree

from aggregator.parse.absolute import WHOLE
from aggregator.parse.fast.constructs import TEXT_TYPES, XHTML, is_markup_alone, type_of
from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.fast.draft import Draft
from aggregator.parse.fast.names import Meaning
from aggregator.parse.fast.persons import author, owner
from aggregator.parse.fast.place import join
from aggregator.parse.fast.walker import Walk, text_beside_elements
from aggregator.parse.raw import RawLink, RawText, link_of, media_of
from aggregator.parse.slips import NOWHERE, with_scheme

_REFERENCE = re.compile("&([A-Za-z0-9_]+);")
_LINKS_TO_HTML = {"text/html", "html", XHTML, "xhtml"}
_MEDIA_CATEGORIES = "http://search.yahoo.com/mrss/category_schema"
_ITUNES = "http://www.itunes.com/"


# --- texts -----------------------------------------------------------------------------------------------------------


def title(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    text = walk.construct(element, "text/plain")
    if not -1 < walk.title_depth <= depth:
        counts = draft.store("title", text.value, depth)
        draft.title = text if counts else text._replace(value=draft.values["title"])
    if text.value:
        walk.title_depth = depth


def media_title(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    """Read a title that doesn't keep a later one from counting."""
    before = walk.title_depth
    title(walk, element, draft, depth)
    walk.title_depth = before


def summary(walk: Walk, element: etree._Element, draft: Draft, depth: int, *, default: str) -> None:
    """Read a summary; a second one, where there is no content yet, is the content."""
    if draft.has_summary and not walk.has_content:
        content(walk, element, draft, depth)
    else:
        draft.summary = walk.construct(element, default)
        draft.has_summary |= bool(draft.depth) or default == "text/plain"  # the other one is a head's subtitle


def abstract(walk: Walk, element: etree._Element, draft: Draft, _: int) -> None:
    draft.summary = walk.construct(element, "text/plain")
    draft.has_summary |= bool(draft.depth)


def content(walk: Walk, element: etree._Element, draft: Draft, _: int) -> None:
    """Read a content, which may be in another place (RFC 4287 §4.1.3.2)."""
    attributes = walk.names.attributes(element)
    elsewhere = attributes.get("src", "").strip() or None
    if elsewhere and not (len(element) or (element.text or "").strip()):
        _add_content(walk, draft, RawText("", type_of(element, attributes, "text/plain"), src=elsewhere))
    else:
        _add_content(walk, draft, walk.construct(element, "text/plain")._replace(src=elsewhere))


def encoded(walk: Walk, element: etree._Element, draft: Draft, _: int) -> None:
    _add_content(walk, draft, walk.construct(element, "text/html"))


def _add_content(walk: Walk, draft: Draft, text: RawText) -> None:
    walk.has_content = True
    draft.contents.append(text)
    draft.has_summary |= text.type in TEXT_TYPES


def unread_text(_: Walk, element: etree._Element, __: Draft, ___: int) -> None:
    """Pass over a text that isn't kept; what looks like elements in it is none."""
    if not is_markup_alone(element):
        raise Doubt("elements in a text")


def text(walk: Walk, element: etree._Element, draft: Draft, depth: int, *, key: str) -> None:
    if 0 < draft.depth < depth:
        raise Doubt("a part of an entry that says what only an entry should")
    draft.values[key] = walk.text(element)


def value(walk: Walk, element: etree._Element, draft: Draft, depth: int, *, key: str) -> None:
    """Read a short text that feedparser has no rules for; with attributes it keeps those instead."""
    if element.keys():
        draft.values[key] = ""
    else:
        text(walk, element, draft, depth, key=key)


def caption(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    """Read what is said of a picture; what is called a caption and has attributes is another thing."""
    around = element.getparent()
    if not walk.names.at_root and around is not None and element.nsmap != around.nsmap:
        raise Doubt("a caption that declares its namespace itself")
    if element.keys() and walk.names[element.tag].local == "caption":
        raise Doubt("a caption with attributes")
    draft.store("caption", walk.text(element), depth)


# --- links and ids ---------------------------------------------------------------------------------------------------


def link(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    if not element.keys():  # that of RSS
        address = _link_text(walk, element, draft)
        if not address or NOWHERE.fullmatch(address):  # the id may be the link
            return
        draft.values["link"] = address
        draft.links.append(RawLink(address, type="text/html"))
        return
    attributes = walk.names.attributes(element)
    relation = attributes.setdefault("rel", "alternate")
    media_type = attributes.setdefault("type", "application/atom+xml" if relation == "self" else "text/html")
    href = _href(attributes)
    if not attributes.get("href", "-").strip():
        if len(element) or (element.text or "").strip():
            raise Doubt("a link to nowhere that says something")
        return
    if href:
        if not WHOLE.fullmatch(href):
            href = join(walk.place.within(attributes).base, with_scheme(href) if walk.is_atom else href).strip()
        if relation == "alternate" and media_type in _LINKS_TO_HTML:
            draft.values["link"] = href
        if len(element):
            walk.inside(element, draft, depth)
    else:
        draft.values["link"] = href = _link_text(walk, element, draft)
    attributes["href"] = href
    draft.links.append(link_of(attributes))


def _link_text(walk: Walk, element: etree._Element, draft: Draft) -> str:
    address = walk.address(element)
    if "&" not in address:
        return address
    return _REFERENCE.sub(r"&\g<1>", address.replace("&amp;", "&") if draft.depth else address)


def guid(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    is_link = not element.keys() or walk.names.attributes(element).get("ispermalink", "true").strip().lower() == "true"
    written = walk.address(element) if is_link else walk.text(element)
    if 0 < draft.depth < depth:
        raise Doubt("an id of a part of an entry")
    draft.values["id"] = written
    if draft.is_permalink is None:
        draft.is_permalink = is_link and "link" not in draft.values
    if is_link:
        draft.values.setdefault("link", written)


def page(walk: Walk, element: etree._Element, draft: Draft, _: int) -> None:
    draft.values["page"] = walk.address(element)


# --- tags ------------------------------------------------------------------------------------------------------------


def category(walk: Walk, element: etree._Element, draft: Draft, _: int, *, scheme: str | None = None) -> None:
    attributes = walk.names.attributes(element)
    if attributes or scheme:
        scheme = attributes.get("scheme", scheme or attributes.get("domain"))
        draft.add_tag(attributes.get("term"), scheme, attributes.get("label"))
    draft.name_tag(walk.text(element))


def itunes_category(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    """Read a category, which may have others inside."""
    draft.add_tag(walk.names.attributes(element).get("text"), _ITUNES)
    walk.inside(element, draft, depth)
    if text_beside_elements(element) or any(walk.is_loose(each) for each in element.iterdescendants()):
        raise Doubt("a text in a category")


def keywords(walk: Walk, element: etree._Element, draft: Draft, __: int, *, scheme: str | None = None) -> None:
    if not element.keys():
        for term in walk.text(element).split(","):
            if term.strip():
                draft.add_tag(term.strip(), scheme)


# --- files and origins -----------------------------------------------------------------------------------------------


def enclosure(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    attributes = walk.names.attributes(element)
    draft.links.append(link_of({**attributes, "href": _href(attributes), "rel": "enclosure"}))
    if len(element):
        walk.inside(element, draft, depth)


def media_content(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    draft.media.append(media_of(walk.names.attributes(element)))
    if len(element):
        walk.inside(element, draft, depth)


def thumbnail(walk: Walk, element: etree._Element, draft: Draft, _: int) -> None:
    draft.values["page"] = address = walk.address(element)
    draft.thumbnails.append(walk.names.attributes(element).get("url", address).strip())


def podcast_image(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    attributes = walk.names.attributes(element)
    address = attributes.get("href") or attributes.get("url")
    if address:
        draft.image = address.strip()
    walk.inside(element, draft, depth)


def image(walk: Walk, element: etree._Element, draft: Draft, _: int) -> None:
    """Pass over the picture of an entry, behind which feedparser lets another title of the entry count."""
    kept = list(walk.kept(element))
    names = {walk.names[child.tag].full for child in kept}
    if not walk.has_parts or not names <= {"height", "url", "width"} or any(map(len, kept)):
        raise Doubt("a picture in an odd place, or more than usual in it")
    walk.title_depth = -1


def source(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    if draft.is_source:
        raise Doubt("a source in a source")
    draft.origin = origin = Draft(is_source=True)
    attributes = walk.names.attributes(element)
    if "url" in attributes:
        origin.values["page"] = attributes["url"].strip()
    walk.title_depth = -1
    if any(walk.is_loose(each) for each in element.iterdescendants()):
        raise Doubt("a text that feedparser adds to that of a source")
    walk.inside(element, origin, depth)
    name = walk.tidied(text_beside_elements(element))
    if name:
        origin.values["title"] = name
    origin.finish()


def license_link(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    """Pass over a license, which feedparser counts among the links, and stumbles over at another depth."""
    if draft.is_source or draft.depths.setdefault("license", depth) != depth:
        raise Doubt("a license in an odd place")
    walk.inside(element, draft, depth)


def misplaced(walk: Walk, element: etree._Element, _: Draft, __: int) -> None:
    raise Doubt(f"a <{walk.names[element.tag].full}> in an odd place")


def _href(attributes: dict[str, str]) -> str | None:
    """Return the address of a link, whatever the format calls it."""
    return attributes.get("url", attributes.get("uri", attributes.get("href")))


def _named(meaning: Meaning, *names: str) -> dict[str, Meaning]:
    return dict.fromkeys(names, meaning)


MEANINGS: dict[str, Meaning] = {
    **_named(title, "title", "dc_title"),
    **_named(media_title, "media_title"),
    **_named(partial(summary, default="text/html"), "description", "dc_description", "media_description"),
    **_named(partial(summary, default="text/plain"), "summary", "itunes_summary"),
    **_named(abstract, "abstract"),
    **_named(content, "content"),
    **_named(encoded, "content_encoded", "fullitem"),
    **_named(
        unread_text,
        *("copyright", "dc_rights", "feedburner_browserfriendly", "info", "itunes_subtitle", "rights", "subtitle"),
        "tagline",
    ),
    **_named(partial(value, key="original"), "feedburner_origlink"),
    **_named(caption, "media_caption"),
    **_named(partial(value, key="ttl"), "ttl"),
    **_named(partial(value, key="period"), "sy_updateperiod"),
    **_named(partial(value, key="frequency"), "sy_updatefrequency"),
    **_named(partial(value, key="updated"), "date"),
    **_named(partial(text, key="published"), "published", "issued", "pubdate", "dcterms_issued"),
    **_named(partial(text, key="updated"), "updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"),
    **_named(partial(text, key="created"), "created", "dcterms_created"),
    **_named(partial(text, key="language"), "language", "dc_language"),
    **_named(link, "link"),
    **_named(guid, "guid", "id"),
    **_named(author, "author", "managingeditor", "dc_author", "dc_creator", "itunes_author"),
    **_named(owner, "itunes_owner"),
    **_named(page, "uri", "url", "homepage"),
    **_named(category, "category", "keywords", "dc_subject"),
    **_named(partial(category, scheme=_MEDIA_CATEGORIES), "media_category"),
    **_named(itunes_category, "itunes_category"),
    **_named(keywords, "media_keywords"),
    **_named(partial(keywords, scheme=_ITUNES), "itunes_keywords"),
    **_named(enclosure, "enclosure"),
    **_named(media_content, "media_content"),
    **_named(thumbnail, "media_thumbnail"),
    **_named(podcast_image, "itunes_image", "itunes_link"),
    **_named(image, "image"),
    **_named(source, "source"),
    **_named(license_link, "cc_license", "creativecommons_license"),
    **_named(misplaced, "body", "channel", "entry", "feed", "item", "rss", "tags", "textinput", "xhtml_body"),
    # feedparser would keep these under names that it uses itself.
    **_named(
        misplaced,
        *("author_detail", "authors", "created_parsed", "description_detail", "guidislink", "href", "links"),
        *("publisher_detail", "published_parsed", "summary_detail", "title_detail", "updated_parsed"),
    ),
}
