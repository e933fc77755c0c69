"""init: a configuration of one's own."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from aggregator.config import EmailChannel, load
from aggregator.entrypoints.starter import FILES, SUBJECTS, Answers, Subject, files_in_the_way, write_starter
from aggregator.entrypoints.terminal import say
from aggregator.errors import UsageError

_TITLE = "News"
_EMAIL = "reader@example.org"
_USUAL = (Subject.SPACE, Subject.INNOVATION, Subject.TALENT)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.", show_default=False)] = Path(),
    title: Annotated[str | None, typer.Option("--title", metavar="T", help="Title of the page and the feeds.")] = None,
    email: Annotated[str | None, typer.Option("--email", metavar="A", help="Who gets the digest.")] = None,
    sources: Annotated[
        str,
        typer.Option("--sources", metavar="S", help=f"Sources to begin with: some of {', '.join(SUBJECTS)}; or none."),
    ] = ",".join(_USUAL),
    is_quiet: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take the defaults.")] = False,
) -> None:
    """Write a configuration of your own.

    It has settings, sources, categories and a daily digest.

    Without DIR it goes into the current directory. No file is replaced. On a terminal it asks for a title and a mail
    address.

    Example: aggregator init news --sources space,innovation
    """
    subjects = _subjects(sources)
    in_the_way = files_in_the_way(folder)
    if in_the_way:
        raise UsageError(f"{in_the_way[0]} is there already; take another directory: aggregator init DIR")
    asks = not is_quiet and sys.stdin.isatty()
    if title is None:
        title = _asked("Title of the page and the feeds", _TITLE, _title) if asks else _TITLE
    if email is None:
        email = _asked("Mail address for the daily digest", _EMAIL, _address) if asks else _EMAIL
    answers = Answers(title=_title(title), email=_address(email), timezone=_timezone(), subjects=subjects)
    config = load(write_starter(folder, answers))
    say(f"wrote {', '.join(FILES)} to {config.path.parent}")
    _say_next(folder, has_sources=bool(config.sources))


def _asked(question: str, default: str, check: Callable[[str], str]) -> str:
    """Ask until the answer is one that ``check`` returns."""

    def checked(answer: str) -> str:
        try:
            return check(answer)
        except UsageError as error:
            raise typer.BadParameter(str(error)) from error

    return str(typer.prompt(question, default=default, value_proc=checked))


def _subjects(text: str) -> tuple[Subject, ...]:
    names = [name for name in re.split(r"[\s,]+", text.lower()) if name]
    if names == ["none"]:
        return ()
    unknown = next((name for name in names if name not in SUBJECTS), None)
    if unknown is not None or not names:
        raise UsageError(
            f"--sources: expected some of {', '.join(SUBJECTS)}, or none" + f", got {unknown!r}" * bool(names)
        )
    return tuple(subject for subject in SUBJECTS if subject in names)


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title or not title.isprintable():
        raise UsageError("the title: expected one line of text")
    return title


def _address(text: str) -> str:
    try:
        [address] = EmailChannel(email=(text.strip(),)).email
    except ValidationError:
        raise UsageError(f"expected a mail address such as {_EMAIL}, got {text!r}") from None
    return address


def _timezone() -> str:
    """Return the name of this machine's time zone; UTC where it has no name."""
    linked = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    for name in (os.environ.get("TZ", "").removeprefix(":"), linked):
        try:
            if name:
                zone = ZoneInfo(name).key
                return zone.removeprefix("Etc/") if zone == "Etc/UTC" else zone
        except (ValueError, KeyError, OSError):
            continue
    return "UTC"


def _say_next(folder: Path, *, has_sources: bool) -> None:
    if named := os.environ.get("AGGREGATOR_CONFIG"):
        say(f"$AGGREGATOR_CONFIG names another configuration, {named}: it is used until you unset it")
    say("next:")
    if folder.resolve() != Path.cwd():
        say(f"  cd {shlex.quote(str(folder))}")
    say(
        "  aggregator poll                                 # read the sources once"
        if has_sources
        else "  aggregator add https://example.org/             # find the feed behind an address and add it"
    )
    say(
        "  aggregator digest daily --preview daily.html    # look at the first digest"
        if has_sources
        else "  aggregator poll                                 # read the sources once"
    )
    say("  aggregator run                                  # the main job, at http://127.0.0.1:8080/")
