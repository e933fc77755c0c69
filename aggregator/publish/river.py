"""What the front page shows: entries newest first, by days on the site's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from textwrap import shorten
from zoneinfo import ZoneInfo

from aggregator.model import Mention, PublishedEntry, StoredEntry
from aggregator.publish import parts
from aggregator.publish.text import legal, one_line, rfc3339, web_address
from aggregator.publish.times import day_in_words, exact, relative

_SUMMARY_CHARACTERS = 320

# What is older shows its date: "9 days ago" says less than it.
_RELATIVE_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to filter by: its name in the address, and what people read."""

    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """The same article at another source; ``url`` None when it has no address."""

    title: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another article of the story; ``url`` None when it has no address."""

    title: str
    url: str | None
    source: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry in words. ``when`` is for people, ``exact`` and ``machine`` say the same in full.

    ``others`` are the other articles of its story. They are shown with it, and not for themselves on its day.
    """

    id: str
    title: str
    url: str | None
    summary: str
    language: str | None
    source: Choice
    origin: str | None
    when: str
    exact: str
    machine: str
    categories: tuple[Choice, ...]
    also: tuple[Also, ...]
    others: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The entries of one day; ``name`` is "Today", "Yesterday" or the date in words."""

    name: str
    date: str
    items: tuple[Item, ...]


def arrange(
    entries: Iterable[PublishedEntry], *, zone: ZoneInfo, labels: Mapping[str, str], now: datetime | None
) -> tuple[Day, ...]:
    """Group entries, which come newest first, by the day on which they counted as news.

    ``now`` None is for a page that is read later than it is made: it says nothing that is only true today.
    """
    days = groupby(entries, key=lambda item: item.listed_at.astimezone(zone).date())
    today = now.astimezone(zone).date() if now else None
    return tuple(
        Day(
            name=_name(day, today),
            date=day.isoformat(),
            items=tuple(_item(each, zone=zone, labels=labels, now=now) for each in _one_for_each_story(items)),
        )
        for day, items in days
    )


def _one_for_each_story(items: Iterable[PublishedEntry]) -> Iterable[PublishedEntry]:
    """Yield the newest of each story; the others are named with it."""
    shown: set[str] = set()
    for item in items:
        if item.entry.story not in shown:
            yield item
        if item.related:
            shown.add(item.entry.story)


def _name(day: date, today: date | None) -> str:
    if today is not None and today - day in {timedelta(), timedelta(days=1)}:
        return "Today" if day == today else "Yesterday"
    return day_in_words(day)


def _item(item: PublishedEntry, *, zone: ZoneInfo, labels: Mapping[str, str], now: datetime | None) -> Item:
    entry, published = item.entry, item.entry.published
    in_full = exact(published, zone)
    is_recent = now is not None and now - published < _RELATIVE_FOR
    return Item(
        id=item.id,
        title=parts.title_of(entry),
        url=web_address(entry.url),
        summary=shorten(legal(entry.summary), _SUMMARY_CHARACTERS, placeholder=" …"),
        language=entry.language,
        source=Choice(name=entry.source, title=one_line(entry.feed.title)),
        origin=_origin(entry),
        when=relative(min(published, now), now) if now and is_recent else in_full,
        exact=in_full,
        machine=rfc3339(published),
        categories=tuple(Choice(name=name, title=labels.get(name, name)) for name in item.categories),
        also=tuple(_also(item)),
        others=tuple(_other(each) for each in item.related),
    )


def _other(mention: Mention) -> Other:
    url = web_address(mention.url)
    source = one_line(mention.source_title)
    title = one_line(mention.title) or url or source
    return Other(title=title, url=url, source=source, language=mention.language)


def _origin(entry: StoredEntry) -> str | None:
    """Return who said it first where that isn't the source itself."""
    title = parts.source_of(entry).title
    return title if title != one_line(entry.feed.title) else None


def _also(item: PublishedEntry) -> Iterable[Also]:
    for other in parts.also_at(item):
        yield Also(title=one_line(other.feed.title), url=web_address(other.url))
