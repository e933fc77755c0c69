"""What the web shows of digests: each with its latest issue, when the next is due, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.config.templates import Templates
from aggregator.model.issues import Delivery, DeliveryStatus, Issue, Section, Story
from aggregator.publish.pages.frame import Frame
from aggregator.text.legal import legal
from aggregator.text.locales import Locale
from aggregator.text.moments import Moment, day_in_words, moment, rfc3339, time_in_words

# Of many endpoints a page names so many, those in trouble first.
_MOST_CHANNELS: Final = 12

# Of each section an issue's page shows so many stories whole, half as many where there are more than a few sections; of
# the others a line each, so many in all, and no fewer of each section. A page of one section has a line for each story.
_WHOLE: Final = 20
_FEW_SECTIONS: Final = 2
_LINES: Final = 200
_LEAST_LINES: Final = 20
_ON_A_PAGE: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """How the latest issue reached one endpoint, whose label has no address whole; ``when`` it did or will."""

    label: str
    status: str
    when: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRow:
    """A digest in words. ``counts`` are its deliveries by status, those that are none left out.

    ``earlier`` are the numbers of the issues before the latest, newest first; ``channels`` tell how the latest one
    reached them, ``more`` how many others there are.
    """

    name: str
    title: str
    number: int | None
    made: Moment | None
    upcoming: Moment | None
    counts: Mapping[str, int]
    earlier: tuple[int, ...] = ()
    channels: tuple[ChannelRow, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A delivery that did not arrive, or not yet. Its endpoint is a label, in which no address is whole."""

    id: int
    digest: str
    number: int
    label: str
    status: str
    attempts: int
    upcoming: Moment | None
    error: str


def arrange_channels(
    deliveries: Sequence[Delivery], zone: ZoneInfo, now: datetime, locale: Locale
) -> tuple[tuple[ChannelRow, ...], int]:
    """Return the deliveries of one issue in words, those in trouble first, and how many are left out."""
    arrived_last = sorted(deliveries, key=lambda each: (each.status is DeliveryStatus.SENT, each.endpoint.label))
    rows = tuple(
        ChannelRow(
            label=each.endpoint.label,
            status=each.status.value,
            when=moment(when, zone=zone, now=now, locale=locale)
            if (when := each.sent_at or each.next_attempt)
            else None,
        )
        for each in arrived_last[:_MOST_CHANNELS]
    )
    return rows, max(len(deliveries) - _MOST_CHANNELS, 0)


def arrange_deliveries(
    deliveries: Sequence[Delivery], zone: ZoneInfo, now: datetime, locale: Locale
) -> tuple[DeliveryRow, ...]:
    """Return deliveries in words."""
    return tuple(
        DeliveryRow(
            id=each.id,
            digest=each.endpoint.digest,
            number=each.issue,
            label=each.endpoint.label,
            status=each.status.value,
            attempts=each.attempts,
            upcoming=moment(each.next_attempt, zone=zone, now=now, locale=locale) if each.next_attempt else None,
            error=legal(each.last_error or ""),
        )
        for each in deliveries
    )


def counts_of(counts: Mapping[tuple[str, DeliveryStatus], int], digest: str) -> dict[str, int]:
    """Return the deliveries of one digest by status, in the order of the statuses."""
    found = {status.value: counts.get((digest, status), 0) for status in DeliveryStatus}
    return {status: count for status, count in found.items() if count}


def render_digests(
    templates: Templates, frame: Frame, digests: Sequence[DigestRow], deliveries: Sequence[DeliveryRow]
) -> bytes:
    """Return the list of digests, and of what did not arrive. Raises PublishError."""
    return templates.render("digests.html.j2", frame=frame, digests=digests, deliveries=deliveries)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPage:
    """One page of a section of an issue, a line for each story; ``page`` is one of ``pages``, counted from 1."""

    section: Section
    stories: tuple[Story, ...]
    page: int
    pages: int


def section_page(section: Section, page: int) -> SectionPage:
    """Return a page of a section; the last one for a page behind it."""
    pages = max(-(-len(section.stories) // _ON_A_PAGE), 1)
    page = min(max(page, 1), pages)
    stories = section.stories[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE]
    return SectionPage(section=section, stories=stories, page=page, pages=pages)


def render_issue_page(
    templates: Templates, frame: Frame, issue: Issue, zone: ZoneInfo, *, part: SectionPage | None = None
) -> bytes:
    """Return an issue as a page, or a ``part`` of it, with what messages leave out. Raises PublishError.

    A long issue shows some stories of each section, and leads to the pages that have the rest; as a file it is whole.
    """
    sections = max(len(issue.sections), 1)
    whole = _WHOLE if sections <= _FEW_SECTIONS else _WHOLE // 2
    lines = len(issue.stories) if frame.is_static else max(_LINES // sections, _LEAST_LINES)

    def when(time: datetime) -> str:
        return time_in_words(time, zone, templates.locale)

    def day(time: datetime) -> str:
        return day_in_words(time.astimezone(zone).date(), templates.locale)

    return templates.render(
        "issue.html.j2",
        frame=frame,
        issue=issue,
        part=part,
        whole=whole,
        lines=lines,
        when=when,
        day=day,
        machine=rfc3339,
    )


def render_unsubscribe(templates: Templates, frame: Frame, *, title: str, reader: str, path: str, state: str) -> bytes:
    """Return the page at ``path`` that unsubscribes: ``state`` is "asked", "done" or "undone". Raises PublishError."""
    return templates.render("unsubscribe.html.j2", frame=frame, title=title, reader=reader, path=path, state=state)
