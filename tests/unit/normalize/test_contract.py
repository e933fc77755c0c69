"""docs/explanation/normalization.md says what the code does: lists and limits."""

from __future__ import annotations

import re
from pathlib import Path

from aggregator.normalize import entry, identity, urls
from aggregator.normalize.allowed import ATTRIBUTES, BLOCKS, DROPPED_WITH_CONTENT, INLINE
from aggregator.text.tracking import ORIGIN_PARAMETERS, REFERRERS, TRACKING_PARAMETERS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "explanation" / "normalization.md").read_text("utf-8")
RULES = dict(re.findall(r"^\*\*(N\d+)\*\* (.*?)(?=^\*\*N|^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))


def named(rule: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", RULES[rule]))


def test_every_tracking_parameter_is_listed() -> None:
    parameters = set(TRACKING_PARAMETERS) | ORIGIN_PARAMETERS | REFERRERS
    assert named("N14") >= parameters
    assert named("N14") - parameters == {"*", "ref=rss", "amp", "output", "outputtype"}


def test_every_element_and_attribute_is_listed() -> None:
    assert named("N30") >= BLOCKS | INLINE | DROPPED_WITH_CONTENT
    assert named("N31") >= set().union(*ATTRIBUTES.values())


def test_limits_are_as_written() -> None:
    assert f"{entry.MAX_TITLE_CHARS} characters" in RULES["N20"]
    assert f"{entry.MAX_SUMMARY_CHARS} characters" in RULES["N22"]
    assert f"at most {entry.MAX_AUTHORS}" in RULES["N24"]
    assert f"at most {entry.MAX_TAGS}" in RULES["N25"]
    assert f"{identity.MAX_KEY_CHARS} characters" in RULES["N65"]
    assert f"{urls.MAX_URL_CHARS:,} characters" in RULES["N13"]


def test_every_rule_that_a_test_cites_is_written_down() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))

    cited = {number.upper() for number in re.findall(r"def test_(n\d+)_", tests)}

    assert len(cited) > 25
    assert cited <= set(RULES)
