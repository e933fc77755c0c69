"""Metrics: named as Prometheus recommends, and all that dashboards and alerts ask for is there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from aggregator.entrypoints.metrics import Metrics
from aggregator.errors import StoreError
from aggregator.model import PollSummary, SourceState, Span
from tests.unit.publish.samples import make_item
from tests.unit.web.samples import ListLedger, client_of, make_aggregator

ROOT = Path(__file__).parent.parent.parent.parent

# As `promtool check metrics` has it: base units only, no type and no unit of its own in a name.
_NOT_BASE_UNITS = {
    "milliseconds",
    "ms",
    "microseconds",
    "minutes",
    "hours",
    "days",
    "kilobytes",
    "megabytes",
    "percent",
}
_TYPES = {"gauge", "counter", "histogram", "summary", "metric"}


def exposition() -> str:
    """Return what one process says when everything that can be counted has been."""
    metrics = Metrics()
    state = SourceState(seed="x")
    for span in Span:
        metrics.measure(span, 0.2)
    metrics.count_poll(PollSummary(source="a", state=state, new=3, updated=1, duplicates=2))
    metrics.count_poll(PollSummary(source="a", state=state))
    metrics.count_poll(PollSummary(source="a", state=state, error="gone"))
    metrics.count_attempt("email", "sent")
    metrics.count_request("feed", 200, 0.1)
    for has_failed in (True, False):
        metrics.count_job("poll", has_failed=has_failed)
    metrics.watch_readers(alive=lambda: 2, lost=lambda: 1)
    aggregator = make_aggregator(make_item())
    aggregator.store.ledger = SmallLedger()
    return client_of(aggregator, metrics=metrics).get("/metrics").text


class SmallLedger(ListLedger):
    def counts(self):
        from aggregator.model.issues import DeliveryStatus

        return {("daily", DeliveryStatus.WAITING): 1}

    def digests(self):
        from types import SimpleNamespace

        return {"daily": SimpleNamespace(last_number=4)}


def test_names_units_and_help_are_as_prometheus_recommends() -> None:
    families = [each for each in text_string_to_metric_families(exposition()) if each.name.startswith("aggregator_")]

    assert len(families) > 20
    for family in families:
        words = family.name.split("_")
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", family.name)
        assert family.documentation.endswith("."), family.name
        assert not set(words) & (_NOT_BASE_UNITS | _TYPES), family.name
        assert not family.name.endswith(("_total", "_count", "_sum", "_bucket")), "the parser takes it off counters"
        if "duration" in words or "age" in words or "timestamp" in words:
            assert words[-1] == "seconds"
        for sample in family.samples:
            assert all(re.fullmatch(r"[a-z]+", label) for label in sample.labels)
            if family.type == "counter":
                assert sample.name.endswith(("_total", "_created"))


def test_polls_entries_and_times_are_counted() -> None:
    lines = exposition().splitlines()

    for outcome in ("news", "unchanged", "failed"):
        assert f'aggregator_polls_total{{outcome="{outcome}"}} 1.0' in lines
    assert 'aggregator_entries_stored_total{kind="original"} 1.0' in lines
    assert 'aggregator_entries_stored_total{kind="duplicate"} 2.0' in lines
    assert 'aggregator_entries_stored_total{kind="changed"} 1.0' in lines
    assert 'aggregator_database_write_duration_seconds_bucket{le="0.25"} 1.0' in lines
    assert "aggregator_fetch_duration_seconds_count 1.0" in lines
    assert "aggregator_sources_due 2.0" in lines
    assert "aggregator_readers 2.0" in lines
    assert "aggregator_readers_lost_total 1.0" in lines
    assert "aggregator_sources_overdue 1.0" in lines
    assert "aggregator_oldest_undelivered_age_seconds 3600.0" in lines
    assert 'aggregator_job_failures_total{job="poll"} 1.0' in lines


def test_without_the_database_there_are_still_the_process_own_figures() -> None:
    aggregator = make_aggregator()
    aggregator.store.error = StoreError("gone")

    answer = client_of(aggregator).get("/metrics")

    assert answer.status_code == 200
    assert "aggregator_database_up 0.0" in answer.text.splitlines()
    assert "aggregator_polls_total" in answer.text
    assert "aggregator_sources_due" not in answer.text, "a figure that isn't known is not 0"


def expressions() -> Iterator[tuple[str, str]]:
    """Yield the queries of the dashboard and the alert rules, each with where it stands."""
    dashboard = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield f"panel {panel['title']}", target["expr"]
    for group in yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            yield f"alert {rule['alert']}", rule["expr"]


@pytest.mark.parametrize(("where", "expression"), list(expressions()), ids=lambda value: value[:40])
def test_what_the_dashboard_and_the_alerts_ask_for_is_there(where: str, expression: str) -> None:
    known: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(exposition()):
        for sample in family.samples:
            known.setdefault(sample.name, set()).update(sample.labels)
    bare = re.sub(r'"[^"]*"', '""', expression)

    used = re.findall(r"\b((?:aggregator|process)_\w+)(?:\{([^}]*)\})?", bare)
    grouped = {label for labels in re.findall(r"\bby \(([^)]*)\)", bare) for label in re.split(r",\s*", labels)}

    assert used, where
    assert all(bare.count(one) == bare.count(other) for one, other in ("()", "{}", "[]"))
    for name, conditions in used:
        assert name in known, f"{where}: {name}"
        wanted = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", conditions)) - {"job", "instance"}
        assert wanted <= known[name], f"{where}: {name} has {known[name]}"
    assert grouped - {"instance", "job"} <= set().union(*(known[name] for name, _ in used))


def test_every_metric_is_in_the_documentation_and_every_alert_says_what_to_do() -> None:
    page = (ROOT / "docs" / "reference" / "operations.md").read_text()
    for family in text_string_to_metric_families(exposition()):
        if family.name.startswith("aggregator_"):
            assert f"`{family.name}" in page, family.name
    for group in yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"]["summary"]
            assert rule["annotations"]["description"].endswith(".")
            assert rule["labels"]["severity"] in {"page", "ticket"}
            assert f"`{rule['alert']}`" in page
