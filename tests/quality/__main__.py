"""Print how good the judgements are: ``make quality``."""

from __future__ import annotations

import os
from pathlib import Path

from tests.quality import duplicates, stories

if __name__ == "__main__":
    root = Path(__file__).parent.parent.parent
    folder = Path(os.environ.get("AGGREGATOR_CORPUS") or root.parent / "shared" / "corpus")
    corpus = folder if (folder / "feeds").is_dir() else None
    for line in (*duplicates.report(corpus), *stories.report(corpus)):
        print(line)  # noqa: T201
