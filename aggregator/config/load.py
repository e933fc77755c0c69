"""From files to a Config, or to everything that is wrong with them at once."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from aggregator.config.basis import Basis, Noted
from aggregator.config.database import AmbiguousDatabase, usual_database
from aggregator.config.environment import values_in
from aggregator.config.models import Config
from aggregator.config.natural import in_house_form
from aggregator.config.references import check_references
from aggregator.config.settings import Settings
from aggregator.config.shipped import installed_dir
from aggregator.config.stamps import Stamp, stamp_of
from aggregator.config.yaml_lines import (
    List,
    Location,
    Node,
    Place,
    Scalar,
    Section,
    environment_locations,
    nearest,
    plain,
    read_yaml,
)
from aggregator.errors import ConfigError, NoConfiguration, Problem

_USUAL = (Path("config/aggregator.yaml"), Path("aggregator.yaml"))
_CURE = "`aggregator init` writes one, `aggregator demo` shows the program without one"
_LISTS = frozenset({"include", "sources", "categories", "feeds", "digests"})


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector: a configuration makes many objects, none of them garbage yet, and each collection
    would go through all of them. 20,000 sources load in a third of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_collector_paused()
def load(path: Path | None = None, *, env: Mapping[str, str] | None = None) -> Config:
    """Load the configuration and what it includes.

    Without a path: ``$AGGREGATOR_CONFIG``, else config/aggregator.yaml, else aggregator.yaml, else NoConfiguration is
    raised. ``env`` is the process's environment when it is None. Raises ConfigError with every problem of every file.
    """
    env = os.environ if env is None else env
    files = _read(path or _find(env), Noted(env))
    problems = list(files.problems)
    config = None
    if files.tree is not None:
        config, found = _validate(files.tree, files)
        problems += found
        if files.are_complete:
            problems += check_references(files.tree)
    if config is None or problems:
        problems += files.odd_spaces
        order = {shown_path(path): number for number, path in enumerate(files.paths)}
        in_order = sorted(set(problems), key=lambda each: (order.get(each.file, len(order)), each))
        raise ConfigError(*in_order, stamps=files.stamps)
    return config


def _find(env: Mapping[str, str]) -> Path:
    if named := env.get("AGGREGATOR_CONFIG"):
        return Path(named)
    found = next((path for path in _USUAL if path.exists()), None)
    if found is None:
        places = " and no ".join(map(str, _USUAL))
        raise NoConfiguration(Problem("", 0, f"there is no configuration here (no {places}); {_CURE}"))
    return found


def shown_path(path: Path) -> str:
    """Return what problems call a file: relative to where we are when it is below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@dataclass(slots=True)
class _Files:
    """What was read: the merged tree, which file each section came from, and what is wrong so far."""

    basis: Basis
    paths: list[Path] = field(default_factory=list)
    stamps: dict[Path, Stamp] = field(default_factory=dict)
    tree: Section | None = None
    origins: dict[str, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    odd_spaces: list[Problem] = field(default_factory=list)
    broken: set[Place] = field(default_factory=set)
    are_complete: bool = True  # otherwise names may be missing only because their file couldn't be read


def _read(path: Path, env: Noted) -> _Files:
    """Read a file, the files it includes and the ones those include, each once."""
    files = _Files(Basis(env))
    waiting: list[tuple[Path, Scalar | None]] = [(path, None)]
    while waiting:
        path, include = waiting.pop(0)
        # resolve() would follow links, whose targets move
        path = Path(os.path.abspath(path))  # noqa: PTH100
        if path in files.paths:
            continue
        files.stamps[path] = stamp_of(path)
        if include and not path.is_file():
            name = include.written if include.is_from_environment else shown_path(path)
            lack = "the included file is a folder" if path.is_dir() else "the included file does not exist"
            files.problems.append(include.place.problem(f"{lack}: {name}"))
            files.are_complete = False
            continue
        files.paths.append(path)
        reading = read_yaml(path, file=shown_path(path), env=env)
        tree, problems = reading.tree, reading.problems
        files.basis.bodies[path] = reading.body
        files.problems += problems
        files.doubts += reading.doubts
        files.odd_spaces += reading.odd_spaces
        files.broken |= reading.broken
        if tree is None:
            if not problems and not include:
                files.problems.append(
                    Problem(shown_path(path), 0, "the file is empty; it needs at least a list of sources")
                )
            files.are_complete = files.are_complete and not problems
        elif not isinstance(tree, Section):
            files.problems.append(tree.place.problem("expected keys such as sources: at the top, not a list or text"))
            files.are_complete = False
        else:
            tree = in_house_form(tree)
            _merge(files, tree, path)
            waiting += [(path.parent / str(item.value), item) for item in _includes(tree)]
    return files


def _includes(tree: Section) -> list[Scalar]:
    include = tree.items.get("include")
    items = include.items if isinstance(include, List) else ()
    return [item for item in items if isinstance(item, Scalar) and isinstance(item.value, str)]


def _merge(files: _Files, tree: Section, path: Path) -> None:
    """Add one file's keys to what is there: lists grow, anything else stands in one file only."""
    merged = files.tree or Section(tree.place, {}, {})
    for key, value in tree.items.items():
        before = merged.items.get(key)
        if before is None:
            merged.items[key] = value
            merged.keys[key] = tree.keys[key]
            files.origins[key] = path
        elif key not in _LISTS:
            files.problems.append(tree.keys[key].problem(f"'{key}' is already in {merged.keys[key]}; keep one of them"))
        elif isinstance(value, List):
            merged.items[key] = _joined(before, value)
        elif not _is_empty(value):
            merged.items[key] = value
    files.tree = merged


def _joined(before: Node, more: List) -> Node:
    if isinstance(before, List):
        return List(before.place, before.items + more.items)
    return more if _is_empty(before) else before


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _validate(tree: Section, files: _Files) -> tuple[Config | None, list[Problem]]:
    values = {key: plain(value) for key, value in tree.items.items() if not _is_empty(value)}
    folders = {key: origin.parent for key, origin in files.origins.items()}
    folders.setdefault("storage", files.paths[0].parent)
    if folders["storage"] == installed_dir("config"):
        # the folder of an installed package is no place for a database
        folders["storage"] = Path.cwd() / "config"
    storage = values.setdefault("storage", {})
    is_above = False
    if isinstance(storage, dict) and "url" not in storage:
        try:
            storage["url"], is_above = usual_database(folders["storage"])
        except AmbiguousDatabase as error:
            return None, [Problem(shown_path(files.paths[0]), 0, str(error))]
    try:
        config = Config.model_validate(values, context=folders)
    except ValidationError as error:
        from aggregator.config.complaints import complaints  # with the schema, which nobody needs who made no mistake

        places = {(place.file, place.line) for place in files.broken}
        return None, [each for each in complaints(error, tree) if (each.file, each.line) not in places]
    config.storage.put_above(is_above=is_above)
    config.read_from(files.stamps, doubts=tuple(files.doubts), basis=files.basis.of(config))
    for index, source in enumerate(config.sources):
        place = nearest(tree, ("sources", index)).place
        source.put_at(place.file, place.line)
    if files.basis.env.names:
        for location in environment_locations(tree):
            _hide(config, location)
        config.hide_in_addresses(_private_parts(tree, files.basis.env))
    return config, []


def _private_parts(tree: Section, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what variables stand for in the addresses of sources, behind the host, each with the host."""
    for location in environment_locations(tree):
        node = nearest(tree, location)
        if location[0] != "sources" or location[-1] != "url" or not isinstance(node, Scalar):
            continue
        with suppress(ValueError):  # no address
            address = urlsplit(str(node.value))
            for value in values_in(node.written, env):
                whole = urlsplit(value)
                for part in (whole.path.strip("/"), whole.query) if whole.netloc else (value,):
                    if part and any(part in place for place in (address.path, address.query, address.fragment)):
                        yield address.hostname or "", part


def _hide(config: Config, location: Location) -> None:
    """Hide the field that a value from the environment went to; the whole list when it is in one."""
    holder: Settings = config
    name = ""
    value: object = config
    for step in location:
        if isinstance(value, Settings):
            holder, name = value, value.field_of(str(step))
            value = getattr(holder, name)
        elif isinstance(value, tuple) and isinstance(step, int):
            value = value[step]
    holder.hide(name)
