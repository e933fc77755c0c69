"""The kinds of values in the configuration: how each is checked, and how editors and the reference describe it.

The validators raise ValueError with what was expected and never repeat the value, which may be a secret; the loader
adds it as it stands in the file.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    AllowInfNan,
    BeforeValidator,
    Discriminator,
    SecretStr,
    Strict,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)

from aggregator.config.expressions import parse_filter
from aggregator.config.schedules import EVERY_PATTERN, parse_cron, parse_every
from aggregator.config.suggest import did_you_mean
from aggregator.config.terms import parse_term
from aggregator.text.durations import DURATION_PATTERN, SHORT_DURATION_PATTERN, parse_duration, parse_short_duration
from aggregator.text.locales import languages, speaks
from aggregator.text.mailboxes import split_mailbox
from aggregator.text.sizes import SIZE_PATTERN, parse_size

_T = TypeVar("_T")

_SLUG_PATTERN = r"^[a-z0-9][a-z0-9-]*$"
_LANGUAGE_PATTERN = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_HTTP_PATTERN = r"^https?://"
# What nearly all addresses are, and takes a tenth of the time to see.
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[\w.~/%+@!$&'()*,=:?-]*", re.ASCII)
_ANY_SCHEME_PATTERN = r"^[A-Za-z][A-Za-z0-9+.-]*://."
_EMAIL = r'[^\s@<>,;:"()\[\]\\]+@[^\s@<>,;:"()\[\]\\]+'
_HOST = re.compile(r"(?!-)[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
_HEADER_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
# what the request is made of, and what it is conditional on
_OWN_HEADERS = frozenset({
    "accept-encoding", "connection", "content-length", "expect", "host", "if-match", "if-modified-since",
    "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "proxy-authorization", "range", "referer", "te",
    "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip
# YAML 1.2 has true and false alone; people have more.
_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
# Long enough that nobody finds it by trying.
_SHORTEST_TOKEN = 16
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def _one_line(text: str) -> str:
    if not text.strip() or _CONTROL.search(text):
        raise ValueError("expected one line of text")
    return text.strip()


def _printable_ascii(text: str) -> str:
    # it becomes part of an HTTP header (RFC 9110 §5.5)
    if re.fullmatch(r"[\x21-\x27\x2a-\x7e]+", text) is None:
        raise ValueError("expected an address (https://… or mail) without spaces and parentheses")
    return text


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
        hint = did_you_mean(text, available_timezones())
        raise ValueError(f"expected a time zone such as Europe/Luxembourg{hint}") from None
    return text


def http_address(text: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(text):
        return text
    address = text.strip()
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or re.search(r"\s", address) or _CONTROL.search(address):
        raise ValueError("expected an address that begins with http:// or https://")
    return address


def _site_address(text: str) -> str:
    address = http_address(text)
    if re.search(r"[?#]", address):
        raise ValueError("expected an address without ? and #")
    return address.rstrip("/") + "/"


def _secret_http_address(secret: SecretStr) -> SecretStr:
    return SecretStr(http_address(secret.get_secret_value()))


def _chat_address(secret: SecretStr) -> SecretStr:
    address = secret.get_secret_value().strip()
    if re.match(_ANY_SCHEME_PATTERN, address) is None or _CONTROL.search(address):
        raise ValueError("expected an Apprise address such as slack://… or tgram://…")
    return SecretStr(address)


def _webhook_secret(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if not text or (text.startswith("whsec_") and _from_base64(text.removeprefix("whsec_")) is None):
        raise ValueError("expected whsec_ and a key in base64 (openssl rand -base64 32 makes one)")
    return SecretStr(text)


def webhook_key(secret: str) -> bytes:
    """Return the key that signs: what ``whsec_`` stands before, in base64; any other text is a key as it is."""
    return _from_base64(secret.removeprefix("whsec_")) or secret.encode()


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True) or None
    except ValueError:
        return None


def _host(text: str) -> str:
    if _HOST.fullmatch(text) is None and not _is_network(text):
        raise ValueError("expected the name or address of a host")
    return text


def _host_or_network(text: str) -> str:
    looks_like_network = ":" in text or re.fullmatch(r"[0-9./]+", text) is not None
    if _is_network(text) or (_HOST.fullmatch(text.removeprefix("*.")) is not None and not looks_like_network):
        return text.lower()
    raise ValueError("expected a host or a network such as nas.local, *.lan, 127.0.0.1 or 10.0.0.0/8")


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _one_or_more(value: Any) -> Any:  # noqa: ANN401
    return [value] if isinstance(value, str) else value


def _hub(text: str) -> str:
    address = http_address(text)
    if "@" in urlsplit(address).netloc or "#" in address:
        raise ValueError("expected an address without user, password and #: everybody sees it in the feeds")
    return address


def _network(text: str) -> str:
    if not _is_network(text):
        raise ValueError("expected an address or a network such as 127.0.0.1 or 10.0.0.0/8")
    return text


def _served_host(text: str) -> str:
    name = text.lower().removeprefix("*.").rstrip(".")
    if text != "*" and _HOST.fullmatch(name) is None and not _is_network(name):
        raise ValueError("expected a host's name such as news.example.org, *.example.org, or * for any")
    return text.lower().rstrip(".")


def _access_token(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if re.fullmatch(r"[A-Za-z0-9._~-]+", text) is None:
        raise ValueError("expected letters, digits and . _ ~ - only, as it stands in addresses")
    if len(text) < _SHORTEST_TOKEN:
        raise ValueError(f"expected at least {_SHORTEST_TOKEN} characters (openssl rand -hex 24 makes a good one)")
    return secret


def _email_address(text: str) -> str:
    if re.fullmatch(_EMAIL, text) is None:
        raise ValueError("expected a mail address such as reader@example.org")
    return text


def _mailbox(text: str) -> str:
    mailbox = _one_line(text)
    if re.fullmatch(_EMAIL, split_mailbox(mailbox)[1]) is None:
        raise ValueError("expected a mail address such as news@example.org or Space news <news@example.org>")
    return mailbox


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


def _allowed_tag(value: Any) -> str:  # noqa: ANN401
    return "<list>" if isinstance(value, list | tuple) else "<switch>"


def _whole(value: Any) -> Any:  # noqa: ANN401
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


def _switch(value: Any) -> Any:  # noqa: ANN401
    return _SWITCHES.get(value.lower(), value) if isinstance(value, str) else value


def _error_status(status: int) -> int:
    if not 400 <= status <= 599:
        raise ValueError("expected a status from 400 to 599")
    return status


def _user_name(text: str) -> str:
    # RFC 7617 §2: the first colon ends it
    if ":" in text:
        raise ValueError("expected a user name without a colon")
    return _one_line(text)


def _header_name(name: str) -> str:
    if re.fullmatch(_HEADER_NAME, name) is None:
        raise ValueError("this is not a header's name")
    if name.lower() in _OWN_HEADERS:
        raise ValueError("this header is set by the program itself")
    return name


def _header_value(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if re.fullmatch(r"[\x20-\x7e]+", text) is None:
        raise ValueError("expected one line of ASCII text")
    return SecretStr(text)


def _headers(headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
    if len({name.lower() for name in headers}) < len(headers):
        raise ValueError("a header is given twice")
    return headers


def _term(text: str) -> str:
    parse_term(text)
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
_ALLOWED: dict[str, Any] = {
    "title": "true, false or list of hosts and networks",
    "anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}],
}
_ONE_OR_MORE: dict[str, Any] = {
    "title": "address or list of them",
    "anyOf": [
        {"type": "string", "pattern": _HTTP_PATTERN},
        {"type": "array", "items": {"type": "string", "pattern": _HTTP_PATTERN}},
    ],
}
_SWITCH: dict[str, Any] = {
    "title": "true or false",
    "anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off"]}],
}
_SECRET: dict[str, Any] = {"writeOnly": True}

Whole = Annotated[int, Strict(), BeforeValidator(_whole)]
Backlog = Annotated[int | Literal["all"], BeforeValidator(_backlog), WithJsonSchema(_BACKLOG)]
OptionalBacklog = Annotated[int | Literal["all"] | None, BeforeValidator(_backlog), WithJsonSchema(_BACKLOG)]
Number = Annotated[float, Strict(), BeforeValidator(_number), AllowInfNan(allow_inf_nan=False)]
Switch = Annotated[bool, Strict(), BeforeValidator(_switch), WithJsonSchema(_SWITCH)]
Line = Annotated[str, Strict(), AfterValidator(_one_line), described("text")]
Slug = Annotated[str, Strict(), AfterValidator(_slug), described("name", pattern=_SLUG_PATTERN, maxLength=64)]
FeedName = Annotated[str, Strict(), AfterValidator(_feed_name), described("name", pattern=_SLUG_PATTERN, maxLength=64)]
Spoken = Annotated[str, Strict(), AfterValidator(_spoken), described("language tag", pattern=_LANGUAGE_PATTERN)]
Language = Annotated[str, Strict(), AfterValidator(_language), described("language tag", pattern=_LANGUAGE_PATTERN)]
TimeZone = Annotated[str, Strict(), AfterValidator(_time_zone), described("time zone")]
HttpAddress = Annotated[str, Strict(), AfterValidator(http_address), described("address", pattern=_HTTP_PATTERN)]
SiteAddress = Annotated[str, Strict(), AfterValidator(_site_address), described("address", pattern=_HTTP_PATTERN)]
Contact = Annotated[str, Strict(), AfterValidator(_printable_ascii), described("address")]
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
HostOrNetwork = Annotated[str, Strict(), AfterValidator(_host_or_network)]
AllowedHosts = Annotated[
    Annotated[bool, Strict(), BeforeValidator(_switch), Tag("<switch>")]
    | Annotated[tuple[HostOrNetwork, ...], Tag("<list>")],
    Discriminator(_allowed_tag),
    WithJsonSchema(_ALLOWED),
]
Term = Annotated[str, Strict(), AfterValidator(_term), described("term")]
Filter = Annotated[str, Strict(), AfterValidator(_filter), described("filter")]
Every = Annotated[str, Strict(), AfterValidator(parse_every), described("schedule", pattern=EVERY_PATTERN)]
Cron = Annotated[str, Strict(), AfterValidator(parse_cron), described("crontab line")]
Hubs = Annotated[
    tuple[Annotated[str, Strict(), AfterValidator(_hub), described("address", pattern=_HTTP_PATTERN)], ...],
    BeforeValidator(_one_or_more),
    WithJsonSchema(_ONE_OR_MORE),
]
Network = Annotated[str, Strict(), AfterValidator(_network), described("network")]
ServedHost = Annotated[str, Strict(), AfterValidator(_served_host), described("host")]
AccessToken = Annotated[SecretStr, AfterValidator(_access_token), described("text", **_SECRET)]
Host = Annotated[str, Strict(), AfterValidator(_host), described("host")]
EmailAddress = Annotated[
    str, Strict(), AfterValidator(_email_address), described("mail address", pattern=r"^[^\s@]+@[^\s@]+$")
]
Mailbox = Annotated[str, Strict(), AfterValidator(_mailbox), described("mail address", pattern="@")]
ErrorStatus = Annotated[
    int,
    Strict(),
    BeforeValidator(_whole),
    AfterValidator(_error_status),
    WithJsonSchema({"title": "status", "type": "integer", "minimum": 400, "maximum": 599}),
]
UserName = Annotated[str, Strict(), AfterValidator(_user_name), described("text")]
Secret = Annotated[SecretStr, described("text", **_SECRET)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret), described("text", **_SECRET)]
SecretHttpAddress = Annotated[
    SecretStr, AfterValidator(_secret_http_address), described("address", pattern=_HTTP_PATTERN, **_SECRET)
]
SecretChatAddress = Annotated[
    SecretStr, AfterValidator(_chat_address), described("Apprise address", pattern=_ANY_SCHEME_PATTERN, **_SECRET)
]
SecretHeaders = Annotated[
    dict[Annotated[str, AfterValidator(_header_name)], Annotated[SecretStr, AfterValidator(_header_value)]],
    AfterValidator(_headers),
    WithJsonSchema(
        {
            "title": "set of headers",
            "type": "object",
            "additionalProperties": {"title": "text", "type": "string", **_SECRET},
        }
    ),
]
