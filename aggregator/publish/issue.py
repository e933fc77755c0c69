"""What digests show of published entries: text and addresses that are legal in every message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aggregator.model import PublishedEntry, SourceHealth, StoredEntry
from aggregator.model.importance import is_at_home, strength_of
from aggregator.model.issues import IssueEntry, SeenAt
from aggregator.publish import parts
from aggregator.text.legal import web_address
from aggregator.text.locales import Locale
from aggregator.text.one_line import one_line, shorten

_TITLE_CHARACTERS = 250
_SUMMARY_CHARACTERS = 280
_SOURCE_CHARACTERS = 100

# Longer addresses are left out: a message has limits, and so have the programs that show it.
_URL_CHARACTERS = 2_000
_ALSO_URL_CHARACTERS = 1_000

# "Also at" is a service to readers, not a list of all copies on the web.
_MOST_ALSO = 8


def issue_entries(
    entries: Iterable[PublishedEntry], sources: Mapping[str, SourceHealth], locale: Locale
) -> list[IssueEntry]:
    """Return entries as an issue in this language has them; ``sources`` by name, for their priorities."""
    return [_issue_entry(item, sources, locale) for item in entries]


def _issue_entry(item: PublishedEntry, sources: Mapping[str, SourceHealth], locale: Locale) -> IssueEntry:
    entry = item.entry
    health = sources.get(entry.source)
    title = parts.title_of(entry, locale)
    summary = shorten(one_line(entry.summary), _SUMMARY_CHARACTERS)
    return IssueEntry(
        id=item.id,
        story=entry.story,
        url=_short(entry.url, _URL_CHARACTERS),
        title=shorten(title, _TITLE_CHARACTERS),
        summary="" if summary.rstrip(" ….") == title.rstrip(" ….") else summary,
        language=entry.language,
        published=entry.published,
        updated=item.updated,
        listed_at=item.listed_at,
        source=entry.source,
        source_title=_source_title(entry, locale),
        priority=health.source.priority if health else 0,
        categories=item.categories,
        also=tuple(
            SeenAt(
                title=_source_title(other, locale),
                url=_short(other.url, _ALSO_URL_CHARACTERS),
                priority=other.priority,
                language=other.language,
            )
            for other in parts.also_at(item)[:_MOST_ALSO]
        ),
        is_dated=entry.is_dated,
        is_day=entry.is_day,
        is_at_home=is_at_home(entry),
        strength=strength_of(entry),
    )


def _source_title(entry: StoredEntry, locale: Locale) -> str:
    """Return who tells it: the feed that we read, behind the origin that the entry names, if that is another."""
    title = shorten(one_line(entry.feed.title), _SOURCE_CHARACTERS) or entry.source
    origin = parts.origin_of(entry)
    via = locale.pgettext("one source by another", "via")
    return f"{shorten(origin, _SOURCE_CHARACTERS)} {via} {title}" if origin else title


def _short(url: str | None, length: int) -> str | None:
    address = web_address(url)
    return address if address is not None and len(address) <= length else None
