"""What a chat message says, before any service's syntax: lines, and how they are shared out over messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from aggregator.model.issues import Issue, IssueEntry
from aggregator.notify.bodies import Site, counted_stories, day_of, moment_of, when_published
from aggregator.text.locales import Locale
from aggregator.text.states import state_in_words
from aggregator.text.tongues import other_language

_TITLE = 150
_UPDATES = 20
_TROUBLES = 20


class Kind(StrEnum):
    TITLE = "title"
    HEADING = "heading"
    STORY = "story"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A title, the heading of a section, a story (a linked title with what stands below it), or a note."""

    kind: Kind
    text: str
    url: str | None = None
    below: str = ""


def lines_of(issue: Issue, site: Site, limit: int) -> list[Line]:
    """Return what messages say of an issue: up to ``limit`` stories, what changed, who is in trouble."""
    return [*_stories(issue, site, limit), *_updates(issue, site), *_troubles(issue, site.locale)]


def _stories(issue: Issue, site: Site, limit: int) -> Iterator[Line]:
    shown = issue.best(limit)
    total, visible = len(issue.stories), len(shown.stories)
    locale = site.locale
    counted = f" · {counted_stories(total, locale)}" if total else ""
    yield Line(
        kind=Kind.TITLE,
        text=cut(issue.title, _TITLE),
        url=site.page_of(issue),
        below=day_of(issue.made_at, site) + counted,
    )
    when = partial(when_published, site=site, made_at=issue.made_at)
    also = locale.pgettext("before the names of sources", "also")
    for section in shown.sections:
        if section.title:
            yield Line(kind=Kind.HEADING, text=cut(section.title, _TITLE))
        for story in section.stories:
            lead = story.lead
            others = dict.fromkeys(other.title for other in lead.also)
            for entry in story.entries[1:]:
                spoken = other_language(entry.language, lead.language)
                others.setdefault(f"{entry.source_title} ({spoken})" if spoken else entry.source_title)
            told = (other_language(lead.language, site.language), when(lead))
            yield _story(lead, *told, f"{also} {', '.join(others)}" if others else "")
    if not total and not issue.updates and not issue.troubles:
        yield Line(kind=Kind.NOTE, text=locale.gettext("Nothing new this time."))
    if total > visible:
        more = locale.ngettext("%(count)s more on the web page", "%(count)s more on the web page", total - visible)
        yield Line(kind=Kind.NOTE, text=more, url=site.page_of(issue))


def _story(entry: IssueEntry, *more: str) -> Line:
    below = " · ".join(filter(None, (entry.source_title, *more)))
    return Line(kind=Kind.STORY, text=entry.title, url=entry.url, below=below)


def _updates(issue: Issue, site: Site) -> Iterator[Line]:
    moment, locale = moment_of(site, issue.made_at), site.locale
    if issue.updates:
        yield Line(kind=Kind.HEADING, text=locale.gettext("Updated"))
    for update in issue.updates[:_UPDATES]:
        before = locale.gettext("before:")
        was = f" · {before} {update.was}" if update.was else ""
        updated = locale.gettext("updated %(when)s", when=moment(update.entry.updated))
        below = f"{update.entry.source_title} · {updated}{was}"
        yield Line(kind=Kind.STORY, text=update.entry.title, url=update.entry.url, below=below)


def _troubles(issue: Issue, locale: Locale) -> Iterator[Line]:
    if issue.troubles or issue.also_troubled:
        yield Line(kind=Kind.HEADING, text=locale.gettext("Health of the sources"))
    for trouble in issue.troubles[:_TROUBLES]:
        kind = state_in_words(trouble.kind, locale)
        colon = locale.pgettext("between two parts of a line", ":")
        yield Line(kind=Kind.NOTE, text=f"{kind}{colon} {trouble.title}", below=trouble.text)
    quiet = issue.also_troubled + max(len(issue.troubles) - _TROUBLES, 0)
    if quiet:
        text = locale.ngettext("%(count)s more is in trouble.", "%(count)s more are in trouble.", quiet)
        yield Line(kind=Kind.NOTE, text=text)


def share_out(lines: Sequence[Line], fits: Callable[[Sequence[Line]], bool]) -> list[list[Line]]:
    """Share lines out over messages, into each as many as fit. None is cut; each fits alone.

    A heading goes with what follows it, never last into a message, as long as both fit together.
    """
    rest = [part for group in _groups(lines) for part in ([group] if fits(group) else [[line] for line in group])]
    messages: list[list[Line]] = []
    while rest:
        count = _how_many(rest, fits)
        messages.append(_flat(rest[:count]))
        rest = rest[count:]
    return messages


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        group.append(line)
        if line.kind not in {Kind.TITLE, Kind.HEADING}:
            yield group
            group = []
    if group:
        yield group


def _how_many(groups: Sequence[list[Line]], fits: Callable[[Sequence[Line]], bool]) -> int:
    """Return how many groups fit into a message, one at least; looks at few lengths, as each is laid out for it."""
    least, most = 1, 2
    while most <= len(groups) and fits(_flat(groups[:most])):
        least, most = most, 2 * most
    most = min(most, len(groups) + 1)
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if fits(_flat(groups[:middle])) else (least, middle)
    return least


def _flat(groups: Iterable[list[Line]]) -> list[Line]:
    return [line for group in groups for line in group]


def cut(text: str, length: int) -> str:
    """Return a text of at most so many characters; one piece of a message that alone would be too long."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
