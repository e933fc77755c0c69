"""Configuration files for tests, in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from aggregator.config import Config, load
from aggregator.errors import ConfigError

Loader = Callable[..., Config]
Complainer = Callable[..., list[str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is also where we are: problems name files relative to it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def load_text(folder: Path) -> Loader:
    """Load a configuration from text; more files by their names without the ending."""

    def loaded(text: str | bytes, env: Mapping[str, str] | None = None, **more: str) -> Config:
        path = folder / "aggregator.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        for name, content in more.items():
            (folder / f"{name}.yaml").write_text(content)
        return load(path, env=env or {})

    return loaded


@pytest.fixture
def problems_of(load_text: Loader) -> Complainer:
    """Return the problems of a configuration as they are shown."""

    def complained(text: str | bytes, env: Mapping[str, str] | None = None, **more: str) -> list[str]:
        with pytest.raises(ConfigError) as raised:
            load_text(text, env, **more)
        return [str(problem) for problem in raised.value.problems]

    return complained
