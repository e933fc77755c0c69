"""The tables, one definition for SQLite and PostgreSQL. Changes need a migration in ``migrations/versions``."""

from __future__ import annotations

import sqlalchemy as sa

from aggregator.store.columns import Json, Text, Utc

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row: who we are in ids, and a number that moves whenever something that outputs show changed.
site = sa.Table(
    "site",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("authority", sa.Text, nullable=False),
    sa.Column("since", Utc, nullable=False),
    sa.Column("content_version", sa.Integer, nullable=False, server_default="0"),
    # entries up to this one are in the full-text index
    sa.Column("indexed_pk", sa.Integer, nullable=False, server_default="0"),
    # the files and variables that the sources were last made from (``config.Basis``); NULL where others count too
    sa.Column("configured_from", sa.Text),
)

# For indexes of active sources alone: word for word what queries say, or SQLite does not use them.
_ACTIVE = {"where": {"sqlite": "is_active = 1", "postgresql": "is_active"}}

_CLAIMED = {"where": dict.fromkeys(("sqlite", "postgresql"), "claim_token IS NOT NULL")}
_IN_STORY = {"where": dict.fromkeys(("sqlite", "postgresql"), "story IS NOT NULL")}

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    # what the operator configured: options that queries ask for
    sa.Column("name", Text, nullable=False),
    sa.Column("url", Text, nullable=False, index=True),
    sa.Column("title", Text),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("politeness_group", sa.Text),
    # all others that are not at their defaults (rows.py)
    sa.Column("options", Json, nullable=False, server_default="{}"),
    # False when it is no longer configured: nothing of it is polled or published, all of it is kept
    sa.Column("is_active", sa.Boolean, nullable=False),
    # what polling found
    sa.Column("seed", Text, nullable=False, unique=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("moved_to", Text, index=True),
    sa.Column("validators_url", Text),
    sa.Column("etag", Text),
    sa.Column("last_modified", Text),
    sa.Column("body_hash", sa.Text),
    sa.Column("entry_hashes", sa.LargeBinary, nullable=False, server_default=sa.text("''")),
    sa.Column("feed_id", Text),
    sa.Column("feed_title", Text),
    sa.Column("feed_updated", Utc),
    sa.Column("site_url", Text),
    sa.Column("language", Text),
    sa.Column("last_checked", Utc),
    sa.Column("last_success", Utc),
    sa.Column("watched_since", Utc),
    sa.Column("next_check", Utc),
    sa.Column("next_check_reason", Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_error", Text),
    sa.Column("last_error_kind", sa.Text),
    sa.Column("last_error_status", sa.Integer),
    sa.Column("usual_gap_s", sa.Integer),
    sa.Column("feed_wait_s", sa.Integer),
    sa.Column("skip_hours", Json, nullable=False),
    sa.Column("skip_days", Json, nullable=False),
    sa.Column("recent", sa.JSON, nullable=False),
    sa.Column("response_times_ms", sa.JSON, nullable=False, server_default=sa.text("'[]'")),
    # how many there are, kept in step: nobody counts a million rows for a page
    sa.Column("poll_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("entry_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("duplicate_count", sa.Integer, nullable=False, server_default="0"),
    # entries of the latest days (activity.py)
    sa.Column("activity", sa.LargeBinary, nullable=False, server_default=sa.text("''")),
    sa.Column("read_as", sa.Text),
    sa.Column("found_at", Text),
    sa.Column("listed", Json(none_as_null=True)),
    sa.Column("watched", sa.LargeBinary, nullable=False, server_default=sa.text("''")),
    # the hub that its feed names, and until when that has agreed to tell us
    sa.Column("hub", Text),
    sa.Column("topic", Text),
    sa.Column("told_until", Utc),
    # the claim of the worker that polls it now
    sa.Column("claim_token", sa.Text),
    sa.Column("claimed_until", Utc),
    # what it shares the limits of politeness by: one worker at a time has claims there
    sa.Column("host", Text, nullable=False, server_default=""),
    sa.Index("ix_sources_claimed_host", "host", info=_CLAIMED),
    sa.Index("ix_sources_active_next_check", "next_check", "pk", info=_ACTIVE),
    sa.Index("uq_sources_active_name", "name", unique=True, info=_ACTIVE),
)

# What workers tell each other of the hosts that they ask.
hosts = sa.Table(
    "hosts",
    metadata,
    sa.Column("key", Text, primary_key=True),
    # the token of who had claims there last
    sa.Column("worker", sa.Text),
    sa.Column("not_before", Utc),
    sa.Column("why", Text, nullable=False),
    sa.Column("troubles", sa.Integer, nullable=False),
)

# The latest polls of each source, in a ring: one more takes the place of the oldest.
polls = sa.Table(
    "polls",
    metadata,
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk"), primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("took_ms", sa.Integer),
    sa.Column("size", sa.Integer),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("updated", sa.Integer, nullable=False),
    sa.Column("duplicates", sa.Integer, nullable=False),
    sa.Column("error", Text),
    sqlite_with_rowid=False,
)

# The rankings of watched pages, one row for each time that they changed.
editions = sa.Table(
    "editions",
    metadata,
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk"), primary_key=True),
    sa.Column("taken_at", Utc, primary_key=True),
    # title, columns and rows, JSON, compressed
    sa.Column("content", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

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

# --- the ledger: what was, and is to be, sent to whom ---

digests = sa.Table(
    "digests",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("set_up_at", Utc, nullable=False),
    sa.Column("begins_at", Utc, nullable=False),
    sa.Column("considered_until", Utc, nullable=False),
    # entries inserted after this one were not there yet when the last issue was made, whatever their times say
    sa.Column("considered_pk", sa.Integer, nullable=False),
    sa.Column("last_slot", Utc),
    sa.Column("last_number", sa.Integer, nullable=False),
    sa.Column("told", Json, nullable=False),
    # of all its issues that are not forgotten; most of them were sent, and are counted no other way
    sa.Column("delivery_count", sa.Integer, nullable=False, server_default="0"),
)

issues = sa.Table(
    "issues",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    # the time of the schedule that it was made for; NULL when there was none
    sa.Column("slot", Utc),
    sa.Column("made_at", Utc, nullable=False, index=True),
    sa.Column("content", Json, nullable=False),
    sa.UniqueConstraint("digest", "number"),
    sa.UniqueConstraint("digest", "slot"),
    sa.Index("ix_issues_digest_made_at", "digest", "made_at"),
)

# Every entry that an issue has, its duplicates among them: in one issue of a digest, and no more.
issue_entries = sa.Table(
    "issue_entries",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("entry_id", sa.Text, primary_key=True),
    sa.Column("issue_pk", sa.Integer, sa.ForeignKey("issues.pk", ondelete="CASCADE"), nullable=False, index=True),
    # as it was when it was last sent
    sa.Column("title", Text, nullable=False),
    sa.Column("updated", Utc, nullable=False),
    sa.Index("ix_issue_entries_entry_id", "entry_id"),
)

_WAITING = {"where": dict.fromkeys(("sqlite", "postgresql"), "status = 'waiting'")}
_UNSENT = {"where": dict.fromkeys(("sqlite", "postgresql"), "status <> 'sent'")}

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("issue_pk", sa.Integer, sa.ForeignKey("issues.pk", ondelete="CASCADE"), nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("label", Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False, unique=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("parts_sent", sa.Integer, nullable=False),
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("next_attempt", Utc),
    sa.Column("sent_at", Utc),
    sa.Column("last_error", Text),
    sa.Column("claim_token", sa.Text),
    sa.Column("claimed_until", Utc),
    sa.UniqueConstraint("issue_pk", "endpoint"),
    sa.Index("ix_deliveries_waiting_next_attempt", "next_attempt", "pk", info=_WAITING),
    sa.Index("ix_deliveries_endpoint", "endpoint"),
    sa.Index("ix_deliveries_unsent", "digest", "status", info=_UNSENT),
    sa.Index("ix_deliveries_claimed", "claimed_until", info=_CLAIMED),
)

# Endpoints that get nothing more of a digest: the reader unsubscribed, or the other side refused for good.
stops = sa.Table(
    "stops",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("since", Utc, nullable=False),
)

# Keys of this database's own, made when they are first needed.
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

# --- output feeds: what has been shown, and what must outlive that (docs/decisions/0020) ---

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("considered_pk", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("mark", sa.Text, nullable=False),
    # stays when the archive itself is forgotten: no number is given twice
    sa.Column("last_archive", sa.Integer, nullable=False),
)

_UNARCHIVED = {"where": dict.fromkeys(("sqlite", "postgresql"), "archive IS NULL")}

# What a feed has ever had, by original, and in which of its archives that is; NULL while it waits for one.
feed_entries = sa.Table(
    "feed_entries",
    metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("original", sa.Text, primary_key=True),
    sa.Column("listed_at", Utc, nullable=False),
    sa.Column("archive", sa.Integer),
    sa.Index("ix_feed_entries_unarchived", "feed", "listed_at", "original", info=_UNARCHIVED),
    sa.Index("ix_feed_entries_archive", "feed", "archive"),
    sqlite_with_rowid=False,
)

archives = sa.Table(
    "archives",
    metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed_at", Utc, nullable=False, index=True),
    # its entries as they were, JSON, compressed
    sa.Column("content", sa.LargeBinary, nullable=False),
)

pings = sa.Table(
    "pings",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("hub", Text, nullable=False),
    sa.Column("base", Text, nullable=False),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("change", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("parts_sent", sa.Integer, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("next_attempt", Utc),
    sa.Column("sent_at", Utc),
    sa.Column("last_error", sa.Text),
    sa.Column("claim_token", sa.Text),
    sa.Column("claimed_until", Utc),
    sa.UniqueConstraint("hub", "base", "feed"),
)

# WebSub hubs that tell us of a source's news.
subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk", ondelete="CASCADE"), nullable=False),
    sa.Column("hub", Text, nullable=False),
    sa.Column("topic", Text, nullable=False),
    # the end of the address that the hub sends to; what it signs with
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("lease_until", Utc),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt", Utc),
    sa.Column("last_error", Text),
    sa.UniqueConstraint("source_pk"),
    sa.UniqueConstraint("token"),
)

# What they sent, until it is read.
pushes = sa.Table(
    "pushes",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk", ondelete="CASCADE"), nullable=False),
    sa.Column("received", Utc, nullable=False),
    sa.Column("topic", Text, nullable=False),
    sa.Column("content_type", Text),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("source_pk", "hash"),
)
