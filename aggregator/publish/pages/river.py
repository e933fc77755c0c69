"""What the lists of stories show: newest first, by days on the site's clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.config import Config, Images
from aggregator.model import Found, Mention, PublishedEntry, SnippetPart, StoredEntry
from aggregator.model.importance import accounts_of, importance
from aggregator.publish import parts
from aggregator.publish.clean_links import clean_item
from aggregator.publish.feeds.document import category_labels
from aggregator.publish.pages.choices import Choice, category_choices, language_choice
from aggregator.text.legal import legal, web_address
from aggregator.text.locales import Locale
from aggregator.text.moments import clock_time, date_in_words, day_in_words, rfc3339, time_in_words, time_seen_from
from aggregator.text.one_line import one_line, shorten
from aggregator.text.tongues import other_language, primary

_SUMMARY_CHARACTERS = 320

# Of a long story a list names the newest articles, and so many of its other sources; its own page has all.
_MOST_OTHERS = 4
_MOST_NAMES = 3

# The most important stories of the latest day stand above all others: one large, then so many more. Where a day has at
# least so many stories, the headlines of its most important ones are larger, too.
_TOP_OF: Final = timedelta(hours=24)
_ENOUGH: Final = 8
_LARGE: Final = 5


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
    nothing to add), ``exact`` and ``machine`` say the same in full. ``size`` follows importance: 2 for the story that
    leads a page, 1 for those after it and for the most important ones of a day, 0 for all others.

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
    """The stories of one day; ``name`` is "Today", "Yesterday" or the date in words, "" for stories of any days."""

    name: str
    date: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How entries are put into words: the site's clock, language and categories, whether pictures are shown and
    links are without tracking.

    ``now`` None is for a page that is read later than it is made: it says nothing that is only true today.
    """

    zone: ZoneInfo
    locale: Locale
    categories: Mapping[str, Choice]
    now: datetime | None
    has_images: bool = False
    has_clean_links: bool = False

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
        has_clean_links=config.site.clean_links,
    )


def arrange_top(entries: Sequence[PublishedEntry], wording: Wording) -> tuple[Item, ...]:
    """Return the most important of the latest day's stories, the first of them large; () when there are few.

    ``entries`` come newest first and one of each story; the latest day is the 24 hours before the newest of them, so
    that the same entries give the same page whenever it is made.
    """
    if not entries:
        return ()
    newest = entries[0].listed_at
    latest = [each for each in entries if newest - each.listed_at < _TOP_OF]
    day = (wording.now or newest).astimezone(wording.zone).date()
    return tuple(
        replace(item_of(each, wording, day=day), size=1 if place else 2)
        for place, each in enumerate(_most_important(latest, wording)[: 1 + _LARGE])
    )


def arrange(
    entries: Iterable[PublishedEntry],
    wording: Wording,
    *,
    found: Mapping[str, Found] | None = None,
    top: Sequence[Item] = (),
    has_times_in_order: bool = False,
) -> tuple[Day, ...]:
    """Group entries, which come newest first and one of each story, by the day on which they counted as news.

    ``found`` is how a search found them, by their ids; stories that ``top`` has are left out. With
    ``has_times_in_order`` each has the time by which it stands where it does, that of the story's latest news; without,
    that at which the source which is named beside it published it.
    """
    shown = {item.story for item in top}
    entries = [each for each in entries if each.entry.story not in shown]
    days = groupby(entries, key=lambda item: item.listed_at.astimezone(wording.zone).date())
    today = wording.now.astimezone(wording.zone).date() if wording.now else None
    return tuple(
        Day(
            name=_name(day, today, wording.locale),
            date=day.isoformat(),
            items=tuple(
                _with_time_listed(each, item, wording) if has_times_in_order else item
                for each, item in _items(list(items), wording, day, found or {})
            ),
        )
        for day, items in days
    )


def arrange_in_order(
    entries: Sequence[PublishedEntry], wording: Wording, found: Mapping[str, Found]
) -> tuple[Day, ...]:
    """Return what a search found in the order in which it is given, under no day."""
    if not entries:
        return ()
    newest = max(each.listed_at for each in entries)
    day = (wording.now or newest).astimezone(wording.zone).date()
    return (
        Day(name="", date="", items=tuple(item_of(each, wording, day=day, found=found[each.id]) for each in entries)),
    )


def _items(
    entries: Sequence[PublishedEntry], wording: Wording, day: date, found: Mapping[str, Found]
) -> Iterator[tuple[PublishedEntry, Item]]:
    large = () if found else [each.id for each in _most_important(entries, wording)[:_LARGE]]
    for each in entries:
        yield each, replace(item_of(each, wording, day=day, found=found.get(each.id)), size=int(each.id in large))


def _with_time_listed(entry: PublishedEntry, item: Item, wording: Wording) -> Item:
    """Return a story with the time by which it is listed; one of which no time is known says none, as otherwise."""
    at, stored = entry.listed_at, entry.entry
    if at == stored.published and (stored.is_day or not stored.is_dated):
        return item
    return replace(
        item,
        when=clock_time(at, wording.zone),
        exact=time_in_words(at, wording.zone, wording.locale),
        machine=rfc3339(at),
    )


def _most_important(entries: Sequence[PublishedEntry], wording: Wording) -> list[PublishedEntry]:
    """Return those that may lead, the most important first; [] when there are too few stories to choose from."""
    if len(entries) < _ENOUGH:
        return []
    weighed = [(importance(list(accounts_of(each)), language=wording.locale.language), each) for each in entries]
    leading = [(weight, each) for weight, each in weighed if weight.can_lead]
    return [each for _, each in sorted(leading, key=lambda pair: pair[0], reverse=True)]


def _name(day: date, today: date | None, locale: Locale) -> str:
    if today is not None and today - day in {timedelta(), timedelta(days=1)}:
        return locale.gettext("Today") if day == today else locale.gettext("Yesterday")
    return day_in_words(day, locale)


def item_of(item: PublishedEntry, wording: Wording, *, day: date, found: Found | None = None) -> Item:
    """Return an entry and its story in words, as they are below the heading of a day."""
    item = clean_item(item) if wording.has_clean_links else item
    entry = item.entry
    names = list(_names(item, wording))
    title = parts.title_of(entry, wording.locale)
    return Item(
        id=item.id,
        story=entry.story,
        title=title,
        url=web_address(entry.url),
        summary=shorten(_summary(entry, title), _SUMMARY_CHARACTERS),
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


def _summary(entry: StoredEntry, title: str) -> str:
    """Return what is said beneath a headline: nothing that it says already, as that of an untitled note does."""
    summary, shown = one_line(entry.summary), title.rstrip(" ….")
    if one_line(entry.title):
        return "" if summary.rstrip(" ….") == shown else summary
    rest = summary.removeprefix(shown).lstrip(" ….")
    return f"… {rest}" if rest and rest != summary else ""


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
