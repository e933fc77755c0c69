"""What the lists of stories show: newest first, by days on the site's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from aggregator.config import Config, Images
from aggregator.model import Found, Mention, PublishedEntry, SnippetPart, StoredEntry
from aggregator.publish import parts
from aggregator.publish.feeds.document import category_labels
from aggregator.publish.pages.choices import Choice, category_choices, language_choice
from aggregator.text.legal import legal, web_address
from aggregator.text.moments import date_in_words, day_in_words, relative, rfc3339, time_in_words
from aggregator.text.one_line import one_line, shorten

_SUMMARY_CHARACTERS = 320

# Of a long story a list names the newest articles; its own page has all.
_MOST_OTHERS = 4

# What is older shows its date: "9 days ago" says less than it.
_RELATIVE_FOR = timedelta(days=1)


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
    """A story in words, by its newest article. ``when`` is for people, ``exact`` and ``machine`` say the same in full.

    ``others`` are the newest of the other articles of its story, ``articles`` how many it has in all; ``story`` is its
    id. ``spoken`` names the language where it isn't the site's. When something was searched for, ``found_title`` and
    ``found_text`` stand in for title and summary.
    """

    id: str
    story: str
    title: str
    url: str | None
    summary: str
    found_title: tuple[SnippetPart, ...] = ()
    found_text: tuple[SnippetPart, ...] = ()
    language: str | None
    spoken: Choice | None = None
    source: Choice
    origin: str | None
    when: str
    exact: str
    machine: str
    categories: tuple[Choice, ...]
    image: str | None = None
    also: tuple[Also, ...]
    others: tuple[Other, ...] = ()
    articles: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The stories of one day; ``name`` is "Today", "Yesterday" or the date in words."""

    name: str
    date: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How entries are put into words: the site's clock, language and categories, and whether pictures are shown.

    ``now`` None is for a page that is read later than it is made: it says nothing that is only true today.
    """

    zone: ZoneInfo
    language: str
    categories: Mapping[str, Choice]
    now: datetime | None
    has_images: bool = False

    def spoken(self, language: str | None) -> Choice | None:
        """Return a language where it isn't the site's."""
        if not language or language.partition("-")[0].lower() == self.language.partition("-")[0].lower():
            return None
        return language_choice(language.partition("-")[0])


def wording_of(config: Config, *, now: datetime | None) -> Wording:
    """Return how a configured site puts entries into words."""
    return Wording(
        zone=config.site.tz,
        language=config.site.language,
        categories=category_choices(category_labels(config)),
        now=now,
        has_images=config.web.images is Images.DIRECT,
    )


def arrange(
    entries: Iterable[PublishedEntry], wording: Wording, *, found: Mapping[str, Found] | None = None
) -> tuple[Day, ...]:
    """Group entries, which come newest first and one of each story, by the day on which they counted as news.

    ``found`` is how a search found them, by their ids.
    """
    days = groupby(entries, key=lambda item: item.listed_at.astimezone(wording.zone).date())
    today = wording.now.astimezone(wording.zone).date() if wording.now else None
    return tuple(
        Day(
            name=_name(day, today),
            date=day.isoformat(),
            items=tuple(item_of(each, wording, found=(found or {}).get(each.id)) for each in items),
        )
        for day, items in days
    )


def _name(day: date, today: date | None) -> str:
    if today is not None and today - day in {timedelta(), timedelta(days=1)}:
        return "Today" if day == today else "Yesterday"
    return day_in_words(day)


def item_of(item: PublishedEntry, wording: Wording, *, found: Found | None = None) -> Item:
    """Return an entry and its story in words."""
    entry, published, now = item.entry, item.entry.published, wording.now
    in_full = time_of(entry, wording.zone)
    is_recent = now is not None and now - published < _RELATIVE_FOR and entry.is_dated and not entry.is_day
    return Item(
        id=item.id,
        story=entry.story,
        title=parts.title_of(entry),
        url=web_address(entry.url),
        summary=shorten(one_line(entry.summary), _SUMMARY_CHARACTERS),
        found_title=_legal(found.title) if found else (),
        found_text=_legal(found.snippet) if found else (),
        language=entry.language,
        spoken=wording.spoken(entry.language),
        source=Choice(name=entry.source, title=one_line(entry.feed.title)),
        origin=parts.origin_of(entry),
        when=relative(min(published, now), now) if now and is_recent else in_full,
        exact=in_full,
        machine=rfc3339(published),
        categories=tuple(wording.categories.get(name, Choice(name=name, title=name)) for name in item.categories),
        image=parts.image_of(entry) if wording.has_images else None,
        also=tuple(_also(item)),
        others=tuple(_other(each) for each in item.related[:_MOST_OTHERS]),
        articles=len(item.related) + 1,
    )


def time_of(entry: StoredEntry, zone: ZoneInfo) -> str:
    """Return when an entry was published in words: a day where no time is known."""
    return date_in_words(entry.published, zone) if entry.is_day else time_in_words(entry.published, zone)


def _legal(parts_: Iterable[SnippetPart]) -> tuple[SnippetPart, ...]:
    return tuple(replace(each, text=legal(each.text)) for each in parts_)


def _other(mention: Mention) -> Other:
    url = web_address(mention.url)
    source = one_line(mention.source_title)
    title = one_line(mention.title) or url or source
    return Other(title=title, url=url, source=source, language=mention.language)


def _also(item: PublishedEntry) -> Iterable[Also]:
    for other in parts.also_at(item):
        yield Also(title=one_line(other.feed.title), url=web_address(other.url))
