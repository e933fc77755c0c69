"""What a poll asks the store: is its claim held, what is known of its entries, what resembles them?"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from aggregator.model import Claim, Decision, Entry, Known, Nearby, Probes
from aggregator.store import additions, nearby, rows
from aggregator.store.additions import Additions
from aggregator.store.arrays import among, array
from aggregator.store.claims import held_row
from aggregator.store.nearby import KNOWN
from aggregator.store.tables import entries, forgotten
from aggregator.text.ids import entry_id

# Statements are built once: building one takes longer than running it.
_KNOWN_BY_KEY = KNOWN.where(entries.c.source_pk == sa.bindparam("of_source"), among(entries.c.key, "keys"))
_KNOWN_BY_URL = KNOWN.where(among(entries.c.canonical_url, "urls"))
# What the publisher gave another id and address: the same title at the same time; without times among the newest.
_OF_SOURCE = entries.c.source_pk == sa.bindparam("of_source")
_KNOWN_BY_TIME = KNOWN.where(
    _OF_SOURCE,
    entries.c.published.in_(sa.bindparam("times", expanding=True)),
    among(entries.c.title, "titles"),
)
_NEWEST = (
    sa.select(entries.c.pk)
    .where(_OF_SOURCE)
    .order_by(entries.c.listed_at.desc(), entries.c.pk.desc())
    .limit(sa.bindparam("most"))
    .correlate(None)
    .scalar_subquery()
)
_KNOWN_BY_TITLE = KNOWN.where(entries.c.pk.in_(_NEWEST), among(entries.c.title, "titles"))
# So many entries of a source, for each of the document, are where one without a time may be found.
_NEWEST_FOR_EACH, _MOST_NEWEST = 2, 200
_IDS = sa.select(entries.c.id).where(among(entries.c.id, "ids"))
_PURGED = sa.select(forgotten.c.key).where(
    forgotten.c.source_pk == sa.bindparam("of_source"), among(forgotten.c.key, "keys")
)


class Look:
    """What a poll asks before it decides. Made by ``Store.look``, in a transaction that only reads."""

    def __init__(self, connection: sa.Connection, claim: Claim, *, is_locked: bool = False) -> None:
        """Raises ClaimLost."""
        self._connection = connection
        self._claim = claim
        self._source = held_row(connection, claim, is_locked=is_locked)
        self._originals: set[str] = set()

    def is_older_than(self, later: Look) -> bool:
        """Whether anything that outputs show has changed between this look and a later one."""
        return self._source.version != later._source.version

    def prepare(self, decisions: Sequence[Decision]) -> Additions:
        """Return the rows of the new entries among these, ready for ``PollTransaction.write``."""
        return additions.prepare(self._connection.dialect, decisions, self._source.pk)

    def known(self, parsed: Sequence[Entry]) -> Known:
        """Return what bears on these entries."""
        of_source = {"of_source": self._source.pk}
        keys = {**of_source, "keys": array(key for entry in parsed for key in (entry.key, *entry.aliases))}
        urls = {"urls": array({entry.canonical_url for entry in parsed if entry.canonical_url is not None})}
        found = {row["id"]: row for row in self._connection.execute(_KNOWN_BY_KEY, keys).mappings()}
        found |= {row["id"]: row for row in self._connection.execute(_KNOWN_BY_URL, urls).mappings()}
        known_keys = {row["key"] for row in found.values() if row["source_pk"] == self._source.pk}
        unknown = [entry for entry in parsed if known_keys.isdisjoint((entry.key, *entry.aliases))]
        found |= self._moved(unknown)
        ids = [entry_id(self._claim.state.seed, entry.key) for entry in unknown]
        here = [row for row in found.values() if row["source_pk"] == self._source.pk]
        # an inactive source's entries count too: what was published once is not published anew by another
        elsewhere = [row for row in found.values() if row["source_pk"] != self._source.pk]
        self._originals = {row["original"] for row in elsewhere}
        return Known(
            same_source=tuple(map(rows.to_known_entry, here)),
            elsewhere=tuple(map(rows.to_known_entry, elsewhere)),
            taken=frozenset(self._connection.execute(_IDS, {"ids": array(ids)}).scalars() if ids else ()),
            forgotten=frozenset(self._connection.execute(_PURGED, keys).scalars()),
        )

    def _moved(self, unknown: Sequence[Entry]) -> dict[str, sa.RowMapping]:
        """Return the entries of this source that have the title of one of these, and its time or none."""
        if not unknown or self._claim.state.last_success is None:
            return {}
        dated = [entry for entry in unknown if entry.published is not None]
        undated = [entry for entry in unknown if entry.published is None]
        found: list[sa.RowMapping] = []
        values: dict[str, object]
        if dated:
            times = {each.published for each in dated if each.published}
            values = {"times": sorted(times), "titles": _titles(dated), "of_source": self._source.pk}
            found += self._connection.execute(_KNOWN_BY_TIME, values).mappings()
        if undated:
            most = min(_MOST_NEWEST, _NEWEST_FOR_EACH * len(undated) + _MOST_NEWEST // 4)
            values = {"most": most, "titles": _titles(undated), "of_source": self._source.pk}
            found += self._connection.execute(_KNOWN_BY_TITLE, values).mappings()
        return {row["id"]: row for row in found}

    def nearby(self, probes: Sequence[Probes]) -> Nearby:
        """Return the stored entries that resemble these the most, and what are duplicates of one with those known."""
        return nearby.nearby(self._connection, probes, originals=self._originals)


def _titles(parsed: Sequence[Entry]) -> str:
    return array({entry.title for entry in parsed})
