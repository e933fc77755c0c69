import pytest

from aggregator.config.environment import substitute

ENV = {"HOST": "db.example", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "value", "is_from_environment"),
    [
        ("plain $5 {x}", "plain $5 {x}", False),
        ("a ${HOST} b ${HOST}", "a db.example b db.example", True),
        ("${EMPTY}", "", True),
        ("${NOT_THERE:-localhost}", "localhost", True),
        ("${EMPTY:-localhost}", "localhost", True),
        ("${NOT_THERE:-}", "", True),
        ("${HOST:-localhost}", "db.example", True),
        ("$${HOST}", "${HOST}", False),
    ],
)
def test_references_are_replaced(text: str, value: str, is_from_environment: bool) -> None:
    assert substitute(text, ENV) == (value, is_from_environment)


def test_what_a_variable_holds_is_not_replaced_again() -> None:
    assert substitute("${A}", {"A": "${B}", "B": "secret"}) == ("${B}", True)


def test_missing_variables_are_all_named() -> None:
    with pytest.raises(ValueError, match=r"the environment has no ONE, TWO; set it or write a default: \$\{ONE:-…\}"):
        substitute("${ONE} ${TWO} ${ONE}", ENV)


@pytest.mark.parametrize("text", ["${", "${1A}", "${A B}", "${A-b}", "${A:-x"])
def test_a_malformed_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected \$\{NAME\}"):
        substitute(text, ENV)
