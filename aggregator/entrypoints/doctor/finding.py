"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """OK: nothing to do. WARNING: it works, and may not for long. ERROR: it does not. SKIPPED: not looked at."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``remedy`` says what to do; None where nothing is to be done."""

    health: Health
    check: str
    message: str
    remedy: str | None = None


def good(check: str, message: str) -> Finding:
    return Finding(Health.OK, check, message)


def doubtful(check: str, message: str, remedy: str) -> Finding:
    return Finding(Health.WARNING, check, message, remedy)


def bad(check: str, message: str, remedy: str) -> Finding:
    return Finding(Health.ERROR, check, message, remedy)


def skipped(check: str, message: str) -> Finding:
    return Finding(Health.SKIPPED, check, message)
