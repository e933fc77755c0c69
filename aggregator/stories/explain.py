"""Why a report is not in the stories that are near, in words for ``aggregator explain``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aggregator.model import Report
from aggregator.stories.candidates import WINDOW
from aggregator.stories.grouping import Cosine, Stories
from aggregator.stories.scores import Score
from aggregator.stories.weights import Weights
from aggregator.stories.wording import as_written

_SHOWN, _MOST_WORDS = 3, 6


def nearest_stories(
    own: Report, found: Sequence[Report], stored: Iterable[Report], weights: Weights, cosine: Cosine
) -> list[str]:
    """Say of those of other stories that are the likest what is missing. ``stored`` has all of their stories."""
    stories = Stories(stored, weights, cosine)
    others = sorted(
        (each for each in found if each.story != own.story), key=lambda each: (-stories.score(own, each).value, each.id)
    )
    return [f"{each.id} from {each.source} “{each.title}”: {_missing(own, each, stories)}" for each in others[:_SHOWN]]


def _missing(own: Report, other: Report, stories: Stories) -> str:
    score = stories.score(own, other)
    said = _said(score, as_written(stories.words_in_both(own, other), own, other))
    if abs(own.published - other.published) > WINDOW:
        return f"{said}, but they are {abs(own.published - other.published).days} days apart"
    if (closed := stories.why_closed(own, other.story)) is not None:
        return f"{said}, but {closed}"
    if score.value > 0:
        if stories.likeness_to(own, other.story) > 0:
            return f"{said}, which would be enough now"
        return f"{said}, which is enough for the two; but its story has others that this one is not like"
    against = score.reasons(-1)
    return f"{said}, which is not enough" + (f": {', '.join(against)}" if against else "")


def _said(score: Score, words: Sequence[str]) -> str:
    return f"{how_sure(score)} sure" + (f" ({', '.join(words[:_MOST_WORDS])})" if words else "")


def how_sure(score: Score) -> str:
    """Return a score in per cent; around 50, where enough begins, no rounding says otherwise."""
    share = f"{score.share:.0%}"
    if share != "50%":
        return share
    return "just over 50%" if score.value > 0 else "just under 50%"
