"""What the benchmarks of whole polls share: their options, the turns that the programs take, the table at the end."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.feeds import Feeds, default_folder, serving
from bench.measure import Cost, middle
from bench.programs import Libraries, Ours, Pieces, Program, installed

# Other programs count some entries differently: those of broken feeds, several with one id.
_LEAST_OF_EXPECTED = 0.95


@dataclass
class Options:
    """What the command line says."""

    folder: Path
    rounds: int
    sources: int | None
    mean_kb: float | None
    only: Sequence[str] = field(default_factory=tuple)


def options(about: str, arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=default_folder(), metavar="DIR", help="feeds, as files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sources", type=int, help="so many, the files again and again, with addresses of their own")
    parser.add_argument("--mean-kb", type=float, help="only the largest files, down to this mean size")
    parser.add_argument("--only", nargs="+", default=(), metavar="PROGRAM", help="ours and these: newsboat, reader …")
    return Options(**vars(parser.parse_args(arguments)))


@contextmanager
def served_feeds(chosen: Options) -> Iterator[tuple[Feeds, list[str]]]:
    """Yield the feeds and their addresses, while they are served."""
    with tempfile.TemporaryDirectory() as folder:
        feeds = Feeds(chosen.folder, Path(folder), sources=chosen.sources, mean_kb=chosen.mean_kb)
        Path(folder).chmod(0o755)
        with serving(Path(folder)) as (address, server):
            print(f"{feeds}; served by {server}")
            yield feeds, [address + name for name in feeds.names]


def programs(only: Sequence[str]) -> list[type[Program]]:
    """Return those to run, and say which can't be."""
    found, missing = installed()
    for sentence in missing:
        print(sentence)
    return [each for each in found if not only or issubclass(each, Ours | Libraries | Pieces) or each.name in only]


def check_count(program: Program, expected: int) -> None:
    """See that a program of ours has stored what feedparser finds."""
    count = program.count_entries()
    if isinstance(program, Ours) and program.has_all:
        assert _LEAST_OF_EXPECTED * expected <= count <= expected, f"{program.name}: {count} entries, not {expected}"


def print_table(costs: dict[str, list[Cost]], counts: dict[str, int]) -> None:
    """Print a line for each program, the first one's ratios to the others in it."""
    print("median (least wall time), memory of all processes, entries; what ours takes of theirs")
    first = middle(next(iter(costs.values())))
    for name, runs in costs.items():
        mid = middle(runs)
        ratios = f"wall {first.wall_s / mid.wall_s:5.2f}  CPU {first.cpu_s / mid.cpu_s:5.2f}"
        print(f"{name:24} {mid} ({min(run.wall_s for run in runs):.2f} s) {counts[name]:6} entries   {ratios}")
