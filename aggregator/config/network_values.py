"""Values that name places on a network, and what is sent there: addresses, hosts, mailboxes, headers, secrets."""

from __future__ import annotations

import base64
import ipaddress
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Discriminator, SecretStr, Strict, Tag, WithJsonSchema

from aggregator.config.values import CONTROL, described, one_line, switch, whole
from aggregator.text.mailboxes import split_mailbox

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
# Long enough that nobody finds it by trying.
_SHORTEST_TOKEN = 16


def _printable_ascii(text: str) -> str:
    # it becomes part of an HTTP header (RFC 9110 §5.5)
    if re.fullmatch(r"[\x21-\x27\x2a-\x7e]+", text) is None:
        raise ValueError("expected an address (https://… or mail) without spaces and parentheses")
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
    if not is_usable or re.search(r"\s", address) or CONTROL.search(address):
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
    if re.match(_ANY_SCHEME_PATTERN, address) is None or CONTROL.search(address):
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
    mailbox = one_line(text)
    if re.fullmatch(_EMAIL, split_mailbox(mailbox)[1]) is None:
        raise ValueError("expected a mail address such as news@example.org or Space news <news@example.org>")
    return mailbox


def _one_allowed(value: Any) -> Any:  # noqa: ANN401
    is_host = isinstance(value, str) and (value == "localhost" or re.search(r"[.:/*]", value) is not None)
    return re.split(r"[\s,]+", value.strip(" ,")) if is_host else value


def _allowed_tag(value: Any) -> str:  # noqa: ANN401
    return "<list>" if isinstance(value, list | tuple) else "<switch>"


def _error_status(status: int) -> int:
    if not 400 <= status <= 599:
        raise ValueError("expected a status from 400 to 599")
    return status


def _user_name(text: str) -> str:
    # RFC 7617 §2: the first colon ends it
    if ":" in text:
        raise ValueError("expected a user name without a colon")
    return one_line(text)


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


_ALLOWED: dict[str, Any] = {
    "title": "true, false, or a list of hosts and networks",
    "anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}, {"type": "string"}],
}
_ONE_OR_MORE: dict[str, Any] = {
    "title": "address or list of them",
    "anyOf": [
        {"type": "string", "pattern": _HTTP_PATTERN},
        {"type": "array", "items": {"type": "string", "pattern": _HTTP_PATTERN}},
    ],
}
_SECRET: dict[str, Any] = {"writeOnly": True}
SiteAddress = Annotated[str, Strict(), AfterValidator(_site_address), described("address", pattern=_HTTP_PATTERN)]
Contact = Annotated[str, Strict(), AfterValidator(_printable_ascii), described("address")]
HostOrNetwork = Annotated[str, Strict(), AfterValidator(_host_or_network)]
AllowedHosts = Annotated[
    Annotated[bool, Strict(), BeforeValidator(switch), Tag("<switch>")]
    | Annotated[tuple[HostOrNetwork, ...], Tag("<list>")],
    Discriminator(_allowed_tag),
    BeforeValidator(_one_allowed),
    WithJsonSchema(_ALLOWED),
]
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
    BeforeValidator(whole),
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
