"""Digests on their way to readers: when, what, to whom, and what follows from each attempt.

``channels`` has all ways out and their libraries; it is not imported here, as most commands don't need it.
"""

from aggregator.notify.compose import compose
from aggregator.notify.endpoints import (
    Target,
    chat_target,
    email_target,
    targets_of,
    webhook_target,
)
from aggregator.notify.retries import after_failure, after_success
from aggregator.notify.schedule import Schedule, beginning, schedule_of
from aggregator.notify.tokens import read_token, unsubscribe_token
from aggregator.notify.troubles import troubles_of

__all__ = [
    "Schedule",
    "Target",
    "after_failure",
    "after_success",
    "beginning",
    "chat_target",
    "compose",
    "email_target",
    "read_token",
    "schedule_of",
    "targets_of",
    "troubles_of",
    "unsubscribe_token",
    "webhook_target",
]
