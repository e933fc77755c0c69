"""Write the starter's files into a folder, all of them or none."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from aggregator.config import is_installed, shipped_dir
from aggregator.entrypoints.starter.subjects import Subject, categories_of, categories_yaml, sources_yaml
from aggregator.errors import UsageError

FILES = ("aggregator.yaml", "sources.yaml", "categories.yaml", "schema.json", ".env.example", "README.md")

# What would be loaded in place of the new files.
_LOADED_FIRST = Path("config/aggregator.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the operator said; ``subjects`` are those whose shipped sources and categories are taken over."""

    title: str
    email: str
    timezone: str
    subjects: tuple[Subject, ...]


def files_in_the_way(folder: Path) -> tuple[Path, ...]:
    """Return what is in a folder under the names that would be written, or would be loaded in their place."""
    return tuple(folder / name for name in (*FILES, _LOADED_FIRST) if os.path.lexists(folder / name))


def write_starter(folder: Path, answers: Answers) -> Path:
    """Write the files into ``folder``, made if need be, and return the main one.

    Nothing is replaced: raises UsageError when something is in the way, and when the folder can't be written; then
    none of the files is there.
    """
    if is_installed(folder):
        raise UsageError(f"{folder} belongs to the program; the next upgrade replaces what is in it")
    in_the_way = files_in_the_way(folder)
    if in_the_way:
        raise UsageError(f"{folder} has {_listed(in_the_way, folder)} already; nothing was written")
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in _contents(answers).items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(folder / name)
                file.write(text)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise UsageError(f"can't write to {folder}: {error.strerror or error}") from error
    return folder / FILES[0]


def _listed(paths: tuple[Path, ...], folder: Path) -> str:
    names = [str(path.relative_to(folder)) for path in paths]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _contents(answers: Answers) -> Mapping[str, str]:
    environment = Environment(
        loader=PackageLoader("aggregator.entrypoints.starter", "files"),
        autoescape=False,  # noqa: S701 - YAML; values are written as JSON strings, which are YAML too
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["quoted"] = _quoted
    facts = {
        "answers": answers,
        "categories": categories_of(answers.subjects),
        "sender": f"{_plain_name(answers.title)} <aggregator@localhost>",
    }
    rendered = {
        name: environment.get_template(f"{name.removeprefix('.')}.j2").render(facts)
        for name in ("aggregator.yaml", ".env.example", "README.md")
    }
    return {
        **rendered,
        "sources.yaml": sources_yaml(answers.subjects),
        "categories.yaml": categories_yaml(answers.subjects),
        "schema.json": (shipped_dir("config") / "schema.json").read_text(encoding="utf-8"),
    }


def _quoted(text: str) -> str:
    # `${` would be taken for a variable of the environment
    return json.dumps(text, ensure_ascii=False).replace("${", "$${")


def _plain_name(title: str) -> str:
    """Return a title as the name of a sender, without what has a meaning in an address."""
    return " ".join(re.sub(r'[<>@",:;()\[\]\\]', " ", title).split()) or "Aggregator"
