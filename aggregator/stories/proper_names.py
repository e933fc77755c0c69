"""What a text has in every language: names, numbers, and the things that the table of subjects knows."""

from __future__ import annotations

import re

from aggregator.stories.everyday import everyday_stems
from aggregator.stories.things import is_place, things_in
from aggregator.text.folding import fold
from aggregator.text.languages import is_small, stems

# A word that begins with a capital, or has one within: "Clinton", "ESRIC", "iPhone".
_NAME = re.compile(r"(?<![^\W\d_])(?:[^\W\d_a-zà-öø-ÿ]|[a-z][A-Z])[^\W\d_]*")
_LEAST_LETTERS = 2
_GENITIVE = re.compile(r"(?<=\w{3})s$")


def names_in(text: str, terms: list[str], language: str) -> tuple[str, ...]:
    """Return the names and numbers of a text, folded, and its things; ``terms`` are its words."""
    things = things_in(terms, language)
    found = dict.fromkeys(term for term in terms if term[0].isdigit())
    for match in _NAME.finditer(text):
        word = fold(match[0])
        if (
            len(word) >= _LEAST_LETTERS
            and not is_small(word, language)
            and not any(map(is_place, things_in([word], language)))
        ):
            found[_GENITIVE.sub("", word)] = None
    known = everyday_stems(language)
    return (*(name for name in found if not known.intersection(stems([name], language))), *things)
