"""The configuration that ``aggregator init`` writes: a starting point of the operator's own, which works as it is."""

from aggregator.entrypoints.starter.subjects import SUBJECTS, Subject
from aggregator.entrypoints.starter.writing import FILES, Answers, files_in_the_way, write_starter

__all__ = ["FILES", "SUBJECTS", "Answers", "Subject", "files_in_the_way", "write_starter"]
