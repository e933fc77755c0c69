from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from aggregator.errors import ConfigError
from aggregator.sources.edit import replace_addresses

NEW = "https://new.example/feed?a=1"


def replaced(tmp_path: Path, before: str, new: dict[int, str]) -> tuple[str, frozenset[int]]:
    path = tmp_path / "sources.yaml"
    path.write_bytes(before.encode())
    left = replace_addresses(path, new)
    return path.read_bytes().decode(), left


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# mine\nsources:\n  - url: HERE   # keep\n    name: a\n\n# the end", 3),
        ("sources:\n-\n  title: it was at https://old.example/\n  url: HERE\nsite: {}\n", 3),
        ("\ufeffsources:\r\n  - name: é  # ü\r\n    url: HERE\r\n", 2),
        ("sources:\n  - {url: HERE, name: a}\n", 2),
        ("sources: [{name: a, url: HERE}]\n", 1),
        ("sources:\n  - url: 'HERE'  # quoted\n", 2),
        ('sources:\n  - {"url": "HERE"}\n', 2),
    ],
)
def test_every_byte_but_the_address_stays(tmp_path: Path, text: str, line: int) -> None:
    after, left = replaced(tmp_path, text.replace("HERE", "https://old.example/"), {line: NEW})

    assert after == text.replace("HERE", NEW)
    assert left == frozenset()
    assert YAML(typ="safe").load(after)["sources"][0]["url"] == NEW


def test_several_addresses_of_one_file_change_at_once(tmp_path: Path) -> None:
    before = "sources:\n  - url: https://a.example/\n    name: a\n  - url: b\n  - url: https://c.example/\n"

    after, _ = replaced(tmp_path, before, {2: "https://a.example/much/longer", 5: "c"})

    assert after == "sources:\n  - url: https://a.example/much/longer\n    name: a\n  - url: b\n  - url: c\n"


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize(
    "url", ["https://x.example/?a={b},[c]", "https://x.example/it's", "https://x.example/${HOME}:"]
)
def test_any_address_comes_back_as_it_was(tmp_path: Path, quote: str, url: str) -> None:
    after, _ = replaced(tmp_path, f"sources:\n  - {{url: {quote}https://old.example/{quote}, name: a}}\n", {2: url})

    assert YAML(typ="safe").load(after)["sources"] == [{"url": url.replace("${", "$${"), "name": "a"}]


@pytest.mark.parametrize(
    "url",
    [
        "https://${HOST}/feed",
        "'https://u:${PASSWORD}@a.example/'",
        "&here https://a.example/",
        ">-\n     https://a.example/",
    ],
)
def test_an_address_that_is_not_written_out_in_one_place_is_left(tmp_path: Path, url: str) -> None:
    before = f"sources:\n  - url: {url}\n  - url: https://b.example/\n"
    last = before.count("\n")

    after, left = replaced(tmp_path, before, {2: NEW, last: NEW})

    assert left == {2}
    assert after == before.replace("https://b.example/", NEW)


def test_a_file_that_cannot_be_read_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be changed"):
        replace_addresses(tmp_path / "none.yaml", {1: NEW})
