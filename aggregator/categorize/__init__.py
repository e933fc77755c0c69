"""Entry + rules → categories with reasons; entry + filters → wanted or not. Touches nothing."""

from aggregator.categorize.explain import explain_rules
from aggregator.categorize.filters import Filter, compile_filter, is_wanted
from aggregator.categorize.rules import Rules, categorize, compile_rules

__all__ = ["Filter", "Rules", "categorize", "compile_filter", "compile_rules", "explain_rules", "is_wanted"]
