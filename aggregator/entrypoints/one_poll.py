"""One poll from beginning to end, and what it says of what came. Loads nothing that reads options."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from aggregator.entrypoints.opening import known_sources, opened
from aggregator.entrypoints.poll_report import has_failed, parts_of, sentences
from aggregator.entrypoints.terminal import console, is_terminal, say
from aggregator.model import PollSummary
from aggregator.polling.reader_start import Started, useful_readers
from aggregator.polling.retry import retry_soon
from aggregator.polling.workers import poll_due


def poll_once(path: Path | None, names: Sequence[str], *, everything: bool, first: Started | None = None) -> int:
    """Poll the sources that are named, all, or those that are due; return the exit code.

    ``first`` is a reader process that was started already. Raises AggregatorError.
    """
    with opened(path, readers=useful_readers(), first=first) as aggregator:
        store = aggregator.store
        corrected = store.correct_times(aggregator.clock())
        if corrected:
            say(f"the clock was ahead: {corrected} planned times are corrected")
        wanted = known_sources(aggregator.sources, names) or (store.claims.polled_names() if everything else None)
        results = []
        with progress(len(wanted) if wanted else store.claims.count_due(aggregator.clock())) as bar:
            for result in poll_due(aggregator, wanted, is_plain=bool(names), is_last=True, moves_on=bar.judge):
                results.append(result)
                bar.tell(result)
        outage = retry_soon(aggregator, results)
        known, now = len(aggregator.sources), aggregator.clock()
    for sentence in sentences(results, wanted=wanted, known=known, outage=outage, now=now):
        say(sentence)
    return 1 if has_failed(results) else 0


class Bar(NamedTuple):
    """What tells of each result, and that stories are judged, which may take minutes."""

    tell: Callable[[PollSummary], None]
    judge: Callable[[], None]


@contextmanager
def progress(total: int) -> Iterator[Bar]:
    """Yield what shows how far a poll is: a bar and the failures on a terminal, else a line for each source."""
    if not is_terminal(sys.stdout):
        yield Bar(lambda result: say("".join(parts_of(result))), lambda: None)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    description = TextColumn("[progress.description]{task.description}")
    columns = (description, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task("polling", total=total)

        def tell(result: PollSummary) -> None:
            bar.update(task, advance=1, description=f"{result.source:<24.24}")
            if result.error:
                name, failed, error = parts_of(result)
                bar.console.print(Text.assemble((name, "bold"), (failed, "red"), error))

        yield Bar(tell, lambda: bar.update(task, description=f"{'grouping stories':<24}"))
