"""What happens when: APScheduler ticks, the database says what is due."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from aggregator.errors import AggregatorError
from aggregator.model import PollSummary
from aggregator.pipeline import Aggregator
from aggregator.workers import poll_due

log = structlog.get_logger()

POLL_TICK_S = 10
HOUSEKEEPING_H = 6


class Scheduler:
    """The timers of the main job: poll what is due, forget what is old. ``stop`` waits for polls under way."""

    def __init__(self, aggregator: Aggregator) -> None:
        self._aggregator = aggregator
        self._stopping = threading.Event()
        # misfire_grace_time None: a tick that comes late (a sleeping laptop, a long poll) is still wanted
        self._timers = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        now = aggregator.clock()
        self._polling = self._timers.add_job(
            self._guarded(self._poll), "interval", seconds=POLL_TICK_S, next_run_time=now
        )
        self._timers.add_job(self._guarded(self._forget), "interval", hours=HOUSEKEEPING_H, next_run_time=now)

    def start(self) -> None:
        self._timers.start()

    def poll_soon(self) -> None:
        """Look at once for what is due, as after an edit of the configuration."""
        self._polling.modify(next_run_time=self._aggregator.clock())

    def stop(self) -> None:
        """Begin nothing more and return when what is under way has ended: at most about ``fetch.timeout``."""
        self._stopping.set()
        self._timers.shutdown(wait=True)

    def _guarded(self, job: Callable[[], None]) -> Callable[[], None]:
        """Return the job such that a lost database ends this run of it, not the program: the next tick tries again."""

        def run() -> None:
            try:
                job()
            except AggregatorError as error:
                log.error("database.failed", error=str(error))

        return run

    def _poll(self) -> None:
        started = time.monotonic()
        results = []
        for result in poll_due(self._aggregator, stop=self._stopping):
            log_result(result)
            results.append(result)
        if results:
            log.info(
                "poll.done",
                sources=len(results),
                failed=sum(result.error is not None for result in results),
                new=sum(result.new for result in results),
                duplicates=sum(result.duplicates for result in results),
                duration_s=round(time.monotonic() - started, 1),
            )

        if len(results) > 1 and all(result.error for result in results):
            log.warning(
                "poll.nothing_reached", hint="is this machine online? `aggregator poll --all` asks again at once"
            )

    def _forget(self) -> None:
        count = self._aggregator.forget_old()
        if count:
            log.info("entries.forgotten", entries=count)


def log_result(result: PollSummary) -> None:
    """Log one line for a poll: INFO when it went well, WARNING when the source failed (not our fault)."""
    state = result.state
    next_check = state.next_check.isoformat() if state.next_check else None
    if result.error is not None:
        log.warning(
            "source.failed", source=result.source, error=result.error, failures=state.failures, next_check=next_check
        )
    else:
        log.info(
            "source.polled",
            source=result.source,
            new=result.new,
            changed=result.updated,
            duplicates=result.duplicates,
            next_check=next_check,
        )
