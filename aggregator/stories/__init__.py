"""Reports and what is near them → stories: the groups of those that tell of one event."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aggregator.stories.encoder import Encoder, SentenceEncoder, cosine, is_installed, packed

if TYPE_CHECKING:
    from aggregator.stories.candidates import MAX_AGE, WINDOW, Candidates, Marks, marks_of
    from aggregator.stories.explain import nearest_stories
    from aggregator.stories.gist import gists_of
    from aggregator.stories.grouping import group_reports, needing_vectors
    from aggregator.stories.weights import Weights

__all__ = [
    "MAX_AGE",
    "WINDOW",
    "Candidates",
    "Encoder",
    "Marks",
    "SentenceEncoder",
    "Weights",
    "cosine",
    "gists_of",
    "group_reports",
    "is_installed",
    "marks_of",
    "nearest_stories",
    "needing_vectors",
    "packed",
]

# Loaded by the first who wants it: a poll that brings nothing new needs none of it.
_MODULES = {
    "MAX_AGE": "candidates",
    "WINDOW": "candidates",
    "Candidates": "candidates",
    "Marks": "candidates",
    "marks_of": "candidates",
    "needing_vectors": "grouping",
    "nearest_stories": "explain",
    "gists_of": "gist",
    "group_reports": "grouping",
    "Weights": "weights",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever it is
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
