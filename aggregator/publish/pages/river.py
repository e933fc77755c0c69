"""What the lists of stories show: newest first, by days on the site's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from aggregator.config import Config, Images
from aggregator.model import Found, Mention, PublishedEntry, SnippetPart, StoredEntry
from aggregator.model.importance import accounts_of, importance
from aggregator.publish import parts
from aggregator.publish.feeds.document import category_labels
from aggregator.publish.pages.choices import Choice, category_choices, language_choice
from aggregator.text.legal import legal, web_address
from aggregator.text.locales import Locale
from aggregator.text.moments import date_in_words, day_in_words, rfc3339, time_in_words, time_seen_from
from aggregator.text.one_line import one_line, shorten
from aggregator.text.tongues import other_language, primary

_SUMMARY_CHARACTERS = 320

# Of a long story a list names the newest articles, and so many of its other sources; its own page has all.
_MOST_OTHERS = 2
_MOST_NAMES = 3

# Where a day has at least so many stories, the size of a headline follows importance: the first, then so many more.
_ENOUGH = 8
_LARGE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """The same article, or another of its story, at another source; ``url`` None when it has no address.

    ``spoken`` names its language where that isn't the site's.
    """

    title: str
    url: str | None
    spoken: Choice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another article of the story; ``url`` None when it has no address. ``spoken`` as in ``Also``."""

    title: str
    url: str | None
    source: str
    language: str | None
    spoken: Choice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A story in words, by the article that leads it. ``when`` is for people who know the day ("" where there is
    nothing to add), ``exact`` and ``machine`` say the same in full. ``size`` is 2 for the most important story of a
    day, 1 for those after it, 0 for all others.

    ``names`` are its other sources, ``more`` how many there are beside. ``others`` are the newest of the other
    articles of its story, one in another language among them, ``articles`` how many it has in all; ``story`` is its
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
    names: tuple[Also, ...] = ()
    more: int = 0
    size: int = 0
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
    locale: Locale
    categories: Mapping[str, Choice]
    now: datetime | None
    has_images: bool = False

    def spoken(self, language: str | None) -> Choice | None:
        """Return a language where it isn't the site's."""
        return language_choice(primary(language)) if other_language(language, self.locale.language) else None


def wording_of(config: Config, *, now: datetime | None) -> Wording:
    """Return how a configured site puts entries into words."""
    return Wording(
        zone=config.site.tz,
        locale=config.site.locale,
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
            name=_name(day, today, wording.locale),
            date=day.isoformat(),
            items=_items(list(items), wording, day, found or {}),
        )
        for day, items in days
    )


def _items(
    entries: Sequence[PublishedEntry], wording: Wording, day: date, found: Mapping[str, Found]
) -> tuple[Item, ...]:
    sizes: dict[str, int] = {}
    if len(entries) >= _ENOUGH and not found:
        weights = {each.id: importance(list(accounts_of(each)), language=wording.locale.language) for each in entries}
        ranked = sorted(
            (id_ for id_, weight in weights.items() if weight.can_lead), key=weights.__getitem__, reverse=True
        )
        sizes = {id_: 1 if place else 2 for place, id_ in enumerate(ranked[: 1 + _LARGE])}
    first = [each for each in entries if sizes.get(each.id) == 2]
    return tuple(
        replace(item_of(each, wording, day=day, found=found.get(each.id)), size=sizes.get(each.id, 0))
        for each in (*first, *(each for each in entries if each not in first))
    )


def _name(day: date, today: date | None, locale: Locale) -> str:
    if today is not None and today - day in {timedelta(), timedelta(days=1)}:
        return locale.gettext("Today") if day == today else locale.gettext("Yesterday")
    return day_in_words(day, locale)


def item_of(item: PublishedEntry, wording: Wording, *, day: date, found: Found | None = None) -> Item:
    """Return an entry and its story in words, as they are below the heading of a day."""
    entry = item.entry
    names = list(_names(item, wording))
    return Item(
        id=item.id,
        story=entry.story,
        title=parts.title_of(entry, wording.locale),
        url=web_address(entry.url),
        summary=shorten(one_line(entry.summary), _SUMMARY_CHARACTERS),
        found_title=_legal(found.title) if found else (),
        found_text=_legal(found.snippet) if found else (),
        language=entry.language,
        spoken=wording.spoken(entry.language),
        source=Choice(name=entry.source, title=one_line(entry.feed.title)),
        origin=parts.origin_of(entry),
        when=_when(entry, day, wording),
        exact=time_of(entry, wording),
        machine=rfc3339(entry.published),
        categories=tuple(wording.categories.get(name, Choice(name=name, title=name)) for name in item.categories),
        image=parts.image_of(entry) if wording.has_images else None,
        names=tuple(names[:_MOST_NAMES]),
        more=max(len(names) - _MOST_NAMES, 0),
        others=tuple(_other(each, wording) for each in _others(item)),
        articles=len(item.related) + 1,
    )


def _when(entry: StoredEntry, day: date, wording: Wording) -> str:
    is_that_day = entry.published.astimezone(wording.zone).date() == day
    if not entry.is_dated or (entry.is_day and is_that_day):
        return ""
    return time_seen_from(entry.published, day, wording.zone, wording.locale)


def time_of(entry: StoredEntry, wording: Wording) -> str:
    """Return when an entry was published in words: a day where no time is known."""
    in_words = date_in_words if entry.is_day else time_in_words
    return in_words(entry.published, wording.zone, wording.locale)


def _legal(parts_: Iterable[SnippetPart]) -> tuple[SnippetPart, ...]:
    return tuple(replace(each, text=legal(each.text)) for each in parts_)


def _others(item: PublishedEntry) -> Sequence[Mention]:
    """Return the newest other articles; the last one in another language than the first ones, if there is one."""
    shown = item.related[:_MOST_OTHERS]
    told = {primary(item.entry.language), *(primary(each.language) for each in shown)}
    foreign = next((each for each in item.related[_MOST_OTHERS:] if primary(each.language) not in told), None)
    return shown if len(told) > 1 or foreign is None else (*shown[:-1], foreign)


def _other(mention: Mention, wording: Wording) -> Other:
    url = web_address(mention.url)
    source = one_line(mention.source_title)
    title = one_line(mention.title) or url or source
    return Other(
        title=title, url=url, source=source, language=mention.language, spoken=wording.spoken(mention.language)
    )


def _names(item: PublishedEntry, wording: Wording) -> Iterable[Also]:
    """Yield the other sources of a story, each once, with where they tell it."""
    told = {one_line(item.entry.feed.title)}
    everywhere: list[tuple[str, StoredEntry | Mention]] = [(each.feed.title, each) for each in item.also]
    for source, other in (*everywhere, *((each.source_title, each) for each in item.related)):
        title = one_line(source)
        if title not in told:
            told.add(title)
            yield Also(title=title, url=web_address(other.url), spoken=wording.spoken(other.language))
