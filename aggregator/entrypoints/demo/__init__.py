"""A small site of invented sources which the program serves itself: for ``aggregator demo`` and the end-to-end tests.

Nothing here is part of the way of the data. Start with ``samples.py``, the table of what there is to see.
"""

from aggregator.entrypoints.demo.configuration import write_config
from aggregator.entrypoints.demo.inlets import push_news, write_inlets
from aggregator.entrypoints.demo.sample_hub import DemoHub
from aggregator.entrypoints.demo.samples import DemoSource, expected, formats, sources
from aggregator.entrypoints.demo.server import DemoSite

__all__ = [
    "DemoHub",
    "DemoSite",
    "DemoSource",
    "expected",
    "formats",
    "push_news",
    "sources",
    "write_config",
    "write_inlets",
]
