"""Pages without a feed: where the records of their lists stand, when the operator says so."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import re2
from pydantic import AfterValidator, Field, Strict, WithJsonSchema

from aggregator.config.settings import Settings
from aggregator.text.terms import re2_options

_MAX_CHARS = 500


def _selector(text: str) -> str:
    from cssselect import SelectorError  # takes a while to load, and few configurations have selectors
    from lxml.cssselect import CSSSelector

    if not text.strip() or len(text) > _MAX_CHARS:
        raise ValueError(f"expected a CSS selector of at most {_MAX_CHARS} characters")
    try:
        CSSSelector(text, translator="html")
    except (SelectorError, ValueError) as error:
        raise ValueError(f"not a CSS selector: {error}") from None
    return text.strip()


def _links(text: str) -> str:
    try:
        re2.compile(text, re2_options())
    except re2.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if not text.strip():
        raise ValueError("expected a regular expression that links must fit")
    return text


def _date_format(text: str) -> str:
    sample = datetime(2026, 11, 25)  # noqa: DTZ001 - no moment in time, just what is written
    try:
        is_whole = datetime.strptime(sample.strftime(text), text).date() == sample.date()  # noqa: DTZ007
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ValueError("expected the format of a whole date such as %d-%m-%Y (day, month, year) or %d %B %Y")
    return text


Selector = Annotated[
    str, Strict(), AfterValidator(_selector), WithJsonSchema({"title": "CSS selector", "type": "string"})
]
Links = Annotated[
    str, Strict(), AfterValidator(_links), WithJsonSchema({"title": "regular expression", "type": "string"})
]
DateFormat = Annotated[
    str,
    Strict(),
    AfterValidator(_date_format),
    WithJsonSchema({"title": "date format", "type": "string", "pattern": "%"}),
]


class PageConfig(Settings):
    """Where a page's list stands, in CSS. `aggregator preview URL` prints what it finds there, to be pinned."""

    items: Selector = Field(description="The records: `ul.news > li`.")
    title: Selector | None = Field(None, description="The title, within a record; the text of the link when left out.")
    link: Selector | None = Field(
        None, description="The link to the article, within a record; the record itself or its first link when left out."
    )
    date: Selector | None = Field(None, description="The date, within a record.")
    date_format: DateFormat | None = Field(
        None, description="How the date is written, where that is not plain: `%d-%m-%Y` is day, month, year."
    )
    summary: Selector | None = Field(None, description="The sentence or two below the title, within a record.")
    next: Selector | None = Field(None, description="The link to the next page of the list, in the whole page.")
