"""Which sources there are: configured ones, OPML from other readers, feeds found on a page; and adding to the YAML."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

# Loaded by the first who wants it: a poll that brings nothing new needs little of it, and who reads documents less.
_MODULES = {
    "Credentials": "credentials",
    "configured_sources": "configured",
    "name_for": "configured",
    "FoundFeed": "discover",
    "common_places": "discover",
    "find_feeds": "discover",
    "NewSource": "edit",
    "append_sources": "edit",
    "replace_addresses": "edit",
    "written_source": "edit",
    "LeftOut": "opml",
    "OpmlList": "opml",
    "OpmlSubscription": "opml",
    "parse_opml": "opml",
    "known_feeds": "sites",
    "natural_address": "typed",
    "natural_addresses": "typed",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever it is
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
