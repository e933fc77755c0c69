"""What a page without stories says."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.errors import ErrorKind
from aggregator.model import SourceHealth, SourceState, outage_of
from aggregator.publish import standing_of
from aggregator.text.locales import ENGLISH
from tests.builders import NOW, make_source

ZONE = ZoneInfo("Europe/Luxembourg")


def health(name: str, kind: ErrorKind | None = None, **state: Any) -> SourceHealth:
    given = {"last_checked": NOW, "next_check": NOW + timedelta(minutes=2), "failures": int(kind is not None)} | state
    return SourceHealth(source=make_source(name), state=SourceState(last_error_kind=kind, **given), entries=0)


def standing(*sources: SourceHealth) -> tuple[str, str]:
    found = standing_of(sources, zone=ZONE, now=NOW, locale=ENGLISH)
    return found.why.value, found.retry


def test_without_sources_there_is_nothing_to_wait_for() -> None:
    assert standing() == ("no sources", "")


def test_the_first_poll_runs_while_a_source_was_never_asked() -> None:
    assert standing(health("a"), health("b", last_checked=None, next_check=None))[0] == "first poll"


def test_when_nobody_was_reached_it_says_so_and_when_it_is_tried_again() -> None:
    sources = health("a", ErrorKind.NAME_SERVER_DOWN), health("b", ErrorKind.UNREACHABLE)

    assert standing(*sources) == ("offline", "We will retry at 13:02")


def test_sources_without_entries_are_no_outage() -> None:
    assert standing(health("a"), health("b", ErrorKind.NO_SUCH_HOST)) == ("nothing yet", "We will retry at 13:02")


def test_one_server_that_is_down_is_no_outage_but_a_silent_name_server_is() -> None:
    assert outage_of([health("a", ErrorKind.UNREACHABLE)]) is None
    assert outage_of([health("a", ErrorKind.NAME_SERVER_DOWN)]) is not None


def test_a_server_that_answers_with_an_error_was_reached() -> None:
    assert outage_of([health("a", ErrorKind.STATUS), health("b", ErrorKind.UNREACHABLE)]) is None
