"""Entries: what they say, what they are recognized by, and which are one story."""

from __future__ import annotations

import sqlalchemy as sa

from aggregator.store.columns import Json, Text, Utc
from aggregator.store.tables.metadata import metadata

_IN_STORY = {"where": dict.fromkeys(("sqlite", "postgresql"), "story IS NOT NULL")}

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk"), nullable=False),
    sa.Column("key", Text, nullable=False),
    # the id of the original of its duplicates, its own when it is that; that one may have been forgotten since
    sa.Column("original", sa.Text, nullable=False, index=True),
    sa.Column("evidence", Text),
    # True: it only points to its original, with another text or none, and doesn't count for lists and digests
    sa.Column("is_mention", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("url", Text, index=True),
    sa.Column("canonical_url", Text, index=True),
    sa.Column("title", Text, nullable=False),
    sa.Column("summary", Text, nullable=False),
    sa.Column("content", Text, nullable=False),
    # True: the content is the main text of the page at the url
    sa.Column("is_full", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("authors", Json, nullable=False),
    sa.Column("tags", Json, nullable=False),
    sa.Column("enclosures", Json, nullable=False),
    sa.Column("origin", Json),
    sa.Column("language", Text),
    sa.Column("published", Utc, nullable=False),
    # False: the publisher gave no usable time, and it is when it was first seen
    sa.Column("is_dated", sa.Boolean, nullable=False, server_default=sa.true()),
    # True: it stands for a day, of which no time is known
    sa.Column("is_day", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("updated", Utc, nullable=False),
    sa.Column("first_seen", Utc, nullable=False, index=True),
    sa.Column("listed_at", Utc, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    # the id of the first entry of its story; NULL when its story is its original and what that has of duplicates
    sa.Column("story", sa.Text),
    sa.Column("story_evidence", Text),
    sa.UniqueConstraint("source_pk", "key"),
    sa.Index("ix_entries_source_pk_published", "source_pk", "published"),
    sa.Index("ix_entries_listed_at_pk", "listed_at", "pk"),
    sa.Index("ix_entries_source_pk_listed_at_pk", "source_pk", "listed_at", "pk"),
    sa.Index("ix_entries_language_listed_at_pk", "language", "listed_at", "pk"),
    sa.Index("ix_entries_story", "story", info=_IN_STORY),
)

entry_categories = sa.Table(
    "entry_categories",
    metadata,
    sa.Column("entry_pk", sa.Integer, sa.ForeignKey("entries.pk", ondelete="CASCADE"), primary_key=True),
    sa.Column("category", Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("reasons", Json, nullable=False),
    sa.Index("ix_entry_categories_category_entry_pk", "category", "entry_pk"),
)

# Keys of entries that retention purged, and of those that were too old to be kept when their source was new: what a
# source still shows of them does not come as new.
forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk"), primary_key=True),
    sa.Column("key", Text, primary_key=True),
)

# What entries are recognized by (docs/explanation/judgement.md). Those from before it was there have none.
signatures = sa.Table(
    "signatures",
    metadata,
    sa.Column("entry_pk", sa.Integer, sa.ForeignKey("entries.pk", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.Text, nullable=False),
    # stems of the headline's words, "|", stems of the lead's, "|", hashes of the pages linked to, "|", names and things
    # of the headline, "|", those of the lead
    sa.Column("words", Text, nullable=False),
    # its rows of entry_marks, 8 bytes each, so that they can be taken out without an index of their own
    sa.Column("marks", sa.LargeBinary, nullable=False),
    # likewise those by which reports of one event find each other; NULL until its story is judged
    sa.Column("story_marks", sa.LargeBinary),
)

# New articles whose story is judged at the end of the round.
ungrouped = sa.Table(
    "ungrouped",
    metadata,
    sa.Column("entry_pk", sa.Integer, sa.ForeignKey("entries.pk", ondelete="CASCADE"), primary_key=True),
)

# What stands for headline and lead in any language, 8 bits a number; as long as something may be compared with it.
vectors = sa.Table(
    "vectors",
    metadata,
    sa.Column("entry_pk", sa.Integer, sa.ForeignKey("entries.pk", ondelete="CASCADE"), primary_key=True),
    # seconds
    sa.Column("published", sa.BigInteger, nullable=False, index=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)

# Ids of stories that were merged into others: links and feeds have them.
story_aliases = sa.Table(
    "story_aliases",
    metadata,
    sa.Column("alias", sa.Text, primary_key=True),
    sa.Column("story", sa.Text, nullable=False, index=True),
)

# Which entries have a mark. The key is all of it: one tree, in which the entries of one time lie together.
entry_marks = sa.Table(
    "entry_marks",
    metadata,
    sa.Column("mark", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_pk", sa.Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# How common words are in headlines, learned from the entries of each language (``version`` moves when it is anew).
vocabularies = sa.Table(
    "vocabularies",
    metadata,
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("counts", Json, nullable=False),
    # entries stored since the first one, and how many it were when it was learned last
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("learned_at", sa.Integer, nullable=False),
)
