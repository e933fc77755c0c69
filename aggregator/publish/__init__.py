"""From published entries to bytes: Atom, RSS, JSON Feed, OPML, web pages, and files written only when they changed."""

from aggregator.publish.clean_links import published_links
from aggregator.publish.feeds.document import (
    archive_document,
    build_document,
    category_labels,
    feed_title,
    is_private,
    search_document,
    served_base,
)
from aggregator.publish.feeds.formats import FORMATS, Format, link_header, render_feed, told_formats
from aggregator.publish.feeds.issues import DIGEST, issues_document
from aggregator.publish.feeds.opml import render_opml
from aggregator.publish.files import Written, write_if_changed, write_named, write_site
from aggregator.publish.issue import issue_entries
from aggregator.publish.pages.advice import next_step, retry_in_words
from aggregator.publish.pages.choices import (
    PERIODS,
    Choice,
    category_choices,
    language_choice,
    language_choices,
    period_choices,
    source_choices,
)
from aggregator.publish.pages.frame import Frame, site_frame
from aggregator.publish.pages.ledger import (
    DigestRow,
    SectionPage,
    arrange_channels,
    arrange_deliveries,
    counts_of,
    render_digests,
    render_issue_page,
    render_unsubscribe,
    section_page,
)
from aggregator.publish.pages.ranking import (
    arrange_ranking,
    rank_table,
    ranking_csv,
    ranking_json,
    render_ranking,
    standings,
    standings_csv,
    standings_json,
)
from aggregator.publish.pages.render import (
    Filters,
    Hits,
    River,
    render_error,
    render_feeds,
    render_index,
    render_search,
    render_source,
    render_sources,
    render_story,
)
from aggregator.publish.pages.river import Day, Item, Wording, arrange, arrange_in_order, arrange_top, wording_of
from aggregator.publish.pages.source import SourcePage, arrange_polls
from aggregator.publish.pages.source_list import list_sources
from aggregator.publish.pages.source_table import SourceRow, arrange_sources, source_row
from aggregator.publish.pages.standing import Standing, standing_of
from aggregator.publish.pages.static import SiteContent, static_pages
from aggregator.publish.pages.story import arrange_story
from aggregator.publish.pages.subscribing import arrange_feeds, render_feed_opml
from aggregator.text.moments import moment

__all__ = [
    "DIGEST",
    "FORMATS",
    "PERIODS",
    "Choice",
    "Day",
    "DigestRow",
    "Filters",
    "Format",
    "Frame",
    "Hits",
    "Item",
    "River",
    "SectionPage",
    "SiteContent",
    "SourcePage",
    "SourceRow",
    "Standing",
    "Wording",
    "Written",
    "archive_document",
    "arrange",
    "arrange_channels",
    "arrange_deliveries",
    "arrange_feeds",
    "arrange_in_order",
    "arrange_polls",
    "arrange_ranking",
    "arrange_sources",
    "arrange_story",
    "arrange_top",
    "build_document",
    "category_choices",
    "category_labels",
    "counts_of",
    "feed_title",
    "is_private",
    "issue_entries",
    "issues_document",
    "language_choice",
    "language_choices",
    "link_header",
    "list_sources",
    "moment",
    "next_step",
    "period_choices",
    "published_links",
    "rank_table",
    "ranking_csv",
    "ranking_json",
    "render_digests",
    "render_error",
    "render_feed",
    "render_feed_opml",
    "render_feeds",
    "render_index",
    "render_issue_page",
    "render_opml",
    "render_ranking",
    "render_search",
    "render_source",
    "render_sources",
    "render_story",
    "render_unsubscribe",
    "retry_in_words",
    "search_document",
    "section_page",
    "served_base",
    "site_frame",
    "source_choices",
    "source_row",
    "standing_of",
    "standings",
    "standings_csv",
    "standings_json",
    "static_pages",
    "told_formats",
    "wording_of",
    "write_if_changed",
    "write_named",
    "write_site",
]
