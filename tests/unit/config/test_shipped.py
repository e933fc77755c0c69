"""The shipped files, as other tools and newcomers meet them."""

import re
from pathlib import Path

import pytest
import yaml

from aggregator.config import load, shipped_dir

FILES = sorted(shipped_dir("config").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_other_yaml_tools_can_read_it(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_commented_digest_works_as_it_is_taken_in(tmp_path: Path) -> None:
    for path in FILES:
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    settings = tmp_path / "aggregator.yaml"
    head, mark, tail = settings.read_text(encoding="utf-8").partition("# digests:\n")
    settings.write_text(head + re.sub(r"^# ?", "", mark + tail, flags=re.MULTILINE), encoding="utf-8")

    config = load(settings, env={})

    assert [digest.name for digest in config.digests] == ["daily", "operator"]
    assert config.email is not None
