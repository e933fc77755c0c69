from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from aggregator.config import shipped as shipped_module
from aggregator.errors import ConfigError
from aggregator.sources.edit import NewSource, append_sources

NEW = NewSource(url="https://new.example/feed", name="new", title="New: a title", categories=("space",))


def append(tmp_path: Path, before: str, *new: NewSource) -> str:
    path = tmp_path / "sources.yaml"
    path.write_bytes(before.encode())
    append_sources(path, new or (NEW,))
    return path.read_bytes().decode()


@pytest.mark.parametrize(
    "before",
    [
        "# mine\nsources:\n  - url: https://a.example/   # keep\n    name: a\n\n# the end\n",
        "sources:\n- url: https://a.example/\n- url: https://b.example/\n  categories:\n  - x\n  - y\nsite: {}\n",
        "sources:\n  - url: https://a.example/\n    keep: >\n      satellite\n      or launch\n# end",
        "sources:\r\n  - url: https://a.example/\r\n",
        'sources:\n  - {url: "https://a.example/", name: a}\n',
        "sources:\n  - url: https://a.example/\n    keep: |\n      satellite",
    ],
)
def test_every_line_that_was_there_stays_in_its_order(tmp_path: Path, before: str) -> None:
    after = append(tmp_path, before)

    added = [line for line in after.splitlines() if line not in before.splitlines()]
    kept = iter(after.splitlines())
    assert all(line in kept for line in before.splitlines())
    assert len(added) == 4
    loaded = YAML(typ="safe").load(after)
    assert loaded["sources"][-1] == {
        "url": "https://new.example/feed",
        "name": "new",
        "title": "New: a title",
        "categories": ["space"],
    }
    assert len(loaded["sources"]) == len(YAML(typ="safe").load(before)["sources"]) + 1


@pytest.mark.parametrize(
    "before", ["", "# only a comment\n", "sources:\n", "sources: []  # none yet\n", "site:\n  title: x"]
)
def test_a_file_without_sources_gets_a_list(tmp_path: Path, before: str) -> None:
    after = append(tmp_path, before)

    assert YAML(typ="safe").load(after)["sources"][0]["url"] == "https://new.example/feed"
    assert "#" not in before or "#" in after


@pytest.mark.parametrize(
    "title", ["true", "a # b", "${HOME}", "- x", "é: ü", 'say "hi"', "12", "*star", "x: y", "it's"]
)
def test_any_title_comes_back_as_it_was(tmp_path: Path, title: str) -> None:
    after = append(tmp_path, "sources:\n", NewSource(url="https://x.example/?a=1&b=#c", title=title))

    [source] = YAML(typ="safe").load(after)["sources"]
    assert source["title"] == title.replace("${", "$${")
    assert source["url"] == "https://x.example/?a=1&b=#c"


@pytest.mark.parametrize(
    "before", ["sources: [{url: https://a.example/}]\n", "- a\n- b\n", "{sources: []}\n", "a: [\n"]
)
def test_a_form_that_cannot_be_appended_to_is_refused_and_left_alone(tmp_path: Path, before: str) -> None:
    with pytest.raises(ConfigError):
        append(tmp_path, before)

    assert (tmp_path / "sources.yaml").read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["sources.yaml"]


def test_new_lines_end_as_the_others(tmp_path: Path) -> None:
    for before in ("sources:\r\n  - url: https://a.example/\r\n", "# x\r\n", "sources: []\r\n", "a: 1\r\nsources:"):
        after = append(tmp_path, before)

        assert after.count("\n") == after.count("\r\n") >= 5


def test_comments_of_the_last_source_stay_with_it(tmp_path: Path) -> None:
    before = "sources:\n  - url: https://a.example/\n    # title: A\n    # priority: 3\n  # next ones\n\n# end\n"

    after = append(tmp_path, before)

    own, _, rest = after.partition("  - url: https://new.example/feed\n")
    assert own.endswith("# title: A\n    # priority: 3\n")
    assert rest.endswith("  # next ones\n\n# end\n")


def test_bare_addresses_can_be_appended_to(tmp_path: Path) -> None:
    after = append(tmp_path, "sources:\n  - https://a.example/\n  - https://b.example/  # b\n")

    assert [each if isinstance(each, str) else each["url"] for each in YAML(typ="safe").load(after)["sources"]] == [
        "https://a.example/",
        "https://b.example/",
        "https://new.example/feed",
    ]


@pytest.mark.parametrize(
    "name", ["Space / Europe", "a, b", "[x]", "{y}", "true", "12", "C#", "it's: x", "&a", "- z", "日本"]
)
def test_any_folder_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    after = append(tmp_path, "sources:\n", NewSource(url="https://x.example/", folder=("First", name)))

    [source] = YAML(typ="safe").load(after)["sources"]
    assert source["folder"] == ["First", name]


def test_the_installed_package_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped_module, "_PACKAGE", tmp_path)
    folder = tmp_path / "_defaults" / "config"
    folder.mkdir(parents=True)

    with pytest.raises(ConfigError, match="`aggregator init` writes your own"):
        append(folder, "sources:\n")

    assert (folder / "sources.yaml").read_text() == "sources:\n"


def test_mode_and_link_of_the_file_stay(tmp_path: Path) -> None:
    real = tmp_path / "real.yaml"
    real.write_text("sources:\n")
    real.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(real)

    append_sources(link, [NEW])

    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "new.example" in real.read_text()


def test_a_missing_file_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be changed"):
        append_sources(tmp_path / "none.yaml", [NEW])


def test_why_a_file_can_not_be_changed_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"sources: # B\xfcro")

    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "latin", "it is not UTF-8")):
        with pytest.raises(ConfigError, match=f"can't be changed: {reason}$"):
            append_sources(path, [NewSource(url="https://a.example/")])
