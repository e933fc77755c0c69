"""What rules test and check have to say of the rules: how right they are on examples, and what looks like a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aggregator.categorize import explain_judgment
from aggregator.config import Config
from aggregator.entrypoints.terminal import counted, say
from aggregator.model import Source
from aggregator.store import Store
from aggregator.tuning.examples import Judged, Report, measure, resolve


def tell_examples(config: Config, store: Store, sources: Iterable[Source]) -> None:
    """Print precision, recall and F1 of each category on its examples, and those that its rule gets wrong."""
    for report in measure(config.categories, resolve(config.categories, store, sources)):
        say(figures(report))
        for line in failing(report):
            say(f"  {line}")


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
