"""Notice that a page was rebuilt: its list stands elsewhere and has other entries, or nearly nothing is left of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

from aggregator.errors import PageChanged
from aggregator.model import ListMemory, ListPage

# A list of so many records or more that has a third of them left is not the same any more.
_FEW: Final = 6
_COLLAPSED: Final = 3
_REMEMBERED_LINKS: Final = 200
_WHAT_TO_DO: Final = "look at it with aggregator preview, and pin what is right with page: in the sources file"


def judge_list(page: ListPage, memory: ListMemory | None) -> ListMemory:
    """Return what is remembered of a page's list now; with a complaint when much less is on it than usual.

    Its entries can be trusted then: they stand where those before them stood, or some are the same ones, or have the
    same folder in their addresses. Raises PageChanged for a list of which none of this is true.
    """
    links = [entry.link for entry in page.document.entries if entry.link]
    now = ListMemory(
        place=page.place,
        usual=len(links),
        links=tuple(_hash(link) for link in links[:_REMEMBERED_LINKS]),
        folder=_folder(links),
    )
    if memory is None:
        return now
    if not _is_the_same(now, memory):
        raise PageChanged(
            f"the page was rebuilt, it seems: its list stood in {memory.place}; what looks like one now stands in "
            f"{now.place} and has none of the entries; {_WHAT_TO_DO}"
        )
    if memory.usual >= _FEW and len(links) * _COLLAPSED <= memory.usual:
        complaint = f"its list has {len(links)} entries, where it usually had {memory.usual}; {_WHAT_TO_DO}"
        return replace(now, usual=memory.usual, complaint=complaint)
    return replace(now, usual=round(0.75 * memory.usual + 0.25 * len(links)))


def without_list(reason: str, memory: ListMemory) -> PageChanged:
    """Return what is said of a page that had a list and has none now."""
    return PageChanged(f"its list is not there any more, which stood in {memory.place}: {reason}; {_WHAT_TO_DO}")


def _is_the_same(now: ListMemory, memory: ListMemory) -> bool:
    has_same_folder = bool(now.folder) and now.folder == memory.folder
    return now.place == memory.place or has_same_folder or not set(now.links).isdisjoint(memory.links)


def _hash(link: str) -> str:
    """Hash an address without what servers add to it."""
    return blake2b(re.split(r"[?#]", link)[0].rstrip("/").encode("utf-8", "replace"), digest_size=6).hexdigest()


def _folder(links: Iterable[str]) -> str:
    """Return the host and folder that most links have, numbers in it left open; "" when that is no folder at all."""
    counts = Counter(filter(None, map(_folder_of, links)))
    folder, count = next(iter(counts.most_common(1)), ("", 0))
    return folder if 2 * count > sum(counts.values()) else ""


def _folder_of(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    folder = re.sub(r"\d+", "#", parts.path.rstrip("/").rpartition("/")[0])
    return f"{parts.hostname}{folder}" if folder else ""
