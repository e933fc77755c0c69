from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from aggregator.config import Config, TermGroup, load
from aggregator.errors import ConfigError
from aggregator.tuning.categories_file import CategoryFile, file_of, written_example, written_group

# The same category in the forms that people write; the comments are to stay.
FORMS = {
    "a list": """\
# mine
categories:
  # what flies
  - name: space   # short
    any: [lunar]  # more later
  - name: other
""",
    "a list without indentation": """\
categories:
- name: other
- any:
  - lunar
  # weak ones
  name: space
# the end""",
    "one line": """\
categories:
  - {name: space, any: [lunar]}  # x
  - {name: other}
""",
    "one line of nothing else": "categories: [{name: space, any: lunar}, {name: other}]\n",
    "names as keys": """\
categories:
  space:  # mine
    any: lunar
  other: {}
site: {title: T}
""",
    "windows": "categories:\r\n  - name: other\r\n  - name: space\r\n    any: [lunar]\r\n    # below\r\n",
    "without a line end": "categories:\n  - name: space\n    any: [lunar]",
    "some examples": """\
categories:
  - name: space
    any: [lunar]
    examples:
      # seen
      yes:
      - One  # 1
      - Two
      # no: none
    title: S
""",
    "an empty list": """\
categories:
  - name: space
    any: [lunar]
    examples: {yes: [], no: [Three]}
""",
    "an empty key": """\
categories:
  - name: space
    any: [lunar]
    examples:   # right answers
    title: S
""",
    "an example alone": """\
categories:
  - name: space
    any: [lunar]
    examples:
      yes: One, or two
""",
    "many lines in brackets": """\
categories:
  - name: space
    any: [lunar]
    examples:
      yes: [
        One,
        Two,  # 2
      ]
""",
}
AWKWARD = ['Say: "no" # yes', "it's [a] {test}, isn't it", "${HOME} costs 5 %", "Éclipse – œuvre", "- dash", "yes"]


def loaded(text: str) -> dict[str, Any]:
    listed = YAML(typ="safe").load(text)["categories"]
    if isinstance(listed, dict):
        listed = [{"name": name, **section} for name, section in listed.items()]
    return next(each for each in listed if each["name"] == "space")


def examples_in(category: dict[str, Any], key: str) -> list[str]:
    found = (category.get("examples") or {}).get(key) or []
    return [found] if isinstance(found, str) else list(found)


def opened(tmp_path: Path, text: str) -> CategoryFile:
    path = tmp_path / "categories.yaml"
    path.write_bytes(text.encode())
    return CategoryFile(path, "space")


@pytest.mark.parametrize("before", FORMS.values(), ids=FORMS)
def test_examples_are_added_at_the_end_and_all_else_stays(tmp_path: Path, before: str) -> None:
    file = opened(tmp_path, before)

    for example in ("New one", *AWKWARD):
        file.add(("examples", "yes"), written_example(example))
    file.write()

    after = file.path.read_bytes().decode()
    assert examples_in(loaded(after), "yes") == [
        *examples_in(loaded(before), "yes"),
        "New one",
        *map(_dollars, AWKWARD),
    ]
    assert examples_in(loaded(after), "no") == examples_in(loaded(before), "no")
    characters = iter(after)
    assert all(each in characters for each in before)
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in before else 0)
    without_examples = {key: value for key, value in loaded(after).items() if key != "examples"}
    assert without_examples == {key: value for key, value in loaded(before).items() if key != "examples"}


def _dollars(example: str) -> str:
    return example.replace("${", "$${")


@pytest.mark.parametrize("before", FORMS.values(), ids=FORMS)
def test_what_was_added_can_be_taken_out_again(tmp_path: Path, before: str) -> None:
    file = opened(tmp_path, before)
    file.add(("examples", "no"), '"A: b"', comment="why")

    file.remove(("examples", "no"), "A: b")
    file.remove(("examples", "no"), "never there")

    assert examples_in(loaded(file.text), "no") == examples_in(loaded(before), "no")
    assert [line for line in before.splitlines() if "#" in line and line.partition("#")[2] not in file.text] == []


def test_an_example_from_the_middle_of_any_list_can_be_taken_out(tmp_path: Path) -> None:
    for listed in ("[a, b , c]", "[\n a,\n b, # 2\n c,\n ]", "\n      - a\n      - b  # 2\n      - c"):
        file = opened(tmp_path, f"categories:\n  - name: space\n    examples:\n      yes: {listed}\n")
        for taken, left in (("b", ["a", "c"]), ("c", ["a"]), ("a", [])):
            file.remove(("examples", "yes"), taken)
            assert examples_in(loaded(file.text), "yes") == left


@pytest.mark.parametrize(
    ("any_", "place", "expected"),
    [
        ("[lunar, orbit]", (1, 0), ["lunar", {"terms": ["orbit"], "weight": 0.5}]),
        ("lunar", (0, 0), None),
        ("\n      - lunar  # sure\n      - orbit\n", (0, 0), [{"terms": ["lunar"], "weight": 0.5}, "orbit"]),
        (
            "\n      - terms: [lunar, orbit]  # both\n        near: [x]\n",
            (0, 1),
            [{"terms": ["lunar"], "near": ["x"]}, {"terms": ["orbit"], "weight": 0.5}],
        ),
        ("\n      - terms: [orbit]\n        weight: 2\n", (0, 0), [{"terms": ["orbit"], "weight": 0.5}]),
        ("\n      - {terms: orbit, weight: 2}\n", (0, 0), [{"terms": ["orbit"], "weight": 0.5}]),
    ],
)
def test_a_term_gets_a_weight_of_its_own_wherever_it_stands(
    tmp_path: Path, any_: str, place: tuple[int, int], expected: list[Any] | None
) -> None:
    file = opened(tmp_path, f"categories:\n  - name: space\n    any: {any_}\n    title: S  # keep\n")
    term = "lunar" if expected is None or expected[0] == {"terms": ["lunar"], "weight": 0.5} else "orbit"

    file.replace_term("any", place, TermGroup(terms=(term,), weight=0.5))

    expected = expected if expected is not None else {"terms": ["lunar"], "weight": 0.5}  # type: ignore[assignment]
    assert loaded(file.text)["any"] == expected
    assert "# keep" in file.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x: &x {yes: [a]}\ncategories:\n  - name: space\n    examples: *x\n", "shared with others"),
        ("x-a: &x {any: [a]}\ncategories:\n  - name: space\n    <<: *x\n", "written elsewhere"),
        ("categories:\n  - name: space\n    examples: 5\n", "is no section"),
    ],
)
def test_what_cannot_be_changed_is_said_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    file = opened(tmp_path, text)

    with pytest.raises(ConfigError, match=words) as error:
        file.add(("examples", "yes"), "b")

    assert error.value.problems[0].line > 0


def test_the_file_of_a_category_is_found_among_those_that_are_included(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("include: [b.yaml, c.yaml]\ncategories:\n  - name: other\n    any: x\n")
    (tmp_path / "b.yaml").write_text("sources: [https://a.example/feed]\n")
    (tmp_path / "c.yaml").write_text("categories:\n  space: {any: lunar}\n")
    config: Config = load(tmp_path / "a.yaml")

    assert file_of(config, "space").path.name == "c.yaml"
    assert file_of(config, "other").path.name == "a.yaml"
    with pytest.raises(ConfigError, match="edit it yourself"):
        file_of(config, "none")


@pytest.mark.parametrize(
    "group",
    [
        TermGroup(terms=("lunar",)),
        TermGroup(terms=("satellit*", "=ESA", "/a, b/", "it's"), weight=0.5),
        TermGroup(terms=("crew",), near=("station*", "l'espace"), within=3),
        TermGroup.model_validate({"terms": ["x y"], "in": ["title"], "language": ["de"], "weight": -1}),
    ],
)
def test_a_group_is_written_as_it_is_read(group: TermGroup) -> None:
    read = YAML(typ="safe").load(f"any: [{written_group(group)}]")["any"][0]

    assert TermGroup.model_validate(read if isinstance(read, dict) else {"terms": [read]}) == group
