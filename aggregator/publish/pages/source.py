"""The page of one source: how it is, how its latest polls went, and the newest that it brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import Poll
from aggregator.publish.pages.river import Day
from aggregator.publish.pages.source_table import SourceRow
from aggregator.text.durations import response_time_in_words
from aggregator.text.legal import legal
from aggregator.text.locales import Locale, plural
from aggregator.text.moments import Moment, moment
from aggregator.text.sizes import size_in_words
from aggregator.text.states import state_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRow:
    """A poll in words; what is not known, or nothing, is a dash."""

    at: Moment
    outcome: str
    error: str | None
    news: str
    took: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """A source in words, its latest polls and its stories, both newest first."""

    row: SourceRow
    days: tuple[Day, ...]
    polls: tuple[PollRow, ...] = ()


def arrange_polls(
    polls: Sequence[Poll], *, zone: ZoneInfo, now: datetime | None, locale: Locale
) -> tuple[PollRow, ...]:
    """Return polls in words; ``now`` None is for pages that are read later than they are made."""
    return tuple(
        PollRow(
            at=moment(each.at, zone=zone, now=now, locale=locale),
            outcome=state_in_words(each.outcome.value, locale)
            + (f" ({each.exchange.status})" if each.exchange.status else ""),
            error=legal(each.error) if each.error else None,
            news=_news(each, locale) or "–",
            took="–" if each.exchange.took is None else response_time_in_words(each.exchange.took, locale),
            size="–" if not each.exchange.size else size_in_words(each.exchange.size, locale),
        )
        for each in polls
    )


def _news(poll: Poll, locale: Locale) -> str:
    numbers = [
        (poll.new, plural("%(count)s new", "%(count)s new")),
        (poll.updated, plural("%(count)s changed", "%(count)s changed")),
        (poll.duplicates, plural("%(count)s known elsewhere", "%(count)s known elsewhere")),
    ]
    return ", ".join(locale.ngettext(*what, count) for count, what in numbers if count)
