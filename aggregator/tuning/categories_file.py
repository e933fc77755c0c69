"""Categories in the operator's YAML: examples and terms written into the file that has them, as little as possible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aggregator.config import Config, TermGroup
from aggregator.config.yaml_edit import (
    composed,
    in_brackets,
    quoted,
    reason_of,
    replace_file,
    replaced,
    with_item,
    without_item,
)
from aggregator.config.yaml_nodes import YamlNode
from aggregator.errors import ConfigError, Problem


class CategoryFile:
    """One file, as text that is changed step by step and then written back; comments, order and line ends stay."""

    def __init__(self, path: Path, category: str) -> None:
        """Raises ConfigError when the file can't be read."""
        self.path = path
        self.category = category
        try:
            self.text = path.read_bytes().decode()  # a byte order mark is part of the text, and is written back with it
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(Problem(str(path), 0, f"can't be changed: {reason_of(error)}")) from error

    def add(self, keys: tuple[str, ...], item: str, *, comment: str = "") -> None:
        """Put an item at the end of a list of the category. Raises ConfigError."""
        self._change(lambda node: with_item(self.text, node, keys, item, comment=comment))

    def remove(self, keys: tuple[str, ...], value: str) -> None:
        """Take an item out of a list of the category, where it is in there. Raises ConfigError."""
        self._change(lambda node: without_item(self.text, node, keys, value))

    def replace_term(self, key: str, place: tuple[int, int], new: TermGroup) -> None:
        """Put a group in place of one term: the ``place`` of its item in the list, and its own within that item.

        A term that stands among others in a group leaves it. Raises ConfigError.
        """

        def changed(node: YamlNode) -> str:
            listed = next((value for name, value in node.value if name.value == key), None)
            items = [] if listed is None else listed.value if listed.id == "sequence" else [listed]
            item = items[place[0]]
            terms = next((v for name, v in item.value if name.value == "terms"), None) if item.id == "mapping" else None
            if terms is None or terms.id == "scalar" or len(terms.value) == 1:
                return replaced(self.text, item, written_group(new))
            text = without_item(self.text, item, ("terms",), terms.value[place[1]].value.strip())
            self.text = text
            return with_item(text, self._node(), (key,), written_group(new))

        self._change(changed)

    def write(self) -> None:
        """Write the file back. Raises ConfigError."""
        try:
            replace_file(self.path, self.text)
        except OSError as error:
            raise ConfigError(Problem(str(self.path), 0, f"can't be changed: {reason_of(error)}")) from error

    def _change(self, change: Callable[[YamlNode], str]) -> None:
        node = self._node()
        try:
            self.text = change(node)
        except ValueError as error:
            line = node.start_mark.line + 1
            words = f"category {self.category} can't be changed here: {error}; please edit it yourself"
            raise ConfigError(Problem(str(self.path), line, words)) from error

    def _node(self) -> YamlNode:
        node = category_node(composed(self.path, self.text), self.category)
        if node is None:
            raise ConfigError(Problem(str(self.path), 0, f"category {self.category} is not written out here"))
        return node


def file_of(config: Config, category: str) -> CategoryFile:
    """Return the file in which a category is written. Raises ConfigError."""
    for path in config.files:
        file = CategoryFile(path, category)
        if category_node(composed(path, file.text), category) is not None:
            return file
    problem = (
        f"category {category} is not written out in one place, so that it can't be changed; please edit it yourself"
    )
    raise ConfigError(Problem(str(config.path), 0, problem))


def category_node(root: YamlNode | None, category: str) -> YamlNode | None:
    """Return the section of a category: an item of the list, the only one, or the one under its name."""
    if root is None or root.id != "mapping":
        return None
    listed = next((value for key, value in root.value if key.value == "categories"), None)
    if listed is None:
        return None
    items = listed.value if listed.id == "sequence" else [listed]
    if listed.id == "mapping" and _named(listed) is None:
        return next((v for key, v in listed.value if key.value == category and v.id == "mapping"), None)
    return next((each for each in items if each.id == "mapping" and _named(each) == category), None)


def _named(node: YamlNode) -> str | None:
    name = next((value for key, value in node.value if key.value == "name"), None)
    return name.value if name is not None and name.id == "scalar" else None


def written_example(example: str) -> str:
    """Write an example so that it is safe in a list of either kind."""
    return quoted(example)


def written_term(term: str) -> str:
    """Write a term; a star at its end needs no quotation marks."""
    stem = term.removesuffix("*")
    return term if stem and in_brackets(stem) == stem else quoted(term)


def written_group(group: TermGroup) -> str:
    """Write a group of terms in one line; one that is a plain term as that."""
    terms = [written_term(term) for term in group.terms]
    if len(terms) == 1 and group == TermGroup(terms=group.terms):
        return terms[0]
    parts = [f"terms: [{', '.join(terms)}]"]
    if group.near:
        parts.append(f"near: [{', '.join(map(written_term, group.near))}]")
        if group.within != TermGroup.model_fields["within"].default:
            parts.append(f"within: {group.within}")
    if group.fields:
        parts.append(f"in: [{', '.join(group.fields)}]")
    if group.language:
        parts.append(f"language: [{', '.join(group.language)}]")
    if group.weight != 1:
        parts.append(f"weight: {group.weight:g}")
    return f"{{{', '.join(parts)}}}"
