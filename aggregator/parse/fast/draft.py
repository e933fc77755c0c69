"""A feed's head, an entry, or the source of one while it is being read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.raw import RawEntry
from aggregator.parse.tolerant import MAX_CATEGORIES, MAX_NAME_CHARS

_MAIL_ADDRESS = re.compile(
    r"(([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))"
    r"([a-zA-Z]{2,4}|[0-9]{1,3})(\]?))(\?subject=\S+)?"
)

Tag = tuple[str | None, str | None, str | None]  # term, scheme, label


@dataclass(slots=True)
class Draft(RawEntry):
    """What was read so far. ``depth`` is that of an entry's own elements, 0 for a head and a source.

    In an entry what is deeper doesn't replace what is less deep; in a head and in a source the last one counts.
    """

    depth: int = 0
    is_source: bool = False
    has_summary: bool = False
    depths: dict[str, int] = field(default_factory=dict)  # of short texts that may be deeper than others
    authors: list[dict[str, str]] = field(default_factory=list)
    main_author: dict[str, str] | None = None
    terms: list[Tag] = field(default_factory=list)
    seen_tags: set[Tag] = field(default_factory=set)
    given_tags: int = 0

    def finish(self) -> Draft:
        """Write down whose names and which tags it has, once all is read."""
        self.names = [author.get("name") for author in self.authors]
        self.tags = [label or term or "" for term, _, label in self.terms]
        return self

    def store(self, key: str, value: str, depth: int) -> bool:
        """Keep a short text that may be deeper than others of its kind, and tell whether it counts."""
        if self.depth and depth > self.depths.get(key, depth):
            return False
        self.depths[key] = depth
        self.values[key] = value
        return True

    def add_tag(self, term: str | None, scheme: str | None = None, label: str | None = None) -> None:
        tag = (term, scheme, label)
        if any(tag) and tag not in self.seen_tags:
            self.seen_tags.add(tag)
            self.terms.append(tag)
        self.given_tags += 1
        if self.given_tags > MAX_CATEGORIES:
            raise Doubt("very many tags")

    def name_tag(self, text: str) -> None:
        """Take a text for the term of the last tag, if that has none, else for another tag."""
        if not text:
            return
        term, scheme, label = self.terms[-1] if self.terms else (text, None, None)
        if term:
            self.add_tag(text)
        else:
            self.seen_tags.remove(self.terms[-1])
            self.terms[-1] = (text, scheme, label)
            self.seen_tags.add(self.terms[-1])

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
        written = self.values.get("author", "")
        if author:
            name, address = author.get("name"), author.get("email")
            self.values["author"] = f"{name} ({address})" if name and address else name or address or written
            return
        if len(written) > MAX_NAME_CHARS:
            raise Doubt("a very long name")
        found = _MAIL_ADDRESS.search(written) if "@" in written else None
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
