"""The outputs as files, for any web server: feeds, pages, the list of sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.config import Config, Images
from aggregator.errors import PublishError
from aggregator.model import FeedDocument, FeedFormat, PublishedEntry, SourceHealth, StoredEntry
from aggregator.publish.choices import category_choices
from aggregator.publish.document import category_labels, render_feed
from aggregator.publish.files import write_if_changed
from aggregator.publish.frame import site_frame
from aggregator.publish.health import arrange_sources
from aggregator.publish.opml import render_opml
from aggregator.publish.pages import Filters, River, render_index, render_source, render_sources, render_story
from aggregator.publish.river import Wording, arrange
from aggregator.publish.source import SourcePage
from aggregator.publish.story import arrange_story
from aggregator.templating import load_templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The names of the files that were written, and of those that were as they should be already."""

    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


def write_site(out: Path, documents: Sequence[FeedDocument], files: Mapping[str, bytes]) -> Written:
    """Write ``NAME.atom``, ``NAME.rss`` and ``NAME.json`` of every feed, and ``files`` by name, into one folder.

    The folder is taken for what stands at the site's address: a feed names itself ``site.url`` + ``NAME.atom``. The
    feeds are written before the pages that link to them. Other files of the folder stay. Raises PublishError.
    """
    try:
        for folder in {(out / name).parent for name in files} | {out}:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PublishError(f"can't make the folder {out}: {error.strerror or error}") from error
    changed: list[str] = []
    unchanged: list[str] = []
    for name, body in (_feed_files(documents) | dict(files)).items():
        (changed if write_if_changed(out / name, body) else unchanged).append(name)
    return Written(changed=tuple(changed), unchanged=tuple(unchanged))


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteContent:
    """What the pages of a site show. All lists hold one entry of each story, newest first.

    ``stories`` has the whole of each story that a list names, by its id.
    """

    front: Sequence[PublishedEntry]
    by_category: Mapping[str, Sequence[PublishedEntry]]
    by_source: Mapping[str, Sequence[PublishedEntry]]
    stories: Mapping[str, Sequence[StoredEntry]]
    sources: Sequence[SourceHealth]


def static_files(config: Config, content: SiteContent) -> dict[str, bytes]:
    """Return what stands beside the feeds, by file name: the pages with what they need, the list of sources.

    The pages say nothing that depends on when they are read, so the same content gives the same bytes. Raises
    PublishError.
    """
    templates = load_templates(config)
    categories = category_choices(category_labels(config))
    wording = Wording(
        zone=config.site.tz,
        language=config.site.language,
        categories=categories,
        now=None,
        has_images=config.web.images is Images.DIRECT,
    )
    top, below = (site_frame(config, root=root, is_static=True) for root in ("./", "../"))
    known = tuple(categories[name] for name in categories if name in content.by_category)
    rows = arrange_sources(content.sources, zone=config.site.tz, now=None)
    files = {name: templates.plain_file(name) for name in ("style.css", "site.js", "favicon.svg")}
    files["sources.opml"] = render_opml(config.site.title, content.sources)
    files |= {
        f"stories/{id_}.html": render_story(templates, below, arrange_story(entries, wording))
        for id_, entries in content.stories.items()
    }
    for row in rows:
        page = SourcePage(row=row, days=arrange(content.by_source.get(row.name, ()), wording))
        files[f"sources/{row.name}.html"] = render_source(templates, below, page)
    files["sources.html"] = render_sources(templates, top, rows)
    for category in known:
        river = River(
            days=arrange(content.by_category[category.name], wording),
            categories=known,
            filters=Filters(category=category),
        )
        files[f"categories/{category.name}.html"] = render_index(templates, below, river)
    files["index.html"] = render_index(templates, top, River(days=arrange(content.front, wording), categories=known))
    return files


def _feed_files(documents: Sequence[FeedDocument]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for document in documents:
        beside = replace(document, base=document.home_url)
        found |= {f"{document.name}.{format_}": render_feed(beside, format_) for format_ in FeedFormat}
    return found
