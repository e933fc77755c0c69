"""A site as files: its pages by name, what each leads to before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from aggregator.config import Config
from aggregator.config.templates import Templates, load_templates
from aggregator.model import PublishedEntry, SourceHealth, StoredEntry
from aggregator.model.issues import Issue
from aggregator.publish.feeds.document import category_labels
from aggregator.publish.pages.choices import Choice, category_choices
from aggregator.publish.pages.frame import Frame, site_frame
from aggregator.publish.pages.ledger import DigestRow, render_digests, render_issue_page
from aggregator.publish.pages.render import Filters, River, render_index, render_source, render_sources, render_story
from aggregator.publish.pages.river import Wording, arrange, arrange_top, wording_of
from aggregator.publish.pages.source import SourcePage
from aggregator.publish.pages.source_list import list_sources
from aggregator.publish.pages.source_table import arrange_sources
from aggregator.publish.pages.story import arrange_story
from aggregator.text.moments import day_in_words, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteContent:
    """What the pages of a site show. All lists hold one entry of each story, newest first.

    ``everything`` is what the front page has and the rest; None where it leaves nothing out.
    ``stories`` has the whole of each story that a list names, by its id; ``issues`` are the latest one of each digest
    that has one. ``has_sources`` is False when how the sources are is nobody's business.
    """

    front: Sequence[PublishedEntry]
    everything: Sequence[PublishedEntry] | None = None
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
        rows = arrange_sources(content.sources, zone=config.site.tz, now=None, locale=config.site.locale)
        for row in rows:
            page = SourcePage(row=row, days=arrange(content.by_source.get(row.name, ()), wording))
            files[f"sources/{row.name}.html"] = render_source(templates, below, page)
        pages = list_sources(rows).pages
        for number in range(pages, 0, -1):
            name = top.sources(page=number).removeprefix(top.root)
            files[name] = render_sources(templates, top, list_sources(rows, page=number))
    for issue in content.issues:
        files[f"digests/{issue.digest}.html"] = _issue_page(templates, below, issue, config)
    if content.issues:
        files["digests.html"] = render_digests(templates, top, [_digest(each, config) for each in content.issues], ())
    whole = River(days=(), categories=known, has_rest=content.everything is not None)
    for name, items in content.by_category.items():
        river = replace(whole, filters=Filters(category=categories[name]))
        files[f"categories/{name}.html"] = render_index(templates, below, _filled(river, items, wording))
    if content.everything is not None:
        river = replace(whole, filters=Filters(is_everything=True, locale=config.site.locale))
        files["everything.html"] = render_index(templates, top, _filled(river, content.everything, wording))
    older = None
    for day in sorted(content.by_day):
        river = replace(
            whole,
            filters=Filters(period=Choice(name=day.isoformat(), title=day_in_words(day, config.site.locale))),
            older=f"../{older}" if older else None,
            is_first=False,
        )
        older = f"days/{day.isoformat()}.html"
        files[older] = render_index(templates, below, _filled(river, content.by_day[day], wording))
    front = _filled(replace(whole, older=_goes_on(content, config)), content.front, wording)
    files["index.html"] = render_index(templates, top, front)
    return files


def _issue_page(templates: Templates, frame: Frame, issue: Issue, config: Config) -> bytes:
    """Return the page of an issue in the language of its digest."""
    digest = next((each for each in config.digests if each.name == issue.digest), None)
    locale = config.locale_of(digest) if digest else config.site.locale
    return render_issue_page(
        templates.speaking(locale), replace(frame, language=locale.language), issue, config.site.tz
    )


def _filled(river: River, items: Sequence[PublishedEntry], wording: Wording) -> River:
    """Return a river with these stories, the most important above the days."""
    top = arrange_top(items, wording)
    return replace(river, top=top, days=arrange(items, wording, top=top))


def _goes_on(content: SiteContent, config: Config) -> str | None:
    """Return the page of the day in which the front page ends; None when it has all."""
    if not content.front or sum(map(len, content.by_day.values())) <= len(content.front):
        return None
    last = content.front[-1].listed_at.astimezone(config.site.tz).date()
    return f"./days/{last.isoformat()}.html" if last in content.by_day else None


def _digest(issue: Issue, config: Config) -> DigestRow:
    made = moment(issue.made_at, zone=config.site.tz, now=None, locale=config.site.locale)
    return DigestRow(name=issue.digest, title=issue.title, number=issue.number, made=made, upcoming=None, counts={})
