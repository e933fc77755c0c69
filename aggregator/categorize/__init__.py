"""Entry + rules → categories with reasons; entry + filters → wanted or not. Touches nothing."""

from aggregator.categorize.filters import Filter, as_entry, compile_filter, fits_text, is_wanted
from aggregator.categorize.rules import Rules, categorize, compile_rules, explain_rules

__all__ = [
    "Filter",
    "Rules",
    "as_entry",
    "categorize",
    "compile_filter",
    "compile_rules",
    "explain_rules",
    "fits_text",
    "is_wanted",
]
