"""A digest as a feed: an entry for each issue, so that it is read where everything else is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from aggregator.config import Config, DigestConfig
from aggregator.model import FeedDocument, Identity, PublishedEntry, SourceFeed, StoredEntry
from aggregator.model.issues import Issue, IssueEntry, Section, Story
from aggregator.publish.feeds.document import served_base
from aggregator.text.locales import Locale
from aggregator.text.moments import day_in_words
from aggregator.text.tongues import other_language

# Stands before the name of a digest in the name of its feed.
DIGEST: Final = "digest-"

_HEADLINES: Final = 4


def issues_document(
    digest: DigestConfig, issues: Sequence[Issue], config: Config, *, identity: Identity, token: str | None = None
) -> FeedDocument:
    """Return the issues of a digest, each as an entry that shows what its mail does; how sources are is left out."""
    site = config.site
    title = digest.title or f"{site.title}: {digest.name}"
    feed = SourceFeed(
        id=f"tag:{identity.authority}:digest/{digest.name}",
        title=title,
        feed_url=f"{served_base(config)}{DIGEST}{digest.name}.atom",
        site_url=f"{site.url}digests/{digest.name}",
        updated=max((issue.made_at for issue in issues), default=identity.since),
    )
    return FeedDocument(
        id=feed.id,
        name=f"{DIGEST}{digest.name}",
        title=title,
        authority=identity.authority,
        home_url=feed.site_url or site.url,
        base=served_base(config),
        query=f"?token={token}" if token else "",
        language=config.locale_of(digest).language,
        updated=feed.updated,
        entries=tuple(_entry(issue, digest, config, feed) for issue in issues),
    )


def _entry(issue: Issue, digest: DigestConfig, config: Config, feed: SourceFeed) -> PublishedEntry:
    shown = issue.best(digest.limit)
    leading = sorted(shown.stories, key=lambda story: (not story.can_lead, story.place))
    locale = config.locale_of(digest)
    day = day_in_words(issue.made_at.astimezone(config.site.tz).date(), locale)
    page = f"{config.site.url}digests/{issue.digest}/{issue.number}"
    entry = StoredEntry(
        id=issue.id,
        source=digest.name,
        url=page,
        canonical_url=None,
        title=f"{leading[0].lead.title} · {day}" if leading else f"{issue.title} · {day}",
        summary=" · ".join(story.lead.title for story in leading[:_HEADLINES]),
        content="\n".join(_content(shown, page, locale)),
        authors=(config.site.title,),
        published=issue.made_at,
        updated=issue.made_at,
        first_seen=issue.made_at,
        language=locale.language,
        tags=(),
        enclosures=(),
        origin=None,
        categories=(),
        original=issue.id,
        evidence=None,
        story=issue.id,
        story_evidence=None,
        feed=feed,
    )
    return PublishedEntry(id=issue.id, entry=entry, updated=issue.made_at, listed_at=issue.made_at)


def _content(issue: Issue, page: str, locale: Locale) -> Iterator[str]:
    for section in issue.sections:
        if section.title:
            yield f"<h2>{escape(section.title)}</h2>"
        yield "<ul>"
        yield from (f"<li>{_story(story, locale)}</li>" for story in section.stories)
        yield "</ul>"
        if section.hidden:
            yield _more(section, page, locale)
    if not issue.sections:
        nothing = locale.gettext("Nothing new this time.")
        yield f'<p><a href="{escape(page)}">{nothing}</a></p>'


def _more(section: Section, page: str, locale: Locale) -> str:
    more = (
        locale.ngettext(
            "%(count)s more in %(section)s", "%(count)s more in %(section)s", section.hidden, section=section.title
        )
        if section.title
        else locale.ngettext("%(count)s more", "%(count)s more", section.hidden)
    )
    return f'<p><a href="{escape(page)}#{section.anchor}">{escape(more)}</a></p>'


def _story(story: Story, locale: Locale) -> str:
    names = dict.fromkeys(other.title for other in story.lead.also)
    for entry in story.entries[1:]:
        spoken = other_language(entry.language, story.lead.language)
        names.setdefault(f"{entry.source_title} ({spoken})" if spoken else entry.source_title)
    names.pop(story.lead.source_title, None)
    said = locale.pgettext("before the names of sources", "also")
    also = f", {said} {', '.join(map(escape, names))}" if names else ""
    summary = f"<br>{escape(story.lead.summary)}" if story.lead.summary else ""
    return f"{_headline(story.lead)} – {escape(story.lead.source_title)}{also}{summary}"


def _headline(entry: IssueEntry) -> str:
    title = escape(entry.title)
    return f'<a href="{escape(entry.url)}">{title}</a>' if entry.url else f"<strong>{title}</strong>"
