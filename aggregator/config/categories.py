"""The operator's categories: which entries belong to them. docs/reference/rules.md explains them by examples."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from aggregator.config import values
from aggregator.config.settings import Settings
from aggregator.model import RightAnswers, Rule, Terms
from aggregator.text.terms import NEAR_WORDS
from aggregator.text.terms import Field as EntryField


class TermGroup(Settings):
    """Terms that count only here or there, or more or less than others."""

    terms: Annotated[tuple[values.Term, ...], AfterValidator(values.not_empty)] = Field(
        description="Words, phrases, stems, `=Exact` ones, `/regular expressions/`.", json_schema_extra={"minItems": 1}
    )
    weight: values.Number = Field(
        1.0, ge=-1000, le=1000, description="What each of them adds to the score; less than 0 speaks against."
    )
    fields: tuple[EntryField, ...] = Field(
        (), alias="in", description="Only in these parts of the entry; all but `source` when left out."
    )
    language: tuple[values.Language, ...] = Field(
        (), description="Only in entries in these languages, or of unknown language."
    )
    near: tuple[values.Term, ...] = Field((), description="Only where one of these is near, before or after.")
    within: values.Whole = Field(NEAR_WORDS, ge=0, le=100, description="The most words between them.")

    def as_terms(self) -> Terms:
        return Terms(
            terms=self.terms,
            weight=self.weight,
            fields=self.fields,
            language=self.language,
            near=self.near,
            within=self.within,
        )


class FieldWeights(Settings):
    """What a term counts in the parts of an entry: its weight times this; the part where it counts most decides."""

    title: values.Number = Field(1.0, ge=0, le=1000, description="In the title.")
    summary: values.Number = Field(1.0, ge=0, le=1000, description="In the summary, or the first 500 characters.")
    content: values.Number = Field(1.0, ge=0, le=1000, description="In the text, which includes the summary.")
    tags: values.Number = Field(1.0, ge=0, le=1000, description="In the publisher's own tags.")
    source: values.Number = Field(1.0, ge=0, le=1000, description="In the source's name and title, if asked for.")


def _term_tag(value: Any) -> str:  # noqa: ANN401 - whatever the YAML holds
    return "<group>" if isinstance(value, dict | TermGroup) else "<term>"


TermOrGroup = Annotated[
    Annotated[values.Term, Tag("<term>")] | Annotated[TermGroup, Tag("<group>")],
    Discriminator(_term_tag),
    Field(title="term"),
]


class Examples(Settings):
    """Right answers. The entry that one names has the category, or has it not, whatever the rule says of it."""

    yes: tuple[values.Line, ...] = Field(
        (), description="Headlines that belong to the category, or addresses of entries that do."
    )
    no: tuple[values.Line, ...] = Field((), description="Such that don't.")

    @model_validator(mode="after")
    def _check_agreeing(self) -> Self:
        if both := next((each for each in self.yes if each in self.no), None):
            raise ValueError(f"{both!r} is in yes and in no; keep one of them")
        return self


class CategoryConfig(Settings):
    """A rule: which entries belong to it. docs/reference/rules.md explains it by examples."""

    name: values.Slug = Field(description="Short name for commands and addresses.")
    title: values.Line | None = Field(None, description="Title to show; the name when left out.")
    any: tuple[TermOrGroup, ...] = Field(
        (),
        description=(
            "Terms, each of which scores 1 where it occurs: words, phrases, stems (`satellite*`), `=Exact` ones, "
            "`/regular expressions/`; or groups of terms with a weight or conditions."
        ),
    )
    none: tuple[TermOrGroup, ...] = Field(
        (), description="Where one of these occurs, the terms inside it do not count: `office space` for `space`."
    )
    at_least: values.Number = Field(1.0, gt=0, le=1000, description="Score that an entry must reach.")
    examples: Examples = Field(
        Examples(),
        description=(
            "Right answers: `rules test` counts them, `check` tells which the rule gets wrong, `rules suggest` how to "
            "mend it."
        ),
    )
    fields: FieldWeights = Field(FieldWeights(), description="What terms count in title, summary, content and tags.")

    @model_validator(mode="after")
    def _check_reachable(self) -> Self:
        groups = [each if isinstance(each, TermGroup) else TermGroup(terms=(each,)) for each in self.any]
        most = max(weight for _, weight in self.fields)
        if self.any and sum(max(0.0, each.weight) * len(each.terms) for each in groups) * most < self.at_least:
            raise ValueError("at_least is more than all terms in any count together, so nothing can reach it")
        if any(isinstance(each, TermGroup) and each.weight != 1 for each in self.none):
            raise ValueError("a group in none has no weight: it takes back what lies inside it")
        return self

    def as_rule(self) -> Rule:
        """Return what entries are compared with, without what checks it: for processes that don't load all of that."""
        any_of, none_of = (
            tuple(each.as_terms() if isinstance(each, TermGroup) else each for each in listed)
            for listed in (self.any, self.none)
        )
        return Rule(
            name=self.name,
            any=any_of,
            none=none_of,
            at_least=self.at_least,
            examples=RightAnswers(yes=self.examples.yes, no=self.examples.no),
            fields=tuple(self.fields),
        )
