"""The operator's rules as they go to those who read: with what is configured, and without what checks it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms that count only here or there, or more or less than others (config's ``TermGroup``)."""

    terms: tuple[str, ...]
    weight: float
    fields: tuple[str, ...]
    language: tuple[str, ...]
    near: tuple[str, ...]
    within: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAnswers:
    """The examples of a rule (config's ``Examples``)."""

    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A category (config's ``CategoryConfig``)."""

    name: str
    any: tuple[str | Terms, ...]
    none: tuple[str | Terms, ...]
    at_least: float
    examples: RightAnswers
    fields: tuple[tuple[str, float], ...]
