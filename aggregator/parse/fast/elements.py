"""What each element of a feed's head, of an entry and of its source means.

feedparser reads a document from start to end and remembers where it is: which title came first and how deep it was,
whether a content came before a summary. What it makes of an element depends on that, so the same is remembered here.
"""

from __future__ import annotations

import re
from functools import partial

from aggregator.parse.fast.constructs import TEXT_TYPES, XHTML, is_markup_alone, plain, tidy, type_of
from aggregator.parse.fast.context import Context
from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.fast.place import join
from aggregator.parse.fast.reader import At, Meaning, Reader
from aggregator.parse.fields import Fields

_REFERENCE = re.compile("&([A-Za-z0-9_]+);")
_LINKS_TO_HTML = {"text/html", "html", XHTML, "xhtml"}
_MEDIA_CATEGORIES = "http://search.yahoo.com/mrss/category_schema"
_ITUNES = "http://www.itunes.com/"


# --- texts -----------------------------------------------------------------------------------------------------------


def title(reader: Reader, at: At) -> None:
    text = reader.construct(at, "text/plain")
    if not -1 < reader.title_depth <= at.depth:
        at.context.store("title", text["value"], at.depth)
        at.context.values["title_detail"] = text
    if text["value"]:
        reader.title_depth = at.depth


def media_title(reader: Reader, at: At) -> None:
    """Read a title that doesn't keep a later one from counting."""
    before = reader.title_depth
    title(reader, at)
    reader.title_depth = before


def summary(reader: Reader, at: At, *, default: str, key: str) -> None:
    """Read a summary; a second one, where there is no content yet, is the content."""
    if "summary" in at.context.values and not reader.has_content:
        content(reader, at)
    else:
        abstract(reader, at, default=default, key=key)


def abstract(reader: Reader, at: At, *, default: str, key: str) -> None:
    text = reader.construct(at, default)
    key = "summary" if at.context.is_entry else key
    at.context.store(key, text["value"], at.depth)
    at.context.values[f"{key}_detail"] = text


def content(reader: Reader, at: At) -> None:
    """Read a content, which may be in another place (RFC 4287 §4.1.3.2)."""
    elsewhere = at.attributes.get("src")
    if elsewhere and not (len(at.element) or (at.element.text or "").strip()):
        text: Fields = {"type": type_of(at.attributes, "text/plain"), "value": ""}
    else:
        text = reader.construct(at, "text/plain")
    _add_content(reader, at, {**text, "src": elsewhere} if elsewhere else text)


def encoded(reader: Reader, at: At) -> None:
    _add_content(reader, at, reader.construct(at, "text/html"))


def _add_content(reader: Reader, at: At, text: Fields) -> None:
    reader.has_content = True
    at.context.contents.append(text)
    if text["type"] in TEXT_TYPES:
        at.context.values.setdefault("summary", text["value"])


def unread_text(_: Reader, at: At) -> None:
    """Pass over a text that isn't kept; what looks like elements in it is none."""
    if not is_markup_alone(at.element):
        raise Doubt("elements in a text")


def value(_: Reader, at: At, *, key: str, written_as: str | None = None) -> None:
    """Read a short text that feedparser has no rules for; with attributes it keeps those instead."""
    if at.attributes:
        at.context.values[key] = at.attributes
    else:
        at.context.store(key, tidy(plain(at.element)), at.depth, written_as=written_as)


def date(_: Reader, at: At, *, key: str) -> None:
    at.context.store(key, tidy(plain(at.element)), at.depth)


def language(_: Reader, at: At) -> None:
    at.context.store("language", tidy(plain(at.element)), at.depth)


# --- links and ids ---------------------------------------------------------------------------------------------------


def link(reader: Reader, at: At) -> None:
    at.attributes.setdefault("rel", "alternate")
    is_self = at.attributes["rel"] == "self"
    at.attributes.setdefault("type", "application/atom+xml" if is_self else "text/html")
    found = _with_href(at.attributes)
    at.context.links.append(found)
    if "href" in found:
        found["href"] = join(reader.place.base, found["href"])
        if found["rel"] == "alternate" and found["type"] in _LINKS_TO_HTML:
            at.context.values["link"] = found["href"]
        reader.inside(at)
        return
    address = reader.address(at.element)
    if at.context.is_entry:
        address = address.replace("&amp;", "&")
    address = _REFERENCE.sub(r"&\g<1>", address)
    at.context.values["link"] = address
    if address or not at.context.is_entry:
        found["href"] = address


def guid(reader: Reader, at: At) -> None:
    is_link = at.attributes.get("ispermalink", "true") == "true"
    written = reader.address(at.element) if is_link else tidy(plain(at.element))
    at.context.store("id", written, at.depth)
    at.context.values.setdefault("guidislink", is_link and "link" not in at.context.values)
    if is_link:
        at.context.values.setdefault("link", written)


# --- people ----------------------------------------------------------------------------------------------------------


def author(reader: Reader, at: At) -> None:
    at.context.authors.append({})
    reader.read_person("author", at)
    at.context.store("author", tidy(reader.text_of(at.element)), at.depth)
    at.context.settle_author()


def owner(reader: Reader, at: At) -> None:
    """Read the owner of a podcast, whom feedparser takes for its last author."""
    reader.read_person("owner", at)


def part_of_person(reader: Reader, at: At, *, key: str) -> None:
    written = plain(at.element)
    if reader.person:
        at.context.save_author(key, written, is_owner=reader.person == "owner")


def page(reader: Reader, at: At) -> None:
    address = reader.address(at.element)
    at.context.store("href", address, at.depth)
    if reader.person == "author":  # feedparser leaves out an owner's
        at.context.save_author("href", address, is_owner=False)


# --- tags ------------------------------------------------------------------------------------------------------------


def category(_: Reader, at: At, *, scheme: str | None = None) -> None:
    scheme = at.attributes.get("scheme", scheme or at.attributes.get("domain"))
    at.context.add_tag(at.attributes.get("term"), scheme, at.attributes.get("label"))
    at.context.name_tag(tidy(plain(at.element)))


def itunes_category(reader: Reader, at: At) -> None:
    """Read a category, which may have others inside."""
    at.context.add_tag(at.attributes.get("text"), _ITUNES)
    reader.inside(at)
    if reader.text_of(at.element):
        raise Doubt("a text in a category")


def keywords(_: Reader, at: At, *, scheme: str | None = None) -> None:
    if not at.attributes:
        for term in tidy(plain(at.element)).split(","):
            if term.strip():
                at.context.add_tag(term.strip(), scheme)


# --- files and origins -----------------------------------------------------------------------------------------------


def enclosure(reader: Reader, at: At) -> None:
    at.context.links.append({**_with_href(at.attributes), "rel": "enclosure"})
    reader.inside(at)


def media_content(reader: Reader, at: At) -> None:
    at.context.media.append(at.attributes)
    reader.inside(at)


def thumbnail(reader: Reader, at: At) -> None:
    address = reader.address(at.element)
    at.context.store("href", address, at.depth)
    at.context.thumbnails.append({"url": address, **at.attributes} if address else at.attributes)


def podcast_image(reader: Reader, at: At) -> None:
    address = at.attributes.get("href") or at.attributes.get("url")
    if address:
        at.context.values["image"] = {"href": address}
    reader.inside(at)


def image(reader: Reader, at: At) -> None:
    """Read the picture of an entry, whose title feedparser takes for another one of the entry."""
    if not at.context.is_entry:
        raise Doubt("a picture in an odd place")
    reader.title_depth = -1
    for child in at.element:
        name = reader.names[child.tag]
        if name not in {"height", "link", "title", "url", "width"} or len(child) or (name == "link" and child.items()):
            raise Doubt("more than usual in a picture")
        if name == "title":
            reader.element(child, at.depth + 1, at.context)


def source(reader: Reader, at: At) -> None:
    if at.context.is_source:
        raise Doubt("a source in a source")
    origin = Context(is_source=True)
    if "url" in at.attributes:
        origin.values["href"] = at.attributes["url"]
    reader.title_depth = -1
    reader.inside(at._replace(context=origin))
    name = tidy(reader.text_of(at.element))
    if name:
        origin.values["title"] = name
    at.context.values["source"] = origin.fields()


def license_link(reader: Reader, at: At) -> None:
    """Pass over a license, which feedparser counts among the links, and stumbles over at another depth."""
    if at.context.is_source or at.context.depths.setdefault("license", at.depth) != at.depth:
        raise Doubt("a license in an odd place")
    reader.inside(at)


def misplaced(reader: Reader, at: At) -> None:
    raise Doubt(f"a <{reader.names[at.element.tag]}> in an odd place")


def _with_href(attributes: dict[str, str]) -> dict[str, str]:
    """Call the address of a link ``href``, whatever the format calls it."""
    address = attributes.get("url", attributes.get("uri", attributes.get("href")))
    if not address:
        return attributes
    return {**{key: value for key, value in attributes.items() if key not in {"url", "uri"}}, "href": address}


def _named(meaning: Meaning, *names: str) -> dict[str, Meaning]:
    return dict.fromkeys(names, meaning)


MEANINGS: dict[str, Meaning] = {
    **_named(title, "title", "dc_title"),
    **_named(media_title, "media_title"),
    **_named(
        partial(summary, default="text/html", key="subtitle"),
        *("description", "dc_description", "media_description"),
    ),
    **_named(partial(summary, default="text/plain", key="summary"), "summary", "itunes_summary"),
    **_named(partial(abstract, default="text/plain", key="subtitle"), "abstract"),
    **_named(content, "content"),
    **_named(encoded, "content_encoded", "fullitem"),
    **_named(
        unread_text,
        *("copyright", "dc_rights", "feedburner_browserfriendly", "info", "itunes_subtitle", "rights", "subtitle"),
        "tagline",
    ),
    **{
        name: partial(value, key=name)
        for name in ("feedburner_origlink", "media_caption", "sy_updatefrequency", "sy_updateperiod", "ttl")
    },
    **_named(partial(value, key="updated", written_as="date"), "date"),
    **_named(partial(date, key="published"), "published", "issued", "pubdate", "dcterms_issued"),
    **_named(partial(date, key="updated"), "updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"),
    **_named(partial(date, key="created"), "created", "dcterms_created"),
    **_named(language, "language", "dc_language"),
    **_named(link, "link"),
    **_named(guid, "guid", "id"),
    **_named(author, "author", "managingeditor", "dc_author", "dc_creator", "itunes_author"),
    **_named(owner, "itunes_owner"),
    **_named(partial(part_of_person, key="name"), "name", "itunes_name"),
    **_named(partial(part_of_person, key="email"), "email", "itunes_email"),
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
