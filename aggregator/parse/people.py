"""Names of authors out of the many ways in which feeds write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ADDRESS_AND_NAME = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\s*\((?P<name>.*)\)")
_NAME_AND_ADDRESS = re.compile(r"(?P<name>.*?)\s*[<(]\s*(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+\s*[>)]")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_ADDRESS = re.compile(r"(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
# What commas and the like part: not what stands in brackets or quotes.
_PART = re.compile(r"""(?:\([^()]*\)|<[^<>]*>|"[^"]*"|[^,;()<>"]|[()<>"])+""")
# One who ends with brackets, and another one.
_BEHIND_ONE = re.compile(r"(?<=[)>])\s*(?:(?:and|und|et|y|e|&|\+|/)\s+|\s(?=[^\s@<>()]+@))", re.IGNORECASE)
_MAX_LIST_CHARS = 2_000
_MAX_CHARS = 200  # beyond it is no name


def person(written: str) -> str | None:
    """Return the name in "a@example.org (Name)" or "Name <a@example.org>"; None when there is only an address."""
    text = " ".join(written[: 2 * _MAX_CHARS].split())
    if "@" in text:
        for form in (_ADDRESS_AND_NAME, _NAME_AND_ADDRESS):
            found = form.fullmatch(text)
            if found:
                text = found["name"]
        text = _ADDRESS.sub("", text)
    text = text.replace("()", "").replace("<>", "").strip(" ,;\"'")
    if found := _IN_BRACKETS.fullmatch(text):  # the address was left out
        text = found[1].strip()
    return text[:_MAX_CHARS] or None


def people(written: Iterable[str]) -> tuple[str, ...]:
    """Return the names, each once, in their order; several people with addresses may stand in one text."""
    names: dict[str, str] = {}
    for each in written:
        for one in _apart(each) if "@" in each else (each,):
            name = person(one)
            if name:
                names.setdefault(name.casefold(), name)
    return tuple(names.values())


def _apart(written: str) -> list[str]:
    """Take a list of people apart at its commas; "Roe, Ann <ann@example.org>" is one of them: each has one address."""
    people_: list[str] = []
    begun = ""
    for part in _PART.findall(_BEHIND_ONE.sub(", ", written[:_MAX_LIST_CHARS])):
        begun = f"{begun},{part}" if begun else part
        if "@" in begun:
            people_.append(begun.strip())
            begun = ""
    return [*people_, begun] if begun.strip() else people_
