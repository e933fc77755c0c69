"""A year of a daily digest in seconds: both clock changes, three outages, a mail server that is away for 30 hours."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.config import Config
from aggregator.model.issues import Delivery, Issue
from tests.newsroom import Clock, Newsroom, make_config, titles_of
from tests.receivers import MailServer

ZONE = ZoneInfo("Europe/Luxembourg")
BEGIN = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
END = BEGIN + timedelta(days=365)
STEP = timedelta(hours=8)

# When the program is down: a night over the hour; the clock change of October with the hour; five days.
OUTAGES = [
    (datetime(2026, 3, 10, 1, tzinfo=UTC), datetime(2026, 3, 10, 11, tzinfo=UTC)),
    (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 14, tzinfo=UTC)),
    (datetime(2026, 7, 1, 3, tzinfo=UTC), datetime(2026, 7, 6, 15, tzinfo=UTC)),
]
MAIL_IS_AWAY = (datetime(2026, 5, 4, 3, tzinfo=UTC), datetime(2026, 5, 5, 9, tzinfo=UTC))

# The hour is one that does not exist on 29 March and is there twice on 25 October.
AT = "day at 02:30"


@pytest.mark.slow
def test_every_entry_is_in_one_issue_and_every_day_has_one_and_none_is_lost(tmp_path: Path) -> None:
    clock = Clock(BEGIN)

    def answer(_recipient: str) -> str | None:
        return "451 4.3.0 away" if MAIL_IS_AWAY[0] <= clock.now < MAIL_IS_AWAY[1] else None

    with MailServer(on_recipient=answer) as server:
        email = {"from": "News <news@example.org>", "smtp": {"host": "127.0.0.1", "port": server.port}}
        config = make_config(f"sqlite:///{tmp_path}/year.db", {"every": AT}, email=email)
        published, issues, deliveries = _live_a_year(config, clock)

    in_issues = Counter(title for issue in issues for title in titles_of(issue))
    left = {title for title in published if title not in in_issues}
    days = Counter(issue.made_at.astimezone(ZONE).date() for issue in issues)
    down = {date for begin, end in OUTAGES for date in _dates(begin, end)}
    expected = set(_dates(BEGIN + timedelta(days=1), END)) - down
    assert set(in_issues.values()) == {1}
    assert left <= set(published[-8:])  # what came after the last issue
    assert set(days.values()) == {1}
    assert expected <= set(days)
    assert [issue.number for issue in issues] == list(range(1, len(issues) + 1))
    assert len(issues) == 365 - 4  # of the five days of the long outage one issue covers all
    assert _made_on(issues, 2026, 3, 29) == ["03:30"]  # 02:30 does not exist
    assert _made_on(issues, 2026, 10, 25) == ["15:00"]  # missed, made up for once, and not for the second 02:30
    sent = [mail.message_id for mail in server.mails]
    assert len(sent) == len(set(sent)) == len(issues)
    assert {each.status for each in deliveries} == {"sent"}
    late = [each for each in deliveries if each.attempts > 1]
    assert len(late) == 1 or len(late) == 2
    assert all(MAIL_IS_AWAY[1] <= each.sent_at < MAIL_IS_AWAY[1] + timedelta(hours=14) for each in late)


def _live_a_year(config: Config, clock: Clock) -> tuple[list[str], list[Issue], list[Delivery]]:
    """Return the titles of all entries that came, the issues, and the ledger at the end."""
    room = Newsroom(config, clock)
    published: list[str] = []
    issues: list[Issue] = []
    while clock.now < END:
        outage = next((each for each in OUTAGES if each[0] <= clock.now < each[1]), None)
        if outage:  # the program is ended, and started again
            room.close()
            clock.now = outage[1]
            room = Newsroom(config, clock)
        title = f"Entry of {clock.now:%d %B %H:%M}"
        age = timedelta(days=700) if clock.now.day == 7 else timedelta(hours=3)
        room.publish(title, published=clock.now - age)
        published.append(title)
        issues += room.issues()
        room.deliver()
        upcoming = room.ledger.next_due()
        clock.now = min(clock.now + STEP, _next_hour(clock.now), upcoming or END)
    room.issues()
    room.deliver()
    deliveries = list(room.ledger.deliveries())
    room.close()
    return published, issues, deliveries


def _next_hour(now: datetime) -> datetime:
    """Return when the scheduler looks next at the hour of the digest: a moment after it has come."""
    local = now.astimezone(ZONE)
    for days in (0, 1):
        wall = (local + timedelta(days=days)).replace(hour=2, minute=30, second=0, fold=0)
        moment = wall.astimezone(UTC)
        if moment > now:
            return moment
    return now + STEP


def _dates(begin: datetime, end: datetime) -> list:
    first, last = begin.astimezone(ZONE).date(), end.astimezone(ZONE).date()
    return [first + timedelta(days=number) for number in range((last - first).days)]


def _made_on(issues: list, *date: int) -> list[str]:
    local = (issue.made_at.astimezone(ZONE) for issue in issues)
    return [f"{each:%H:%M}" for each in local if (each.year, each.month, each.day) == date]
