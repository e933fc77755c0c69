"""Print how good each judgment is. ``python -m tests.quality`` or ``make quality``.

A part is a module of this folder with a function ``report`` that yields lines; ``corpus`` is the folder of real
samples, None where it is absent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.quality import categories, duplicates, pages, stories, suggesting

ROOT = Path(__file__).parent.parent.parent
PARTS: dict[str, Callable[[Path | None], Iterator[str]]] = {
    "categories": lambda _: categories.report(),
    "suggested rules": lambda _: suggesting.report(),
    "duplicates": duplicates.report,
    "stories": stories.report,
    "stories, of events that the weights have not seen": stories.held_out,
    "pages": pages.report,
}


def main() -> None:
    folder = Path(os.environ.get("AGGREGATOR_CORPUS") or ROOT.parent / "shared" / "corpus")
    corpus = folder if (folder / "feeds").is_dir() else None
    for name, report in PARTS.items():
        print(name)
        for line in report(corpus):
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
