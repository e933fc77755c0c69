"""The sample sources: what each one is, what it shows, and which articles it carries.

The table (``site/sources.yaml``) is written by hand beside the documents in ``site/``; a test holds them together. What
a run over them must find is counted from it, without any of the program's own reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from aggregator.model import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSource:
    """One sample source. ``format`` is a ParsedFeed's, or "page"; ``articles`` are slugs, in document order.

    ``path`` is the address in the configuration; what is served there answers ``status``, and when that is a
    redirect the document is at ``moved_to``. ``template`` is a file in ``site/``. ``ages`` are how many minutes
    before now the articles of a day were published, None where that isn't said; ``tracking`` stands behind the
    addresses of who repeats others.
    """

    name: str
    title: str
    path: str
    template: str
    content_type: str
    format: str
    language: str
    shows: str
    articles: tuple[str, ...]
    categories: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.AUTO
    priority: int = 0
    status: int = 200
    moved_to: str | None = None
    ages: Mapping[str, int | None] = field(default_factory=dict)
    tracking: str = ""

    @property
    def is_of_the_day(self) -> bool:
        """Whether it is there so that there is a full day of news, and not for what it shows of formats."""
        return bool(self.ages)

    @property
    def document_path(self) -> str:
        return self.moved_to or self.path

    @property
    def is_readable(self) -> bool:
        """Whether entries can be had from it as things stand."""
        return (bool(self.articles) or self.kind is SourceKind.WATCH) and self.status < 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What one poll of every sample source finds: ``entries`` = ``articles`` + ``duplicates``."""

    sources: int
    failing: tuple[str, ...]
    entries: int
    articles: int

    @property
    def duplicates(self) -> int:
        return self.entries - self.articles


# The first and the second edition of the ranking that is watched.
RANKINGS = (
    (
        ("Helvetia", "84.1"),
        ("Isle of Finch", "81.7"),
        ("Norrland", "80.2"),
        ("Luxemburgia", "78.9"),
        ("Batavia", "77.0"),
    ),
    (
        ("Helvetia", "84.3"),
        ("Luxemburgia", "82.5"),
        ("Isle of Finch", "81.7"),
        ("Norrland", "80.0"),
        ("Batavia", "77.0"),
    ),
)


@cache
def sources() -> tuple[DemoSource, ...]:
    """Return every sample source, in the order of the configuration."""
    return tuple(map(_source, data("sources.yaml")))


def formats() -> tuple[DemoSource, ...]:
    """Return the sources of which each shows a format, or a trouble: those that are not of the day."""
    return tuple(source for source in sources() if not source.is_of_the_day)


def expected(of: Iterable[DemoSource] | None = None) -> Expected:
    """Count what a poll of these sources (None: all) must find in a new store."""
    chosen = sources() if of is None else tuple(of)
    carried = [article for source in chosen if source.is_readable for article in source.articles]
    return Expected(
        sources=len(chosen),
        failing=tuple(source.name for source in chosen if not source.is_readable),
        entries=len(carried),
        articles=len(set(carried)),
    )


def data(name: str) -> Any:  # noqa: ANN401 - what YAML has
    """Return what a YAML file of the sample site holds."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("aggregator.entrypoints.demo").joinpath("site", name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, in C where there is one


def _source(written: Mapping[str, Any]) -> DemoSource:
    articles = written["articles"]
    kind = SourceKind(written.get("kind", SourceKind.AUTO))
    ages = dict(articles) if isinstance(articles, dict) else {}
    categories = tuple(written.get("categories", ()))
    return DemoSource(**{**written, "articles": tuple(articles), "ages": ages, "categories": categories, "kind": kind})
