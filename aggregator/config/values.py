"""The kinds of values in the configuration: how each is checked, and how editors and the reference describe it.

The validators raise ValueError with what was expected and never repeat the value, which may be a secret; the loader
adds it as it stands in the file.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    AllowInfNan,
    BeforeValidator,
    Strict,
    ValidationInfo,
    WithJsonSchema,
)

from aggregator.config.schedules import EVERY_PATTERN, parse_cron, parse_every
from aggregator.config.suggest import did_you_mean
from aggregator.text.durations import DURATION_PATTERN, SHORT_DURATION_PATTERN, parse_duration, parse_short_duration
from aggregator.text.expressions import parse_filter
from aggregator.text.locales import languages, speaks
from aggregator.text.sizes import SIZE_PATTERN, parse_size
from aggregator.text.terms import check_term

_T = TypeVar("_T")

_SLUG_PATTERN = r"^[a-z0-9][a-z0-9-]*$"
_LANGUAGE_PATTERN = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
# YAML 1.2 has true and false alone; people have more.
_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def one_line(text: str) -> str:
    if not text.strip() or CONTROL.search(text):
        raise ValueError("expected one line of text")
    return text.strip()


def _slug(text: str) -> str:
    if re.fullmatch(_SLUG_PATTERN, text) is None or len(text) > 64:
        raise ValueError("expected a name of at most 64 small letters, digits and hyphens, such as space-news")
    return text


def _feed_name(text: str) -> str:
    if text == "search":
        raise ValueError("this name is taken by the feeds that are made of searches (/feeds/search.atom?q=…)")
    return _slug(text)


def _language(text: str) -> str:
    if re.fullmatch(_LANGUAGE_PATTERN, text) is None:
        raise ValueError("expected a language tag such as en, fr or de-LU")
    return text


def _spoken(text: str) -> str:
    if not speaks(_language(text)):
        raise ValueError(
            f"expected a language that this program speaks: {', '.join(languages())}; or with a country: fr-LU"
        )
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, KeyError, OSError):
        # not CEST, nor EST for it: what is called so for half of the year is no zone, and its neighbors are far away
        hint = did_you_mean(text, (zone for zone in available_timezones() if "/" in zone or zone == "UTC"))
        raise ValueError(f"expected a time zone such as Europe/Luxembourg{hint}") from None
    return text


def _duration(value: Any) -> timedelta:  # noqa: ANN401 - whatever the YAML holds
    return value if isinstance(value, timedelta) else parse_duration(_as_text(value))


def _duration_or_auto(value: Any) -> timedelta | None:  # noqa: ANN401
    return None if value is None or value == "auto" else _duration(value)


def _short_duration(value: Any) -> timedelta:  # noqa: ANN401
    return value if isinstance(value, timedelta) else parse_short_duration(_as_text(value))


def _size(value: Any) -> int:  # noqa: ANN401
    return parse_size(_as_text(value))


def _as_text(value: Any) -> str:  # noqa: ANN401
    """Return numbers and text as text, so that a number without a unit is told so; nothing else has a unit."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def whole(value: Any) -> Any:  # noqa: ANN401
    """Read what came as text, as all does from the environment."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value) else value


def _number(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return float(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _backlog(value: Any) -> Any:  # noqa: ANN401
    if value is None or value == "all":
        return value
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MAX_BACKLOG:
        raise ValueError(f"expected a number of entries, up to {MAX_BACKLOG:,}, or all")
    return number


def switch(value: Any) -> Any:  # noqa: ANN401
    return _SWITCHES.get(value.lower(), value) if isinstance(value, str) else value


def _every(value: Any) -> str:  # noqa: ANN401
    return parse_every(_as_text(value))


def _term(text: str) -> str:
    check_term(text)
    return text


def _filter(text: str) -> str:
    parse_filter(text)
    return text


def _folder(text: Any, info: ValidationInfo) -> Path:  # noqa: ANN401
    if not isinstance(text, str | Path):
        raise ValueError("expected the name of a folder")  # noqa: TRY004 - pydantic collects ValueErrors
    folder = Path(folder_of("templates", info) / text).resolve()
    if not folder.is_dir():
        raise ValueError("expected an existing folder")
    return folder


def _new_folder(text: Any, info: ValidationInfo) -> Path:  # noqa: ANN401
    if not isinstance(text, str | Path) or not str(text).strip():
        raise ValueError("expected the name of a folder")
    return Path(folder_of("email", info) / text).resolve()


def _database(text: str, info: ValidationInfo) -> str:
    return database_address(text, folder=folder_of("storage", info))


def database_address(text: str, *, folder: Path) -> str:
    """Return a database's address as the store takes it; relative paths start from ``folder``. Raises ValueError."""
    address = text.strip()
    if address.startswith("postgresql://"):
        return address.replace("postgresql://", "postgresql+psycopg://", 1)
    if address.startswith("postgresql+psycopg://"):
        return address
    if not address.startswith("sqlite:///"):
        raise ValueError("expected sqlite:///path/to/file.db or postgresql://user@host/database")
    path, _, options = address.removeprefix("sqlite:///").partition("?")
    if path in {"", ":memory:"} or path.startswith("file:"):
        raise ValueError("expected a file: a database in memory is forgotten when the program ends")
    # SQLAlchemy takes what follows three slashes as the path: four of them make it absolute
    absolute = (folder / path).resolve()
    return f"sqlite:///{absolute}" + (f"?{options}" if options else "")


def folder_of(section: str, info: ValidationInfo) -> Path:
    """Return the folder that a section's relative paths start from: that of its file, which the loader passes on."""
    folders: dict[str, Path] = info.context or {}
    return folders.get(section, Path.cwd())


def not_empty(items: tuple[_T, ...]) -> tuple[_T, ...]:
    """Refuse an empty list. (pydantic's own check also fails when every item was refused.)"""
    if not items:
        raise ValueError("expected at least one in the list")
    return items


def described(title: str, **schema: Any) -> WithJsonSchema:  # noqa: ANN401
    return WithJsonSchema({"title": title, "type": "string", **schema})


_AUTO_OR_DURATION: dict[str, Any] = {
    "title": "auto or duration",
    "anyOf": [{"const": "auto"}, {"type": "string", "pattern": DURATION_PATTERN}],
}
MAX_BACKLOG = 20_000  # more entries no document may have
_BACKLOG: dict[str, Any] = {
    "title": "number of entries or all",
    "anyOf": [{"const": "all"}, {"type": "integer", "minimum": 0, "maximum": MAX_BACKLOG}],
}
_SWITCH: dict[str, Any] = {
    "title": "true or false",
    "anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off"]}],
}

Whole = Annotated[int, Strict(), BeforeValidator(whole)]
Backlog = Annotated[int | Literal["all"], BeforeValidator(_backlog), WithJsonSchema(_BACKLOG)]
OptionalBacklog = Annotated[int | Literal["all"] | None, BeforeValidator(_backlog), WithJsonSchema(_BACKLOG)]
Number = Annotated[float, Strict(), BeforeValidator(_number), AllowInfNan(allow_inf_nan=False)]
Switch = Annotated[bool, Strict(), BeforeValidator(switch), WithJsonSchema(_SWITCH)]
Line = Annotated[str, Strict(), AfterValidator(one_line), described("text")]
Slug = Annotated[str, Strict(), AfterValidator(_slug), described("name", pattern=_SLUG_PATTERN, maxLength=64)]
FeedName = Annotated[str, Strict(), AfterValidator(_feed_name), described("name", pattern=_SLUG_PATTERN, maxLength=64)]
Spoken = Annotated[str, Strict(), AfterValidator(_spoken), described("language tag", pattern=_LANGUAGE_PATTERN)]
Language = Annotated[str, Strict(), AfterValidator(_language), described("language tag", pattern=_LANGUAGE_PATTERN)]
TimeZone = Annotated[str, Strict(), AfterValidator(_time_zone), described("time zone")]
Database = Annotated[
    str, Strict(), AfterValidator(_database), described("database address", pattern="^(sqlite:///|postgresql)")
]
Folder = Annotated[Path, BeforeValidator(_folder), described("folder")]
NewFolder = Annotated[Path, BeforeValidator(_new_folder), described("folder")]
Duration = Annotated[timedelta, BeforeValidator(_duration), described("duration", pattern=DURATION_PATTERN)]
AutoOrDuration = Annotated[timedelta | None, BeforeValidator(_duration_or_auto), WithJsonSchema(_AUTO_OR_DURATION)]
ShortDuration = Annotated[
    timedelta, BeforeValidator(_short_duration), described("duration", pattern=SHORT_DURATION_PATTERN)
]
Size = Annotated[int, BeforeValidator(_size), described("size", pattern=SIZE_PATTERN)]
Term = Annotated[str, Strict(), AfterValidator(_term), described("term")]
Filter = Annotated[str, Strict(), AfterValidator(_filter), described("filter")]
Every = Annotated[str, BeforeValidator(_every), described("schedule", pattern=EVERY_PATTERN)]
Cron = Annotated[str, Strict(), AfterValidator(parse_cron), described("crontab line")]
