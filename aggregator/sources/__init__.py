"""Which sources there are: configured ones, OPML from other readers, feeds found on a page; and adding to the YAML."""

from aggregator.sources.configured import configured_sources, name_for
from aggregator.sources.credentials import Credentials
from aggregator.sources.discover import FoundFeed, common_places, find_feeds
from aggregator.sources.edit import NewSource, append_sources, replace_addresses, written_source
from aggregator.sources.opml import LeftOut, OpmlList, OpmlSubscription, parse_opml
from aggregator.sources.sites import known_feeds
from aggregator.sources.typed import natural_address, natural_addresses

__all__ = [
    "Credentials",
    "FoundFeed",
    "LeftOut",
    "NewSource",
    "OpmlList",
    "OpmlSubscription",
    "append_sources",
    "common_places",
    "configured_sources",
    "find_feeds",
    "known_feeds",
    "name_for",
    "natural_address",
    "natural_addresses",
    "parse_opml",
    "replace_addresses",
    "written_source",
]
