"""Whether the database is whole, of this program's schema, on time, and worked on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from aggregator.entrypoints.doctor.finding import Finding, bad, doubtful, good, skipped
from aggregator.entrypoints.terminal import rfc3339
from aggregator.errors import StoreError
from aggregator.model import Condition
from aggregator.store import Store, database_exists, file_of
from aggregator.text.durations import duration_in_words
from aggregator.text.sizes import size_in_words

# How far two clocks may differ: by a moment, and by so much that what is due is asked at the wrong time.
_A_MOMENT: Final = timedelta(seconds=5)
_TOO_FAR: Final = timedelta(minutes=1)

# What has been due for longer is not worked on; polls of many sources take their time.
_OVERDUE: Final = timedelta(hours=2)

# Why a check of the database has nothing to say; None where there is no database yet.
Answer = Condition | StoreError | None

_NOT_ASKED: Final = "the database could not be asked"


def ask(url: str, *, is_thorough: bool) -> Answer:
    """Return how the database is, or why that can't be told; makes none."""
    if not database_exists(url):
        return None
    try:
        store = Store(url, pool_size=1)
        try:
            return store.examine(is_thorough=is_thorough)
        finally:
            store.close()
    except StoreError as error:
        return error


def integrity(url: str, answer: Answer) -> Finding:
    match answer:
        case None:
            return good("database", "there is none yet; `aggregator run` makes it")
        case StoreError():
            remedy = (
                f"it is {file_of(url)}; the rest can be looked at when that is mended"
                if url.startswith("sqlite")
                else "see that the server runs, and that storage.url names it, a user and a database of it"
            )
            return bad("database", str(answer), remedy)
    if answer.problems:
        remedy = (
            "stop the program and `aggregator restore BACKUP --replace`"
            if url.startswith("sqlite")
            else "see docs/reference/operations.md, Doctor"
        )
        return bad("database", "; ".join(answer.problems), remedy)
    return good("database", f"{answer.product}, {size_in_words(answer.size_bytes)}, whole")


def schema(answer: Answer) -> Finding:
    if not isinstance(answer, Condition):
        return skipped("schema", _NOT_ASKED if answer else "there is no database yet")
    if answer.schema is None:
        return good("schema", f"the database is empty; `aggregator run` makes its tables (schema {answer.head})")
    if answer.schema == answer.head:
        return good("schema", f"{answer.schema}, that of this program")
    if answer.is_half_copied:
        return bad("schema", "a copy into it has not been finished", "run `aggregator db copy` again: it goes on")
    if answer.is_newer:
        return bad(
            "schema",
            f"{answer.schema} is newer than this program, which knows schemas up to {answer.head}",
            "update the program, or restore a backup that its version made",
        )
    return doubtful(
        "schema",
        f"{answer.schema}, and this program works with {answer.head}",
        "`aggregator backup`, then `aggregator db upgrade` (with --dry-run it shows what it would do); or just `run`",
    )


def is_on_time(answer: Answer, now: datetime) -> Finding:
    """Compare this machine's clock with the server's, and with the times that the program noted as now."""
    if not isinstance(answer, Condition):
        return skipped("clock", _NOT_ASKED if answer else f"{rfc3339(now)}; there is nothing yet to compare it with")
    remedy = "set the clock, and keep it right: `timedatectl set-ntp true`, or another NTP client"
    if answer.clock is not None:
        gap = now - answer.clock
        if abs(gap) > _A_MOMENT:
            where = "ahead of" if gap > timedelta(0) else "behind"
            said = f"{duration_in_words(gap)} {where} the database server's"
            return (bad if abs(gap) > _TOO_FAR else doubtful)("clock", said, f"on both machines: {remedy}")
    if answer.newest is not None and answer.newest > now + _TOO_FAR:
        said = f"{rfc3339(now)}, and the database was written at {rfc3339(answer.newest)}: it is behind, or was ahead"
        return bad(
            "clock", said, f"{remedy}. If it is right now, it heals by itself (docs/reference/operations.md, Faults)"
        )
    return good("clock", f"{rfc3339(now)}, not before what was last noted" if answer.newest else f"{rfc3339(now)}")


def work(answer: Answer, now: datetime) -> Finding:
    """Whether what is due is done."""
    if not isinstance(answer, Condition):
        return skipped("work", _NOT_ASKED if answer else "there is no database yet")
    if answer.due_since is not None and now - answer.due_since > _OVERDUE:
        said = f"a source has been due for {duration_in_words(now - answer.due_since)}: nobody polls, or too few do"
        return doubtful("work", said, "is `aggregator run` at work? its log says why if it doesn't get on")
    if answer.undelivered_since is not None and now - answer.undelivered_since > _OVERDUE:
        said = f"a delivery has been waiting for {duration_in_words(now - answer.undelivered_since)}"
        return doubtful("work", said, "`aggregator deliveries` says why; `--retry ID` tries again at once")
    return good("work", "no source and no delivery has been due for long")
