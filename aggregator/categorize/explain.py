"""What rules say of an entry, in plain words: also of categories that it doesn't have."""

from __future__ import annotations

from aggregator.categorize.rules import Judgment, Rules, judge
from aggregator.model import Entry, Source


def explain_rules(entry: Entry, source: Source, rules: Rules) -> tuple[str, ...]:
    """Return a line for each category: whether the entry has it and why, or what is missing."""
    return tuple(map(_explanation, judge(entry, source, rules)))


def _explanation(judgment: Judgment) -> str:
    score = f"score {judgment.score:g}, and {judgment.at_least:g} is needed"
    if judgment.holds:
        score = f"score {judgment.score:g}, and {judgment.at_least:g} is enough"
    details = (*judgment.given, *judgment.matched, *judgment.idle)
    if not details:
        return f"{judgment.category}: no, none of its terms occurs"
    answer = "yes" if judgment.given or judgment.holds else "no"
    return f"{judgment.category}: {answer}, {score}: {'; '.join(details)}"
