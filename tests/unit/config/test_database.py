"""Which database a configuration has that names none."""

from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.errors import ConfigError


def configuration(folder: Path, text: str = "sources: []\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "aggregator.yaml"
    path.write_text(text)
    return path


def database(folder: Path) -> str:
    path = folder / "var" / "aggregator.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return f"sqlite:///{path}"


def test_two_projects_side_by_side_have_a_database_each(tmp_path: Path) -> None:
    urls = [load(configuration(tmp_path / name), env={}).storage.url for name in "ab"]

    assert urls == [f"sqlite:///{tmp_path}/{name}/var/aggregator.db" for name in "ab"]


def test_beside_a_folder_named_config_is_the_folder_above(tmp_path: Path) -> None:
    storage = load(configuration(tmp_path / "config"), env={}).storage

    assert (storage.url, storage.is_above) == (f"sqlite:///{tmp_path}/var/aggregator.db", False)


def test_a_database_that_an_earlier_release_made_above_goes_on_to_be_used(tmp_path: Path) -> None:
    above = database(tmp_path)

    storage = load(configuration(tmp_path / "mine"), env={}).storage

    assert (storage.url, storage.is_above) == (above, True)


def test_one_beside_the_configuration_comes_before_one_above(tmp_path: Path) -> None:
    database(tmp_path)
    beside = database(tmp_path / "mine")

    assert load(configuration(tmp_path / "mine"), env={}).storage.url == beside


def test_a_database_above_is_not_shared_by_accident(tmp_path: Path) -> None:
    database(tmp_path)
    other = configuration(tmp_path / "other", "# url: sqlite:///var/x.db\nsources: []\n")

    with pytest.raises(ConfigError) as error:
        load(configuration(tmp_path / "mine"), env={})

    assert str(other) in str(error.value)
    assert "storage: {url: sqlite:///../var/aggregator.db}" in str(error.value)


@pytest.mark.parametrize("url", ["sqlite:///var/x.db", "postgresql://db/news", "${DATABASE}"])
def test_a_neighbor_that_names_its_database_takes_none_away(tmp_path: Path, url: str) -> None:
    above = database(tmp_path)
    configuration(tmp_path / "other", f"storage: {{url: '{url}'}}\n" if "$" not in url else f"storage:\n  url: {url}\n")

    assert load(configuration(tmp_path / "mine"), env={}).storage.url == above


def test_a_setting_is_never_overruled(tmp_path: Path) -> None:
    database(tmp_path)

    storage = load(configuration(tmp_path / "mine", "storage: {url: 'sqlite:///x.db'}"), env={}).storage

    assert (storage.url, storage.is_above) == (f"sqlite:///{tmp_path}/mine/x.db", False)
