"""A mailbox on an IMAP server (RFC 9051). It is opened read-only, unless mails are to be marked as read.

The cursor is the server's UIDVALIDITY, and the UIDs of the first and the last mail of the last answer.
"""

from __future__ import annotations

import imaplib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from aggregator.errors import BodyTooLarge, FetchError, NoTls, StatusError
from aggregator.fetch.mailbox.batch import SENDER_FIELDS, Batch, Wish
from aggregator.http import Conversation, HttpClient

_PORTS: Final = {"imap": 143, "imaps": 993}
# What is behind this of one mail are attachments.
_MOST_BYTES_OF_ONE: Final = 2_000_000
# What a server says beside the mails: heads, flags, greetings.
_SPARE_BYTES: Final = 4_000_000
# So many mails are asked about at a time, and so many are asked for.
_HEADS_AT_A_TIME: Final = 500
_MAILS_AT_A_TIME: Final = 20
_HEAD: Final = f"BODY.PEEK[HEADER.FIELDS ({' '.join(SENDER_FIELDS).upper()})]"
_MAIL: Final = f"BODY.PEEK[]<0.{_MOST_BYTES_OF_ONE}>"


@dataclass(frozen=True, slots=True)
class _Cursor:
    validity: int = 0
    first: int = 0
    last: int = 0

    @classmethod
    def read(cls, text: str) -> _Cursor:
        parts = text.split("-")
        return cls(*map(int, parts)) if len(parts) == 3 and all(map(str.isdigit, parts)) else cls()

    def __str__(self) -> str:
        return f"{self.validity}-{self.first}-{self.last}"


def new_on_server(client: HttpClient, url: str, wish: Wish, *, secrets: Mapping[str, str]) -> Batch:
    """Return the mails of a folder that are wanted. Raises FetchError and its kin."""
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "imaps"
    folder = unquote(parts.path.strip("/")) or "INBOX"
    with client.conversation(host, parts.port or _PORTS[parts.scheme], is_tls=is_tls) as talk:
        try:
            mailbox = _Client(talk, host, most_bytes=wish.most_bytes + _MOST_BYTES_OF_ONE + _SPARE_BYTES)
            if not is_tls:
                _secure(mailbox, talk, host)
            _log_in(mailbox, host, secrets)
            validity = _opened(mailbox, folder, is_read_only=not wish.is_marking)
            batch = _new(mailbox, validity, wish)
            with suppress(imaplib.IMAP4.error, OSError):
                mailbox.logout()
        except imaplib.IMAP4.abort as error:
            raise FetchError(f"the mail server {host} broke off: {_said(error)}") from error
        except imaplib.IMAP4.error as error:
            raise FetchError(f"the mail server {host} refused: {_said(error)}") from error
    return batch


class _Wire(imaplib.IMAP4):
    """imaplib over our connection. It takes no more of a server that floods than there can be in earnest."""

    def __init__(self, talk: Conversation, host: str, *, most_bytes: int) -> None:
        self._talk = talk
        self._left = most_bytes
        super().__init__(host)

    def _create_socket(self, _timeout: float | None = None) -> Any:  # noqa: ANN401 - typeshed has no name for it
        return self._talk.sock

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise BodyTooLarge("the mail server sent more than was asked for")


class _Client(IMAPClient):  # type: ignore[misc]  # it has no types
    """IMAPClient over our connection."""

    def __init__(self, talk: Conversation, host: str, *, most_bytes: int) -> None:
        self._wire = (talk, most_bytes)
        super().__init__(host, ssl=False)

    def _create_IMAP4(self) -> _Wire:  # noqa: N802 - IMAPClient's name
        talk, most_bytes = self._wire
        return _Wire(talk, self.host, most_bytes=most_bytes)

    def _set_read_timeout(self) -> None:
        """Leave it to the connection, which has a deadline."""


class _OverTls:
    """What imaplib takes for an SSL context."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    def wrap_socket(self, *_: object, **__: object) -> Any:  # noqa: ANN401 - as above
        return self._talk.start_tls()


def _secure(mailbox: _Client, talk: Conversation, host: str) -> None:
    """Go on with TLS. Raises NoTls where there is none: a password goes nowhere in the clear but on this machine."""
    if mailbox.has_capability("STARTTLS"):
        mailbox.starttls(_OverTls(talk))
        return
    peer = talk.sock.getpeername()[0].partition("%")[0]
    if not ip_address(peer).is_loopback:
        raise NoTls(f"the mail server {host} offers no TLS: the password would go there in the clear")


def _log_in(mailbox: _Client, host: str, secrets: Mapping[str, str]) -> None:
    if "user" not in secrets:
        raise StatusError("the address needs a user: imaps://user@host/folder", status=401)
    try:
        mailbox.login(secrets["user"], secrets.get("password", ""))
    except LoginError as error:
        raise StatusError(f"the mail server {host} refused the login: {_said(error)}", status=401) from error


def _opened(mailbox: _Client, folder: str, *, is_read_only: bool) -> int:
    """Open a folder and return its UIDVALIDITY. Raises StatusError, with what there is, for one that is not there."""
    try:
        return int(mailbox.select_folder(folder, readonly=is_read_only)[b"UIDVALIDITY"])
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, KeyError) as error:
        names = sorted(str(name) for _, _, name in mailbox.list_folders())
        shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
        raise StatusError(
            f"there is no folder {folder!r} that can be opened; there are: {shown}", status=404
        ) from error


def _new(mailbox: _Client, validity: int, wish: Wish) -> Batch:
    cursor = _Cursor.read(wish.cursor)
    is_first = cursor.validity != validity  # or the server numbered all anew: what is known is known by its id
    if is_first:
        cursor = _Cursor(validity)
    elif wish.is_marking and cursor.first:
        _mark(mailbox, cursor, wish)
    waiting = sorted(uid for uid in mailbox.search(["UID", f"{cursor.last + 1}:*"]) if uid > cursor.last)
    fitting = list(_fitting(mailbox, waiting, wish))
    if is_first and not wish.with_backlog:
        fitting = fitting[-wish.most :]
    if not fitting:
        return Batch(mails=(), cursor=str(_Cursor(validity, 0, waiting[-1] if waiting else cursor.last)))
    taken = fitting[: wish.most]
    mails, last = _fetched(mailbox, taken, wish.most_bytes)
    is_all = last == fitting[-1]
    return Batch(mails=tuple(mails), cursor=str(_Cursor(validity, taken[0], waiting[-1] if is_all else last)))


def _fitting(mailbox: _Client, uids: Sequence[int], wish: Wish) -> Iterator[int]:
    """Yield the mails of the senders that are wanted."""
    if not wish.senders:
        yield from uids
        return
    for some in _chunks(uids, _HEADS_AT_A_TIME):
        heads = mailbox.fetch(some, [_HEAD])
        yield from (uid for uid in some if wish.fits(_body(heads.get(uid, {}))))


def _fetched(mailbox: _Client, uids: Sequence[int], most_bytes: int) -> tuple[list[bytes], int]:
    """Return the mails until there are enough bytes, and the last one's UID."""
    mails, size, last = list[bytes](), 0, uids[0]
    for some in _chunks(uids, _MAILS_AT_A_TIME):
        sizes = mailbox.fetch(some, ["RFC822.SIZE"])
        for uid in some:
            size += min(int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0)), _MOST_BYTES_OF_ONE)
            if mails and size > most_bytes:
                return mails, last
            body = _body(mailbox.fetch([uid], [_MAIL]).get(uid, {}))
            if body:  # one that was deleted meanwhile is none
                mails.append(body)
            last = uid
    return mails, last


def _mark(mailbox: _Client, cursor: _Cursor, wish: Wish) -> None:
    """Mark what the last answer had as read; it is stored since then."""
    unread = mailbox.search(["UNSEEN", "UID", f"{cursor.first}:{cursor.last}"])
    if mine := list(_fitting(mailbox, unread, wish)):
        mailbox.add_flags(mine, [rb"\Seen"], silent=True)


def _body(fields: Mapping[bytes, object]) -> bytes:
    return next((value for name, value in fields.items() if name.startswith(b"BODY") and isinstance(value, bytes)), b"")


def _chunks(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (uids[start : start + size] for start in range(0, len(uids), size))


def _said(error: Exception) -> str:
    """What a server said, without a library's ornaments and on one line."""
    text = error.args[0] if error.args else ""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return " ".join(text.split())[:200] or type(error).__name__
