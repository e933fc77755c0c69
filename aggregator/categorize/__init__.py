"""Entry + rules → categories with reasons; entry + filters → wanted or not. Touches nothing."""

from aggregator.categorize.filters import as_entry, compile_filter, fits_text, is_wanted
from aggregator.categorize.right_answers import RIGHT_ANSWER, examples_of, headline_key, is_address
from aggregator.categorize.rules import (
    Judgment,
    Rules,
    categorize,
    compile_rules,
    explain_judgment,
    explain_rules,
    judge,
)

__all__ = [
    "RIGHT_ANSWER",
    "Judgment",
    "Rules",
    "as_entry",
    "categorize",
    "compile_filter",
    "compile_rules",
    "examples_of",
    "explain_judgment",
    "explain_rules",
    "fits_text",
    "headline_key",
    "is_address",
    "is_wanted",
    "judge",
]
