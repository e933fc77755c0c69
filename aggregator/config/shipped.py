"""Where the configuration and templates that come with the program are."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_dir(name: Literal["config", "templates"]) -> Path:
    """Return the folder at the top of a checkout, or the copy of it in an installed package (see pyproject.toml)."""
    installed = installed_dir(name)
    return installed if installed.is_dir() else _PACKAGE.parent / name


def is_installed(path: Path) -> bool:
    """Whether a file belongs to an installed package: the next upgrade would replace it."""
    return path.resolve().is_relative_to(installed_dir("config").parent)


def installed_dir(name: str) -> Path:
    """Return where a wheel puts it. In a checkout there is nothing."""
    return _PACKAGE / "_defaults" / name
