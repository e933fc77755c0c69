"""The examples in docs/reference/rules.md hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from aggregator.categorize import categorize, compile_filter, compile_rules, is_wanted
from aggregator.config import CategoryConfig
from tests.builders import make_entry, make_source

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "rules.md").read_text("utf-8")
EXAMPLES = re.findall(r"```(yaml|filter)\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)
CASES = [
    pytest.param(kind, rule, answer == "yes", said, id=said)
    for kind, rule, said_lines in EXAMPLES
    for answer, said in (line.split(maxsplit=1) for line in said_lines.splitlines())
]


def test_all_examples_of_the_page_are_read() -> None:
    assert len(EXAMPLES) == PAGE.count("```text") >= 7


@pytest.mark.parametrize(("kind", "rule", "fits", "said"), CASES)
def test_an_example_of_the_page_holds(kind: str, rule: str, fits: bool, said: str) -> None:
    title, _, summary = said.partition(" | ")
    entry = make_entry(title, summary=summary)

    if kind == "filter":
        answer = is_wanted(entry, compile_filter(rule.strip()))
    else:
        [category] = YAML(typ="safe").load(rule)
        rules = compile_rules([CategoryConfig.model_validate(category)])
        answer = bool(categorize(entry, make_source(), rules))

    assert answer is fits
