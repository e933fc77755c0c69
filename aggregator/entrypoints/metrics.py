"""What Prometheus asks for: what is in the store at the time of asking, and what this process did since its start.

Names and units follow https://prometheus.io/docs/practices/naming/; docs/reference/operations.md lists them all.
"""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from aggregator import __version__
from aggregator.errors import StoreError
from aggregator.model import PollSummary, SourceStatus, Span
from aggregator.model.issues import DeliveryStatus
from aggregator.store import Store

# Or each counter would have a second series, with the time of its making, that nothing asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]

# A source that is due for longer than this waits for too long: polls come every ten seconds.
_OVERDUE_AFTER: Final = timedelta(hours=1)

# Upper bounds in seconds: of what goes over the network, and of transactions.
_EXCHANGES: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60)
_TRANSACTIONS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)

_TIMED: Final[Mapping[Span, tuple[str, str, tuple[float, ...]]]] = {
    Span.FETCH: ("fetch", "Asking a source's server, to the last byte of its answer.", _EXCHANGES),
    Span.RECORD: ("record", "Taking an answer with news from its bytes to the store.", _EXCHANGES),
    Span.READ: ("database_read", "Transactions that read.", _TRANSACTIONS),
    Span.WRITE: ("database_write", "Transactions that write, waiting for their turn included.", _TRANSACTIONS),
}


class Metrics:
    """One process's metrics, in a registry of their own. Threads may share it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._spans = {
            span: Histogram(f"aggregator_{name}_duration_seconds", told, buckets=bounds, registry=self._registry)
            for span, (name, told, bounds) in _TIMED.items()
        }
        self._requests = self._counter("http_requests", "Requests answered.", "route", "status")
        self._of_routes: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._request_times = Histogram(
            "aggregator_http_request_duration_seconds",
            "Answering a request, to the last byte of the answer.",
            ["route"],
            registry=self._registry,
        )
        self._polls = self._counter("polls", "Sources polled, by what came of it.", "outcome")
        self._entries = self._counter("entries_stored", "Entries that polls brought.", "kind")
        self._attempts = self._counter("delivery_attempts", "Attempts at deliveries.", "channel", "outcome")
        self._failures = self._counter("job_failures", "Runs of a job that the database ended.", "job")
        self._ended = Gauge(
            "aggregator_job_last_success_timestamp_seconds",
            "When a job last ran to its end.",
            ["job"],
            registry=self._registry,
        )
        for outcome in ("news", "unchanged", "failed"):
            self._polls.labels(outcome)
        for kind in ("original", "duplicate", "changed"):
            self._entries.labels(kind)

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"aggregator_{name}", told, labels, registry=self._registry)

    def watch(self, store: Store, clock: Callable[[], datetime]) -> None:
        """Tell from now on what is in a store, too."""
        self._registry.register(_Stored(store, clock))

    def watch_readers(self, *, alive: Callable[[], int], lost: Callable[[], int]) -> None:
        """Tell from now on how many reader processes there are, and how many were lost and replaced."""
        gauge = Gauge("aggregator_readers", "Reader processes that are alive.", registry=self._registry)
        gauge.set_function(alive)
        self._registry.register(_Lost(lost))

    def measure(self, span: Span, seconds: float) -> None:
        """Take note of how long something took (``model.Meter``)."""
        self._spans[span].observe(seconds)

    def count_request(self, route: str, status: int, seconds: float = 0) -> None:
        """Count an answered request. ``route`` is the name of a handler, never an address: those are without end."""
        requests, times = self._of_routes.get((route, status)) or self._of_route(route, status)
        requests.inc()
        times.observe(seconds)

    def _of_route(self, route: str, status: int) -> tuple[Counter, Histogram]:
        """Return what counts these requests; looking it up by its labels takes longer than counting."""
        found = self._requests.labels(route, str(status)), self._request_times.labels(route)
        self._of_routes[route, status] = found
        return found

    def count_poll(self, result: PollSummary) -> None:
        """Count a poll, and the entries that it brought."""
        has_news = bool(result.new or result.updated)
        self._polls.labels("failed" if result.error is not None else "news" if has_news else "unchanged").inc()
        self._entries.labels("original").inc(result.new - result.duplicates)
        self._entries.labels("duplicate").inc(result.duplicates)
        self._entries.labels("changed").inc(result.updated)

    def count_attempt(self, channel: str, outcome: str) -> None:
        """Count an attempt at a delivery."""
        self._attempts.labels(channel, outcome).inc()

    def count_job(self, job: str, *, has_failed: bool) -> None:
        """Count a run of a job of the scheduler."""
        if has_failed:
            self._failures.labels(job).inc()
        else:
            self._failures.labels(job)
            self._ended.labels(job).set(time.time())

    def exposition(self) -> bytes:
        """Return the text that Prometheus reads. Without the database it has this process's own figures alone."""
        return generate_latest(self._registry)


class _Lost(Collector):
    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count

    def collect(self) -> Iterable[Metric]:
        told = "Reader processes that ended, or were stopped for taking too long, and were replaced."
        yield CounterMetricFamily("aggregator_readers_lost", told, value=self._count())


class _Stored(Collector):
    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Return the families without values, so that registering asks nothing of the store."""
        return [*_families().values(), _up(), _build()]

    def collect(self) -> Iterable[Metric]:
        up, build = _up(), _build()
        build.add_metric([__version__], 1)
        try:
            found = list(self._ask().values())
        except StoreError:
            found = []
        up.add_metric([], bool(found))
        return [*found, up, build]

    def _ask(self) -> dict[str, GaugeMetricFamily]:
        families, store, now = _families(), self._store, self._clock()
        totals, backlog = store.totals(), store.backlog(now=now, overdue_after=_OVERDUE_AFTER)
        families["entries"].add_metric([], totals.entries)
        families["duplicates"].add_metric([], totals.duplicates)
        statuses = Tally(health.status_at(now) for health in store.sources())
        for status in SourceStatus:
            families["sources"].add_metric([status.value], statuses[status])
        families["sources_due"].add_metric([], backlog.due)
        families["sources_overdue"].add_metric([], backlog.overdue)
        for name, state in store.ledger.digests().items():
            families["digest_issues"].add_metric([name], state.last_number)
        counts = store.ledger.counts()
        for digest in {name for name, _ in counts}:
            for outcome in DeliveryStatus:
                families["deliveries"].add_metric([digest, outcome.value], counts.get((digest, outcome), 0))
        since = backlog.undelivered_since
        age = max(timedelta(0), now - since) if since is not None else timedelta(0)
        families["oldest_undelivered_age_seconds"].add_metric([], age.total_seconds())
        families["stopped_endpoints"].add_metric([], len(store.ledger.stops()))
        families["content_version"].add_metric([], store.content_version())
        families["database_size_bytes"].add_metric([], backlog.size_bytes)
        return families


def _families() -> dict[str, GaugeMetricFamily]:
    """Return what is asked of the store, by name, empty."""
    told = {
        "entries": ("Entries stored, duplicates among them.", ()),
        "duplicates": ("Entries stored that are duplicates of another.", ()),
        "sources": ("Sources by status.", ("status",)),
        "sources_due": ("Sources whose time to be asked has come.", ()),
        "sources_overdue": ("Sources whose time to be asked came more than an hour ago.", ()),
        "digest_issues": ("Issues made of a digest.", ("digest",)),
        "deliveries": ("Deliveries by status.", ("digest", "status")),
        "oldest_undelivered_age_seconds": ("How long the oldest delivery that waits has waited; 0 when none does.", ()),
        "stopped_endpoints": ("Endpoints that get nothing more of a digest.", ()),
        "content_version": ("Moves whenever anything that outputs show changes.", ()),
        "database_size_bytes": ("How large the database is.", ()),
    }
    return {name: GaugeMetricFamily(f"aggregator_{name}", text, labels=labels) for name, (text, labels) in told.items()}


def _up() -> GaugeMetricFamily:
    return GaugeMetricFamily("aggregator_database_up", "Whether the database answers: 1, or 0.")


def _build() -> GaugeMetricFamily:
    return GaugeMetricFamily("aggregator_build_info", "The program that answers.", labels=["version"])
