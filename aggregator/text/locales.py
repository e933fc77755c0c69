"""One language that the program speaks: its sentences from a catalogue, its plural forms, numbers and names of days.

Sentences in the code are English, and are what the catalogues (``catalogues/``) are asked for; so English needs none.
Babel, which knows dates and numbers (Unicode's CLDR), is loaded when the first of them is written.
"""

from __future__ import annotations

import gettext
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aggregator.text.tongues import primary

if TYPE_CHECKING:
    import babel

_CATALOGUES: Final = Path(__file__).parent / "catalogues"
# As gettext and its tools lay catalogues out.
_COMPILED: Final = "LC_MESSAGES/messages.mo"

# What stands for a language without a country: "21 November 2026", and not "November 21, 2026".
_USUAL_COUNTRY: Final = {"en": "en_GB"}

# Below this, a number is written alike everywhere.
_GROUPED_FROM: Final = 1_000

Plural = tuple[str, str]


class Locale:
    """A language with its catalogue. Values of a message are named: ``gettext("by %(name)s", name=…)``.

    A value that is an int is a count, and written as the language does ("1,234"); a year or an issue's number is text.
    """

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def gettext(self, message: str, /, **values: object) -> str:
        text = self._catalogue.gettext(message)
        return text % self._written(values) if values else text

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """Return what a message is where its words alone are not clear."""
        text = self._catalogue.pgettext(context, message)
        return text % self._written(values) if values else text

    def ngettext(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """Return the form for a count, which the message has as ``%(count)s``."""
        return self.form(singular, plural, count) % self._written({"count": count, **values})

    def form(self, singular: str, plural: str, count: int) -> str:
        """Return the form for a count as it is in the catalogue, its values not put in yet."""
        return self._catalogue.ngettext(singular, plural, count)

    def number(self, number: float) -> str:
        """Write a number: ``1,234``, ``1 234``, ``1.234``; what is no integer has one decimal."""
        if isinstance(number, int) and abs(number) < _GROUPED_FROM:
            return str(number)
        if isinstance(number, int) and self.language == "en":  # what nearly every command writes
            return f"{number:,}"
        if self.language == "en" and abs(number) < _GROUPED_FROM:  # which needs nothing of Babel's five megabytes
            return f"{Decimal(str(number)):.1f}".removesuffix(".0")
        from babel.numbers import format_decimal

        return format_decimal(number, "#,##0.#", locale=self.cldr)

    @cached_property
    def cldr(self) -> babel.Locale:
        """What Unicode's collection knows of the language, in the country that is named, if it knows that."""
        import babel

        language = primary(self.language)
        try:
            return babel.Locale.parse(_USUAL_COUNTRY.get(self.language, self.language.replace("-", "_")))
        except (babel.UnknownLocaleError, ValueError):
            return babel.Locale.parse(_USUAL_COUNTRY.get(language, language))

    def _written(self, values: dict[str, object]) -> dict[str, object]:
        return {name: self.number(value) if type(value) is int else value for name, value in values.items()}


ENGLISH: Final = Locale("en", gettext.NullTranslations())


def languages() -> tuple[str, ...]:
    """Return the languages that there is a catalogue for, English first."""
    return ("en", *sorted(each.name for each in _CATALOGUES.iterdir() if (each / _COMPILED).is_file()))


def speaks(language: str) -> bool:
    """Tell whether there is a catalogue for a language tag, whatever its country."""
    return primary(language) in languages()


@cache
def locale_of(language: str) -> Locale:
    """Return a language by its tag (``fr``, ``de-LU``); English where there is no catalogue."""
    name = primary(language)
    if name == "en" or not speaks(name):
        return Locale(language if name == "en" else "en", gettext.NullTranslations())
    with (_CATALOGUES / name / _COMPILED).open("rb") as compiled:
        return Locale(language, gettext.GNUTranslations(compiled))


def marked(message: str) -> str:
    """Mark a message for the catalogues that is translated elsewhere: where it is shown."""
    return message


def plural(singular: str, many: str) -> Plural:
    """Mark both forms of a message for the catalogues, as ``marked`` does."""
    return singular, many
