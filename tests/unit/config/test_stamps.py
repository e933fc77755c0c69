"""An edit is seen however soon after the reading it comes, and in whichever file."""

import os
from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.config.stamps import were_edited
from aggregator.errors import ConfigError

_SOURCES = "sources:\n  - {name: one, url: 'https://one.example/feed'}\n"


def test_a_configuration_as_it_was_read_was_not_edited(tmp_path: Path) -> None:
    main = tmp_path / "aggregator.yaml"
    main.write_text(_SOURCES)

    assert not were_edited(load(main).stamps)


def test_an_edit_just_after_the_reading_is_seen(tmp_path: Path) -> None:
    main, more = tmp_path / "aggregator.yaml", tmp_path / "more.yaml"
    main.write_text("include: [more.yaml]\n")
    more.write_text(_SOURCES)
    config = load(main)

    more.write_text(_SOURCES + "  - {name: two, url: 'https://two.example/feed'}\n")

    assert were_edited(config.stamps)


def test_a_file_replaced_by_another_of_its_size_and_time_is_seen(tmp_path: Path) -> None:
    main, other = tmp_path / "aggregator.yaml", tmp_path / "other"
    main.write_text(_SOURCES)
    config = load(main)
    stat = main.stat()

    other.write_text(_SOURCES.replace("one", "two"))
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.rename(main)

    assert were_edited(config.stamps)


@pytest.mark.parametrize("new", [None, "sources: [\n"], ids=["missing", "broken"])
def test_a_rejected_configuration_tells_of_its_new_files_too(tmp_path: Path, new: str | None) -> None:
    main, more = tmp_path / "aggregator.yaml", tmp_path / "more.yaml"
    main.write_text("include: [more.yaml]\n" + _SOURCES)
    if new is not None:
        more.write_text(new)
    with pytest.raises(ConfigError) as rejected:
        load(main)
    assert not were_edited(rejected.value.stamps)

    more.write_text("categories: []\n")

    assert were_edited(rejected.value.stamps)
