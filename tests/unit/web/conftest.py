"""What all tests of the web share."""

from __future__ import annotations

import pytest

from aggregator.entrypoints.web import fast_lane


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for what is new at every request: tests change things within less than the moment that a look holds for."""
    monkeypatch.setattr(fast_lane, "HOLDS_S", 0.0)
