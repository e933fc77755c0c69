"""``python -m aggregator``: the same as ``aggregator``."""

from aggregator.entrypoints.main import main

main()
