"""YAML text → the library's nodes, with plain scalars as YAML 1.2 means them: yes, on and 12:30 are text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

import yaml
from yaml.resolver import BaseResolver

TAG: Final = "tag:yaml.org,2002:"
STR: Final = f"{TAG}str"

# A scalar, sequence or mapping by its ``id``, of one library or the other; neither has types.
YamlNode: TypeAlias = Any

_NUMBER_STARTS = list("-+0123456789")


class _Resolver(BaseResolver):
    """Which tag a scalar has that names none: the core schema of YAML 1.2, with "_" allowed in numbers."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: Any) -> Any:  # noqa: ANN401
        """Return the tag; of a plain scalar at once whose first character says that it is text, as most do."""
        is_text = kind is yaml.ScalarNode and value and implicit[0] and value[0] not in self.yaml_implicit_resolvers
        return STR if is_text else super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]


for _name, _pattern, _starts in (
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+", _NUMBER_STARTS),
    (
        "float",
        r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        [*_NUMBER_STARTS, "."],
    ),
):
    _Resolver.add_implicit_resolver(f"{TAG}{_name}", re.compile(f"(?:{_pattern})$"), _starts)


_LibLoader: Any = None
if yaml.__with_libyaml__:
    from yaml import cyaml

    class _LibLoader(cyaml.CParser, _Resolver):  # type: ignore[no-redef, misc, name-defined]
        def __init__(self, text: str) -> None:
            cyaml.CParser.__init__(self, text)  # type: ignore[attr-defined]
            _Resolver.__init__(self)


class NotYaml(Exception):
    """What is wrong, in words, and in which line; 0 when that is not known."""

    def __init__(self, line: int, words: str) -> None:
        self.line = line
        super().__init__(words)


def compose(text: str) -> YamlNode | None:
    """Return the root node of the only document, None when there is none. Raises NotYaml.

    libyaml reads it, thirty times as fast, where PyYAML was built with it; what is wrong ruamel.yaml says better.
    """
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError):
            return _LibLoader(text).get_single_node()
    try:
        return _compose_in_python(text)
    except NotYaml as error:
        slip = find_slip(text, error.line)
        raise (NotYaml(*slip) if slip else error) from error


def _compose_in_python(text: str) -> YamlNode | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    reader = YAML(typ="safe", pure=True)
    reader.composer.warn_double_anchors = False
    try:
        return reader.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context == "while scanning a quoted scalar" and "end of stream" in error.problem:
            mark = error.context_mark  # where the quotation begins, not the end of the file
        raise NotYaml(mark.line + 1 if mark else 0, _in_words(error.context, error.problem)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NotYaml(line, f"not YAML: a character that it can't have (U+{ord(text[error.position]):04X})") from error
    except YAMLError as error:
        raise NotYaml(0, f"not YAML: {str(error).splitlines()[0]}") from error
    except RecursionError as error:
        raise NotYaml(0, "nested too deeply") from error
    except (ValueError, OverflowError, LookupError, AttributeError, TypeError) as error:
        # the reader's own slips on things like the escape "\UFFFFFFFF"
        raise NotYaml(0, "not YAML") from error


_KEY = r"\s*(?:- +)*[A-Za-z_][\w-]*"
# What people type, and what the reader then stumbles over in this line or a later one.
_SLIPS: Final = (
    (
        re.compile(
            rf"{_KEY}:\s+'[^']*'[^\s,\]}}#'].*'|{_KEY}:\s+'[^']*'[^\s,\]}}#']\S*\s*$|.*[{{,]\s*[\w-]+:\s+'[^']*'\w"
        ),
        "a quotation mark inside of '…' is written twice, as in 'it''s'; or put the text in \"…\"",
    ),
    (
        re.compile(rf'{_KEY}:\s+"[^"]*"[^\s,\]}}#].*"'),
        'a quotation mark inside of "…" has a backslash before it: \\"; or put the text in \'…\'',
    ),
    (re.compile(r"\s*(?:- +)*[A-Za-z_][\w-]*:(?![\s/]|$)[^\s'\"].*"), "a space is missing behind the colon"),
    (re.compile(r"\s*(?:- +)*[a-z_]+ +https?://\S+\s*$"), "a colon is missing behind the key"),
    (
        re.compile(rf"{_KEY}:\s+[“”„‟«‘’‚].*:\s"),
        "typographic quotation marks are part of the text; put it in \"…\" or '…'",
    ),
)
_KEY_OF: Final = re.compile(r"(\s*)[A-Za-z_][\w-]*:(?:\s|$)")
_KEY_OF_ANY: Final = re.compile(rf"{_KEY}:(?:\s|$)")
_OPEN_QUOTATION: Final = re.compile(rf"""(?:{_KEY}:|\s*-)\s+(["'])(?:\\.|(?!\1).)*$""")
_KEY_WITH_VALUE: Final = re.compile(r"(\s*(?:- +)*)[A-Za-z_][\w-]*:\s+[^\s|>#'\"\[{]")
_NO_BREAK_SPACE: Final = re.compile(
    r"^ *(?:- *)*(?:[A-Za-z_][\w-]*:)?[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]"
)


def find_slip(text: str, line: int) -> tuple[int, str] | None:
    """Return what most likely went wrong at a line (counted from 1), and where: in it or in the one before."""
    lines = text.splitlines()
    opened = _open_quotation(lines[:line])
    if opened is not None:
        return opened, "not YAML: a quotation mark is not closed"
    written = [number for number in range(min(line, len(lines)), 0, -1) if lines[number - 1].strip()]
    for number in written[:2]:
        for pattern, words in _SLIPS:
            if pattern.match(lines[number - 1]) and not lines[number - 1].lstrip().startswith("#"):
                return number, f"not YAML: {words}"
    if len(written) > 1 and _is_deeper(lines[written[1] - 1], lines[written[0] - 1]):
        return written[0], "not YAML: it is indented further than the key above, which has a value already"
    return None


def _open_quotation(lines: Sequence[str]) -> int | None:
    """Return the line, counted from 1, of a quotation that goes on over the keys of the next lines."""
    begun, quote = 0, ""
    for number, line in enumerate(lines, 1):
        if begun and _KEY_OF_ANY.match(line):
            return begun
        if begun:
            begun = 0 if quote in line else begun
        elif begins := _OPEN_QUOTATION.match(line):
            begun, quote = number, begins[1]
    return None


def _is_deeper(above: str, line: str) -> bool:
    """Whether a key stands right below another that has a plain value, and to the right of it."""
    key, before = _KEY_OF.match(line), _KEY_WITH_VALUE.match(above)
    return key is not None and before is not None and len(key[1]) > len(before[1])


def no_break_spaces(text: str) -> list[int]:
    """Return the lines, counted from 1, in which a space that only looks like one stands where YAML wants a space."""
    return [number for number, line in enumerate(text.split("\n"), 1) if _NO_BREAK_SPACE.match(line)]


def _in_words(context: str | None, problem: str | None) -> str:
    problem = " ".join((problem or context or "").split())
    if "'\\t'" in problem:
        return "indented with a tab; use spaces"
    hints = {
        "mapping values are not allowed": "a colon where none is expected; put text with a colon in quotes",
        "could not find expected ':'": "a key without its colon",
        "found undefined alias": "a value that begins with * must be in quotes",
        "that cannot start any token": f"a value that begins with {_character(problem)} must be in quotes",
        "another document": "more than one document (---) in the file",
        "unexpected end of stream": "a quotation mark is not closed",
        "expected <block end>": "the indentation doesn't fit the lines above",
        "while parsing a flow": "a bracket is not closed",
        "while scanning an alias": "a value that begins with * must be in quotes",
    }
    everything = f"{context or ''} {problem}"
    hint = next((words for symptom, words in hints.items() if symptom in everything), problem)
    return f"not YAML: {hint}"


def _character(problem: str) -> str:
    found = re.search(r"found character ['\"]?(.)", problem)
    return found[1] if found else "this character"
