"""When no source at all can be reached: that is about this machine's network, not about the sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from aggregator.errors import ErrorKind
from aggregator.model.sources import SourceHealth, SourceState

_NOT_REACHED: Final = frozenset(
    {
        ErrorKind.NAME_SERVER_DOWN,
        ErrorKind.NO_SUCH_HOST,
        ErrorKind.PROXY_FAILED,
        ErrorKind.TIMEOUT,
        ErrorKind.UNREACHABLE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """The latest check of each of these sources reached nobody; ``next_try`` is when the first is asked again."""

    states: dict[str, SourceState]
    next_try: datetime | None


def is_unreached(state: SourceState) -> bool:
    """Whether the latest check of a source ended before its server said anything."""
    return state.failures > 0 and state.last_error_kind in _NOT_REACHED


def outage_of(sources: Sequence[SourceHealth]) -> Outage | None:
    """Return that nothing was reached; None when something was, or nothing was tried.

    One server alone may well be down by itself, unless it is our name server that does not answer.
    """
    checked = [each for each in sources if each.merged_into is None and each.state.last_checked is not None]
    states = {each.source.name: each.state for each in checked}
    if not states or not all(map(is_unreached, states.values())):
        return None
    places = {urlsplit(each.source.url).netloc for each in checked}
    if len(places) < 2 and not any(each.last_error_kind is ErrorKind.NAME_SERVER_DOWN for each in states.values()):
        return None
    return Outage(
        states=states, next_try=min((each.next_check for each in states.values() if each.next_check), default=None)
    )
