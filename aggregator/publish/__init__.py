"""From published entries to bytes: Atom, RSS, JSON Feed, OPML, web pages, and files written only when they changed."""

from aggregator.publish.document import MEDIA_TYPES, build_document, category_labels, feed_title, render_feed
from aggregator.publish.files import write_if_changed
from aggregator.publish.health import SourceRow, arrange_sources
from aggregator.publish.issue import issue_entries
from aggregator.publish.ledger import (
    DeliveryRow,
    DigestRow,
    arrange_deliveries,
    counts_of,
    moment,
    render_digests,
    render_issue_page,
    render_unsubscribe,
)
from aggregator.publish.opml import render_opml
from aggregator.publish.pages import (
    Frame,
    River,
    render_error,
    render_feeds,
    render_index,
    render_sources,
    site_frame,
)
from aggregator.publish.parts import source_title
from aggregator.publish.river import Choice, Day, arrange
from aggregator.publish.site import Written, static_files, write_site

__all__ = [
    "MEDIA_TYPES",
    "Choice",
    "Day",
    "DeliveryRow",
    "DigestRow",
    "Frame",
    "River",
    "SourceRow",
    "Written",
    "arrange",
    "arrange_deliveries",
    "arrange_sources",
    "build_document",
    "category_labels",
    "counts_of",
    "feed_title",
    "issue_entries",
    "moment",
    "render_digests",
    "render_error",
    "render_feed",
    "render_feeds",
    "render_index",
    "render_issue_page",
    "render_opml",
    "render_sources",
    "render_unsubscribe",
    "site_frame",
    "source_title",
    "static_files",
    "write_if_changed",
    "write_site",
]
