"""All checks, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from aggregator.config import Config, Secrets
from aggregator.entrypoints.doctor.database import ask, integrity, is_on_time, schema, work
from aggregator.entrypoints.doctor.finding import Finding
from aggregator.entrypoints.doctor.surroundings import disk, folders, mail, network, open_files, templates


def examine(config: Config, *, now: datetime, is_thorough: bool = True) -> Iterator[Finding]:
    """Yield findings as they come, at least one for each check. One that is bad keeps no other from being made.

    ``is_thorough`` reads every page of an SQLite database. Secrets of the configuration are in none of them.
    """
    secrets = Secrets(config)
    for finding in _findings(config, now, is_thorough=is_thorough):
        remedy = finding.remedy and secrets.mask(finding.remedy)
        yield replace(finding, message=secrets.mask(finding.message), remedy=remedy)


def _findings(config: Config, now: datetime, *, is_thorough: bool) -> Iterator[Finding]:
    url = config.storage.url
    answer = ask(url, is_thorough=is_thorough)
    yield integrity(url, answer)
    yield schema(answer)
    yield is_on_time(answer, now)
    yield work(answer, now)
    yield from disk(url, answer)
    yield from folders(config)
    yield open_files(config)
    yield from templates(config)
    yield network(config)
    yield mail(config)
