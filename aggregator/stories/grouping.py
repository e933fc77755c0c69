"""Which reports are one story? Those that are alike on the average.

At first each new report is a story of its own; then the two stories that are the likest become one, be they new or
stored, as long as some are alike. So it makes no difference in which order reports came; and a story doesn't wander
from event to event, since what joins must be like all of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush

from aggregator.model import Grouping, Joined, Report
from aggregator.stories.candidates import Near
from aggregator.stories.scores import SHIPPED, Scales, Score, needs_meaning, promising_score, score, words_in_both
from aggregator.stories.weighed import Weighed
from aggregator.stories.weights import Weights
from aggregator.stories.wording import as_written

# A story is closed when it has so many reports, or when its first one is so old.
MAX_REPORTS = 50
MAX_SPAN = timedelta(days=6)
# Beside the average of all of a story, the nearest one counts so much.
_NEAREST = 0.2
# One report that is as unlike as can be must not outweigh all others.
_LOWEST, _HIGHEST = -8.0, 8.0

# So many of the words that two reports share are named.
_MOST_WORDS = 6

# Likeness is added up in so many parts of 1: whole numbers have one sum in any order.
_FINE = 1_000_000

Cosine = Callable[[Report, Report], float | None]


def group_reports(
    near: Near, stored: Iterable[Report], weights: Weights, cosine: Cosine, scales: Scales = SHIPPED
) -> Grouping:
    """Judge new reports, each with its candidates.

    ``stored`` are the reports that were found, with all others of their stories.
    """
    waiting = [report for report, _ in near]
    stories = Stories((*stored, *waiting), weights, cosine, scales)
    stories.join(near)
    return Grouping(
        waiting=tuple(each.pk for each in waiting),
        joined={report.id: joined for report in waiting if (joined := stories.joined(report)) is not None},
        merged=stories.merged,
    )


@dataclass(frozen=True, slots=True)
class _Link:
    """How like the reports of two stories are: the sum of the scores of ``count`` pairs, and the nearest one's."""

    total: int
    count: int
    nearest: int

    @property
    def likeness(self) -> float:
        return ((1 - _NEAREST) * self.total / self.count + _NEAREST * self.nearest) / _FINE

    def joined_with(self, other: _Link) -> _Link:
        return _Link(self.total + other.total, self.count + other.count, max(self.nearest, other.nearest))


def _in_order(one: Report, other: Report) -> tuple[Report, Report]:
    return (one, other) if one.id < other.id else (other, one)


class _Story:
    """The reports of a story, and what decides whether it may become one with another."""

    def __init__(self, first: Report) -> None:
        self.members = [first]
        self.begins = self.ends = first.published
        # what waits though it was sent has taken over an article, and was in no story of its own
        self.is_sent = first.is_sent and not first.is_waiting
        self.is_new = first.is_waiting

    def take(self, members: Sequence[Report]) -> None:
        for each in members:
            self.members.append(each)
            self.begins, self.ends = min(self.begins, each.published), max(self.ends, each.published)
            self.is_sent = self.is_sent or (each.is_sent and not each.is_waiting)
            self.is_new = self.is_new and each.is_waiting

    def may_take(self, other: _Story) -> bool:
        """Whether two may become one: not what a digest has sent as two, nor what would outgrow a story."""
        return (
            max(self.ends, other.ends) - min(self.begins, other.begins) <= MAX_SPAN
            and not (self.is_sent and other.is_sent)
            and len(self.members) + len(other.members) <= MAX_REPORTS
        )


class Stories:
    """Stories as they are, and as they become one."""

    def __init__(self, reports: Iterable[Report], weights: Weights, cosine: Cosine, scales: Scales = SHIPPED) -> None:
        self._weights = weights
        self._scales = scales
        self._cosine = cosine
        self._stories: dict[str, _Story] = {}
        self._story: dict[str, str] = {}
        self._weighed: dict[str, Weighed] = {}
        self._scores: dict[tuple[str, str], Score] = {}
        self._links: dict[str, dict[str, _Link]] = defaultdict(dict)
        self.merged: dict[str, str] = {}
        for report in reports:
            self._story[report.id] = report.story
            if report.story in self._stories:
                self._stories[report.story].take([report])
            else:
                self._stories[report.story] = _Story(report)

    def join(self, found: Near) -> None:
        """Let stories become one, the likest first; those are looked at that have reports which found each other."""
        near: dict[str, set[str]] = defaultdict(set)
        for report, others in found:
            one = self._story[report.id]
            for two in {self._story[other.id] for other in others} - {one}:
                near[one].add(two)
                near[two].add(one)
        waiting: list[tuple[float, str, str]] = []

        def consider(one: str, two: str) -> None:
            if self._stories[one].may_take(self._stories[two]) and (likeness := self._likeness(one, two)) > 0:
                heappush(waiting, (-likeness, min(one, two), max(one, two)))

        for story, nearby in near.items():
            for other_story in nearby:
                if story < other_story:
                    consider(story, other_story)
        while waiting:
            likeness, one, two = heappop(waiting)
            if one not in self._stories or two not in self._stories:
                continue
            if not self._stories[one].may_take(self._stories[two]) or -likeness != self._likeness(one, two):
                continue  # they have changed since, and were considered anew
            older, newer = self._unite(one, two)
            besides = near.pop(newer, set()) - {older}
            for beside in besides:
                near[beside].discard(newer)
                near[beside].add(older)
            near[older] = (near[older] | besides) - {newer}
            for beside in near[older]:
                consider(older, beside)

    def joined(self, report: Report) -> Joined | None:
        """Return the story that a new report has joined, with why; None for one that begins its story."""
        story = self._story[report.id]
        if story == report.id:
            return None
        others = [each for each in self._stories[story].members if each.id != report.id]
        if not others:
            return None  # its story's only other report is gone since it joined
        nearest = max(others, key=lambda each: (self.score(report, each).value, each.id))
        words = self.words_in_both(report, nearest)
        return Joined(story=story, evidence=evidence_of(self.score(report, nearest), words, report, nearest))

    def why_closed(self, report: Report, story: str) -> str | None:
        members = self._stories[story].members
        if len(members) >= MAX_REPORTS:
            return f"that story has {MAX_REPORTS} articles already"
        times = [each.published for each in members]
        if max(*times, report.published) - min(*times, report.published) > MAX_SPAN:
            return f"that story began more than {MAX_SPAN.days} days before or after"
        return None

    def likeness_to(self, report: Report, story: str) -> float:
        """Return how like a report is to a story's reports: above 0 it belongs there."""
        return self._linked([report], self._stories[story].members).likeness

    def score(self, one: Report, other: Report) -> Score:
        """Judge two reports, which have one score whoever asks."""
        first, second = _in_order(one, other)
        found = self._scores.get((first.id, second.id))
        if found is None:
            found = score(self._weigh(first), self._weigh(second), self._cosine(first, second), self._scales)
            self._scores[first.id, second.id] = found
        return found

    def words_in_both(self, one: Report, other: Report) -> tuple[str, ...]:
        """Return what two reports have in common that tells which event it is."""
        first, second = _in_order(one, other)
        return words_in_both(self._weigh(first), self._weigh(second))

    def _may_be_alike(self, one: Report, other: Report) -> bool:
        """Tell quickly of most pairs that they are not alike; of the others the score is known then."""
        first, second = _in_order(one, other)
        found = promising_score(self._weigh(first), self._weigh(second), self._cosine(first, second), self._scales)
        if found is None:
            return False
        self._scores[first.id, second.id] = found
        return True

    def _likeness(self, one: str, two: str) -> float:
        """Return how like two stories are; of two of one report each, as most are, perhaps 0 where it is less."""
        link = self._links[one].get(two)
        if link is None:
            ours, theirs = self._stories[one].members, self._stories[two].members
            if len(ours) == 1 == len(theirs) and not self._may_be_alike(ours[0], theirs[0]):
                return 0.0
            link = self._links[one][two] = self._links[two][one] = self._linked(ours, theirs)
        return link.likeness

    def _relink(self, older: str, newer: str) -> None:
        """Link what two stories that become one are linked to: only what one of them was not yet is compared."""
        ours, theirs = self._links.pop(older, {}), self._links.pop(newer, {})
        size = len(self._stories[older].members) + len(self._stories[newer].members)
        for story in (ours.keys() | theirs.keys()) - {older, newer}:
            first, second = (self._links[story].pop(each, None) for each in (older, newer))
            members = self._stories[story].members
            if size + len(members) <= MAX_REPORTS:
                first = first or self._linked(self._stories[older].members, members)
                second = second or self._linked(self._stories[newer].members, members)
                self._links[story][older] = self._links[older][story] = first.joined_with(second)

    def _linked(self, ours: Sequence[Report], theirs: Sequence[Report]) -> _Link:
        values = [
            round(_FINE * max(_LOWEST, min(_HIGHEST, self.score(one, other).value))) for one in ours for other in theirs
        ]
        return _Link(sum(values), len(values), max(values))

    def _unite(self, one: str, two: str) -> tuple[str, str]:
        """Make two stories one; return the id that stays, the older one's, and the other."""
        older, newer = sorted((one, two), key=self._age)
        self._relink(older, newer)
        joining = self._stories.pop(newer)
        self._stories[older].take(joining.members)
        self._story.update((each.id, older) for each in joining.members)
        if any(not each.is_waiting for each in joining.members):
            self.merged = {each: older if into == newer else into for each, into in self.merged.items()}
            self.merged[newer] = older
        return older, newer

    def _age(self, story: str) -> tuple[bool, datetime, str]:
        """Order stories: what was stored before this round comes first, then what was published first."""
        return self._stories[story].is_new, self._stories[story].begins, story

    def _weigh(self, report: Report) -> Weighed:
        weighed = self._weighed.get(report.id)
        if weighed is None:
            weighed = self._weighed[report.id] = Weighed(report, self._weights)
        return weighed


def needing_vectors(near: Near, weights: Weights) -> set[str]:
    """Return the ids of reports whose meaning may tell that they are of one event with another: others need no vector.

    ``near`` are reports with their candidates.
    """
    weighed: dict[str, Weighed] = {}

    def of(report: Report) -> Weighed:
        if report.id not in weighed:
            weighed[report.id] = Weighed(report, weights)
        return weighed[report.id]

    wanted: set[str] = set()
    for report, others in near:
        for other in others:
            if needs_meaning(of(report), of(other)):
                wanted |= {report.id, other.id}
    return wanted


def evidence_of(found: Score, words: Iterable[str], report: Report, other: Report) -> str:
    """Say in words why a report is in one story with another."""
    written = as_written(words, report, other)[:_MOST_WORDS]
    shared = f": {', '.join(written)}" if written else ""
    reasons = found.reasons(1)
    because = f" ({', '.join(reasons[:2])})" if reasons else ""
    return f"like {other.source} “{other.title[:80]}”, {found.share:.0%} sure{because}{shared}"
