"""What must fit together across sections and files: names that are there once, and names that are there at all."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.config.suggest import bare_address, did_you_mean
from aggregator.config.yaml_lines import List, Node, Scalar, Section
from aggregator.errors import Problem

_NOUNS = {"sources": "source", "categories": "category", "feeds": "feed", "digests": "digest"}


def check_references(tree: Section) -> list[Problem]:
    """Return what doesn't fit together. It looks at the tree, so that an error elsewhere hides nothing here."""
    problems: list[Problem] = []
    for kind, noun in _NOUNS.items():
        problems += _given_twice(_texts_at(tree, kind, "name"), f"another {noun} has this name")
    problems += _given_twice(_addresses(tree), "another source has this address")
    for kind, noun in (("categories", "category"), ("sources", "source")):
        known = {name.value for name in _texts_at(tree, kind, "name")}
        for used in _uses(tree, kind):
            if used.value not in known:
                hint = did_you_mean(str(used.value), map(str, known))
                if kind == "sources" and not hint:
                    hint = "; a source that is referred to needs a name"
                problems.append(used.place.problem(f"unknown {noun} '{used.written}'{hint}"))
    if "email" not in tree.items:
        problems += [
            each.keys["email"].problem("an email channel needs the section email: how mail is sent")
            for digest in _sections(tree, "digests")
            for each in _sections(digest, "to")
            if "email" in each.keys
        ]
    return problems


def _given_twice(texts: Iterator[Scalar], complaint: str) -> Iterator[Problem]:
    first: dict[object, Scalar] = {}
    for text in texts:
        before = first.setdefault(bare_address(str(text.value)), text)
        if before is not text:
            yield text.place.problem(f"{complaint}: see {before.place}")


def _addresses(tree: Section) -> Iterator[Scalar]:
    """Yield the sources' addresses; those with senders may share a mailbox."""
    for section in _sections(tree, "sources"):
        if "senders" not in section.items:
            yield from _texts_of(section, "url")


def _uses(tree: Section, kind: str) -> Iterator[Scalar]:
    """Yield every place that refers to a category or source by name."""
    if kind == "categories":
        for source in _sections(tree, "sources"):
            yield from _texts(source.items.get(kind))
    for user in (*_sections(tree, "feeds"), *_sections(tree, "digests")):
        where = user.items.get("where")
        if isinstance(where, Section):
            yield from _texts(where.items.get(kind))


def _sections(section: Section, key: str) -> Iterator[Section]:
    node = section.items.get(key)
    if isinstance(node, List):
        yield from (item for item in node.items if isinstance(item, Section))


def _texts_at(tree: Section, kind: str, key: str) -> Iterator[Scalar]:
    for section in _sections(tree, kind):
        yield from _texts_of(section, key)


def _texts_of(section: Section, key: str) -> Iterator[Scalar]:
    node = section.items.get(key)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        yield node


def _texts(node: Node | None) -> Iterator[Scalar]:
    if isinstance(node, List):
        yield from (item for item in node.items if isinstance(item, Scalar) and isinstance(item.value, str))
