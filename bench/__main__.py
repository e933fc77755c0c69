"""Run every benchmark, one after the other."""

from __future__ import annotations

from bench import categorize, digest, discovery_delay, judge, pages, parse, poll_cold, poll_unchanged, poll_warm, stages
from bench.feeds import default_folder

if __name__ == "__main__":
    categorize.main()
    judge.main(["--sizes", "10000", "100000"])
    poll_unchanged.main()
    if default_folder().is_dir():
        stages.main([])
        poll_cold.main([])
        poll_warm.main([])
        pages.main()
    discovery_delay.main()
    parse.main()
    digest.main()
