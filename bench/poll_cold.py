"""The first poll of a folder of feeds: ours, database and all, beside newsboat, sfeed_update and reader.

python -m bench.poll_cold [DIR] [--sources 200 --mean-kb 235] [--rounds 5] [--only newsboat]
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Cost
from bench.side_by_side import check_count, options, print_table, programs, served_feeds


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(__doc__ or "", arguments)
    with served_feeds(chosen) as (feeds, urls):
        kinds = programs(chosen.only)
        costs: dict[str, list[Cost]] = {kind.name: [] for kind in kinds}
        counts: dict[str, int] = {}
        for number in range(chosen.rounds):
            for kind in kinds[number % len(kinds) :] + kinds[: number % len(kinds)]:
                with tempfile.TemporaryDirectory() as folder:
                    program = kind(Path(folder), urls)
                    costs[kind.name].append(program.poll())
                    counts[kind.name] = program.count_entries()
                    check_count(program, feeds.entries)
        print_table(costs, counts)


if __name__ == "__main__":
    main()
