"""A small change of a rule: what it is, in words and in YAML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from aggregator.config import TermGroup
from aggregator.tuning.categories_file import CategoryFile, written_group


class EditKind(StrEnum):
    """What is done, the simplest first: among edits that do the same the first is preferred."""

    TERM = "a term"
    VETO = "a veto"
    WEIGHT = "a weight"
    NEAR = "a near"
    AGAINST = "a term that speaks against"


# What is less simple must do more; what narrows a term in all of its senses loses entries nobody has seen yet.
PRICES = {
    EditKind.TERM: 0.0,
    EditKind.VETO: 0.0,
    EditKind.WEIGHT: 1.5,
    EditKind.NEAR: 3.0,
    EditKind.AGAINST: 1.0,
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: ``group`` has one term, and is added, or stands in ``place`` of what was there before.

    ``place`` is that of a term in ``any``: of its item, and within its group.
    """

    kind: EditKind
    group: TermGroup
    place: tuple[int, int] | None = None
    before: TermGroup | None = None

    @property
    def words(self) -> str:
        """What is to be done, with the YAML that does it."""
        term = self.group.terms[0]
        if self.kind is EditKind.VETO:
            return f"add to none: {written_group(self.group)}"
        if self.before is None:
            return f"add to any: {written_group(self.group)}"
        if self.kind is EditKind.WEIGHT:
            return f'let "{term}" weigh {self.group.weight:g} instead of {self.before.weight:g}'
        near = ", ".join(f'"{each}"' for each in self.group.near)
        return f'let "{term}" count only near {near}'

    def write(self, file: CategoryFile) -> None:
        """Make the change in the text of a file. Raises ConfigError."""
        if self.place is not None:
            file.replace_term("any", self.place, self.group)
        else:
            file.add(("none" if self.kind is EditKind.VETO else "any",), written_group(self.group))


def write_all(edits: Iterable[Edit], file: CategoryFile) -> None:
    """Make several changes, so that none moves the place of another. Raises ConfigError."""
    for edit in sorted(edits, key=lambda each: each.place or (-1, 0), reverse=True):
        edit.write(file)
