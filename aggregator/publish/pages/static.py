"""A site as files: its pages, and writing them so that nobody sees a page that leads nowhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from aggregator.config import Config
from aggregator.config.templates import load_templates
from aggregator.errors import PublishError
from aggregator.model import PublishedEntry, SourceHealth, StoredEntry
from aggregator.model.issues import Issue
from aggregator.publish.feeds.document import category_labels
from aggregator.publish.files import write_if_changed
from aggregator.publish.pages.choices import Choice, category_choices
from aggregator.publish.pages.frame import site_frame
from aggregator.publish.pages.ledger import DigestRow, render_digests, render_issue_page
from aggregator.publish.pages.render import Filters, River, render_index, render_source, render_sources, render_story
from aggregator.publish.pages.river import arrange, wording_of
from aggregator.publish.pages.source import SourcePage
from aggregator.publish.pages.source_table import arrange_sources
from aggregator.publish.pages.story import arrange_story
from aggregator.publish.pages.times import day_in_words, moment

# What was written here, so that the next call knows what to remove.
_MANIFEST: Final = ".aggregator-site.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The names of the files that were written, of those that were as they should be already, and of those removed."""

    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...] = ()


def write_site(out: Path, files: Mapping[str, bytes]) -> Written:
    """Write ``files`` by name into a folder, in their order, and remove what an earlier call wrote beside them.

    Files of others stay. Raises PublishError.
    """
    before = _read_manifest(out)
    try:
        for folder in {(out / name).parent for name in files} | {out}:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PublishError(f"can't make the folder {out}: {error.strerror or error}") from error
    # before the first of them: what a call wrote that was cut off is known to the next one
    write_if_changed(out / _MANIFEST, _manifest({*before, *files}))
    changed: list[str] = []
    unchanged: list[str] = []
    for name, body in files.items():
        (changed if write_if_changed(out / name, body) else unchanged).append(name)
    removed = tuple(name for name in sorted(before - files.keys()) if _remove(out, name))
    write_if_changed(out / _MANIFEST, _manifest(files))
    return Written(changed=tuple(changed), unchanged=tuple(unchanged), removed=removed)


def _manifest(names: Mapping[str, bytes] | set[str]) -> bytes:
    return json.dumps(sorted(names), indent=0, ensure_ascii=False).encode()


def _read_manifest(out: Path) -> set[str]:
    """Return the names that an earlier call wrote; none when there was none, or its list can't be read."""
    try:
        names = json.loads((out / _MANIFEST).read_bytes())
    except (OSError, ValueError):
        return set()
    return {name for name in names if isinstance(name, str)} if isinstance(names, list) else set()


def _remove(out: Path, name: str) -> bool:
    """Remove a file of ours and the folders that are empty then; nothing outside of the site's folder."""
    path = out / name
    if Path(name).is_absolute() or ".." in Path(name).parts or not path.is_file() or path.is_symlink():
        return False
    try:
        path.unlink()
        for folder in path.relative_to(out).parents[:-1]:
            (out / folder).rmdir()
    except OSError:
        return not path.exists()
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteContent:
    """What the pages of a site show. All lists hold one entry of each story, newest first.

    ``stories`` has the whole of each story that a list names, by its id; ``issues`` are the latest one of each digest
    that has one. ``has_sources`` is False when how the sources are is nobody's business.
    """

    front: Sequence[PublishedEntry]
    by_day: Mapping[date, Sequence[PublishedEntry]]
    by_category: Mapping[str, Sequence[PublishedEntry]]
    by_source: Mapping[str, Sequence[PublishedEntry]]
    stories: Mapping[str, Sequence[StoredEntry]]
    sources: Sequence[SourceHealth]
    has_sources: bool = True
    issues: Sequence[Issue] = ()


def static_pages(config: Config, content: SiteContent) -> dict[str, bytes]:
    """Return the pages with what they need by file name, what they lead to before them.

    They say nothing that depends on when they are read, so the same content gives the same bytes. Raises PublishError.
    """
    templates = load_templates(config)
    categories = category_choices(category_labels(config))
    wording = wording_of(config, now=None)
    top, below = (
        replace(
            site_frame(config, root=root, is_static=True),
            has_sources=content.has_sources,
            has_digests=bool(content.issues),
        )
        for root in ("./", "../")
    )
    known = tuple(categories.values())
    files = {name: templates.plain_file(name) for name in ("style.css", "site.js", "favicon.svg")}
    files |= {
        f"stories/{id_}.html": render_story(templates, below, arrange_story(entries, wording))
        for id_, entries in content.stories.items()
    }
    if content.has_sources:
        rows = arrange_sources(content.sources, zone=config.site.tz, now=None)
        for row in rows:
            page = SourcePage(row=row, days=arrange(content.by_source.get(row.name, ()), wording))
            files[f"sources/{row.name}.html"] = render_source(templates, below, page)
        files["sources.html"] = render_sources(templates, top, rows)
    for issue in content.issues:
        files[f"digests/{issue.digest}.html"] = render_issue_page(templates, below, issue, config.site.tz)
    if content.issues:
        files["digests.html"] = render_digests(templates, top, [_digest(each, config) for each in content.issues], ())
    for name, items in content.by_category.items():
        filters = Filters(category=categories[name])
        river = River(days=arrange(items, wording), categories=known, filters=filters)
        files[f"categories/{name}.html"] = render_index(templates, below, river)
    older = None
    for day in sorted(content.by_day):
        river = River(
            days=arrange(content.by_day[day], wording),
            categories=known,
            filters=Filters(period=Choice(name=day.isoformat(), title=day_in_words(day))),
            older=f"../{older}" if older else None,
            is_first=False,
        )
        older = f"days/{day.isoformat()}.html"
        files[older] = render_index(templates, below, river)
    front = River(days=arrange(content.front, wording), categories=known, older=_goes_on(content, config))
    files["index.html"] = render_index(templates, top, front)
    return files


def _goes_on(content: SiteContent, config: Config) -> str | None:
    """Return the page of the day in which the front page ends; None when it has all."""
    if not content.front or sum(map(len, content.by_day.values())) <= len(content.front):
        return None
    last = content.front[-1].listed_at.astimezone(config.site.tz).date()
    return f"./days/{last.isoformat()}.html" if last in content.by_day else None


def _digest(issue: Issue, config: Config) -> DigestRow:
    made = moment(issue.made_at, zone=config.site.tz, now=None)
    return DigestRow(name=issue.digest, title=issue.title, number=issue.number, made=made, upcoming=None, counts={})
