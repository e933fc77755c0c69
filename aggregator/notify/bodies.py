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
from aggregator.model.issues import Issue
from aggregator.text.moments import day_in_words, time_seen_from

# Gmail cuts longer ones off, and with them the way to unsubscribe (RULES M7: about 102 kB); some room is left.
MOST_HTML_BYTES: Final = 98_000

# Stands in the rendered message where each reader's own address is put in; as long as no address of ours is.
UNSUBSCRIBE: Final = "https://unsubscribe.invalid/0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What messages say of where they come from."""

    title: str
    url: str
    language: str
    zone: ZoneInfo

    def page_of(self, issue: Issue) -> str:
        """Return the address of the web page that has the whole issue."""
        return f"{self.url}digests/{issue.digest}/{issue.number}"


def site_of(config: Config) -> Site:
    site = config.site
    return Site(title=site.title, url=site.url, language=site.language, zone=site.tz)


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
        values = _values(issue, count, site, can_unsubscribe=can_unsubscribe)
        html = _inlined(templates.render(_template(look, "html", templates), **values).decode())
        size = len(html.encode())
        shown = len(issue.best(count).stories)
        if size <= MOST_HTML_BYTES or shown == 0:
            break
        count = min(shown - 1, int(shown * MOST_HTML_BYTES / size * 0.97))
    text = templates.render(_template(look, "txt", templates), **values).decode()
    return Rendered(subject=subject_of(issue, count), html=html, text=text)


def _template(look: str, ending: str, templates: Templates) -> str:
    """Return the template of a look; one that brings HTML alone has the usual text, and the other way round."""
    own, usual = f"{look}.{ending}.j2", f"digest.{ending}.j2"
    if own != usual and not any(templates.has(f"{look}.{each}.j2") for each in ("html", "txt")):
        raise PublishError(f"neither {look}.html.j2 nor {look}.txt.j2 is in the folder of templates")
    return own if templates.has(own) else usual


def _values(issue: Issue, count: int, site: Site, *, can_unsubscribe: bool) -> dict[str, object]:
    shown = issue.best(count)
    total, visible = len(issue.stories), len(shown.stories)
    return {
        "issue": shown,
        "site": site,
        "page": site.page_of(issue),
        "counted": _counted(total),
        "hidden": total - visible,
        "preheader": " · ".join(story.lead.title for story in shown.stories[1:4]),
        "unsubscribe": UNSUBSCRIBE if can_unsubscribe else None,
        "moment": moment_of(site.zone, issue.made_at),
        "day": partial(day_of, site=site),
    }


def _counted(count: int) -> str:
    return f"{count} {'story' if count == 1 else 'stories'}" if count else ""


def subject_of(issue: Issue, shown: int) -> str:
    """Return a line that tells issues apart: the digest's title and the first headline of those shown."""
    total, stories = len(issue.stories), issue.best(shown).stories
    if stories:
        more = f" (+{total - 1})" if total > 1 else ""
        return f"{issue.title}: {stories[0].lead.title}{more}"
    if issue.troubles:
        count = len(issue.troubles)
        return f"{issue.title}: {count} need{'s' if count == 1 else ''} attention"
    return f"{issue.title}: nothing new"


def day_of(when: datetime, site: Site) -> str:
    """Return the day on the site's clock, in words."""
    return day_in_words(when.astimezone(site.zone).date())


def moment_of(zone: ZoneInfo, made_at: datetime) -> Callable[[datetime], str]:
    """Return how times read in an issue: the time on the same day, the date as well on others."""
    return partial(time_seen_from, day=made_at.astimezone(zone).date(), zone=zone)


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _inlined(html: str) -> str:
    try:
        return _inliner().inline(html)
    except (css_inline.InlineError, ValueError) as error:
        raise PublishError(f"the styles of this template can't be inlined: {error}") from error
