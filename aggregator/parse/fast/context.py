"""A feed, an entry or a source of one while it is being read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.fields import Fields

MAX_NAME_CHARS = 2_000  # looking for an address in it takes quadratic time
MAX_TAGS = 5_000  # what says more of an entry is no feed's (xml_reader)

_MAIL_ADDRESS = re.compile(
    r"(([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))"
    r"([a-zA-Z]{2,4}|[0-9]{1,3})(\]?))(\?subject=\S+)?"
)


Tag = tuple[str | None, str | None, str | None]  # term, scheme, label


@dataclass(slots=True)
class Context:
    """What was read so far. ``values`` are texts by feedparser's keys, ``depths`` how deep each was found.

    In an entry what is deeper doesn't replace what is less deep; in a feed and in a source the last one counts.
    """

    is_entry: bool = False
    is_source: bool = False
    values: Fields = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)
    links: list[dict[str, str]] = field(default_factory=list)
    authors: list[dict[str, str]] = field(default_factory=list)
    main_author: dict[str, str] | None = None
    tags: list[Tag] = field(default_factory=list)
    seen_tags: set[Tag] = field(default_factory=set)
    given_tags: int = 0
    contents: list[Fields] = field(default_factory=list)
    media: list[dict[str, str]] = field(default_factory=list)
    thumbnails: list[dict[str, str]] = field(default_factory=list)

    def fields(self) -> Fields:
        """Return it as feedparser would."""
        return {
            **self.values,
            "links": self.links,
            "authors": self.authors,
            "tags": [{"term": term, "label": label} for term, _, label in self.tags],
            "content": self.contents,
            "media_content": self.media,
            "media_thumbnail": self.thumbnails,
        }

    def store(self, key: str, value: object, depth: int, *, written_as: str | None = None) -> None:
        """Keep a text; ``written_as`` is the element's name where depths are remembered by another than the key."""
        name = written_as or key
        if not self.is_entry or depth <= self.depths.get(name, depth):
            self.depths[name] = depth
            self.values[key] = value

    # --- tags --------------------------------------------------------------------------------------------------------

    def add_tag(self, term: str | None, scheme: str | None = None, label: str | None = None) -> None:
        tag = (term, scheme, label)
        if any(tag) and tag not in self.seen_tags:
            self.seen_tags.add(tag)
            self.tags.append(tag)
        self.given_tags += 1
        if self.given_tags > MAX_TAGS:
            raise Doubt("very many tags")

    def name_tag(self, text: str) -> None:
        """Take a text for the term of the last tag, if that has none, else for another tag."""
        if not text:
            return
        term, scheme, label = self.tags[-1] if self.tags else (text, None, None)
        if term:
            self.add_tag(text)
        else:
            self.seen_tags.remove(self.tags[-1])
            self.tags[-1] = (text, scheme, label)
            self.seen_tags.add(self.tags[-1])

    # --- authors -----------------------------------------------------------------------------------------------------

    def save_author(self, key: str, value: str, *, is_owner: bool) -> None:
        """Add the name, address or page of the last author, of whom feedparser first looks at the text so far.

        It adds it to the first author too, when that one was a text; but not what is said of a podcast's owner.
        """
        if not is_owner:
            self.main_author = {} if self.main_author is None else self.main_author
            self.main_author[key] = value
        self.settle_author()
        if not self.authors:
            self.authors.append({})
        self.authors[-1][key] = value

    def settle_author(self) -> None:
        """Take the last author's name and address out of its text, or make the text of them."""
        author = self.authors[-1] if self.authors else {}
        if author:
            name, address = author.get("name"), author.get("email")
            text = f"{name} ({address})" if name and address else name or address
            if text:
                self.values["author"] = text
            return
        written = self.values.get("author")
        if not isinstance(written, str) or not written:
            return
        if len(written) > MAX_NAME_CHARS:
            raise Doubt("a very long name")
        found = _MAIL_ADDRESS.search(written)
        if found:
            author["email"] = found[0]
            written = _without(written, found[0])
        if written:
            author["name"] = written
        if author and self.main_author is None:
            self.main_author = author


def _without(author: str, address: str) -> str:
    """Return what is left of "Name (address)" and its kin without the address and what was around it."""
    for noise in (address, "()", "<>", "&lt;&gt;"):
        author = author.replace(noise, "")
    return author.strip().removeprefix("(").removesuffix(")").strip()
