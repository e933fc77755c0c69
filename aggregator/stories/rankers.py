"""Rankings of countries, cities, universities: who made one, and what it ranks by."""

from __future__ import annotations

from collections.abc import Collection, Iterable

# Two rankings are two events. What stands with a hyphen is one house, by its names and those of its ranking.
_HOUSES = (
    "arwu-shanghai bertelsmann bloomberg economist eis-scoreboard-innovationsanzeiger ey gedi henley imd imf-fmi-iwf "
    "insead-gtci leiden mercer mipex monocle numbeo oecd-ocde pisa pwc qs startupblink timss undp-pnud unesco "
    "wef-weforum wipo-ompi-gii wjp worldbank"
)
_HOUSE_OF = {name: house.partition("-")[0] for house in _HOUSES.split() for name in house.split("-")}
_RANKS = frozenset({"@ranking", "@index"})

# What one house ranks by, in words as they begin in English, French, German and Luxembourgish; the narrower first:
# a "digital competitiveness ranking" is about the digital, one of "talent competitiveness" about talent.
_THEMES = (
    ("talent", "talent"),
    ("digital", "digital numeri"),
    ("smart city", "smart intelligent"),
    ("start-ups", "startup"),
    ("passport", "passport passeport reisepass"),
    ("safety", "safe securit sicher secherheet"),
    ("happiness", "happ bonheur gluck gleck"),
    ("corruption", "corrupt korrupt"),
    ("democracy", "democra demokra"),
    ("freedom", "freedom libert pressefreiheit"),
    ("climate", "climat klima"),
    ("sustainability", "sustain durab nachhaltig nohalteg"),
    ("gender", "gender egalit gleichstellung"),
    ("cost of living", "cost cout lebenshaltung"),
    ("quality of living", "quality qualite lebensqualitat"),
    ("finance", "financ finanz"),
    ("universities", "universit hochschul"),
    ("innovation", "innova"),
    ("competitiveness", "compet wettbewerb kompetitiv"),
)
_ORDER = {theme: place for place, (theme, _) in enumerate(_THEMES)}
_BEGINNINGS = {word: theme for theme, words in _THEMES for word in words.split()}


def rankers_in(names: Iterable[str]) -> frozenset[str]:
    """Return who makes the rankings that are named."""
    return frozenset(_HOUSE_OF[name] for name in names if name in _HOUSE_OF)


def is_ranking(names: Collection[str]) -> bool:
    """Whether a report with these names, numbers and things is about a ranking."""
    return not _RANKS.isdisjoint(names) or not _HOUSE_OF.keys().isdisjoint(names)


def theme_of(title: Iterable[str], lead: Iterable[str]) -> str | None:
    """Return what is ranked by, as far as the folded words of a headline tell, or those of a lead.

    A lead that names several of these may name them for any reason.
    """
    titled = set(filter(None, map(_theme, title)))
    if titled:
        return min(titled, key=_ORDER.__getitem__)
    told = set(filter(None, map(_theme, lead)))
    return told.pop() if len(told) == 1 else None


def _theme(term: str) -> str | None:
    return next((theme for beginning, theme in _BEGINNINGS.items() if term.startswith(beginning)), None)
