"""What looks like a mistake in the rules, by the entries that are stored: for `check`, which warns of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.categorize import Rules, as_entry, compile_rules
from aggregator.categorize.entry_text import EntryText, Span, read_entry
from aggregator.categorize.rules import written_in
from aggregator.config import CategoryConfig
from aggregator.model import StoredEntry
from aggregator.text.matching import squeeze
from aggregator.text.terms import Part, Phrase, Term

# A rule is doubted when so much is known; less says nothing.
_ENOUGH_FOR_EVERYWHERE, _ENOUGH_FOR_NEVER = 50, 1_000
_EVERYWHERE = 0.25  # of the entries
_MORE_THAN_ONCE = 2
_OFTEN = 3  # entries that have a word before it counts as common
_MOST_NAMED = 4
_MOSTLY_CONFIRMED = 0.2

_WORD = re.compile(r"[^\W\d_]+")
# Endings that make another form of a word, and not another word.
_FORMS = frozenset({
    "", "s", "e", "es", "n", "en", "er", "ern", "em", "ens", "ed", "ing", "al", "ale", "ales", "aux", "x", "t", "te",
})  # fmt: skip
_LETTERS_OF_ANOTHER_FORM = 3


@dataclass(slots=True)
class _Seen:
    """What the entries have: of each term, how many; of stems, which words; of words, with which accents."""

    entries: int = 0
    since: datetime | None = None
    having: Counter[int] = field(default_factory=Counter)
    caught: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    confirmed: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    spelled: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


class _Own:
    """The terms of one category that speak for it, by their numbers."""

    def __init__(self, category: CategoryConfig, numbers: dict[Term, int]) -> None:
        self.name = category.name
        clauses = [each for each in written_in(category.any) if each.weight > 0]
        self.terms = {numbers[each.condition.terms[0]]: each.condition.terms[0] for each in clauses}
        self.strong = {
            numbers[each.condition.terms[0]]
            for each in clauses
            if 2 * each.weight >= category.at_least and not each.condition.near
        }
        self.listed = [each.condition.terms[0] for each in clauses if not each.condition.near]
        self.written = {each.condition.terms[0].written.strip("=*").lower() for each in clauses}


def doubts(
    categories: Sequence[CategoryConfig], stored: Iterable[StoredEntry], *, headlines: Iterable[str] = ()
) -> list[str]:
    """Return a sentence for each thing that looks like a mistake; ``headlines`` are read for their spelling alone."""
    rules = compile_rules(categories)
    numbers = {term: number for number, term in enumerate(rules.terms)}
    owns = [_Own(category, numbers) for category in categories]
    phrases = [term for own in owns for term in own.terms.values() if isinstance(term, Phrase) and len(term.parts) == 1]
    single = {term.parts[0].text for term in phrases if not term.parts[0].is_stem}
    seen = _Seen()
    for headline in headlines:
        _spell(headline, single, seen)
    for entry in stored:
        _look_at(entry, rules, owns, single, seen)
    return [f"{own.name}: {words}" for own in owns for words in _doubts_of(own, seen)]


def _look_at(entry: StoredEntry, rules: Rules, owns: Sequence[_Own], single: set[str], seen: _Seen) -> None:
    seen.entries += 1
    seen.since = entry.first_seen if seen.since is None else min(seen.since, entry.first_seen)
    text = read_entry(as_entry(entry))
    found = rules.finder.find(text)
    seen.having.update(found.keys())
    for own in owns:
        places = {number: found[number] for number in found.keys() & own.terms.keys()}
        for number, spans in places.items():
            term = own.terms[number]
            if isinstance(term, Phrase) and len(term.parts) == 1 and term.parts[0].is_stem:
                others = {span for other, theirs in places.items() if other != number for span in theirs}
                _catch(number, text, spans, others, seen)
    _spell(f"{entry.title} {entry.summary}", single, seen)


def _catch(number: int, text: EntryText, spans: Sequence[Span], others: set[Span], seen: _Seen) -> None:
    """Note which words a stem found in an entry, and whether another term of its category is in there as well."""
    words = {text.words[start:end].decode("utf-8", "replace") for start, end in spans}
    starts = {start for start, _ in spans}
    is_confirmed = any(start not in starts for start, _ in others)
    seen.caught[number].update(words)
    if is_confirmed:
        seen.confirmed[number].update(words)


def _spell(text: str, single: set[str], seen: _Seen) -> None:
    """Note how words are written that a term finds; a capital without its accent is no other word."""
    spellings = {
        (folded, word.lower())
        for word in _WORD.findall(text)
        if (folded := squeeze(word).decode().strip().lower()) in single and not (word[0].isupper() and word.isascii())
    }
    for folded, spelling in spellings:
        seen.spelled[folded][spelling] += 1


def _doubts_of(own: _Own, seen: _Seen) -> Iterator[str]:
    for number, term in own.terms.items():
        if not isinstance(term, Phrase):
            continue
        if len(term.parts) == 1:
            yield from _foreign_words(number, term, seen) if term.parts[0].is_stem else _collisions(term, own, seen)
        if number in own.strong and seen.entries >= _ENOUGH_FOR_EVERYWHERE:
            share = seen.having[number] / seen.entries
            if share >= _EVERYWHERE:
                yield f'"{term.written}" stands in {share:.0%} of {seen.entries:,} entries: it tells nothing apart'
    yield from _collisions_within(own)
    yield from _never(own, seen)


def _collisions(term: Phrase, own: _Own, seen: _Seen) -> Iterator[str]:
    """Tell of another word that a term finds because accents don't count."""
    if term.is_exact:
        return
    written = term.written.lower()
    spelled = seen.spelled.get(term.parts[0].text, Counter())
    for other, count in sorted(spelled.items()):
        is_common = count >= _MORE_THAN_ONCE and 2 * count >= spelled[written]
        if is_common and other != written and other not in own.written:
            yield f'"{term.written}" finds "{other}" as well ({_entries(count)}), as accents don\'t count'


def _collisions_within(own: _Own) -> Iterator[str]:
    """Tell of terms that are written differently and are the same."""
    by_parts: dict[tuple[Part, ...], set[str]] = defaultdict(set)
    for term in own.listed:
        if isinstance(term, Phrase) and not term.is_exact:
            by_parts[term.parts].add(_bare(term.written))
    for spellings in by_parts.values():
        if len(spellings) > 1 and not all(map(str.isascii, spellings)):
            names = " and ".join(f'"{each}"' for each in sorted(spellings))
            yield f"{names} are one term, as accents don't count"


def _foreign_words(number: int, term: Phrase, seen: _Seen) -> Iterator[str]:
    """Tell of common words that a stem finds, and that look like other words than the one that it finds most."""
    caught, confirmed = seen.caught.get(number, Counter()), seen.confirmed.get(number, Counter())
    if len(caught) < 2:
        return
    stem = term.parts[0].text
    head = max(caught, key=lambda word: (caught[word], word))
    usual = confirmed[head] / caught[head]
    # where other terms mostly stand beside the word that is found most, they must be missing beside the other one
    most = usual / 2 if usual >= _MOSTLY_CONFIRMED else 1.0
    for word, count in sorted(caught.items(), key=lambda each: (-each[1], each[0])):
        is_common = count >= _OFTEN and 10 * count >= caught[head]
        if is_common and not _is_form(word, head, stem) and confirmed[word] / count <= most:
            beside = f'beside "{head}" ({_entries(caught[head])})'
            yield f'"{term.written}" finds "{word}" as well ({_entries(count)}), {beside}'


def _is_form(word: str, head: str, stem: str) -> bool:
    """Whether a word is the one that a stem finds most, in another form or put together with others."""
    if word.startswith(head) or head.startswith(word) or word.removeprefix(stem) in _FORMS:
        return True
    shared = next((at for at, (one, other) in enumerate(zip(word, head, strict=False)) if one != other), len(head))
    return shared >= len(stem) + _LETTERS_OF_ANOTHER_FORM


def _never(own: _Own, seen: _Seen) -> Iterator[str]:
    if seen.entries < _ENOUGH_FOR_NEVER or seen.since is None:
        return
    unused = [term.written for number, term in own.terms.items() if not seen.having[number]]
    if unused:
        named = ", ".join(f'"{each}"' for each in unused[:_MOST_NAMED])
        more = f" and {len(unused) - _MOST_NAMED} more" if len(unused) > _MOST_NAMED else ""
        since = f"the {seen.entries:,} entries since {seen.since:%Y-%m-%d}"
        yield f"{len(unused)} of its {len(own.terms)} terms stand in none of {since}: {named}{more}"


def _bare(written: str) -> str:
    """Return the letters of a term alone: hyphens and apostrophes only separate words."""
    return " ".join(_WORD.findall(written.lower()))


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
