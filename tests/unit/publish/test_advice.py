"""What an operator is told to do about a source in trouble."""

from __future__ import annotations

import pytest

from aggregator.model import Source, SourceHealth, SourceState, SourceStatus
from aggregator.publish.pages.advice import next_step


def step_for(status: str, error: str | None = None) -> str | None:
    state = SourceState(status=SourceStatus(status), last_error=error)
    return next_step(SourceHealth(source=Source(name="a", url="https://a.example/"), state=state, entries=0))


@pytest.mark.parametrize(
    ("error", "step"),
    [
        ("no such host: a.example", "change its url"),
        ("the certificate of a.example has expired", "renew its certificate"),
        ("what answers at a.example does not speak TLS; is it http instead of https?", "http://"),
        ("10.0.0.1 is in a private network; to allow it, list it in fetch.allow_private", "fetch.allow_private"),
        ("a.example did not finish answering within 20 s", "fetch.timeout"),
        ("the body is larger than 15 MB (fetch.max_body)", "fetch.max_body"),
        ("a.example answered 403 Forbidden", "login"),
        ("a.example answered 404 Not Found", "aggregator add"),
        ("a.example answered 503 Service Unavailable", "asked again by itself"),
        ("this is a web page (HTML), not a feed", "aggregator preview"),
        ("something else", "asked again by itself"),
    ],
)
def test_a_failing_source_is_explained_by_its_error(error: str, step: str):
    assert step in (step_for("failing", error) or "")


def test_each_other_trouble_has_a_step_and_health_has_none():
    assert "--apply-moves" in (step_for("moved") or "")
    assert "Remove it" in (step_for("gone") or "")
    assert "aggregator preview" in (step_for("changed") or "")
    assert step_for("ok") is None
    assert step_for("new") is None
