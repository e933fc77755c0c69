"""Notice that a page was rebuilt: its list has other entries than it had, lost its dates, or nearly nothing is left."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

from aggregator.errors import PageChanged
from aggregator.model import ListMemory, ListPage, ParsedEntry

# A list of so many records or more that has a third of them left is not the same any more.
_FEW: Final = 6
_COLLAPSED: Final = 3
_MOST: Final = 0.6
# So many of the records known by their titles are the same list under new addresses.
_RELAUNCHED: Final = 0.5
# So many of the records have dates in a list that has dates.
_DATED: Final = 0.8
_REMEMBERED_LINKS: Final = 200
_PINNED: Final = "the rules"
_WHAT_TO_DO: Final = "look at it with aggregator preview, and pin what is right with page: in the sources file"


def judge_list(page: ListPage, memory: ListMemory | None) -> ListMemory:
    """Return what is remembered of a page's list now; with a complaint when much less is on it than usual.

    Its entries can be trusted then: some are the same ones, or have the same titles, or the same folder in their
    addresses, or they stand where those before them stood and are as dated. Its ``ids`` are those of its records, which
    keep theirs when the site was rebuilt with new addresses. Raises PageChanged for a list of which none is true.
    """
    entries = [entry for entry in page.document.entries if entry.link]
    links = [entry.link for entry in entries if entry.link]
    now = ListMemory(
        place=page.place,
        usual=len(links),
        links=tuple(_hash(link) for link in links[:_REMEMBERED_LINKS]),
        folder=_folder(links),
        titles=tuple(_hash_title(entry) for entry in entries[:_REMEMBERED_LINKS]),
        ids=tuple(links[:_REMEMBERED_LINKS]),
        dated=sum(entry.published is not None for entry in entries) / len(entries) if entries else None,
    )
    if memory is None:
        return now
    now = replace(now, ids=_ids(now, memory))
    reason = _why_another(now, memory, is_named=page.found_in == _PINNED or any(mark in page.place for mark in ".#"))
    if reason is not None:
        raise PageChanged(f"the page was rebuilt, it seems: {reason}; {_WHAT_TO_DO}")
    if memory.usual >= _FEW and len(links) * _COLLAPSED <= memory.usual:
        left = "1 entry" if len(links) == 1 else f"{len(links)} entries"
        complaint = f"its list has {left}, where it usually had {memory.usual}; {_WHAT_TO_DO}"
        return replace(now, usual=memory.usual, complaint=complaint)
    return replace(now, usual=round(0.75 * memory.usual + 0.25 * len(links)))


def without_list(reason: str, memory: ListMemory) -> PageChanged:
    """Return what is said of a page that had a list and has none now."""
    return PageChanged(f"its list is not there any more, which stood in {memory.place}: {reason}; {_WHAT_TO_DO}")


def _why_another(now: ListMemory, memory: ListMemory, *, is_named: bool) -> str | None:
    """Return why this is another list than the one that is remembered; None where it is the same.

    The same place is not enough for an undated list of other entries, unless its selector names it, and it has about as
    many as before: a bare ``ul > li`` is anywhere, and an error page has a few links in it, too.
    """
    if not set(now.links).isdisjoint(memory.links) or _moved(now, memory):
        return None
    had_dates = memory.dated is not None and memory.dated >= _DATED
    if had_dates and (now.dated or 0.0) <= 1 - _DATED:
        return f"the entries of its list in {memory.place} had dates; what looks like one now in {now.place} has none"
    if now.folder and now.folder == memory.folder:
        return None
    is_likely = is_named and now.folder == memory.folder and now.usual > memory.usual * _MOST
    if now.place == memory.place and (had_dates or is_likely):
        return None
    return (
        f"its list stood in {memory.place}; what looks like one now stands in {now.place} and has none of the entries"
    )


def _moved(now: ListMemory, memory: ListMemory) -> dict[int, str]:
    """Return the ids of the records that are known by their titles alone, by their places; none where these are few.

    A relaunch gives new addresses to all of a list; a title that comes back now and then is none.
    """
    known = {title: each for title, each in zip(memory.titles, memory.ids, strict=False) if title}
    once = Counter(now.titles)
    found = {
        place: known[title]
        for place, (title, link) in enumerate(zip(now.titles, now.links, strict=True))
        if title in known and once[title] == 1 and link not in memory.links
    }
    return found if len(found) >= max(2, len(now.titles) * _RELAUNCHED) else {}


def _ids(now: ListMemory, memory: ListMemory) -> tuple[str, ...]:
    """Return the ids of a list's records: those that they had before, else their addresses."""
    known = dict(zip(memory.links, memory.ids, strict=False))
    moved = _moved(now, memory)
    return tuple(
        moved.get(place) or known.get(link) or own
        for place, (link, own) in enumerate(zip(now.links, now.ids, strict=True))
    )


def _hash_title(entry: ParsedEntry) -> str:
    """Hash a title for comparing; "" without one."""
    words = " ".join(entry.title.value.casefold().split()) if entry.title else ""
    return blake2b(words.encode("utf-8", "replace"), digest_size=6).hexdigest() if words else ""


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
