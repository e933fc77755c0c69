"""What a configuration follows from, as JSON for the store: a poll that finds it unchanged need not load it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aggregator.config.models import Config
from aggregator.config.semantic import Semantic
from aggregator.text.fingerprints import fingerprint

_SQLITE = "sqlite:///"


class Noted(Mapping[str, str]):
    """An environment that remembers which variables were looked at."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.names: dict[str, None] = {}
        self._env = env

    def __getitem__(self, name: str) -> str:
        self.names[name] = None
        return self._env[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._env)

    def __len__(self) -> int:
        return len(self._env)


@dataclass(slots=True)
class Basis:
    """The bodies of the files, by absolute path, and the variables that they refer to."""

    env: Noted
    bodies: dict[Path, bytes] = field(default_factory=dict)

    def of(self, config: Config) -> str | None:
        """Return it for a database in a file; None where more than files and variables decides what holds.

        That is which other files there are, or what is installed.
        """
        url = config.storage.url
        if (
            not url.startswith(_SQLITE)
            or "?" in url
            or config.storage.is_above
            or config.templates is not None
            or config.judgement.semantic is Semantic.ON
        ):
            return None
        names = sorted(self.env.names)
        known = fingerprint(url.removeprefix(_SQLITE), self.bodies.values(), map(self.env.get, names))
        return json.dumps({"files": list(map(str, self.bodies)), "variables": names, "fingerprint": known})
