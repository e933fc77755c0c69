"""What rules test and check have to say of the rules: how right they are on examples, and what looks like a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from aggregator.categorize import examples_of, explain_judgment, is_address
from aggregator.config import Config
from aggregator.entrypoints.terminal import counted, say
from aggregator.errors import StoreError
from aggregator.model import Selection, Source
from aggregator.store import Store, database_exists
from aggregator.tuning.doubts import doubts
from aggregator.tuning.examples import Judged, Report, measure, resolve

# Of the store so much is looked at, so that `check` takes seconds.
_SINCE, _MOST_LOOKED_AT = timedelta(days=90), 5_000
_MOST_DOUBTS = 20


def tell_examples(config: Config, store: Store, sources: Iterable[Source]) -> None:
    """Print precision, recall and F1 of each category on its examples, and those that its rule gets wrong."""
    for report in measure(config.categories, resolve(config.categories, store, sources)):
        say(figures(report))
        for line in failing(report):
            say(f"  {line}")


def tell_doubts(config: Config, sources: Iterable[Source], now: datetime) -> None:
    """Warn of examples that rules get wrong, and of terms that look like mistakes; the database is only read."""
    if not config.categories:
        return
    store = Store(config.storage.url) if database_exists(config.storage.url) else None
    try:
        lines = [*_wrong_examples(config, store, sources), *_doubtful_terms(config, store, now)]
    except StoreError as error:
        say(f"what rules find in the store isn't known: {error}")
        return
    finally:
        if store is not None:
            store.close()
    if lines:
        say("rules that may be wrong")
    for line in lines:
        say(f"  {line}")


def _wrong_examples(config: Config, store: Store | None, sources: Iterable[Source]) -> Iterator[str]:
    for report in measure(config.categories, resolve(config.categories, store, sources)):
        for line in failing(report):
            yield f"{report.category} {line}"


def _doubtful_terms(config: Config, store: Store | None, now: datetime) -> Iterator[str]:
    stored = store.entries(Selection(since=now - _SINCE), limit=_MOST_LOOKED_AT) if store is not None else ()
    headlines = [example for _, example, _ in examples_of(config.categories) if not is_address(example)]
    found = doubts(config.categories, stored, headlines=headlines)
    yield from found[:_MOST_DOUBTS]
    if len(found) > _MOST_DOUBTS:
        yield f"and {len(found) - _MOST_DOUBTS} more"


def figures(report: Report) -> str:
    """Return how right a rule is on its examples, in one line."""
    yes = sum(each.example.is_yes for each in report.judged)
    figures = f"precision {report.precision:.2f}, recall {report.recall:.2f}, F1 {report.f1:.2f}"
    of = f"{counted(len(report.judged), 'example')} ({yes} yes, {len(report.judged) - yes} no)"
    return f"{report.category}: {figures} on {of}" if report.judged else f"{report.category}: no example can be judged"


def failing(report: Report) -> Iterator[str]:
    """Yield a line for each example that the rule gets wrong, and one for those that can't be judged."""
    for each in report.failing:
        yield f"{_wrong(each)}: {explain_judgment(each.judgment)}"
    if report.unknown:
        first = report.unknown[0].written
        more = "" if len(report.unknown) == 1 else f" and {len(report.unknown) - 1} more"
        yield f"no stored entry has the address of {counted(len(report.unknown), 'example')}: {first}{more}"


def _wrong(judged: Judged) -> str:
    example = judged.example
    verb = "misses" if example.is_yes else "takes in"
    name = f"“{example.headline}”"
    return f"{verb} {name}" if example.headline == example.written else f"{verb} {name} ({example.written})"
