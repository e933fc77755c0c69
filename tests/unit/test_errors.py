"""The error tree: drawn whole, and each failure of a source of a kind of its own."""

from __future__ import annotations

import re

from aggregator import errors
from aggregator.errors import AggregatorError, ErrorKind, SourceError

# The lines before a name in the drawing, four characters for each level, and the name.
DRAWN = re.compile(r"^((?:[│ ]   )*(?:[├└]── )?)(\w+)", re.MULTILINE)


def tree(kind: type[AggregatorError], depth: int = 0) -> list[tuple[int, str]]:
    """Return all errors that leave a room; what is caught in the room that raises it stands there."""
    own = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    below = [line for each in own for line in tree(each, depth + 1)]
    return [(depth, kind.__name__), *below]


def test_every_error_is_in_the_drawing_where_it_stands_in_the_tree() -> None:
    drawn = [(len(lines) // 4, name) for lines, name in DRAWN.findall(errors.__doc__ or "") if hasattr(errors, name)]

    assert sorted(_with_parents(drawn)) == sorted(_with_parents(tree(AggregatorError)))


def _with_parents(lines: list[tuple[int, str]]) -> list[str]:
    """Return each line as its path from the root."""
    path: list[str] = []
    paths = []
    for depth, name in lines:
        path = [*path[:depth], name]
        paths.append(" > ".join(path))
    return paths


def test_each_failure_of_a_source_has_a_kind_of_its_own() -> None:
    def kinds(kind: type[SourceError]) -> list[ErrorKind]:
        return [kind.kind, *(found for each in kind.__subclasses__() for found in kinds(each))]

    assert sorted([*kinds(SourceError), ErrorKind.UNCONFIRMED]) == sorted(ErrorKind)  # which is no failure


def test_a_kind_that_a_newer_program_stored_is_some_failure() -> None:
    assert ErrorKind("of the future") is ErrorKind.FAILED
