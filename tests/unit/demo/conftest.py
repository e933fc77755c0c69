from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from aggregator.entrypoints.demo import DemoSite

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(NOW) as site:
        yield site
