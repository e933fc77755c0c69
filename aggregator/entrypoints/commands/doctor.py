"""doctor: is everything here that the program needs?"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from aggregator.app import utc_now
from aggregator.config import load
from aggregator.entrypoints.commands.options import ConfigOption, JsonOption
from aggregator.entrypoints.doctor import Finding, Health, examine
from aggregator.entrypoints.logs import keep_secrets_of
from aggregator.entrypoints.terminal import console, print_json

_STYLE = {Health.OK: "green", Health.WARNING: "yellow", Health.ERROR: "bold red", Health.SKIPPED: "dim"}


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Skip the full check of a SQLite database.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Look for trouble, and say what to do.

    Checks database, clock, disk, folders, limits, templates, network and mail.

    Nothing is changed and no mail is sent. Exits with 1 when something does not work.

    Example: aggregator doctor
    """
    loaded = load(config)
    keep_secrets_of(loaded)
    findings = []
    for finding in examine(loaded, now=utc_now(), is_thorough=not quick):
        findings.append(finding)
        if not as_json:
            _tell(finding)
    if as_json:
        print_json(_json(finding) for finding in findings)
    if any(finding.health is Health.ERROR for finding in findings):
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    word = Text(f"{finding.health.value:<9}", style=_STYLE[finding.health])
    console().print(Text.assemble(word, f"{finding.check:<10}", finding.message))
    if finding.remedy:
        console().print(Text(f"{'':<19}→ {finding.remedy}"))


def _json(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "status": finding.health.value,
        "message": finding.message,
        "remedy": finding.remedy,
    }
