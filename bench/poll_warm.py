"""A later poll of a folder of feeds: a tenth of them have one new entry, the others nothing (304).

python -m bench.poll_warm [DIR] [--sources 200 --mean-kb 235] [--rounds 5] [--only newsboat]

Each round changes the same feeds again, then every program polls in turn, with what it had stored before.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Cost
from bench.side_by_side import check_count, options, print_table, programs, served_feeds


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(__doc__ or "", arguments)
    with served_feeds(chosen) as (feeds, urls), tempfile.TemporaryDirectory() as folder:
        running = []
        for number, kind in enumerate(programs(chosen.only)):
            own = Path(folder, str(number))
            own.mkdir()
            running.append(kind(own, urls))
            running[-1].poll()
            check_count(running[-1], feeds.entries)
        before = {program.name: program.count_entries() for program in running}
        costs: dict[str, list[Cost]] = {program.name: [] for program in running}
        changed = 0
        for number in range(chosen.rounds):
            changed += feeds.publish(number + 1, one_in=10)
            for program in running[number % len(running) :] + running[: number % len(running)]:
                costs[program.name].append(program.poll())
        new = {program.name: program.count_entries() - before[program.name] for program in running}
        assert new[running[0].name] == changed, f"{new} new entries, not {changed}"
        print(f"{changed // chosen.rounds} of {len(urls)} feeds have a new entry in each of {chosen.rounds} rounds")
        print_table(costs, new)


if __name__ == "__main__":
    main()
