"""Sources written into the operator's YAML file, which stays as it is in every other byte."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from aggregator.config.yaml_edit import (
    composed,
    in_brackets,
    last_line,
    past_comments,
    quoted,
    reason_of,
    replace_file,
    scalar,
)
from aggregator.config.yaml_nodes import YamlNode
from aggregator.errors import ConfigError, Problem
from aggregator.model import PageRules, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """What is written about a source that is added."""

    url: str
    name: str | None = None
    title: str | None = None
    categories: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.AUTO
    folder: tuple[str, ...] = ()


def written_source(url: str, kind: SourceKind, rules: PageRules | None) -> str:
    """Return the YAML of a source whose list is pinned where it was found, to be put into a sources file."""
    lines = [f"- url: {scalar(url)}", f"  kind: {kind}"]
    if rules is not None:
        lines.append("  page:")
        pairs = ((name, getattr(rules, name)) for name in (field.name for field in fields(rules)))
        lines += [f"    {name}: {scalar(value)}" for name, value in pairs if value is not None]
    return "\n".join(lines)


def append_sources(path: Path, new: Sequence[NewSource]) -> None:
    """Write sources at the end of a file's ``sources``, in its own indentation; the file is replaced atomically.

    Raises ConfigError when the file can't be read or written, or holds its sources in a form that can't be appended
    to without rewriting it.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        replace_file(path, _appended(path, text, new))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Problem(str(path), 0, f"can't be changed: {reason_of(error)}")) from error


def replace_addresses(path: Path, new: Mapping[int, str]) -> frozenset[int]:
    """Write new addresses into the sources that begin at these lines (counted from 1); the file is replaced atomically.

    Returns the lines of those that stay as they were, since their address isn't written out in one place and line.
    Raises ConfigError when the file can't be read or written.
    """
    try:
        # a byte order mark is part of the text here, and is written back with it
        text = path.read_bytes().decode()
        root = composed(path, text)
        found = next((value for key, value in root.value if key.value == "sources"), None) if root else None
        items = found.value if found is not None and found.id == "sequence" else ()
        urls = {item.start_mark.line + 1: url for item in items if (url := _url_of(item)) is not None}
        possible = {line: urls[line] for line in new if line in urls and _can_be_replaced(urls[line])}
        for line, node in sorted(possible.items(), reverse=True):  # from the end, so that the other marks stay right
            text = text[: node.start_mark.index] + _restyled(new[line], node.style) + text[node.end_mark.index :]
        if possible:
            replace_file(path, text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Problem(str(path), 0, f"can't be changed: {reason_of(error)}")) from error
    return frozenset(new) - possible.keys()


def _url_of(item: YamlNode) -> YamlNode | None:
    """Return where the address of a source is written: under its key, or as the source."""
    if item.id == "scalar":
        return item
    pairs = item.value if item.id == "mapping" else ()
    return next((value for key, value in pairs if key.value == "url"), None)


def _can_be_replaced(node: YamlNode) -> bool:
    """Whether it is text in one line, for this place alone, without a variable of the environment."""
    is_alone = node.id == "scalar" and node.anchor is None and node.start_mark.line == node.end_mark.line
    return is_alone and "${" not in node.value.replace("$${", "")


def _restyled(url: str, style: str | None) -> str:
    """Write an address between the quotation marks of the one that it replaces; with such where it needs them."""
    if style == "'":
        return "'" + url.replace("${", "$${").replace("'", "''") + "'"
    return scalar(url) if style is None and not re.search(r"[\[\]{},]", url) else quoted(url)


def _appended(path: Path, text: str, new: Sequence[NewSource]) -> str:
    root = composed(path, text)
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\r\n" if "\r\n" in text else "\n"
    ending = "\r\n" if "\r\n" in text else "\n"
    if root is None:
        return "".join([*lines, f"sources:{ending}", *_block(new, indent=2, ending=ending)])
    if root.id != "mapping" or root.flow_style:
        raise ConfigError(Problem(str(path), 1, "sources can't be added: the file is not a list of `key: value` lines"))
    found = next(((key, value) for key, value in root.value if key.value == "sources"), None)
    if found is None:
        return "".join([*lines, f"{ending}sources:{ending}", *_block(new, indent=2, ending=ending)])
    key, value = found
    if value.id == "sequence" and value.value and not value.flow_style:
        indent = value.start_mark.column
        at = past_comments(lines, last_line(value.value[-1]) + 1, indent=indent)
    elif not value.value:  # `sources:` or `sources: []`
        at, indent = key.start_mark.line + 1, key.start_mark.column + 2
        lines[at - 1] = re.sub(r"^(\s*[^:]+:)[^#\n]*", r"\1 ", lines[at - 1]).rstrip() + ending
    else:
        line = key.start_mark.line + 1
        raise ConfigError(
            Problem(str(path), line, "sources can't be added here; write them as a list, `- url: …` a line")
        )
    return "".join([*lines[:at], *_block(new, indent=indent, ending=ending), *lines[at:]])


def _block(new: Sequence[NewSource], *, indent: int, ending: str) -> list[str]:
    lines = []
    for source in new:
        pairs = [("url", scalar(source.url))]
        if source.name:
            pairs.append(("name", scalar(source.name)))
        if source.kind is not SourceKind.AUTO:
            pairs.append(("kind", source.kind.value))
        if source.title:
            pairs.append(("title", scalar(source.title)))
        if source.categories:
            pairs.append(("categories", f"[{', '.join(source.categories)}]"))
        if source.folder:
            pairs.append(("folder", f"[{', '.join(map(in_brackets, source.folder))}]"))
        for number, (key, value) in enumerate(pairs):
            lines.append(f"{' ' * indent}{'- ' if number == 0 else '  '}{key}: {value}{ending}")
    return lines
