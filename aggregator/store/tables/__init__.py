"""The tables, one definition for SQLite and PostgreSQL. Changes need a migration in ``migrations/versions``."""

from aggregator.store.tables.entry_tables import (
    entries,
    entry_categories,
    entry_marks,
    forgotten,
    signatures,
    story_aliases,
    ungrouped,
    vectors,
    vocabularies,
)
from aggregator.store.tables.ledger_tables import (
    deliveries,
    digests,
    issue_entries,
    issues,
    keys,
    stops,
)
from aggregator.store.tables.metadata import metadata
from aggregator.store.tables.output_tables import (
    archives,
    feed_entries,
    feeds,
    pings,
)
from aggregator.store.tables.source_tables import (
    editions,
    hosts,
    polls,
    pushes,
    site,
    sources,
    subscriptions,
)

__all__ = [
    "archives",
    "deliveries",
    "digests",
    "editions",
    "entries",
    "entry_categories",
    "entry_marks",
    "feed_entries",
    "feeds",
    "forgotten",
    "hosts",
    "issue_entries",
    "issues",
    "keys",
    "metadata",
    "pings",
    "polls",
    "pushes",
    "signatures",
    "site",
    "sources",
    "stops",
    "story_aliases",
    "subscriptions",
    "ungrouped",
    "vectors",
    "vocabularies",
]
