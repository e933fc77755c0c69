"""One mail of an issue to one reader: headers as RFC 5322, 2919, 2369, 8058 and 3834 want them (RULES M1 to M10)."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from html import escape
from typing import Final
from urllib.parse import quote

from aggregator.config import EmailConfig
from aggregator.model.issues import Issue
from aggregator.notify.bodies import UNSUBSCRIBE, Rendered, Site
from aggregator.text.hosts import host_of
from aggregator.text.mailboxes import split_mailbox
from aggregator.text.one_line import one_line, shorten

_SUBJECT_CHARACTERS: Final = 160
_ADDRESS_COLUMNS: Final = 72
# What needs no quoting and no folding, which nearly all addresses are.
_PLAIN: Final = re.compile(
    r"(?=.{1,70}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9.-]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it goes out: the envelope, and the message in bytes with CRLF; ``attempts`` were made before."""

    sender: str
    recipient: str
    message_id: str
    body: bytes
    attempts: int = 0


def mail_domain(email: EmailConfig) -> str:
    """Return the domain that our message ids are in: the sender's."""
    return _ascii_host(split_mailbox(email.sender)[1].partition("@")[2])


class MailForm:
    """The mail of an issue but for what differs from reader to reader, which is put in; encoded once for all.

    The same reader, id and address give the same bytes.
    """

    def __init__(self, rendered: Rendered, issue: Issue, site: Site, email: EmailConfig) -> None:
        self._issue, self._email = issue, email
        name, sender = split_mailbox(email.sender)
        self._sender = _ascii_domain(sender)
        self._envelope = _ascii_domain(email.envelope or self._sender)
        subject = shorten(one_line(rendered.subject), _SUBJECT_CHARACTERS)
        self._head = _from(name or site.title, self._sender) + _subject(subject)
        # the email package would fold these inside of addresses; all in them is our own, and ASCII
        self._head += _raw(
            f"Date: {format_datetime(issue.made_at)}",
            "Auto-Submitted: auto-generated",
            f"List-Id: {_phrase(issue.title, 'List-Id')}\r\n <{_list_id(issue, site)}>",
            "MIME-Version: 1.0",
        )
        self._parts = [
            (b"text/plain", _encoded_around(rendered.text)),
            (b"text/html", _encoded_around(rendered.html)),
        ]

    def fill(self, *, recipient: str, message_id: str, unsubscribe: str, attempts: int = 0) -> Mail:
        """Return the mail to one reader. ``unsubscribe`` is their own address for that."""
        recipient = _ascii_domain(recipient)
        boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
        to = (
            _raw(f"To: {recipient}") if _PLAIN.fullmatch(recipient) else _written(recipient, To=_address("", recipient))
        )
        head = to + _raw(
            f"Message-ID: {message_id}",
            "List-Unsubscribe: " + ",\r\n ".join(_ways_out(unsubscribe, self._issue, self._email)),
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
        )
        pieces = [self._head, head]
        for kind, around in self._parts:
            way_out = escape(unsubscribe) if kind == b"text/html" else unsubscribe
            pieces.append(_PART_HEAD % (boundary.encode(), kind))
            pieces.append(_soft_broken(way_out).join(around))
        pieces.append(b"\r\n--%s--\r\n" % boundary.encode())
        body = b"".join(pieces)
        return Mail(sender=self._envelope, recipient=recipient, message_id=message_id, body=body, attempts=attempts)


_PART_HEAD: Final = (
    b"\r\n--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)


def _written(address: str, **headers: str | Address) -> bytes:
    """Return headers with text from elsewhere in them, written by the email package, which refuses line breaks."""
    message = EmailMessage(policy=SMTP if address.isascii() else SMTPUTF8)
    for name, value in headers.items():
        message[name] = value
    return message.as_bytes().rstrip(b"\r\n") + b"\r\n"


def _from(name: str, sender: str) -> bytes:
    """Return the header of the sender; the email package would begin a long name on a line of its own."""
    name = one_line(name)
    if name.isascii() or not sender.isascii():
        return _written(sender, From=_address(name, sender))
    return _raw(f"From: {_phrase(name, 'From')}\r\n <{sender}>")


def _subject(subject: str) -> bytes:
    """Return the header of the subject; the email package would double a blank between words that it encodes or not."""
    if subject.isascii():
        return _written("", Subject=subject)
    return _raw(f"Subject: {_encoded(subject, 'Subject')}")


def _raw(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")


def _encoded_around(text: str) -> list[bytes]:
    """Return a text in quoted-printable (RFC 2045 §6.7), in pieces between which the address to unsubscribe belongs.

    binascii encodes a hundred times as fast as the email package does, which would take longer than the mail server.
    """
    lines = text.rstrip("\n").replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return [binascii.b2a_qp(piece.encode("utf-8", "replace"), istext=True) for piece in lines.split(UNSUBSCRIBE)]


def _soft_broken(address: str) -> bytes:
    """Return an address in quoted-printable on lines of its own, which decoding joins to what is around it."""
    encoded = address.replace("=", "=3D").encode("ascii", "replace")
    steps = range(0, len(encoded), _ADDRESS_COLUMNS)
    return b"=\r\n" + b"".join(encoded[step : step + _ADDRESS_COLUMNS] + b"=\r\n" for step in steps)


def _phrase(text: str, header: str) -> str:
    """Return a title as what stands before an address in angle brackets (RFC 5322 §3.2.5), folded where it is long."""
    line = shorten(one_line(text), _SUBJECT_CHARACTERS)
    if not line.isascii():
        return _encoded(line, header)
    return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", line))


def _encoded(line: str, header: str) -> str:
    """Return a line that is not ASCII as encoded words (RFC 2047), folded between them."""
    return Header(line, "utf-8", header_name=header).encode(linesep="\r\n")


def _ways_out(unsubscribe: str, issue: Issue, email: EmailConfig) -> Iterator[str]:
    yield f"<{unsubscribe}>"
    if email.unsubscribe is not None:
        yield f"<mailto:{quote(_ascii_domain(email.unsubscribe), safe='@')}?subject=unsubscribe%20{issue.digest}>"


def _list_id(issue: Issue, site: Site) -> str:
    return f"{issue.digest}.{_ascii_host(host_of(site.url) or 'localhost')}".replace(":", ".")


def _address(name: str, address: str) -> Address:
    user, _, host = address.rpartition("@")
    return Address(display_name=one_line(name), username=user, domain=host)


def _ascii_domain(address: str) -> str:
    user, _, host = address.rpartition("@")
    return f"{user}@{_ascii_host(host)}"


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host
