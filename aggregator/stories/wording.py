"""Words as reports have them: what is compared are stems, names without their endings, and things of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from aggregator.model import Report
from aggregator.stories.proper_names import name_of
from aggregator.stories.things import things_in
from aggregator.text.languages import stems, terms_in

_WORD = re.compile(r"\d[\d.,:-]*\d|\w+")


def as_written(words: Iterable[str], *reports: Report) -> list[str]:
    """Return words as the first report writes them that has them; what none of these writes is left out."""
    written: dict[str, str] = {}
    for report in reports:
        for word in _WORD.findall(f"{report.title}\n{report.lead}"):
            for key in _keys(word, report.gist.language):
                written.setdefault(key, word)
    return list(dict.fromkeys(written[word] for word in words if word in written))


# The same words stand in many texts.
@lru_cache(maxsize=4_096)
def _keys(word: str, language: str) -> tuple[str, ...]:
    """Return what a word is compared as."""
    terms = terms_in(word)
    things = [thing[1:] for thing in things_in(terms, language)]
    return (*stems(terms, language), *terms, *map(name_of, terms), *things)
