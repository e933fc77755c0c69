"""Whatever is in the file, it is a configuration or a ConfigError with a place and without a traceback."""

import contextlib
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aggregator.config import load
from aggregator.config.reference import EXAMPLE
from aggregator.errors import ConfigError, Problem
from aggregator.text.expressions import parse_filter
from aggregator.text.terms import parse_term

# on a busy machine examples are made slowly, which is no fault of theirs
unhurried = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
keys = st.sampled_from(
    [
        "site",
        "url",
        "sources",
        "name",
        "categories",
        "any",
        "fetch",
        "every",
        "digests",
        "to",
        "cron",
        "email",
        "include",
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["15m", "${X}", "/a/", "a"])
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["now", "15m", "${X}", "/a/", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def problems_of(path: Path, body: bytes) -> tuple[Problem, ...]:
    path.write_bytes(body)
    try:
        load(path, env={"X": "x"})
    except ConfigError as error:
        return error.problems
    return ()


def assert_only_a_config_error(path: Path, body: bytes) -> None:
    assert all(problem.file and problem.message for problem in problems_of(path, body))


@unhurried
@given(st.binary(max_size=200))
@example(b"\xff\xfea\x00")
def test_arbitrary_bytes_are_refused_in_words(tmp_path: Path, body: bytes) -> None:
    assert_only_a_config_error(tmp_path / "aggregator.yaml", body)


@unhurried
@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@#,? \n\t\\/${}0", max_size=60))
def test_arbitrary_yaml_is_refused_in_words(tmp_path: Path, text: str) -> None:
    assert_only_a_config_error(tmp_path / "aggregator.yaml", text.encode())


@unhurried
@given(st.dictionaries(keys, values, max_size=5))
def test_arbitrary_values_are_refused_in_words(tmp_path: Path, tree: object) -> None:
    assert_only_a_config_error(
        tmp_path / "aggregator.yaml", repr(tree).replace("None", "null").encode("utf-8", "replace")
    )


@unhurried
@given(st.integers(0, len(EXAMPLE)), st.integers(0, 30), st.text(alphabet="x:-[{'\"\t\n$*&", max_size=3))
def test_an_example_with_a_slip_is_refused_in_words(tmp_path: Path, at: int, length: int, typed: str) -> None:
    text = EXAMPLE[:at] + typed + EXAMPLE[at + length :]

    assert_only_a_config_error(tmp_path / "aggregator.yaml", text.encode())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab*/()[]" \\.?+andornot', max_size=20))
def test_arbitrary_rules_raise_nothing_but_a_sentence(text: str) -> None:
    for parse in (parse_term, parse_filter):
        with contextlib.suppress(ValueError):
            assert parse(text) is not None


def test_a_long_chain_of_aliases_is_refused_in_words(tmp_path: Path) -> None:
    lines = ["- &a0 [1]", *(f"- &a{number} [*a{number - 1}]" for number in range(1, 2000))]

    problems = problems_of(tmp_path / "aggregator.yaml", "\n".join(["sources:", *lines]).encode())

    assert any(problem.message == "nested too deeply" for problem in problems)
