"""A YAML file as a tree in which every key and value knows its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from aggregator.config.environment import substitute
from aggregator.config.yaml_nodes import STR, TAG, NotYaml, YamlNode, compose, no_break_spaces
from aggregator.errors import Problem
from aggregator.text.sizes import size_in_words

_MAX_BYTES = 2_000_000  # some 20,000 sources; the reader takes seconds for it
_MAX_VALUES = 500_000  # after aliases are followed, so that a few lines can't become a few billions
_MAX_DEPTH = 50


class Place(NamedTuple):
    """Where something is written; ``line`` counts from 1."""

    file: str
    line: int

    def problem(self, message: str) -> Problem:
        return Problem(self.file, self.line, message)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Scalar(NamedTuple):
    """A single value. ``written`` is the text in the file, in which ``${NAME}`` still stands for a secret."""

    place: Place
    value: str | int | float | bool | None
    written: str
    is_from_environment: bool = False


@dataclass(frozen=True, slots=True)
class List:
    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Keys with values; ``keys`` tells where each key is written."""

    place: Place
    items: dict[str, Node]
    keys: dict[str, Place]


Node = Scalar | List | Section
Location = tuple[str | int, ...]
Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


@dataclass(slots=True)
class Reading:
    """What a file came to: the tree, None for one without content or that can't be read; and what is wrong with it.

    ``doubts`` may be right as they stand. ``odd_spaces`` explain other problems. Where a value is ``broken``, because
    its variable is missing, nothing else needs to be said of its place.
    """

    tree: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    odd_spaces: list[Problem] = field(default_factory=list)
    broken: set[Place] = field(default_factory=set)
    body: bytes = b""


def read_yaml(path: Path, *, file: str, env: Mapping[str, str]) -> Reading:
    """Read a file. ``file`` is what the problems call it. Raises nothing."""
    try:
        with path.open("rb") as opened:
            body = opened.read(_MAX_BYTES + 1)
    except IsADirectoryError:
        return Reading(problems=[Problem(file, 0, "this is a folder; expected a YAML file")])
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not the name of a file"
        cure = "; `aggregator init` writes a configuration" if isinstance(error, FileNotFoundError) else ""
        return Reading(problems=[Problem(file, 0, f"can't be read: {reason[0].lower()}{reason[1:]}{cure}")])
    if len(body) > _MAX_BYTES:
        large = f"larger than {size_in_words(_MAX_BYTES)}; split it and list the parts in include"
        return Reading(problems=[Problem(file, 0, large)])
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        return Reading(problems=[Problem(file, line, "not UTF-8; save the file with the encoding UTF-8")])
    reading = _parse(text, file=file, env=env)
    reading.body = body
    return reading


def _parse(text: str, *, file: str, env: Mapping[str, str]) -> Reading:
    reading = Reading()
    spaces = "a no-break space stands where an ordinary one is expected"
    reading.odd_spaces = [Problem(file, line, spaces) for line in no_break_spaces(text)]
    try:
        root = compose(text)
    except NotYaml as error:
        reading.problems.append(Problem(file, error.line, str(error)))
        return reading
    builder = _Builder(file, env, text, reading)
    tree = builder.build(root) if root is not None else None
    is_empty = isinstance(tree, Scalar) and tree.value is None
    reading.tree = None if is_empty else tree
    return reading


# What begins a comment behind a value, but hardly was meant to: nobody leaves out the space in "# why".
_HIDDEN_TAIL = re.compile(r"\s+#[^\s#=*!-]")


class _Builder:
    """Turns the YAML library's nodes into ours: variables replaced, aliases followed within bounds."""

    def __init__(self, file: str, env: Mapping[str, str], text: str, reading: Reading) -> None:
        self.problems = reading.problems
        self._reading = reading
        self._file = file
        self._env = env
        lines = text.splitlines() if _HIDDEN_TAIL.search(text) else ()
        self._tails = {number: line for number, line in enumerate(lines) if _HIDDEN_TAIL.search(line)}
        self._open: set[int] = set()
        self._count = 0

    def build(self, node: YamlNode) -> Node:
        """Build the tree of a node, its aliases followed."""
        self._count += 1
        place = Place(self._file, node.start_mark.line + 1)
        if self._count > _MAX_VALUES:
            if self._count == _MAX_VALUES + 1:
                self.problems.append(place.problem("too many values, counting what aliases stand for"))
            return Scalar(place, None, "")
        if node.id == "scalar":
            return self._scalar(node, place)
        if id(node) in self._open:
            self.problems.append(place.problem("an alias that contains itself"))
            return Scalar(place, None, "")
        if len(self._open) >= _MAX_DEPTH:
            self.problems.append(place.problem("nested too deeply"))
            return Scalar(place, None, "")
        self._open.add(id(node))
        built = self._list(node, place) if node.id == "sequence" else self._section(node, place)
        self._open.remove(id(node))
        return built

    def _list(self, node: YamlNode, place: Place) -> List:
        self._refuse_tag(node, place, "seq")
        return List(place, tuple([self.build(item) for item in node.value]))

    def _section(self, node: YamlNode, place: Place) -> Section:
        self._refuse_tag(node, place, "map")
        section = Section(place, {}, {})
        merged: set[str] = set()
        pairs = node.value
        has_merges = any(key_node.value == "<<" for key_node, _ in pairs)
        if has_merges:  # what is merged in comes first, wherever it stands: the section's own keys replace it
            pairs = sorted(pairs, key=lambda pair: not _is_merge(pair[0]))
        for key_node, value_node in pairs:
            key_place = Place(self._file, key_node.start_mark.line + 1)
            if key_node.id != "scalar":
                self.problems.append(key_place.problem("a key must be a single word"))
                continue
            key = str(key_node.value)
            if has_merges and _is_merge(key_node):
                merged |= self._merge(section, value_node, key_place)
                continue
            if key in section.keys and key not in merged:
                self.problems.append(
                    key_place.problem(f"the key '{key}' is here twice; the first is in line {section.keys[key].line}")
                )
                continue
            merged.discard(key)
            section.keys[key] = key_place
            section.items[key] = self.build(value_node)
        return section

    def _merge(self, section: Section, node: YamlNode, place: Place) -> set[str]:
        """Take the keys of another section, or of several, as far as they are not there; return them."""
        built = self.build(node)
        added: set[str] = set()
        for part in built.items if isinstance(built, List) else (built,):
            if not isinstance(part, Section):
                self.problems.append(place.problem("<< takes the keys of a section, such as <<: *usual"))
                continue
            for key in part.keys.keys() - section.keys.keys():
                section.keys[key], section.items[key] = part.keys[key], part.items[key]
                added.add(key)
        return added

    def _scalar(self, node: YamlNode, place: Place) -> Scalar:
        tag, written = str(node.tag), str(node.value)
        if self._tails and not node.style and (tail := self._tails.get(node.end_mark.line)):
            self._note_tail(tail[node.end_mark.column :], place)
        if not tag.startswith(TAG):
            self.problems.append(place.problem("tags such as !name have no meaning here"))
            return Scalar(place, None, written)
        if tag == STR:
            if "$" not in written:
                return Scalar(place, written, written)
            try:
                text, is_from_environment = substitute(written, self._env)
            except ValueError as error:
                self.problems.append(place.problem(str(error)))
                self._reading.broken.add(place)
                return Scalar(place, None, written)
            # a variable that is set to nothing is as good as a key that is left out
            value = None if is_from_environment and not text else text
            return Scalar(place, value, written, is_from_environment)
        return Scalar(place, _value(tag, written), written)

    def _note_tail(self, tail: str, place: Place) -> None:
        if _HIDDEN_TAIL.match(tail):
            self._reading.doubts.append(
                place.problem("what follows the # is a comment; put the value in quotes if it belongs to it")
            )

    def _refuse_tag(self, node: YamlNode, place: Place, kind: str) -> None:
        if str(node.tag) != f"{TAG}{kind}":
            self.problems.append(place.problem("tags such as !name have no meaning here"))


def _is_merge(node: YamlNode) -> bool:
    return bool(node.id == "scalar" and not node.style and node.value == "<<")


def _value(tag: str, text: str) -> str | int | float | bool | None:
    """Return what a plain scalar means; text for all that isn't a number, true, false or nothing, such as a date."""
    match tag.removeprefix(TAG):
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int" | "float" as kind:
            try:
                return int(text) if kind == "int" else float(text)
            except ValueError:
                return text
        case _:
            return text


def plain(node: Node) -> Plain:
    """Return the tree as lists, dicts and values. Keys without a value are left out: their defaults hold."""
    match node:
        case Scalar():
            return node.value
        case List():
            return [plain(item) for item in node.items]
        case Section():
            return {key: value for key, item in node.items.items() if (value := plain(item)) is not None}


def nearest(node: Node, location: Location) -> Node:
    """Return the value at a location; steps that nothing written answers to are left out."""
    for step in location:
        node = _child(node, step) or node
    return node


def _child(node: Node, step: str | int) -> Node | None:
    match node:
        case Section() if isinstance(step, str):
            return node.items.get(step)
        case List() if isinstance(step, int) and step < len(node.items):
            return node.items[step]
    return None


def environment_locations(node: Node, location: Location = ()) -> Iterator[Location]:
    """Yield where values come from the environment, wholly or in part."""
    match node:
        case Scalar():
            if node.is_from_environment:
                yield location
        case List():
            for index, item in enumerate(node.items):
                yield from environment_locations(item, (*location, index))
        case Section():
            for key, item in node.items.items():
                yield from environment_locations(item, (*location, key))
