"""The page of one story: all that its sources wrote, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from aggregator.model import Enclosure, StoredEntry
from aggregator.model.importance import is_at_home, precedence
from aggregator.publish import parts
from aggregator.publish.clean_links import clean_entry
from aggregator.publish.pages.choices import Choice, language_choice
from aggregator.publish.pages.river import Also, Wording, time_of
from aggregator.publish.readable import readable
from aggregator.text.legal import legal, web_address
from aggregator.text.locales import Locale
from aggregator.text.moments import rfc3339
from aggregator.text.one_line import one_line, shorten
from aggregator.text.sizes import size_in_words
from aggregator.text.tongues import primary

# All texts of a page together: what comes after them is shown by its summary.
_MOST_TEXT = 60_000

# What chats and search engines show of a page.
_ABOUT_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What belongs to an article: its address, and what it is in words ("audio/mpeg, 34 MB")."""

    url: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of a story in words. ``html`` is safe to be shown as it stands, "" when there is only a summary.

    ``why`` says what makes it part of the story (None: the story began with it). ``is_note``: it has no title of its
    own, and what stands for one is the beginning of its text.
    """

    id: str
    title: str
    url: str | None
    summary: str
    html: str
    language: str | None
    spoken: Choice | None
    source: Choice
    authors: tuple[str, ...]
    exact: str
    machine: str
    categories: tuple[Choice, ...]
    also: tuple[Also, ...]
    files: tuple[File, ...]
    why: str | None
    is_note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """A story: the headline that leads it, what it is ``about`` in a sentence or two, its articles: the one that leads
    it, then the others oldest first.

    ``languages`` are those they are in where there are more.
    """

    id: str
    title: str
    language: str | None
    about: str
    articles: tuple[Article, ...]
    sources: int
    languages: tuple[Choice, ...]


def arrange_story(entries: Sequence[StoredEntry], wording: Wording) -> StoryPage:
    """Return a story in words; its ``entries`` come with their duplicates, in any order. At least one is needed."""
    shown = map(clean_entry, entries) if wording.has_clean_links else entries
    by_original = sorted(shown, key=lambda each: (each.original, each.first_seen, each.id))
    groups = [list(group) for _, group in groupby(by_original, key=lambda each: each.original)]
    groups.sort(key=lambda group: (group[0].published, group[0].id))
    first = min(range(len(groups)), key=lambda place: (*_precedence(groups[place][0], wording), -place))
    groups.insert(0, groups.pop(first))
    left, articles = _MOST_TEXT, []
    for group in groups:
        article = _article(group, wording, room=left)
        left -= len(article.html)
        articles.append(article)
    tags = dict.fromkeys(primary(each.language) for each in articles if each.language)
    lead = articles[0]
    return StoryPage(
        id=entries[0].story,
        title=lead.title,
        language=lead.language,
        about=shorten(one_line(lead.summary), _ABOUT_CHARACTERS),
        articles=tuple(articles),
        sources=len({each.source for each in entries}),
        languages=tuple(map(language_choice, tags)) if len(tags) > 1 else (),
    )


def _precedence(entry: StoredEntry, wording: Wording) -> tuple[bool, bool, bool, int]:
    return precedence(
        is_dated=entry.is_dated,
        is_at_home=is_at_home(entry),
        language=entry.language,
        priority=entry.priority,
        site_language=wording.locale.language,
    )


def _article(group: Sequence[StoredEntry], wording: Wording, *, room: int) -> Article:
    entry = group[0]
    names = dict.fromkeys(match.category for each in group for match in each.categories)
    is_english = primary(wording.locale.language) == "en"  # the reason was written so when it was found
    text = readable(entry.content, has_images=wording.has_images)
    return Article(
        id=entry.id,
        title=parts.title_of(entry, wording.locale),
        url=web_address(entry.url),
        summary=legal(entry.summary),
        html=text if len(text) <= room else "",
        language=entry.language,
        spoken=wording.spoken(entry.language),
        source=Choice(name=entry.source, title=one_line(entry.feed.title)),
        authors=tuple(dict.fromkeys(name for name in map(one_line, entry.authors) if name)),
        exact=time_of(entry, wording),
        machine=rfc3339(entry.published),
        categories=tuple(wording.categories.get(name, Choice(name=name, title=name)) for name in names),
        also=tuple(_also(group, wording)),
        files=tuple(_file(each, wording.locale) for each in parts.enclosures_of(entry)),
        why=one_line(entry.story_evidence) if entry.story_evidence and is_english else None,
        is_note=not one_line(entry.title) and bool(entry.summary or entry.content),
    )


def _also(group: Sequence[StoredEntry], wording: Wording) -> Iterable[Also]:
    shown = {group[0].source}
    for other in group[1:]:
        if other.source not in shown:
            shown.add(other.source)
            spoken = wording.spoken(other.language)
            yield Also(title=one_line(other.feed.title), url=web_address(other.url), spoken=spoken)


def _file(enclosure: Enclosure, locale: Locale) -> File:
    size = f", {size_in_words(enclosure.length, locale)}" if enclosure.length else ""
    name = one_line(enclosure.title or "") or enclosure.url.rpartition("/")[2] or enclosure.url
    return File(url=enclosure.url, title=name, kind=f"{enclosure.type}{size}")
