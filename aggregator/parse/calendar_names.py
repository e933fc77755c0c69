"""Names of months and weekdays in the languages of Europe and its neighbors, from Unicode's collection (CLDR).

Loading it takes half a second for all languages, a hundredth for one: it is asked where the fast ways of reading a date
have failed, the language of the feed first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from aggregator.text.folding import fold
from aggregator.text.tongues import primary

LANGUAGES: Final = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl"),
    *("pt", "ro", "sk", "sl", "sv", "nb", "is", "lb", "ca", "eu", "sq", "sr", "mk", "bs", "tr", "ru", "uk", "be"),
)
_SAME: Final = {"no": "nb", "nn": "nb", "iw": "he", "in": "id"}

_WIDTHS: Final = ("wide", "abbreviated")
_CONTEXTS: Final = ("format", "stand-alone")
_FEWEST_LETTERS: Final = 3
_Names = Mapping[str, frozenset[int]]


def month_number(word: str, language: str | None = None) -> int | None:
    """Return the number of a month, 1 to 12; None where no language has it, or where languages disagree.

    "listopad" is October in Croatian and November in Czech and Polish: it takes the ``language`` of the text to tell.
    Programs shorten names otherwise than CLDR does ("fév", "ноя"): the first letters count where no name is the word.
    """
    found = _numbers(_months, word, language) or _numbers(_shortened_months, word, language)
    return next(iter(found)) if len(found) == 1 else None


def weekdays(word: str) -> frozenset[int]:
    """Return which days of the week a word may be, 0 for Monday to 6; none where it is none."""
    return _numbers(_days, word, None)


def _numbers(names: Callable[[str], _Names], word: str, language: str | None) -> frozenset[int]:
    name = _folded(word)
    own = _language(language)
    found = names(own).get(name) if own else None
    return found or _in_any(names).get(name, frozenset())


def _language(tag: str | None) -> str | None:
    language = _SAME.get(primary(tag), primary(tag))
    return language if language in LANGUAGES or language in {"he", "id", "ar"} else None


@cache
def _in_any(names: Callable[[str], _Names]) -> _Names:
    merged: dict[str, frozenset[int]] = {}
    for language in LANGUAGES:
        for name, numbers in names(language).items():
            merged[name] = merged.get(name, frozenset()) | numbers
    return merged


@cache
def _months(language: str) -> _Names:
    return _collected("months", language)


@cache
def _shortened_months(language: str) -> _Names:
    """Return the first letters of the months, three and more, and what they may stand for."""
    found: dict[str, frozenset[int]] = {}
    for name, numbers in _months(language).items():
        for length in range(_FEWEST_LETTERS, len(name)):
            found[name[:length]] = found.get(name[:length], frozenset()) | numbers
    return found


@cache
def _days(language: str) -> _Names:
    return _collected("days", language)


def _collected(kind: str, language: str) -> _Names:
    """Return the long and short forms of all names, those within dates ("5 marca") and by themselves ("marzec")."""
    from babel import localedata  # few dates need it

    loaded: dict[Any, Any] = dict(localedata.load(language))
    known = localedata.LocaleDataDict(loaded)[kind]
    found: dict[str, frozenset[int]] = {}
    for width in _WIDTHS:
        for context in _CONTEXTS:
            for number, name in known[context][width].items():
                written = _folded(name)
                first = name.partition(" ")[0].casefold() if " " in name else ""  # "Meán Fómhair", but not "de març"
                names = {written, first} if len(first) > _FEWEST_LETTERS else {written}
                for word in names | set(map(fold, names)):  # "września" as keyboards without accents write it, too
                    if len(word) > 1:
                        found[word] = found.get(word, frozenset()) | {number}
    localedata._cache.clear()  # all that is known of these languages is 45 MB, and this is all that we need of it
    return found


def _folded(name: str) -> str:
    """Return a name in small letters, without its dot and what goes before it ("de març", "d’abril")."""
    return name.strip(". ").casefold().rpartition(" ")[2].rpartition("’")[2].rpartition("'")[2]
