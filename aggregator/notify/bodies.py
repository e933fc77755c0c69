"""An issue as HTML and as plain text, from templates; the HTML within what mail programs show whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Final
from zoneinfo import ZoneInfo

import css_inline

from aggregator.config import Config, DigestConfig
from aggregator.config.templates import Templates
from aggregator.errors import PublishError
from aggregator.model.issues import Issue, IssueEntry, Section, Story
from aggregator.notify.telling import headlines_of, others_of
from aggregator.text.locales import Locale
from aggregator.text.moments import day_in_words, time_seen_from
from aggregator.text.one_line import one_line, shorten
from aggregator.text.tongues import other_language

# Gmail cuts longer ones off, and with them the way to unsubscribe (RULES M7: about 102 kB); some room is left.
MOST_HTML_BYTES: Final = 98_000

# Mail programs show about so much of a subject on a screen, and a fold of it is a risk (RFC 5322 §2.1.1).
SUBJECT_CHARACTERS: Final = 77

# Of a summary: as much as three lines of a phone hold.
_SUMMARY_CHARACTERS: Final = 120

# Stands in the rendered message where each reader's own address is put in; as long as no address of ours is.
UNSUBSCRIBE: Final = "https://unsubscribe.invalid/0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What messages say of where they come from."""

    title: str
    url: str
    locale: Locale
    zone: ZoneInfo

    @property
    def language(self) -> str:
        return self.locale.language

    def page_of(self, issue: Issue) -> str:
        """Return the address of the web page that has the whole issue."""
        return f"{self.url}digests/{issue.digest}/{issue.number}"


def site_of(config: Config, digest: DigestConfig) -> Site:
    """Return the site as a digest's messages speak of it: in their language."""
    site = config.site
    return Site(title=site.title, url=site.url, locale=config.locale_of(digest), zone=site.tz)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The two forms of a message; both show the same stories."""

    subject: str
    html: str
    text: str


def render_issue(
    issue: Issue, digest: DigestConfig, site: Site, templates: Templates, *, can_unsubscribe: bool
) -> Rendered:
    """Render up to ``limit`` stories, or as many as make less than MOST_HTML_BYTES. Raises PublishError."""
    look = digest.template or "digest"
    count = digest.limit
    while True:
        values = _values(issue, count, digest.top, site, can_unsubscribe=can_unsubscribe)
        html = _inlined(templates.render(_template(look, "html", templates), **values).decode())
        size = len(html.encode())
        shown = len(issue.best(count).stories)
        if size <= MOST_HTML_BYTES or shown == 0:
            break
        count = min(shown - 1, int(shown * MOST_HTML_BYTES / size * 0.97))
    text = templates.render(_template(look, "txt", templates), **values).decode()
    return Rendered(subject=subject_of(issue, count, site.locale), html=html, text=text)


def _template(look: str, ending: str, templates: Templates) -> str:
    """Return the template of a look; one that brings HTML alone has the usual text, and the other way round."""
    own, usual = f"{look}.{ending}.j2", f"digest.{ending}.j2"
    if own != usual and not any(templates.has(f"{look}.{each}.j2") for each in ("html", "txt")):
        raise PublishError(f"neither {look}.html.j2 nor {look}.txt.j2 is in the folder of templates")
    return own if templates.has(own) else usual


def _values(issue: Issue, count: int, top: int, site: Site, *, can_unsubscribe: bool) -> dict[str, object]:
    shown = issue.best(count)
    total, visible = len(issue.stories), len(shown.stories)
    essentials = shown.leading(top) if visible > top else ()
    first = {story.lead.id for story in (*essentials, *(section.stories[0] for section in shown.sections))}
    return {
        "issue": shown,
        "essentials": essentials,
        "contents": _contents(issue, shown, site),
        "spoken": partial(other_language, than=site.language),
        "summary": partial(_summary, first=first),
        "others": others_of,
        "headlines": headlines_of,
        "site": site,
        "page": site.page_of(issue),
        "counted": counted_stories(total, site.locale) if total else "",
        "hidden": total - visible,
        "preheader": " · ".join(story.lead.title for story in _by_importance(shown)[1:4]),
        "unsubscribe": UNSUBSCRIBE if can_unsubscribe else None,
        "moment": moment_of(site, issue.made_at),
        "when": partial(when_published, site=site, made_at=issue.made_at),
        "day": partial(day_of, site=site),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """A section in the line of contents: its title, how many stories it has in all, where they are."""

    title: str
    total: int
    link: str


def _contents(issue: Issue, shown: Issue, site: Site) -> tuple[Contained, ...]:
    """Return the line of contents of an issue that has several sections; what is not shown is on the web page."""
    here = {section.name for section in shown.sections}

    def link(section: Section) -> str:
        return f"#{section.anchor}" if section.name in here else f"{site.page_of(issue)}#{section.anchor}"

    if len(issue.sections) < 2:
        return ()
    return tuple(Contained(title=each.title, total=each.total, link=link(each)) for each in issue.sections)


def _summary(entry: IssueEntry, *, first: set[str]) -> str:
    """Return what is told of an entry beside its headline: only what leads has it, so that a mail stays short."""
    return shorten(entry.summary, _SUMMARY_CHARACTERS) if entry.id in first else ""


def _by_importance(issue: Issue) -> tuple[Story, ...]:
    """Return the stories of an issue by importance, those last that can't lead."""
    return tuple(sorted(issue.stories, key=lambda story: (not story.can_lead, story.place)))


def counted_stories(count: int, locale: Locale) -> str:
    return locale.ngettext("%(count)s story", "%(count)s stories", count)


def subject_of(issue: Issue, shown: int, locale: Locale) -> str:
    """Return a line that tells issues apart: the most important headline of those shown, and how many more there are.

    It is short enough for a phone's list; who sends it stands in From.
    """
    total, stories = len(issue.stories), _by_importance(issue.best(shown))
    if stories:
        more = " · " + locale.ngettext("%(count)s more", "%(count)s more", total - 1) if total > 1 else ""
        return shorten(one_line(stories[0].lead.title), SUBJECT_CHARACTERS - len(more)) + more
    count = len(issue.troubles)
    news = (
        locale.ngettext("%(count)s needs attention", "%(count)s need attention", count)
        if count
        else locale.gettext("nothing new")
    )
    colon = locale.pgettext("between two parts of a line", ":")
    return f"{shorten(one_line(issue.title), SUBJECT_CHARACTERS - len(news) - len(colon) - 1)}{colon} {news}"


def day_of(when: datetime, site: Site) -> str:
    """Return the day on the site's clock, in words."""
    return day_in_words(when.astimezone(site.zone).date(), site.locale)


def moment_of(site: Site, made_at: datetime) -> Callable[[datetime], str]:
    """Return how times read in an issue: the time on the same day, the date as well on others."""
    return partial(time_seen_from, day=made_at.astimezone(site.zone).date(), zone=site.zone, locale=site.locale)


def when_published(entry: IssueEntry, *, site: Site, made_at: datetime) -> str:
    """Return when an entry was published, as short as it is clear; "" where no date is known, or today and no time."""
    words, zone = moment_of(site, made_at)(entry.published), site.zone
    is_today = entry.published.astimezone(zone).date() == made_at.astimezone(zone).date()
    return "" if not entry.is_dated or (entry.is_day and is_today) else words


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _inlined(html: str) -> str:
    try:
        return _inliner().inline(html)
    except (css_inline.InlineError, ValueError) as error:
        raise PublishError(f"the styles of this template can't be inlined: {error}") from error
