"""What it costs to categorize an entry by the default categories, and by a thousand terms of them.

The entries are a headline with its teaser and an article of 20 kB.

python -m bench.categorize [ROUNDS]
"""

from __future__ import annotations

import itertools
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from aggregator.categorize import categorize, compile_rules
from aggregator.config import CategoryConfig, TermGroup, load
from aggregator.model import Entry, Source

CATEGORIES = Path(__file__).parent.parent / "config" / "aggregator.yaml"
ARTICLE_CHARS = 20_000
_TERMS = 1_000
# Of every hundred words so many are from here: words that begin terms, and whole terms.
_SUBJECT = ["space", "new", "quantum", "research", "launch", "office", "de", "la", "für", "Mars", "talent", "été"]


def main(rounds: int = 7) -> None:
    words = _words(random.Random(1))
    short = [_entry(_some(words, 9), summary=_some(words, 35)) for _ in range(1000)]
    long = [_entry(_some(words, 9), content=_article(words)) for _ in range(50)]
    rules, source = compile_rules(load(CATEGORIES).categories), Source(name="bench", url="https://news.example.org/")

    def ours(entry: Entry) -> bool:
        return bool(categorize(entry, source, rules))

    for name, entries in (("headline with teaser", short), ("article of 20 kB", long)):
        have = sum(map(ours, entries))
        assert have > 0
        taken, bare = zip(*((_time(ours, entries), _time(_split, entries)) for _ in range(rounds)), strict=True)
        print(
            f"{name}: {min(taken):.0f} µs (median {statistics.median(taken):.0f}), "
            f"{min(taken) / min(bare):.1f} x splitting it into words; {have} of {len(entries)} have a category"
        )
    print(f"{len(rules.terms)} terms in {len(rules.rules)} categories")
    rules = compile_rules(_first(load(CATEGORIES).categories, _TERMS))
    least = min(_time(ours, short) for _ in range(rounds))
    print(f"{len(rules.terms)} terms over a headline with teaser: {least:.1f} µs")


def _first(categories: Sequence[CategoryConfig], terms: int) -> list[CategoryConfig]:
    """Return categories with the first of their groups, so that all have about so many terms together."""
    cut, share = [], terms // len(categories)
    for each in categories:
        listed: list[str | TermGroup] = []
        for item in each.any:
            used = len(compile_rules([each.model_copy(update={"any": (*listed, item), "none": ()})]).terms)
            if used > share:
                break
            listed.append(item)
        cut.append(each.model_copy(update={"any": tuple(listed), "none": ()}))
    return cut


def _time(function: Callable[[Entry], object], entries: Sequence[Entry]) -> float:
    """Return the CPU time that one entry takes, in microseconds."""
    began = time.process_time()
    for entry in entries:
        function(entry)
    return (time.process_time() - began) / len(entries) * 1e6


def _split(entry: Entry) -> object:
    return [re.findall(r"\w+", text) for text in (entry.title, entry.summary, entry.content)]


def _words(chance: random.Random) -> Iterator[str]:
    """Yield endless words, as often as in natural texts: the n-th of 20,000 comes n times as rarely as the first."""
    syllables = [first + second for first in "bcdfglmnprstv" for second in ("a", "e", "i", "o", "u", "en", "er", "é")]
    invented = ["".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 4)))) for _ in range(20_000)]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(invented) + 1)))

    while True:
        yield from chance.choices(invented, cum_weights=weights, k=97)
        yield from chance.choices(_SUBJECT, k=3)


def _some(words: Iterator[str], count: int) -> str:
    return " ".join(itertools.islice(words, count)).capitalize()


def _article(words: Iterator[str]) -> str:
    """Return paragraphs with links and emphasis, as normalize leaves them."""
    paragraphs: list[str] = []
    length = 0
    while length < ARTICLE_CHARS:
        link = f'<a href="https://news.example.org/{len(paragraphs)}" rel="nofollow">{_some(words, 3)}</a>'
        sentences = ". ".join(_some(words, 14) for _ in range(4))
        paragraphs.append(f"<p>{sentences}, <em>{_some(words, 2)}</em> {link}.</p>")
        length += len(paragraphs[-1])
    return "\n".join(paragraphs)[:ARTICLE_CHARS]


def _entry(title: str, *, summary: str = "", content: str = "") -> Entry:
    return Entry(key=title, title=title, summary=summary, content=content)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
