"""What a poll says of what came: a line for each source, and the sentences at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from aggregator.entrypoints.glance import NOTHING_IS_DUE
from aggregator.entrypoints.terminal import NO_SOURCES, ago, counted
from aggregator.model import Outage, PollSummary, SourceStatus
from aggregator.text.hidden_keys import discreet


def parts_of(result: PollSummary) -> tuple[str, str, str]:
    """Return a line on a result: whose it is, whether it failed, and what came."""
    if result.error:
        return f"{result.source}: ", "failed: ", result.error
    duplicates = "1 duplicate" if result.duplicates == 1 else f"{result.duplicates} duplicates"
    parts = [f"{result.new} new", f"{result.updated} changed", duplicates]
    said = ", ".join(part for part in parts if not part.startswith("0 ")) or "nothing new"
    moved = f" (moved to {discreet(result.state.moved_to or '')})" if result.state.status is SourceStatus.MOVED else ""
    read_as = result.state.read_as if result.found_out else None
    found_out = f" (read as a {read_as}: {result.found_out})" if read_as else ""
    return f"{result.source}: ", "", f"{said}{moved}{found_out}"


def sentences(
    results: Sequence[PollSummary], *, wanted: Sequence[str] | None, known: int, outage: Outage | None, now: datetime
) -> Iterator[str]:
    """Yield what there is to say at the end of a poll, of the sources ``wanted`` or, with None, of what was due.

    ``known`` is how many sources are configured.
    """
    passed_over = len(wanted) - len(results) if wanted else 0
    if not results and not passed_over:
        yield NOTHING_IS_DUE if known else NO_SOURCES
        return
    new, duplicates = sum(each.new for each in results), sum(each.duplicates for each in results)
    failed = sum(each.error is not None for each in results)
    brought = f"{counted(new, 'new entry')}, {duplicates} of them duplicates"
    yield f"{counted(len(results), 'source')} polled: {brought}, {counted(failed, 'source')} failed"
    if passed_over:
        skipped = (
            "1 source was skipped: its server"
            if passed_over == 1
            else f"{passed_over} sources were skipped: their servers"
        )
        yield f"{skipped} asked for a pause, or another worker is polling {'it' if passed_over == 1 else 'them'}"
    if outage is not None:
        yield f"no source could be reached; is this machine online? The next try is due {ago(outage.next_try, now)}"


def has_failed(results: Sequence[PollSummary]) -> bool:
    """Whether no source could be read."""
    return bool(results) and all(result.error for result in results)
