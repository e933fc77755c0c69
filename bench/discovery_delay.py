"""How long news waits to be found: the real publication times of many feeds, replayed against three ways to poll them.

python -m bench.discovery_delay

The feeds are those in ``feeds/`` below the folder that AGGREGATOR_CORPUS names (else ../shared/corpus beside the
checkout). Each is replayed from the middle of what it shows (its newest MOST entries), at most for its last YEAR, to
its last entry. No policy sees a publication before it polls after it. What the feeds and servers wish (ttl, max-age) is
left out: it binds all alike.

Equal cost means as many requests over all feeds together: one interval for all feeds, Miniflux's rule stretched by one
factor, so that they come to as many as ours. That is what an operator can choose between. The last table gives each
single feed as many requests as ours made to it, so that only their timing within the feed is compared.
"""

from __future__ import annotations

import os
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from statistics import median, quantiles

from aggregator.config import FetchSettings
from aggregator.errors import ParseError
from aggregator.fetch import Brought, after_success
from aggregator.model import Claim, Fetched, NotModified, Source, SourceState
from aggregator.parse import parse_feed

YEAR = timedelta(days=365)
# Earlier than feeds are: a mistake.
OLDEST = datetime(1999, 1, 1, tzinfo=UTC)
# Fewer entries say nothing of what is to come; more would let one feed outweigh many.
FEWEST, MOST = 6, 100


@dataclass(frozen=True)
class Feed:
    """When a feed's entries were published, oldest first, and how many of them it shows when the replay begins."""

    name: str
    published: tuple[datetime, ...]
    shown: int

    @property
    def start(self) -> datetime:
        return self.published[self.shown - 1]

    @property
    def end(self) -> datetime:
        return self.published[-1]


# When to poll after a poll now, given what that one brought (all that is visible by then, how much of it is new).
Policy = Callable[[Feed, datetime, int, int], datetime]


@dataclass
class Outcome:
    requests: int = 0
    delays_s: list[float] = field(default_factory=list)


def replay(feeds: Sequence[Feed], new_policy: Callable[[Feed], Policy], *, at_most: float = inf) -> Outcome:
    """Poll until all entries are found, or more requests than ``at_most`` were made."""
    outcome = Outcome()
    for feed in feeds:
        policy, now, seen = new_policy(feed), feed.start, 0
        while seen < len(feed.published) and outcome.requests <= at_most:
            visible = bisect_right(feed.published, now)
            if seen:
                outcome.requests += 1
                outcome.delays_s += [(now - each).total_seconds() for each in feed.published[seen:visible]]
            now, seen = policy(feed, now, visible, visible - seen), visible
    return outcome


def ours(feed: Feed) -> Policy:
    """What the program does, with its default settings."""
    source = Source(name=feed.name, url="https://example.org/feed")
    chance, settings = random.Random(feed.name), FetchSettings()
    state = SourceState(seed=source.url)

    def policy(feed: Feed, now: datetime, visible: int, new: int) -> datetime:
        nonlocal state
        state = after_success(
            Claim(source=source, state=state, token="", until=now),
            Brought(
                answer=NotModified(url=source.url),
                published=feed.published[visible - new : visible],
                has_news=new > 0,
            ),
            settings=settings,
            now=now,
            jitter=chance.random(),
        )
        assert state.next_check is not None
        return state.next_check

    return policy


def fixed(interval_s: float) -> Callable[[Feed], Policy]:
    return lambda _: lambda _feed, now, _visible, _new: now + timedelta(seconds=interval_s)


def miniflux(factor: float) -> Callable[[Feed], Policy]:
    """Miniflux's entry frequency: a week divided by the last week's entries, from 5 minutes to 24 hours."""
    week, least, most = timedelta(weeks=1), timedelta(minutes=5), timedelta(hours=24)

    def policy(feed: Feed, now: datetime, visible: int, _new: int) -> datetime:
        count = visible - bisect_right(feed.published, now - week)
        return now + factor * (max(least, min(most, week / count)) if count else most)

    return lambda _: policy


def at_equal_cost(feeds: Sequence[Feed], requests: int, policy: Callable[[float], Callable[[Feed], Policy]]) -> Outcome:
    """Replay with the number that makes ``requests`` requests of it, or as nearly as can be."""
    low, high = 1e-3, 1e7
    tried: list[Outcome] = []
    while high / low > 1.0001 and not any(each.requests == requests for each in tried):
        middle = (low * high) ** 0.5
        tried.append(replay(feeds, policy(middle), at_most=requests))
        low, high = (middle, high) if tried[-1].requests > requests else (low, middle)
    # one that asks more would have an advantage
    return max((each for each in tried if each.requests <= requests), key=lambda each: each.requests)


def feeds_of(folder: Path) -> list[Feed]:
    feeds = []
    for path in sorted(folder.iterdir()):
        try:
            document = parse_feed(Fetched(url="https://example.org/feed", body=path.read_bytes(), content_type=None))
        except ParseError:
            continue
        dates = (entry.published or entry.updated for entry in document.entries)
        published = tuple(sorted(each for each in dates if each and each > OLDEST))[-MOST:]
        if len(published) < FEWEST:
            continue
        shown = max(len(published) // 2, bisect_right(published, published[-1] - YEAR))
        if published[shown - 1] < published[-1]:
            feeds.append(Feed(path.name, published, shown))
    return feeds


def compare(title: str, feeds: Sequence[Feed], equal: Sequence[Sequence[Feed]]) -> None:
    """Print one table; the others make as many requests as ours over each of the groups ``equal``."""
    own = replay(feeds, ours)
    costs = [(group, replay(group, ours).requests) for group in equal]
    days = sum((feed.end - feed.start).days for feed in feeds)
    print(
        f"{title}: {len(feeds)} feeds, {len(own.delays_s)} entries, {own.requests / days:.2f} requests a day and feed"
    )
    print(f"  {'':26}{'median':>9}{'90 %':>9}   ours is")
    for name, policy in (("ours", None), ("fixed interval", fixed), ("Miniflux's rule", miniflux)):
        parts = [at_equal_cost(group, cost, policy) for group, cost in costs] if policy else [own]
        delays_s = [delay_s for part in parts for delay_s in part.delays_s]
        middle, late = _median_and_90(delays_s)
        own_middle, own_late = _median_and_90(own.delays_s)
        ratios = f"   {own_middle / middle:.2f} and {own_late / late:.2f} of it" if policy else ""
        print(f"  {name:26}{middle / 60:5.0f} min{late / 60:5.0f} min{ratios}")


def _median_and_90(delays_s: Sequence[float]) -> tuple[float, float]:
    return median(delays_s), quantiles(delays_s, n=10)[8]


def main() -> None:
    beside = Path(__file__).parent.parent.parent / "shared" / "corpus"
    folder = Path(os.environ.get("AGGREGATOR_CORPUS") or beside) / "feeds"
    if not folder.is_dir():
        print(
            "delay of discovery: not measured, the corpus of real feeds is absent (AGGREGATOR_CORPUS names its folder)"
        )
        return
    feeds = feeds_of(folder)
    print("delay of discovery at equal cost")
    compare("as many requests over all feeds together", feeds, [feeds])
    for number in (0, 1):
        half = feeds[number::2]
        compare(f"the same, every second feed from feed {number + 1} on", half, [half])
    compare("as many requests to each single feed", feeds, [[feed] for feed in feeds])


if __name__ == "__main__":
    main()
