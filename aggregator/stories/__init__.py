"""Reports and what is near them → stories: the groups of those that tell of one event."""

from aggregator.stories.candidates import MAX_AGE, Candidates, looked_up_marks, needing_vectors, stored_marks
from aggregator.stories.encoder import Encoder, SentenceEncoder, cosine, is_installed, packed
from aggregator.stories.explain import nearest_stories
from aggregator.stories.gist import gists_of
from aggregator.stories.grouping import group_reports
from aggregator.stories.weights import Weights

__all__ = [
    "MAX_AGE",
    "Candidates",
    "Encoder",
    "SentenceEncoder",
    "Weights",
    "cosine",
    "gists_of",
    "group_reports",
    "is_installed",
    "looked_up_marks",
    "nearest_stories",
    "needing_vectors",
    "packed",
    "stored_marks",
]
