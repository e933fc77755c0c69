"""Ask a source whether it has news, politely; and decide when to ask again.

Inside: ``ask`` makes one conditional GET, ``cache`` reads the headers that say how long an answer is good for,
``next_check`` says when the next check is due and why, from the source's ``rhythm`` and the feed's ``quiet`` times;
``source_state`` is what a check leaves for the next one; ``gate`` keeps the pressure on one server low.
"""

from aggregator.fetch.ask import fetch_beside, fetch_source, is_to_be_plain
from aggregator.fetch.gate import HostGate, Turn, key_of
from aggregator.fetch.source_state import Brought, after_failure, after_success

__all__ = [
    "Brought",
    "HostGate",
    "Turn",
    "after_failure",
    "after_success",
    "fetch_beside",
    "fetch_source",
    "is_to_be_plain",
    "key_of",
]
