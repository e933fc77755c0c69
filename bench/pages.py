"""How long it takes to read a page as a list: python -m bench.pages [DIR]

DIR has pages (*.html), by default the labelled ones of the corpus. Each is read several times, the fastest counts; the
time is set against what lxml takes to parse it alone.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from lxml import html

from aggregator.errors import NotAList
from aggregator.model import Fetched
from aggregator.parse.pages import read_page

_ROUNDS = 3
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_KB = 1000


def main() -> None:
    corpus = Path(os.environ.get("AGGREGATOR_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else corpus / "pages"
    pages = [path.read_bytes() for path in sorted(folder.glob("*.html"))]
    if not pages:
        sys.exit(f"no pages (*.html) in {folder}")
    size = sum(map(len, pages))
    reading, parsing = (sum(_fastest(read, page) for page in pages) for read in (_read, _parse))
    print(f"{len(pages)} pages of {size // len(pages) // _KB} kB on average")
    print(f"{reading / (size / 200_000) * 1000:.1f} ms for 200 kB, {reading / len(pages) * 1000:.1f} ms for a page")
    print(f"{reading / parsing:.1f} x the time of lxml's parser alone")


def _read(page: bytes) -> None:
    with contextlib.suppress(NotAList):
        read_page(Fetched(url="https://example.org/", body=page, content_type="text/html"), now=_NOW)


def _parse(page: bytes) -> None:
    html.document_fromstring(page)


def _fastest(read: Callable[[bytes], None], page: bytes) -> float:
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        read(page)
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
