"""Changing a YAML file that a person wrote by as little as possible: every other byte, comments among them, stays."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from aggregator.config.shipped import is_installed
from aggregator.config.yaml_nodes import YamlNode
from aggregator.errors import ConfigError, Problem


def composed(path: Path, text: str) -> YamlNode | None:
    """Return the root node of a text, with where each node is written. Raises ConfigError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        root: YamlNode | None = YAML(typ="rt").compose(text)
    except YAMLError as error:
        raise ConfigError(Problem(str(path), 0, f"can't be read as YAML: {error}")) from error
    return root


def past_comments(lines: Sequence[str], at: int, *, indent: int) -> int:
    """Return the line behind the comments of the source that ends before ``at``: those right below, indented as it."""
    while at < len(lines) and (comment := re.match(r"( *)#", lines[at])) and len(comment[1]) > indent:
        at += 1
    return at


def last_line(node: YamlNode) -> int:
    """Return the line, counted from 0, that the last scalar of a node ends on (a node's own end is past comments)."""
    if node.id == "mapping" and node.value:
        return max(last_line(part) for pair in node.value for part in pair)
    if node.id == "sequence" and node.value and not node.flow_style:
        return max(last_line(part) for part in node.value)
    if node.id == "scalar" and node.style in {"|", ">"}:
        return int(node.end_mark.line) - int(node.end_mark.column == 0)
    return int(node.end_mark.line)


def scalar(text: str) -> str:
    """Write a scalar plainly where that is safe, else quoted (a JSON string is a YAML one)."""
    is_plain = re.fullmatch(r"[A-Za-z][\w./:?=&%+~@!,;()' -]*", text) and not re.search(r":(\s|$)|\s#|\s$", text)
    is_word = text.lower() in {"true", "false", "yes", "no", "on", "off", "null"}
    return text if is_plain and not is_word else quoted(text)


def in_brackets(text: str) -> str:
    """Write a scalar for where brackets and commas mean something."""
    return quoted(text) if re.search(r"[\[\]{},:#&*!|>'\"%@`]", text) else scalar(text)


def quoted(text: str) -> str:
    """Write a scalar in quotation marks."""
    # `${` would be taken for a variable of the environment
    return json.dumps(text, ensure_ascii=False).replace("${", "$${")


def reason_of(error: OSError | UnicodeDecodeError) -> str:
    """Say why a file can't be read or written."""
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)


def replace_file(path: Path, text: str) -> None:
    """Put another text in place of a file's, atomically. Raises ConfigError for one of the program's own, OSError."""
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


def holder_of(text: str, node: YamlNode, keys: Sequence[str]) -> tuple[YamlNode, Sequence[str]]:
    """Follow keys down from a mapping; return the innermost value that is there, and the keys that are missing in it.

    Raises ValueError where the rest is written elsewhere, by an anchor or ``<<``.
    """
    for number, key in enumerate(keys):
        found = next((value for name, value in node.value if name.value == key), None)
        if found is None or (found.id == "scalar" and found.value == "" and found.style is None):
            if any(name.value == "<<" for name, _ in node.value):
                raise ValueError("a part of it is written elsewhere (<<)")
            return node, keys[number:]
        if not node.start_mark.index <= found.start_mark.index <= node.end_mark.index or found.anchor is not None:
            raise ValueError("a part of it is shared with others (& and *)")
        if number + 1 < len(keys) and found.id != "mapping":
            raise ValueError(f"{key} is no section")
        node = found
    return node, ()


def with_item(text: str, mapping: YamlNode, keys: Sequence[str], item: str, *, comment: str = "") -> str:
    """Return the text with an item at the end of the list that keys lead to; what is missing on the way is made.

    ``item`` is as it is written within brackets; ``comment`` stands behind it where there is room for one.
    Raises ValueError, in words, where that can't be done without rewriting more.
    """
    ending = "\r\n" if "\r\n" in text else "\n"
    node, missing = holder_of(text, mapping, keys)
    behind = f"  # {comment}" if comment else ""
    if missing:
        return _with_keys(text, node, missing, item, behind, ending)
    if node.id == "scalar":  # one value for a list of one
        written = text[node.start_mark.index : node.end_mark.index]
        if node.start_mark.line != node.end_mark.line:
            raise ValueError("its one value has several lines; write it as a list")
        written = in_brackets(node.value) if node.style is None else written
        return f"{text[: node.start_mark.index]}[{written}, {item}]{text[node.end_mark.index :]}"
    if node.id != "sequence":
        raise ValueError(f"{keys[-1]} is no list")
    if node.flow_style:
        return _with_item_in_brackets(text, node, item, ending)
    lines = _lines_of(text, ending)
    indent = node.start_mark.column
    at = past_comments(lines, last_line(node.value[-1]) + 1, indent=indent)
    return "".join([*lines[:at], f"{' ' * indent}- {item}{behind}{ending}", *lines[at:]])


def without_item(text: str, mapping: YamlNode, keys: Sequence[str], value: str) -> str:
    """Return the text without an item of the list that keys lead to; as it is where that has no such item."""
    ending = "\r\n" if "\r\n" in text else "\n"
    node, missing = holder_of(text, mapping, keys)
    if missing:
        return text
    if node.id == "scalar":
        is_it = node.value == value
        return f"{text[: node.start_mark.index]}[]{text[node.end_mark.index :]}" if is_it else text
    item = next((each for each in node.value if each.id == "scalar" and each.value.strip() == value), None)
    if item is None:
        return text
    if node.flow_style:
        return _without_span(text, item)
    lines = _lines_of(text, ending)
    first, last = item.start_mark.line, last_line(item)
    kept = "".join([*lines[:first], *lines[last + 1 :]])
    if len(node.value) > 1:
        return kept
    before = next(at for at in range(first - 1, -1, -1) if lines[at].strip() and not lines[at].lstrip().startswith("#"))
    lines[before] = re.sub(r":([ \t]*(?:#.*)?)(\r?\n?)$", r": []\1\2", lines[before])
    return "".join([*lines[:first], *lines[last + 1 :]])


def _lines_of(text: str, ending: str) -> list[str]:
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += ending
    return lines


def _with_keys(text: str, node: YamlNode, missing: Sequence[str], item: str, behind: str, ending: str) -> str:
    """Write keys into a mapping, at its end, or at the key that has no value yet."""
    empty = next((key for key, _ in node.value if key.value == missing[0]), None)
    if node.flow_style:
        inner = f"[{item}]"
        for key in reversed(missing[1:]):
            inner = f"{{{key}: {inner}}}"
        if empty is not None:
            at = text.index(":", empty.end_mark.index) + 1
            return f"{text[:at]} {inner}{text[at:]}"
        at = node.end_mark.index - 1
        while text[at - 1].isspace():
            at -= 1
        mark = ("" if text[at - 1] == "," else ",") if node.value else ""
        return f"{text[:at]}{mark}{' ' if node.value else ''}{missing[0]}: {inner}{text[at:]}"
    lines, indent = _lines_of(text, ending), node.start_mark.column
    if empty is not None:
        at, indent = empty.start_mark.line + 1, empty.start_mark.column
        lines[at - 1] = re.sub(r":[ \t]*(?:~|null)(?=\s|$)", ":", lines[at - 1])
        keys = missing[1:]
        step = 1
    else:
        at = past_comments(lines, max(last_line(part) for pair in node.value for part in pair) + 1, indent=indent)
        keys, step = missing, 0
    new = [f"{' ' * (indent + 2 * (step + depth))}{key}:{ending}" for depth, key in enumerate(keys)]
    new.append(f"{' ' * (indent + 2 * (step + len(keys)))}- {item}{behind}{ending}")
    return "".join([*lines[:at], *new, *lines[at:]])


_MAX_COLUMNS = 120


def _with_item_in_brackets(text: str, node: YamlNode, item: str, ending: str) -> str:
    if not node.value:
        at = node.end_mark.index - 1
        return f"{text[: node.start_mark.index]}[{item}]{text[at + 1 :]}"
    last = node.value[-1]
    end = last.end_mark.index
    rest = text[end : node.end_mark.index - 1]
    has_comma = rest.lstrip().startswith(",")
    at = end + rest.index(",") + 1 if has_comma else end
    line_start = text.rfind("\n", 0, at) + 1
    is_long = at - line_start + len(item) + 2 > _MAX_COLUMNS
    margin = re.match(r"[ \t]*(?:- )?", text[line_start:at])
    if is_long and last.start_mark.line != node.start_mark.line and margin is not None:
        between = ending + " " * len(margin[0])
    else:
        between = " "
    return f"{text[:at]}{'' if has_comma else ','}{between}{item}{',' if has_comma else ''}{text[at:]}"


def _without_span(text: str, item: YamlNode) -> str:
    """Return the text without an item in brackets and the comma that belongs to it."""
    start, end = item.start_mark.index, item.end_mark.index
    if behind := re.match(r"\s*,[ \t]*", text[end:]):
        return text[:start] + text[end + behind.end() :]
    before = re.search(r",\s*$", text[:start])
    return text[: before.start() if before else start] + text[end:]


def replaced(text: str, node: YamlNode, written: str) -> str:
    """Return the text with something else in place of a node that has no comments within. Raises ValueError."""
    end = _end_of(node)
    if re.search(r"(?:^|\s)#", text[node.start_mark.index : end]) and node.id != "scalar":
        raise ValueError("there are comments in it")
    return text[: node.start_mark.index] + written + text[end:]


def _end_of(node: YamlNode) -> int:
    """Return where the last scalar or bracket of a node ends."""
    if node.id == "mapping" and node.value and not node.flow_style:
        return max(_end_of(part) for pair in node.value for part in pair)
    if node.id == "sequence" and node.value and not node.flow_style:
        return max(_end_of(part) for part in node.value)
    return int(node.end_mark.index)
