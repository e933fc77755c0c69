"""Words as reports have them: what is compared are stems, names without their endings, and things of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aggregator.model import Report
from aggregator.stories.proper_names import name_of
from aggregator.stories.things import things_in
from aggregator.text.languages import stems, terms_in

_WORD = re.compile(r"\d[\d.,:-]*\d|\w+")


def as_written(words: Iterable[str], *reports: Report) -> list[str]:
    """Return words as the first report writes them that has them; what none of these writes is left out."""
    written: dict[str, str] = {}
    for report in reports:
        for key, word in _keys(report):
            written.setdefault(key, word)
    return list(dict.fromkeys(written[word] for word in words if word in written))


def _keys(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what each word of headline and lead is compared as, with the word."""
    language = report.gist.language
    for text in (report.title, report.lead):
        for word in _WORD.findall(text):
            terms = terms_in(word)
            for key in (*stems(terms, language), *terms, *map(name_of, terms)):
                yield key, word
            for thing in things_in(terms, language):
                yield thing[1:], word
