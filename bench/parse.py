"""Real feeds read by the fast reader and by feedparser, and brought into house form: CPU an entry, MB a second, ratios.

python -m bench.parse [ROUNDS]

The feeds are those in ``feeds/`` below the folder that AGGREGATOR_CORPUS names, else ../shared/corpus beside the
checkout.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from aggregator.errors import ParseError
from aggregator.model import Fetched, ParsedFeed
from aggregator.normalize import normalize_feed
from aggregator.parse import parse_feed
from aggregator.parse.decode import decode_body
from aggregator.parse.repair import open_document
from aggregator.parse.xml_reader import read_xml

CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus") / "feeds"
TYPICAL_BYTES = 235_000  # of a feed, in the comparison with other programs

_URL = "https://feeds.invalid/"
_NOW = datetime(2026, 11, 2, tzinfo=UTC)


def main(rounds: int = 3) -> None:
    if not CORPUS.is_dir():
        print(f"no feeds at {CORPUS}; set AGGREGATOR_CORPUS to the folder that holds feeds/")
        return
    bodies = [path.read_bytes() for path in sorted(CORPUS.iterdir())]
    read = [(body, _read(body)) for body in bodies]
    feeds = [(body, feed) for body, feed in read if feed and feed.reader == "fast"]
    served, entries = [body for body, _ in feeds], sum(len(feed.entries) for _, feed in feeds)
    share = f"{len(served)} of {len(bodies)} feeds ({len(served) / len(bodies):.1%})"
    print(f"the fast reader serves {share}, {entries:,} entries")
    fast_s, tolerant_s, house_s = [], [], []
    for _ in range(rounds):
        fast_s.append(_time(lambda: [_read(body) for body in served]))
        tolerant_s.append(_time(lambda: [_read(body, tolerantly=True) for body in served]))
        house_s.append(_time(lambda: [normalize_feed(feed, now=_NOW) for _, feed in feeds]))
    _print("fast", served, entries, fast_s)
    _print("feedparser", served, entries, tolerant_s)
    _print("house form", served, entries, house_s)
    print(f"feedparser takes {statistics.median(tolerant_s) / statistics.median(fast_s):.1f} x the fast reader's time")


def _read(body: bytes, *, tolerantly: bool = False) -> ParsedFeed | None:
    try:
        if tolerantly:
            return read_xml(open_document(decode_body(body, None)), url=_URL, tolerantly=True)
        return parse_feed(Fetched(url=_URL, body=body, content_type=None))
    except ParseError:
        return None


def _time(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _print(what: str, bodies: Sequence[bytes], entries: int, seconds: Sequence[float]) -> None:
    took_s, size = statistics.median(seconds), sum(map(len, bodies))
    print(
        f"{what:10}  {took_s / entries * 1e6:6.0f} µs an entry  {len(bodies) / took_s:6.0f} files/s"
        f"  {size / took_s / 1e6:6.1f} MB/s"
        f"  {took_s / size * TYPICAL_BYTES * 1000:5.1f} ms for {TYPICAL_BYTES // 1000} kB"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
