"""The garbage collector is paused while a configuration loads, and goes on whatever happens."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.errors import ConfigError

MINIMAL = "site: {title: News, url: https://news.example.org/}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "aggregator.yaml"
    path.write_text(MINIMAL)
    return path


def test_nothing_is_collected_while_a_configuration_loads(file: Path) -> None:
    file.write_text(MINIMAL + "sources:\n" + "".join(f"  - url: https://{n}.example/\n" for n in range(300)))
    load(file)  # what is made once and kept, such as patterns, is made by now
    gc.collect()
    before = sum(each["collections"] for each in gc.get_stats())

    load(file)

    assert sum(each["collections"] for each in gc.get_stats()) - before <= 1  # the one that was put off


def test_the_collector_goes_on_after_a_load_and_after_an_error(file: Path) -> None:
    load(file)
    assert gc.isenabled()

    file.write_text("site: nonsense")
    with pytest.raises(ConfigError):
        load(file)
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off(file: Path) -> None:
    gc.disable()
    try:
        load(file)
        assert not gc.isenabled()
    finally:
        gc.enable()
