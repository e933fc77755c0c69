"""What people write, put into the form of the models: one value for a list of one, a bare address, names as keys.

It changes the tree before anything looks at it, so that complaints still point at what is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from aggregator.config.messages import service_of
from aggregator.config.shape import Schema, known_keys, resolve, shape
from aggregator.config.yaml_lines import List, Node, Scalar, Section

# Lists of sections that may be written as a mapping: what each key stands for.
NAMED: Final = frozenset({"sources", "categories", "feeds", "digests"})
# Lists whose items may be addresses alone.
_BARE: Final = frozenset({"sources", "to"})
# Values in which a comma can only separate them.
_WITHOUT_COMMAS: Final = frozenset({"name", "mail address", "language tag", "host", "network", "status"})
_HTTP: Final = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is in a part of the tree: a section with these keys, or a list of such items."""

    keys: Mapping[str, _Plan]
    item: _Plan | None = None
    of_sections: bool = False
    takes_scalars: bool = False
    splits: bool = False


def in_house_form(tree: Section) -> Section:
    """Return the tree of a file with its short forms written out. Keys that begin with ``x-`` are for anchors."""
    for key in [key for key in tree.items if key.startswith("x-")]:
        del tree.items[key], tree.keys[key]
    _write_out(tree, _plan_of(""))
    return tree


@cache
def _plan_of(_root: str) -> _Plan:
    return _plan(shape())


def _plan(schema: Schema) -> _Plan:
    schema = resolve(schema)
    if schema.get("type") == "array":
        item = resolve(schema["items"])
        kinds = (item, *(resolve(kind) for kind in (*item.get("oneOf", ()), *item.get("anyOf", ()))))
        takes_scalars = any(kind.get("type") in {"string", "integer"} for kind in kinds)
        splits = item.get("title") in _WITHOUT_COMMAS or "enum" in item
        of_sections = any("properties" in kind for kind in kinds)
        return _Plan({}, _plan(item), of_sections=of_sections, takes_scalars=takes_scalars, splits=splits)
    keys = {key: _plan(value) for key, value in known_keys(schema).items()}
    return _Plan({key: plan for key, plan in keys.items() if plan.item is not None or plan.keys})


def _write_out(section: Section, plan: _Plan) -> None:
    for key, node in section.items.items():
        inner = plan.keys.get(key)
        if inner is None:
            continue
        if inner.item is None:
            if isinstance(node, Section):
                _write_out(node, inner)
            continue
        listed = section.items[key] = _as_list(key, node, inner)
        if isinstance(listed, List) and inner.item.keys:
            for each in listed.items:
                if isinstance(each, Section):
                    _write_out(each, inner.item)


def _as_list(key: str, node: Node, plan: _Plan) -> Node:
    """Return the list that a node stands for; the node itself when it stands for none."""
    items: tuple[Node, ...] | None = None
    may_be_bare = key in _BARE and plan.of_sections
    if isinstance(node, List):
        items = tuple(_as_section(key, each) for each in node.items) if may_be_bare else None
    elif isinstance(node, Section):
        items = _items_of_section(key, node, plan)
    elif node.value is None:
        return node
    elif may_be_bare:
        section = _as_section(key, node)
        items = (section,) if isinstance(section, Section) else None
    elif plan.takes_scalars:
        items = _parts(node) if plan.splits else (node,)
    return node if items is None else List(node.place, items)


def _items_of_section(key: str, node: Section, plan: _Plan) -> tuple[Node, ...] | None:
    if not plan.of_sections:
        return None
    if key in NAMED and not _is_one(node, key):
        return tuple(_named(node, key)) if _has_names_as_keys(node) else None
    return (node,)


def _parts(node: Scalar) -> tuple[Scalar, ...]:
    if not isinstance(node.value, str) or "," not in node.value:
        return (node,)
    parts = [part.strip() for part in node.value.split(",")]
    return tuple(
        node._replace(value=part, written=node.written if node.is_from_environment else part) for part in parts if part
    )


def _is_one(node: Section, key: str) -> bool:
    """Whether a section is one item of a list, not a mapping of names."""
    item = resolve(shape()["properties"][key])["items"]
    return any(each in known_keys(resolve(item)) for each in node.items)


def _has_names_as_keys(node: Section) -> bool:
    return bool(node.items) and not any(isinstance(each, List) for each in node.items.values())


def _named(node: Section, key: str) -> Iterator[Node]:
    for name, value in node.items.items():
        place = node.keys[name]
        given = _as_section(key, value) if isinstance(value, Scalar) else value
        if isinstance(given, Scalar) and given.value is None and key in {"feeds", "categories"}:
            given = Section(place, {}, {})
        if isinstance(given, Section):
            yield Section(place, {"name": Scalar(place, name, name), **given.items}, {"name": place, **given.keys})
        else:
            yield given


def _as_section(key: str, node: Node) -> Node:
    """Return the section that an address alone stands for: a source, or a channel by the look of its address."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return node
    name = "url" if key == "sources" else _channel(node.value) if key == "to" else None
    return node if name is None else Section(node.place, {name: node}, {name: node.place})


def _channel(address: str) -> str | None:
    if _HTTP.match(address):
        return "chat" if service_of(address) is not None else "webhook"
    if "://" in address:
        return "chat"
    return "email" if "@" in address else None
