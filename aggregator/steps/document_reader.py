"""An answer ─► what is seen in it, and of which categories it is. No I/O: all that reader processes do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from aggregator.model import Claim, Fetched, Rule
from aggregator.steps.seen import Draft, Seen

if TYPE_CHECKING:
    from aggregator.categorize import Rules
    from aggregator.config import CategoryConfig

# What reads and judges is loaded where that is done: most commands need none of it.

# Documents read at a time in one process: Python computes in one thread anyway, so that more would only take memory.
_MOST_AT_ONCE = 4


class DocumentReader:
    """Reads answers in this process. Threads may share it."""

    def __init__(self, categories: Sequence[CategoryConfig | Rule], *, clock: Callable[[], datetime]) -> None:
        self._categories = categories
        self._clock = clock
        self._reading = threading.Semaphore(_MOST_AT_ONCE)

    @cached_property
    def rules(self) -> Rules:
        """The rules, compiled at their first use."""
        from aggregator.categorize import compile_rules
        from aggregator.normalize import canonical_url

        return compile_rules(self._categories, canonical=canonical_url)

    def read(self, claim: Claim, answer: Fetched) -> Seen | Draft:
        """Return what an answer says; with `full` a draft, whose articles are fetched first. Raises SourceError."""
        from aggregator.steps.parse import parse

        with self._reading:
            draft = parse(claim, answer, self._clock())
            return draft if claim.source.full and draft.entries else self._finished(claim, answer, draft)

    def finish(self, claim: Claim, answer: Fetched, draft: Draft) -> Seen:
        """Return what a draft says that has its articles. Raises SourceError."""
        with self._reading:
            return self._finished(claim, answer, draft)

    def end(self) -> None:
        """Do nothing: what reading takes is this process's."""

    def _finished(self, claim: Claim, answer: Fetched, draft: Draft) -> Seen:
        from aggregator.categorize import categorize
        from aggregator.steps.parse import finish

        seen = finish(draft, answer)
        return replace(seen, categories=tuple(categorize(each, claim.source, self.rules) for each in seen.entries))
