"""Which part of a series a title is: "part two", "Folge 112", "v2.4.1", "release candidate 1", "(II)"."""

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.text.folding import fold

# What is counted in series, in the languages of headlines; "no." and "nr." with their dot alone.
_COUNTED = (
    r"alpha|ausgabe|band|beta|candidate|chapitre|chapter|day|deel|edition|ep|episode|etappe|etape|folge|issue|jour|kapitel"
    r"|lecon|lektion|lesson|milestone|n[o°º]?[.°º]|nr\.?|numero|part|partie|preview|pt|rc|saison|season|semaine|staffel"
    r"|stage|tag|teil|tome|v|version|vol|volet|volume|week|woche"
)
_WRITTEN = (
    "one two three four five six seven eight nine ten eleven twelve",
    "un deux trois quatre cinq six sept huit neuf dix onze douze",
    "eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf",
    "i ii iii iv v vi vii viii ix x xi xii",
)
_NUMBERS = {word: str(value) for line in _WRITTEN for value, word in enumerate(line.split(), start=1)}
_NUMBER = rf"(\d+(?:\.\d+)*|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_PART = re.compile(rf"\b(?:{_COUNTED})[.:]?[\s#(-]*{_NUMBER}\b(?![.,]?\d|\s?[%€$])")
# "3.15.0", "3.13rc1"
_STAGE = r"[-.]?(?:a|b|rc|alpha|beta)\d+"
_VERSION = re.compile(rf"(?<![\d.,])v?(\d+(?:\.\d+){{2,}}(?:{_STAGE})?|\d+\.\d+{_STAGE})(?![\d.]*\d)")
# "#88", "(II)", "(2/5)"
_NUMBERED = re.compile(r"#(\d+)\b|\((\d+|[ivx]+)(?:/\d+)?\)")


@lru_cache(maxsize=4096)
def instalments_in(title: str) -> frozenset[str]:
    """Return the numbers that say which part of a series a title is; none for a title that is no part of one."""
    folded = fold(title)
    found = [match[1] for pattern in (_PART, _VERSION) for match in pattern.finditer(folded)]
    found += [match[1] or match[2] for match in _NUMBERED.finditer(folded)]
    return frozenset(_NUMBERS.get(number, number) for number in found)
