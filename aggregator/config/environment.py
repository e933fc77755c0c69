"""``${NAME}`` and ``${NAME:-default}`` in values of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_REFERENCE = re.compile(
    r"""\$(?: (?P<literal>\$\{)
           | \{ (?P<name>[A-Za-z_][A-Za-z0-9_]*) (?: :- (?P<default>[^}]*) )? \}
           | (?P<bad>\{) )""",
    re.VERBOSE,
)


def substitute(text: str, env: Mapping[str, str]) -> tuple[str, bool]:
    """Return the text with its references replaced, and whether there were any.

    The default stands in for a variable that is missing or empty, as in a shell; ``$${`` is a literal ``${``.
    Raises ValueError that names the missing variables.
    """
    missing: list[str] = []
    found = False

    def value(match: re.Match[str]) -> str:
        nonlocal found
        if match["literal"]:
            return "${"
        if match["bad"]:
            raise ValueError("expected ${NAME} or ${NAME:-default}; write $${ for a literal ${")
        found = True
        name, default = match["name"], match["default"]
        if default is not None:
            return env.get(name) or default
        if name not in env:
            missing.append(name)
        return env.get(name, "")

    replaced = _REFERENCE.sub(value, text)
    if missing:
        names = ", ".join(dict.fromkeys(missing))
        raise ValueError(f"the environment has no {names}; set it or write a default: ${{{missing[0]}:-…}}")
    return replaced, found


def values_in(text: str, env: Mapping[str, str]) -> Iterator[str]:
    """Yield what variables stand for in a text; a default is in the file, for everybody to see."""
    for match in _REFERENCE.finditer(text):
        if match["name"] and env.get(match["name"]):
            yield env[match["name"]]
