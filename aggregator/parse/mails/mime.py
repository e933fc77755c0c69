"""A mail taken apart: what its head says, and the part that is to be read. Nothing in a mail raises."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.header import Header, decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from aggregator.errors import ParseError
from aggregator.parse.decode import decode_body

# Mails in mails; deeper ones are of those who want to see what breaks.
_MOST_PARTS: Final = 200
_SPACE: Final = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f]+")
_SEALED: Final = {
    "multipart/encrypted": "encrypted",
    "application/pkcs7-mime": "encrypted",
    "application/x-pkcs7-mime": "encrypted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """``html`` and ``plain`` are the first parts of these types that are no attachments, None without one.

    ``sender`` is the name, ``host`` the part of the address behind its @. ``web_address`` is where the mail stands on
    the web, by its own head (Archived-At, RFC 5064); ``unsubscribe`` are the addresses in List-Unsubscribe.
    """

    id: str | None
    title: str
    sender: str
    host: str
    sent: datetime | None
    language: str | None
    web_address: str | None
    unsubscribe: frozenset[str]
    html: str | None
    plain: str | None
    is_encrypted: bool


def open_mail(raw: bytes) -> Mail:
    """Take a mail apart, however broken it is; one that was cut off has what came of it."""
    message = email.message_from_bytes(raw, policy=policy.compat32)
    parts = list(_parts(message))
    sender, host = _sender(message)
    return Mail(
        id=_id(message),
        title=_text(message, "Subject"),
        sender=sender,
        host=host,
        sent=_sent(message),
        language=_language(message),
        web_address=next((each for each in _addresses(message, "Archived-At") if each.startswith("http")), None),
        unsubscribe=frozenset(_addresses(message, "List-Unsubscribe")),
        html=next((_body(part) for part in parts if part.get_content_type() == "text/html"), None),
        plain=next((_unfolded(part) for part in parts if part.get_content_type() == "text/plain"), None),
        is_encrypted=any(_is_encrypted(part) for part in parts),
    )


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts that are no attachments, a mail that is attached to a mail not among them."""
    waiting, seen = [message], 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        if part is not message and part.get_content_disposition() == "attachment":
            continue
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting[:0] = [each for each in part.get_payload() if isinstance(each, Message)]


def _is_encrypted(part: Message) -> bool:
    kind = part.get_content_type()
    return kind in _SEALED and "signed-data" not in str(part.get_param("smime-type", ""))


def _body(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    label = part.get_param("charset")
    charset = label if isinstance(label, str) else ""
    kind = f"{part.get_content_type()}; charset={charset}" if charset else part.get_content_type()
    try:
        return decode_body(raw, kind)
    except ParseError:  # bytes of a packed file under the name of a text
        return ""


def _unfolded(part: Message) -> str:
    """Return the text; lines that were only broken to be sent (format=flowed, RFC 3676) are whole again."""
    text = _body(part)
    if str(part.get_param("format", "")).lower() == "flowed":
        joint = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
        text = re.sub(r"(?<!^--) \r?\n", joint, text)
    return text


def _text(message: Message, name: str) -> str:
    """Return a field in characters, on one line, without what only fills space."""
    return _SPACE.sub(" ", _decoded(message.get(name))).strip()


def _decoded(value: object) -> str:
    """Decode encoded words (RFC 2047); and bytes without, which many write in UTF-8 or windows-1252."""
    if value is None:
        return ""
    try:
        found = decode_header(value if isinstance(value, Header) else str(value))
    except (ValueError, LookupError, MessageError):
        found = [(str(value), None)]
    return "".join(_piece(piece, charset) for piece, charset in found)


def _piece(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        return _from_bytes(piece)
    with suppress(LookupError, UnicodeDecodeError):
        if charset and charset != "unknown-8bit":
            return piece.decode(charset)
    return _as_text(piece)


def _from_bytes(text: str) -> str:
    """Bytes beyond ASCII stand in fields as surrogates."""
    try:
        return _as_text(text.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:  # characters already
        return text


def _as_text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("windows-1252", "replace")


def _sender(message: Message) -> tuple[str, str]:
    """Return whom it is from, as a name where there is one, and the host of the address."""
    for name in ("From", "Sender"):
        found = message.get_all(name, [])
        fields = [_decoded(each) if isinstance(each, Header) else str(each) for each in found]
        for label, address in getaddresses(fields):
            if "@" in address:
                shown = _SPACE.sub(" ", _decoded(label)).strip(" \"'")
                return shown or address, address.rpartition("@")[2].lower()
    return "", ""


def _id(message: Message) -> str | None:
    found = re.search(r"<([^<>\s]+)>", str(message.get("Message-ID", "")))
    return f"mid:{found[1]}" if found else None


def _sent(message: Message) -> datetime | None:
    """Return when it was sent; where it doesn't say so in earnest, when the first server had it."""
    for value in (message.get("Date"), *reversed(message.get_all("Received", []))):
        with suppress(ValueError, TypeError, OverflowError):
            moment = parsedate_to_datetime(str(value).rpartition(";")[2].strip())
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _language(message: Message) -> str | None:
    found = re.fullmatch(
        r"\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*(?:,.*)?", str(message.get("Content-Language", ""))
    )
    return found[1] if found else None


def _addresses(message: Message, name: str) -> list[str]:
    return re.findall(r"<\s*([^<>\s]+)\s*>", " ".join(str(value) for value in message.get_all(name, [])))
