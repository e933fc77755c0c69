"""Where a source is, as it is written: an address of the web, or a mailbox; and whose mails of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Strict, ValidationInfo

from aggregator.config.network_values import http_address
from aggregator.config.values import described, folder_of

_HOST: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
_SENDER: Final = re.compile(r"[^\s@<>,;]*@?[^\s@<>,;]+")


def is_mailbox(address: str) -> bool:
    return address.startswith(("imaps://", "imap://", "maildir:"))


def _source_address(text: str, info: ValidationInfo) -> str:
    address = text.strip()
    if address.startswith("maildir:"):
        return _maildir(address.removeprefix("maildir:"), folder_of("sources", info))
    if is_mailbox(address):
        return _imap(address)
    try:
        return http_address(address)
    except ValueError as error:
        raise ValueError(f"{error}; that of a mailbox, with imaps:// or maildir:") from None


def _maildir(path: str, folder: Path) -> str:
    if not path.strip("/") or "#" in path or not path.isprintable():
        raise ValueError("expected the folder of a Maildir behind maildir:, without #")
    return f"maildir:{(folder / path).resolve()}"


def _imap(address: str) -> str:
    try:
        parts = urlsplit(address)
        is_usable = bool(_HOST.fullmatch(parts.hostname or "")) and parts.port != 0
        is_usable = is_usable and not (parts.query or parts.fragment)
        is_usable = is_usable and re.fullmatch(r"[\x21-\x7e]+", address) is not None
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ValueError("expected imaps://user@host/folder, with what is no letter or digit in them written as %40")
    return address


def _sender(text: str) -> str:
    if _SENDER.fullmatch(text) is None:
        raise ValueError("expected a mail address, a domain such as esa.int, or the id of a mailing list")
    return text.lower()


SourceAddress = Annotated[
    str,
    Strict(),
    AfterValidator(_source_address),
    described("address", pattern=r"^(https?://|imaps?://|maildir:)"),
]
Sender = Annotated[str, Strict(), AfterValidator(_sender), described("sender")]
