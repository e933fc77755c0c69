"""Authors and owners: who is named, in a text or in fields of their own."""

from __future__ import annotations

from lxml import etree

from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.fast.draft import Draft
from aggregator.parse.fast.walker import Walk, text_beside_elements

_OF_PERSONS = {
    **dict.fromkeys(("name", "itunes_name"), "name"),
    **dict.fromkeys(("email", "itunes_email"), "email"),
    **dict.fromkeys(("uri", "url", "homepage"), "href"),
}


def author(walk: Walk, element: etree._Element, draft: Draft, depth: int) -> None:
    if 0 < draft.depth < depth:
        raise Doubt("an author of a part of an entry")
    draft.authors.append({})
    if len(element):
        _read_person(walk, element, draft, is_owner=False)
    draft.values["author"] = "" if len(element) else walk.text(element)
    draft.settle_author()


def owner(walk: Walk, element: etree._Element, draft: Draft, _: int) -> None:
    """Read the owner of a podcast, whom feedparser takes for its last author."""
    _read_person(walk, element, draft, is_owner=True)


def _read_person(walk: Walk, element: etree._Element, draft: Draft, *, is_owner: bool) -> None:
    if walk.place_in(element).base != walk.place.base or (not is_owner and text_beside_elements(element)):
        raise Doubt("a person with a text, or in another place")
    for child in walk.kept(element):
        name = walk.names[child.tag]
        key = _OF_PERSONS.get(name.full)
        if key == "href":
            draft.values["page"] = address = walk.address(child)
            if not is_owner:  # feedparser leaves out an owner's
                draft.save_author("href", address, is_owner=False)
        elif key and not len(child):
            draft.save_author(key, (child.text or "").strip(), is_owner=is_owner)  # as it is, not tidied
        elif name.meaning or len(child) or walk.is_loose(child):
            raise Doubt("more than usual in a person")
