"""Reading pages as lists. ``NOW`` is when they are read, in all tests."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
