"""The entries of one document and their keys: what is one entry given twice, and what are several under one id."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.model import Entry, ParsedEntry, ParsedFeed
from aggregator.normalize.entry import house_form
from aggregator.normalize.identity import (
    bounded,
    comparable_title,
    is_revision,
    key_by_link,
    key_by_text,
    key_by_title,
    link_detail,
    title_detail,
)
from aggregator.normalize.urls import absolute_url, canonical_url, comparable_url
from aggregator.text.hosts import names_an_article
from aggregator.text.legal import legal
from aggregator.text.one_line import one_line

# So many entries of one link and title, each with a text and a time of its own, are a series, not revisions.
_SERIES = 3
# In Atom two titles under one id are two revisions of an entry (RFC 4287 §4.1.1); more are as many entries.
_REVISIONS_IN_ATOM = 2


@dataclass(slots=True)
class Keyed:
    """One entry: its key, the places in the document where it stands, and the keys that it may be stored under."""

    key: str
    places: list[int]
    aliases: tuple[str, ...] = field(default=())


class Item:
    """One item of a document, brought into house form when that is first needed."""

    def __init__(self, parsed: ParsedEntry, feed: ParsedFeed, now: datetime) -> None:
        self.id = " ".join(legal(parsed.id).split()) or None if parsed.id else None
        self.url = absolute_url(parsed.link, feed.url)
        self.canonical_url = canonical_url(self.url)
        self.has_title = parsed.title is not None
        self._given = (parsed, feed, now)
        self._entry: Entry | None = None
        is_link = self.id == self.url and "#" not in (self.id or "")
        comparable = self.canonical_url if is_link else comparable_url(self.id, keep_fragment=True)
        self._by_id = f"id:{comparable or self.id}" if self.id else None
        is_revised = self.id and self.url and is_revision(self.id, comparable, self.url, self.canonical_url)
        self.key = self._by_id if self._by_id and not is_revised else self._key_without_id()

    def _key_without_id(self) -> str:
        return key_by_link(self.url) if self.url else key_by_title(self.entry, self._given[0].published)

    @property
    def own_key(self) -> str:
        """The key that tells an item apart from others that would have its key: its whole id, or its whole text."""
        return self._by_id or (self.key if self.url else key_by_text(self.entry))

    @property
    def entry(self) -> Entry:
        if self._entry is None:
            self._entry = self._house_form("", ())
        return self._entry

    def keyed(self, key: str, aliases: tuple[str, ...]) -> Entry:
        """Return the entry under its key. It can be told late; by then most have not been looked at."""
        if self._entry is None:
            return self._house_form(key, aliases)
        return replace(self._entry, key=key, aliases=aliases)

    def _house_form(self, key: str, aliases: tuple[str, ...]) -> Entry:
        return house_form(*self._given, key=key, aliases=aliases, url=self.url, canonical_url=self.canonical_url)

    @property
    def title(self) -> str:
        return comparable_title(self.entry.title)


def keys_of(items: Sequence[Item], format_: str) -> Iterator[Keyed]:
    """Yield the entries of a document in its order, each with a key that is unique in it.

    The same id or, without ids, the same link is one entry when links and titles are the same too; else the keys are
    longer by what differs. Other ids at one link that names an article are one entry when the titles are the same.
    """
    by_key: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        by_key[item.key].append(place)
    found = [each for key, places in by_key.items() for each in _told_apart(key, places, items, format_)]
    if len(by_key) > 1:
        found = list(_joined(found, items))
    taken: dict[str, Keyed] = {}
    for each in sorted(found, key=lambda each: each.places[0]):
        key = bounded(each.key)
        if key in taken:  # an id may be written as our longer keys are
            taken[key].places += each.places
        else:
            taken[key] = Keyed(key, each.places, tuple(bounded(alias) for alias in each.aliases))
    yield from taken.values()


def notes_on_ids(feed: ParsedFeed) -> list[str]:
    """Say which ids several items of a document have, though ids should tell them apart."""
    shared = Counter(entry.id for entry in feed.entries if entry.id)
    return [
        f"{count} items have the id {one_line(ident)[:80]}; other titles or links make them other entries"
        for ident, count in shared.items()
        if count > 1
    ]


def _told_apart(key: str, places: list[int], items: Sequence[Item], format_: str) -> Iterator[Keyed]:
    """Yield the entries that have one key: mostly one."""
    if len(places) == 1:
        own_key = items[places[0]].own_key
        yield Keyed(key, places, () if own_key == key else (own_key,))
        return
    first = items[places[0]]
    if not first.id and not first.url:  # title and time are the same: what else they say tells them apart
        yield from _named(places, lambda place: items[place].own_key, key)
        return
    if first.id and any(items[place].own_key != key for place in places):  # revisions of one link
        if len({items[place].title for place in places}) > 1:
            yield from _named(places, lambda place: items[place].own_key, key)
        else:
            yield Keyed(key, places, tuple(dict.fromkeys(items[place].own_key for place in places)))
        return
    links = _named(places, lambda place: f"{key} {link_detail(items[place].canonical_url)}", key)
    for each in list(links) if first.id else [Keyed(key, places)]:
        yield from _by_title(each, items, format_)


def _by_title(keyed: Keyed, items: Sequence[Item], format_: str) -> Iterator[Keyed]:
    """Yield the entries that have one id and link: one, or as many as there are titles."""
    titles = {items[place].title for place in keyed.places} if len(keyed.places) > 1 else set()
    if len(titles) < 2 or _are_revisions([items[place] for place in keyed.places], len(titles), format_):
        yield keyed
    else:
        yield from _named(keyed.places, lambda place: f"{keyed.key} {title_detail(items[place].title)}", keyed.key)


def _named(places: Iterable[int], name: Callable[[int], str], base: str) -> Iterator[Keyed]:
    """Yield the places by what their entry is called; when all are called the same, that is ``base``."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for place in places:
        by_name[name(place)].append(place)
    for each, its_places in by_name.items():
        yield Keyed(each, its_places, (base,)) if len(by_name) > 1 else Keyed(base, its_places)


def _are_revisions(items: Sequence[Item], titles: int, format_: str) -> bool:
    """Whether these titles under one id are those of one entry at different times, as Atom allows."""
    times = {item.entry.updated or item.entry.published for item in items}
    return format_.startswith("atom") and bool(items[0].id) and titles <= _REVISIONS_IN_ATOM <= len(times)


def _joined(found: Sequence[Keyed], items: Sequence[Item]) -> Iterator[Keyed]:
    """Yield the entries, those together that have other ids and the same link and title."""
    links = Counter(items[each.places[0]].canonical_url for each in found)
    by_link: dict[str, list[Keyed]] = defaultdict(list)
    for each in found:
        first = items[each.places[0]]
        link = None
        if links[first.canonical_url] > 1 and first.id and first.has_title and first.canonical_url:
            link = comparable_url(first.url, keep_fragment=True) if names_an_article(first.canonical_url) else None
        by_link[link or f" {each.key}"].append(each)
    for same_link in by_link.values():
        by_title: dict[str, list[Keyed]] = defaultdict(list)
        for each in same_link:
            by_title[items[each.places[0]].title if len(same_link) > 1 else ""].append(each)
        for same in by_title.values():
            firsts = [items[each.places[0]].entry for each in same] if len(same) >= _SERIES else []
            if len(same) == 1 or _is_series(firsts):
                yield from same
            else:
                yield _as_one(same, items)


def _is_series(entries: Sequence[Entry]) -> bool:
    """Whether entries of one link and title are as many articles: all say something else at another time."""
    texts = {entry.summary for entry in entries if entry.summary}
    times = {entry.published or entry.updated for entry in entries} - {None}
    return bool(entries) and len(texts) == len(times) == len(entries)


def _as_one(same: Sequence[Keyed], items: Sequence[Item]) -> Keyed:
    """Return one entry for several: under the key of the newest, and known by those of all."""

    def newest(keyed: Keyed) -> tuple[bool, float, str]:
        entry = items[keyed.places[0]].entry
        at = entry.updated or entry.published
        return at is not None, at.timestamp() if at else 0.0, keyed.key

    chosen = max(same, key=newest)
    aliases = [each for keyed in same for each in (keyed.key, *keyed.aliases) if each != chosen.key]
    return Keyed(chosen.key, sorted(place for each in same for place in each.places), tuple(dict.fromkeys(aliases)))
