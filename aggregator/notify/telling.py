"""How a message tells a story that several sources have: their names in one line, and headlines that say more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from aggregator.model.issues import IssueEntry, SeenAt, Story
from aggregator.text.folding import words_in
from aggregator.text.tongues import other_language, primary

_NAMES: Final = 3
_HEADLINES: Final = 2
# Headlines of other languages, one of each.
_LANGUAGES: Final = 2

# Of two headlines' words, all but the short ones: with as many in common the one adds nothing to the other.
_COMMON: Final = 0.4
_SHORT_WORD: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The other sources of a story: the names to show, each with its address, and how many there are beside."""

    names: tuple[SeenAt, ...]
    more: int


def others_of(story: Story) -> Others:
    """Return the sources of a story that no headline of it names, each once, the preferred ones first."""
    named = {story.lead.source_title, *(each.source_title for each in headlines_of(story))}
    found: dict[str, SeenAt] = {}
    for other in _tellers(story):
        if other.title not in named:
            found.setdefault(other.title, other)
    names = sorted(found.values(), key=lambda each: -each.priority)
    return Others(names=tuple(names[:_NAMES]), more=max(len(names) - _NAMES, 0))


def _tellers(story: Story) -> Iterator[SeenAt]:
    yield from story.lead.also
    for entry in story.entries[1:]:
        yield SeenAt(title=entry.source_title, url=entry.url, priority=entry.priority, language=entry.language)
        yield from entry.also


def headlines_of(story: Story) -> tuple[IssueEntry, ...]:
    """Return the other articles whose headlines say something that those before don't.

    In the lead's language as long as they use other words, then one in each other language.
    """
    told = [_words(story.lead.title)]
    alike: list[IssueEntry] = []
    abroad: dict[str, IssueEntry] = {}
    for entry in story.entries[1:]:
        words = _words(entry.title)
        if other_language(entry.language, story.lead.language):
            abroad.setdefault(primary(entry.language), entry)
        elif words and all(_differs(words, each) for each in told):
            told.append(words)
            alike.append(entry)
    return (*alike[:_HEADLINES], *islice(abroad.values(), _LANGUAGES))


def _differs(words: frozenset[str], others: frozenset[str]) -> bool:
    return len(words & others) < _COMMON * min(len(words), len(others) or 1)


def _words(title: str) -> frozenset[str]:
    return frozenset(word for word in words_in(title) if len(word) > _SHORT_WORD)
