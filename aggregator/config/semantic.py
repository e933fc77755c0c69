"""How entries are judged: what is one story."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from aggregator.config.settings import Settings


class Semantic(StrEnum):
    """Whether sentences are compared by their meaning."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


def _as_written(value: object) -> object:
    """Take YAML's own reading of "on" and "off" for what was written."""
    return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value


class Judgement(Settings):
    """How entries are judged."""

    semantic: Annotated[Semantic, BeforeValidator(_as_written)] = Field(
        Semantic.AUTO,
        description=(
            "Find stories across languages by the meaning of headlines, with the extra `semantic`: `auto` where it is "
            "installed, `on`, or `off`. Without it names, numbers and a table of subjects and places do it alone."
        ),
    )
