"""What the pages let people filter by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aggregator.model import SourceHealth
from aggregator.publish.parts import source_title
from aggregator.text.locales import Locale
from aggregator.text.one_line import one_line
from aggregator.text.tongues import language_name, primary

# style.css has so many colors; categories take them in the order in which they are configured.
_COLORS: Final = 8

PERIODS: Final[Mapping[str, timedelta]] = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to filter by: its name in the address, and what people read. ``color`` is 1 to 8, 0 is none."""

    name: str
    title: str
    color: int = 0


def category_choices(labels: Mapping[str, str]) -> dict[str, Choice]:
    """Return the categories by name, each with its color."""
    return {
        name: Choice(name=name, title=title, color=place % _COLORS + 1)
        for place, (name, title) in enumerate(labels.items())
    }


def source_choices(sources: Iterable[SourceHealth]) -> dict[str, Choice]:
    """Return the sources by name, sorted by title."""
    found = (Choice(name=each.source.name, title=source_title(each)) for each in sources)
    return {each.name: each for each in sorted(found, key=lambda each: (each.title.casefold(), each.name))}


def language_choices(sources: Iterable[SourceHealth], *, also: Iterable[str] = ()) -> dict[str, Choice]:
    """Return the languages that the sources say they are in, without their countries, and ``also`` these."""
    tags = {primary(each.state.language) for each in sources if each.state.language}
    named = [language_choice(tag) for tag in tags | {primary(tag) for tag in also}]
    return {each.name: each for each in sorted(named, key=lambda each: each.title.casefold())}


def language_choice(tag: str) -> Choice:
    """Return a language by its tag (RFC 5646)."""
    primary, _, rest = tag.lower().partition("-")
    return Choice(name=tag.lower(), title=f"{language_name(primary)}{f' ({rest})' if rest else ''}")


def period_choices(locale: Locale) -> dict[str, Choice]:
    return {
        name: Choice(
            name=name,
            title=locale.ngettext("Last 24 hours", "Last %(count)s days", span.days),
        )
        for name, span in PERIODS.items()
    }


def monogram(title: str) -> str:
    """Return the letter that stands for a source in its icon."""
    return next((letter.upper()[:1] for letter in one_line(title) if letter.isalnum()), "·")


def color_of(name: str) -> int:
    """Return a color for what has no place in an order, always the same for a name."""
    return sum(name.encode()) % _COLORS + 1
