"""Documents that end too early, as when a script runs out of time: what was closed is read, the rest is not there yet.

What is cut within is worse than what is missing: a half guid is another entry, half a text an edit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aggregator.parse.nested import ENTRIES, tags_of
from aggregator.parse.repair import FEED_ROOTS, Document, local_name

COMPLAINT: Final = "the document is cut off: what was whole has been read, the rest is read when it comes"


def without_cut_end(document: Document) -> tuple[Document, bool]:
    """Return a document that ends behind its last whole entry, and whether it was cut off.

    It was when the end tag of its root is missing. An entry that isn't closed, but is followed by another one, is a
    habit of its publisher, and whole.
    """
    text, root = document.text, document.root
    if document.kind not in FEED_ROOTS or text.rstrip().endswith(f"</{root}>"):
        return document, False
    if f"</{root.lower()}" in text.lower():
        return document, False
    end, around = _last_whole_entry(text)
    if end:
        text = "".join([text[:end], *(f"</{name}>" for name in reversed(around))])
    return replace(document, text=text), True


def _last_whole_entry(text: str) -> tuple[int, list[str]]:
    """Return where what is whole ends, 0 when nothing is, and the elements that are open there, outermost first."""
    end = 0
    is_open: list[str] = []
    around: list[str] = []  # the last entry
    in_entry = False
    for start, after, closing, name, is_alone in tags_of(text):
        is_entry = local_name(name) in ENTRIES
        if is_entry and not closing:
            is_open = around = around if in_entry else list(is_open)
            end, in_entry = start, not is_alone
        elif is_entry and in_entry:
            end, in_entry = after, False
        elif in_entry or is_alone:
            continue
        elif not closing:
            is_open.append(name)
        elif name in is_open:
            del is_open[len(is_open) - 1 - is_open[::-1].index(name) :]
    return end, around
