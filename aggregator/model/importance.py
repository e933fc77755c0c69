"""How important a story is: one order for digests, pages and the static site (docs/explanation/importance.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aggregator.model.originals import Home
from aggregator.model.stored import Mention, PublishedEntry, StoredEntry
from aggregator.text.tongues import primary

# More reasons of a rule than this say nothing more: long texts have more of everything.
_MOST_REASONS: Final = 3

# What counts as news longer before than it was seen was there already when its source was new.
_FRESH_FOR: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one article tells of a story's importance; ``strength`` is how many reasons its best category has."""

    source: str
    priority: int = 0
    is_dated: bool = True
    is_fresh: bool = True
    is_at_home: bool = False
    strength: int = 0
    language: str | None = None
    published: datetime


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Importance:
    """The facts in the order in which they count; the greater one is more important.

    ``can_lead`` is whether an article has a date and is no backlog. ``echo`` grows by one each time that twice as many
    sources tell the story; those with a priority below 0 don't count. ``priority`` is the highest among its sources.
    ``is_at_home`` says that a publisher tells it on its own site, ``speaks_site`` that it is told in the site's
    language.
    """

    can_lead: bool
    echo: int
    priority: int
    is_at_home: bool
    strength: int
    speaks_site: bool
    newest: datetime

    def in_words(self) -> tuple[str, ...]:
        """Return the facts in words, the one that counts most first."""
        echo = "one source, or none that counts" if self.echo <= 1 else f"at least {2 ** (self.echo - 1)} sources"
        return (
            "dated and fresh" if self.can_lead else "undated, or backlog of a new source: never leads",
            f"told by {echo}",
            f"priority {self.priority}",
            "told by a publisher on its own site" if self.is_at_home else "told by nobody on its own site",
            f"its category has {self.strength} reason{'' if self.strength == 1 else 's'}",
            "in the language of the site" if self.speaks_site else "not in the language of the site",
        )


def importance(accounts: Sequence[Account], *, language: str) -> Importance:
    """Return how important the story is that these articles tell, at least one; ``language`` is the site's."""
    wanted = primary(language)
    telling = {each.source for each in accounts if each.priority >= 0}
    leading = [each for each in accounts if each.is_dated and each.is_fresh]
    return Importance(
        can_lead=bool(leading),
        echo=max(len(telling), 1).bit_length(),
        priority=max(each.priority for each in accounts),
        is_at_home=any(each.is_at_home for each in accounts),
        strength=min(max(each.strength for each in accounts), _MOST_REASONS),
        speaks_site=any(primary(each.language) == wanted for each in accounts),
        newest=max(each.published for each in leading or accounts),
    )


def is_at_home(entry: StoredEntry) -> bool:
    """Whether the entry's address belongs to its source's own site."""
    return entry.home is not Home.AWAY


def strength_of(entry: StoredEntry) -> int:
    """Return how many reasons the category has that speaks the loudest."""
    return max((len(match.reasons) for match in entry.categories), default=0)


def accounts_of(item: PublishedEntry) -> Iterable[Account]:
    """Yield what is known of a published entry, its duplicates and the other articles of its story."""
    for entry in (item.entry, *item.also):
        yield Account(
            source=entry.source,
            priority=entry.priority,
            is_dated=entry.is_dated,
            is_fresh=is_fresh(entry.first_seen, item.listed_at),
            is_at_home=is_at_home(entry),
            strength=strength_of(entry),
            language=entry.language,
            published=entry.published,
        )
    yield from map(account_of, item.related)


def account_of(mention: Mention) -> Account:
    """Return what is known of an article of which only the headline was read."""
    return Account(
        source=mention.source,
        priority=mention.priority,
        is_dated=mention.is_dated,
        is_at_home=mention.home is not Home.AWAY,
        language=mention.language,
        published=mention.published,
    )


def precedence(
    *, is_dated: bool, is_at_home: bool, language: str | None, priority: int, site_language: str
) -> tuple[bool, bool, bool, int]:
    """Return by what the articles of a story are ordered; the least one leads, which stands for the story.

    An article at home comes first, then one in the site's language, then the preferred source's; one without a date
    leads only where no other has one.
    """
    speaks = primary(language) == primary(site_language)
    return not is_dated, not is_at_home, not speaks, -priority


def is_fresh(first_seen: datetime, listed_at: datetime) -> bool:
    """Whether an entry was news when it was seen, not the backlog of a source that was new."""
    return first_seen - listed_at < _FRESH_FOR
