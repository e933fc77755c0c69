"""Change a YAML file that a person wrote, by as little as possible: every other byte, comments among them, stays."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from aggregator.config.shipped import is_installed
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
    lines = [f"- url: {_scalar(url)}", f"  kind: {kind}"]
    if rules is not None:
        lines.append("  page:")
        pairs = ((name, getattr(rules, name)) for name in (field.name for field in fields(rules)))
        lines += [f"    {name}: {_scalar(value)}" for name, value in pairs if value is not None]
    return "\n".join(lines)


def append_sources(path: Path, new: Sequence[NewSource]) -> None:
    """Write sources at the end of a file's ``sources``, in its own indentation; the file is replaced atomically.

    Raises ConfigError when the file can't be read or written, or holds its sources in a form that can't be appended
    to without rewriting it.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        _replace(path, _appended(path, text, new))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Problem(str(path), 0, f"can't be changed: {error}")) from error


def replace_addresses(path: Path, new: Mapping[int, str]) -> frozenset[int]:
    """Write new addresses into the sources that begin at these lines (counted from 1); the file is replaced atomically.

    Returns the lines of those that stay as they were, since their address isn't written out in one place and line.
    Raises ConfigError when the file can't be read or written.
    """
    try:
        # a byte order mark is part of the text here, and is written back with it
        text = path.read_bytes().decode()
        root = _composed(path, text)
        found = next((value for key, value in root.value if key.value == "sources"), None) if root else None
        items = found.value if found is not None and found.id == "sequence" else ()
        urls = {item.start_mark.line + 1: url for item in items if (url := _url_of(item)) is not None}
        possible = {line: urls[line] for line in new if line in urls and _can_be_replaced(urls[line])}
        for line, node in sorted(possible.items(), reverse=True):  # from the end, so that the other marks stay right
            text = text[: node.start_mark.index] + _restyled(new[line], node.style) + text[node.end_mark.index :]
        if possible:
            _replace(path, text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Problem(str(path), 0, f"can't be changed: {error}")) from error
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
    return _scalar(url) if style is None and not re.search(r"[\[\]{},]", url) else _quoted(url)


def _composed(path: Path, text: str) -> YamlNode | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        root: YamlNode | None = YAML(typ="rt").compose(text)
    except YAMLError as error:
        raise ConfigError(Problem(str(path), 0, f"can't be read as YAML: {error}")) from error
    return root


def _appended(path: Path, text: str, new: Sequence[NewSource]) -> str:
    root = _composed(path, text)
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
        at = _past_comments(lines, _last_line(value.value[-1]) + 1, indent=indent)
    elif not value.value:  # `sources:` or `sources: []`
        at, indent = key.start_mark.line + 1, key.start_mark.column + 2
        lines[at - 1] = re.sub(r"^(\s*[^:]+:)[^#\n]*", r"\1 ", lines[at - 1]).rstrip() + ending
    else:
        line = key.start_mark.line + 1
        raise ConfigError(
            Problem(str(path), line, "sources can't be added here; write them as a list, `- url: …` a line")
        )
    return "".join([*lines[:at], *_block(new, indent=indent, ending=ending), *lines[at:]])


def _past_comments(lines: Sequence[str], at: int, *, indent: int) -> int:
    """Return the line behind the comments of the source that ends before ``at``: those right below, indented as it."""
    while at < len(lines) and (comment := re.match(r"( *)#", lines[at])) and len(comment[1]) > indent:
        at += 1
    return at


def _last_line(node: YamlNode) -> int:
    """Return the line, counted from 0, that the last scalar of a node ends on (a node's own end is past comments)."""
    if node.id == "mapping" and node.value:
        return max(_last_line(part) for pair in node.value for part in pair)
    if node.id == "sequence" and node.value and not node.flow_style:
        return max(_last_line(part) for part in node.value)
    if node.id == "scalar" and node.style in {"|", ">"}:
        return int(node.end_mark.line) - int(node.end_mark.column == 0)
    return int(node.end_mark.line)


def _block(new: Sequence[NewSource], *, indent: int, ending: str) -> list[str]:
    lines = []
    for source in new:
        pairs = [("url", _scalar(source.url))]
        if source.name:
            pairs.append(("name", _scalar(source.name)))
        if source.kind is not SourceKind.AUTO:
            pairs.append(("kind", source.kind.value))
        if source.title:
            pairs.append(("title", _scalar(source.title)))
        if source.categories:
            pairs.append(("categories", f"[{', '.join(source.categories)}]"))
        if source.folder:
            pairs.append(("folder", f"[{', '.join(map(_in_brackets, source.folder))}]"))
        for number, (key, value) in enumerate(pairs):
            lines.append(f"{' ' * indent}{'- ' if number == 0 else '  '}{key}: {value}{ending}")
    return lines


def _scalar(text: str) -> str:
    """Write a scalar plainly where that is safe, else quoted (a JSON string is a YAML one)."""
    is_plain = re.fullmatch(r"[A-Za-z][\w./:?=&%+~@!,;()' -]*", text) and not re.search(r":(\s|$)|\s#|\s$", text)
    is_word = text.lower() in {"true", "false", "yes", "no", "on", "off", "null"}
    return text if is_plain and not is_word else _quoted(text)


def _in_brackets(text: str) -> str:
    return _quoted(text) if re.search(r"[\[\]{},:#&*!|>'\"%@`]", text) else _scalar(text)


def _quoted(text: str) -> str:
    # `${` would be taken for a variable of the environment
    return json.dumps(text, ensure_ascii=False).replace("${", "$${")


def _replace(path: Path, text: str) -> None:
    target = path.resolve()  # a link stays a link
    if is_installed(target):
        problem = (
            "this file belongs to the program, and the next upgrade replaces it; `aggregator init` writes your own"
        )
        raise ConfigError(Problem(str(path), 0, problem))
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(target.stat().st_mode)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
