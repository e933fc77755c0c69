"""What Prometheus asks for: counts from the store at the time of asking, and the requests of this process."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from aggregator import __version__
from aggregator.issues import DeliveryStatus
from aggregator.model import SourceStatus
from aggregator.store import Store


class Metrics:
    """One process's metrics, in a registry of their own."""

    def __init__(self, store: Store) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Stored(store))
        self._requests = Counter(
            "aggregator_http_requests", "Requests answered.", ["route", "status"], registry=self._registry
        )

    def count_request(self, route: str, status: int) -> None:
        """Count an answered request. ``route`` is the name of a handler, never an address: those are without end."""
        self._requests.labels(route, str(status)).inc()

    def exposition(self) -> bytes:
        """Return the text that Prometheus reads. Raises StoreError."""
        return generate_latest(self._registry)


class _Stored(Collector):
    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> Iterable[Metric]:
        """Return the families without values, so that registering asks nothing of the store."""
        return _families()

    def collect(self) -> Iterable[Metric]:
        entries, duplicates, sources, issues, deliveries, stopped, version, build = families = _families()
        totals = self._store.totals()
        entries.add_metric([], totals.entries)
        duplicates.add_metric([], totals.duplicates)
        statuses = Tally(health.state.status for health in self._store.sources())
        for status in SourceStatus:
            sources.add_metric([status.value], statuses[status])
        for name, state in self._store.ledger.digests().items():
            issues.add_metric([name], state.last_number)
        counts = self._store.ledger.counts()
        for digest in {name for name, _ in counts}:
            for outcome in DeliveryStatus:
                deliveries.add_metric([digest, outcome.value], counts.get((digest, outcome), 0))
        stopped.add_metric([], len(self._store.ledger.stops()))
        version.add_metric([], self._store.content_version())
        build.add_metric([__version__], 1)
        return families


def _families() -> tuple[GaugeMetricFamily, ...]:
    return (
        GaugeMetricFamily("aggregator_entries", "Entries stored, duplicates among them."),
        GaugeMetricFamily("aggregator_duplicates", "Entries stored that are duplicates of another."),
        GaugeMetricFamily("aggregator_sources", "Sources by status.", labels=["status"]),
        GaugeMetricFamily("aggregator_digest_issues", "Issues made of a digest.", labels=["digest"]),
        GaugeMetricFamily("aggregator_deliveries", "Deliveries by status.", labels=["digest", "status"]),
        GaugeMetricFamily("aggregator_stopped_endpoints", "Endpoints that get nothing more of a digest."),
        GaugeMetricFamily("aggregator_content_version", "Moves whenever anything that outputs show changes."),
        GaugeMetricFamily("aggregator_build_info", "The program that answers.", labels=["version"]),
    )
