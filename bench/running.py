"""One poll of all sources in a program that has started: prints the wall and CPU time of the poll alone, as JSON.

python -m bench.running CONFIG
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.polling.reader_start import useful_readers
from aggregator.polling.readers import ReaderPool
from aggregator.polling.workers import poll_due


def main(config: str) -> None:
    loaded = load(Path(config))
    with ReaderPool(useful_readers(), loaded) as processes:
        aggregator = Aggregator(loaded, readers=processes.configured)
        names = [source.name for source in aggregator.sources]
        began, began_cpu = time.perf_counter(), sum(os.times()[:4])
        assert len(list(poll_due(aggregator, names))) == len(names)
        wall_s = time.perf_counter() - began
        aggregator.close()
    # the processes' time counts as soon as they have ended; what they took before they had anything to do is little
    print(json.dumps({"wall_s": wall_s, "cpu_s": sum(os.times()[:4]) - began_cpu}))


if __name__ == "__main__":
    main(sys.argv[1])
