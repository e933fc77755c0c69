"""Mailboxes as people write them: a name, whatever it holds, and the address in the last angle brackets."""

from __future__ import annotations

import re

_IN_BRACKETS = re.compile(r"(?P<name>.*?)\s*<(?P<address>[^<>]*)>")


def split_mailbox(text: str) -> tuple[str, str]:
    """Return the name, without its quotes, and the address; the name is empty for an address alone.

    Unlike ``email.utils.parseaddr``, for which a comma ends the first of several, and a colon begins a group.
    """
    match = _IN_BRACKETS.fullmatch(text.strip())
    if match is None:
        return "", text.strip()
    name = match["name"].strip()
    if len(name) > 1 and name[0] == name[-1] == '"' and not re.search(r'(?<!\\)"', name[1:-1]):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, match["address"].strip()
