"""Entries and what is near them → stories: the groups of those that tell of one event."""

from aggregator.stories.explain import nearest_stories
from aggregator.stories.gist import gists_of
from aggregator.stories.grouping import story_marks
from aggregator.stories.joining import join_stories
from aggregator.stories.weights import Weights

__all__ = ["Weights", "gists_of", "join_stories", "nearest_stories", "story_marks"]
