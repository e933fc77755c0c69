"""The outputs as files, for any web server: feeds, the front page, the list of sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.config import Config
from aggregator.errors import PublishError
from aggregator.model import FeedDocument, FeedFormat, PublishedEntry, SourceHealth
from aggregator.publish.document import category_labels, render_feed
from aggregator.publish.files import write_if_changed
from aggregator.publish.opml import render_opml
from aggregator.publish.pages import River, render_index, site_frame
from aggregator.publish.river import arrange
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
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PublishError(f"can't make the folder {out}: {error.strerror or error}") from error
    changed: list[str] = []
    unchanged: list[str] = []
    for name, body in (_feed_files(documents) | dict(files)).items():
        (changed if write_if_changed(out / name, body) else unchanged).append(name)
    return Written(changed=tuple(changed), unchanged=tuple(unchanged))


def static_files(
    config: Config, entries: Sequence[PublishedEntry], sources: Sequence[SourceHealth]
) -> dict[str, bytes]:
    """Return what stands beside the feeds, by file name: the front page with what it needs, the list of sources.

    The page says nothing that depends on when it is read, so the same entries give the same bytes. Raises PublishError.
    """
    templates = load_templates(config)
    labels = category_labels(config)
    river = River(days=arrange(entries, zone=config.site.tz, labels=labels, now=None), categories=())
    return {
        "style.css": templates.plain_file("style.css"),
        "favicon.svg": templates.plain_file("favicon.svg"),
        "sources.opml": render_opml(config.site.title, sources),
        "index.html": render_index(templates, site_frame(config, root="./", is_static=True), river),
    }


def _feed_files(documents: Sequence[FeedDocument]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for document in documents:
        urls = {format_: f"{document.home_url}{document.name}.{format_}" for format_ in FeedFormat}
        beside = replace(document, urls=urls)
        found |= {f"{document.name}.{format_}": render_feed(beside, format_) for format_ in FeedFormat}
    return found
