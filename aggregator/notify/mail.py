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
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Final
from urllib.parse import quote, urlsplit

from aggregator.config import EmailConfig
from aggregator.issues import Issue
from aggregator.notify.render import UNSUBSCRIBE, Rendered, Site

_SUBJECT_CHARACTERS: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it goes out: the envelope, and the message in bytes with CRLF."""

    sender: str
    recipient: str
    message_id: str
    body: bytes


def mail_domain(email: EmailConfig) -> str:
    """Return the domain that our message ids are in: the sender's."""
    return _ascii_host(parseaddr(email.sender)[1].partition("@")[2])


def make_mail(
    rendered: Rendered,
    issue: Issue,
    site: Site,
    email: EmailConfig,
    *,
    recipient: str,
    message_id: str,
    unsubscribe: str | None,
) -> Mail:
    """Return the mail to one reader; the same arguments give the same bytes. ``unsubscribe`` is their own address."""
    name, sender = parseaddr(email.sender)
    sender, recipient = _ascii_domain(sender), _ascii_domain(recipient)
    written = EmailMessage(policy=SMTP if (sender + recipient).isascii() else SMTPUTF8)
    written["From"] = _address(name, sender)
    written["To"] = _address("", recipient)
    written["Subject"] = _cut(_one_line(rendered.subject), _SUBJECT_CHARACTERS)
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
    # the email package would fold these inside of addresses; all in them is our own, and ASCII
    raw = [
        f"Date: {format_datetime(issue.made_at)}",
        f"Message-ID: {message_id}",
        "Auto-Submitted: auto-generated",
        f"List-Id: {_phrase(issue.title)}\r\n <{_list_id(issue, site)}>",
    ]
    if unsubscribe is not None:
        raw.append("List-Unsubscribe: " + ",\r\n ".join(_ways_out(unsubscribe, issue, email)))
        raw.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    raw += ["MIME-Version: 1.0", f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"', "", ""]
    head = written.as_bytes().rstrip(b"\r\n") + b"\r\n" + "\r\n".join(raw).encode("ascii", "replace")
    body = b"".join(_parts(rendered, boundary.encode(), unsubscribe or ""))
    return Mail(
        sender=_ascii_domain(email.envelope or sender),
        recipient=recipient,
        message_id=message_id,
        body=head + body,
    )


def _phrase(text: str) -> str:
    """Return a title as what stands before an address in angle brackets (RFC 5322 §3.2.5), folded where it is long."""
    line = _cut(_one_line(text), _SUBJECT_CHARACTERS)
    if not line.isascii():
        return Header(line, "utf-8", header_name="List-Id").encode(linesep="\r\n")
    return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", line))


def _parts(rendered: Rendered, boundary: bytes, unsubscribe: str) -> Iterator[bytes]:
    """Yield multipart/alternative, plain text first (RFC 2046 §5.1.4), in quoted-printable (RFC 2045 §6.7).

    binascii encodes a hundred times as fast as the email package does, which would take longer than the mail server.
    """
    html = rendered.html.replace(UNSUBSCRIBE, escape(unsubscribe))
    for kind, text in (("plain", rendered.text.replace(UNSUBSCRIBE, unsubscribe)), ("html", html)):
        lines = text.rstrip("\n").replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n") + "\r\n"
        yield b"--%s\r\nContent-Type: text/%s; charset=utf-8\r\n" % (boundary, kind.encode())
        yield b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        yield binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True)
    yield b"--%s--\r\n" % boundary


def _ways_out(unsubscribe: str, issue: Issue, email: EmailConfig) -> Iterator[str]:
    yield f"<{unsubscribe}>"
    if email.unsubscribe is not None:
        yield f"<mailto:{quote(_ascii_domain(email.unsubscribe), safe='@')}?subject=unsubscribe%20{issue.digest}>"


def _list_id(issue: Issue, site: Site) -> str:
    return f"{issue.digest}.{_ascii_host(urlsplit(site.url).hostname or 'localhost')}".replace(":", ".")


def _address(name: str, address: str) -> Address:
    user, _, host = address.rpartition("@")
    return Address(display_name=_one_line(name), username=user, domain=host)


def _ascii_domain(address: str) -> str:
    user, _, host = address.rpartition("@")
    return f"{user}@{_ascii_host(host)}"


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def _one_line(text: str) -> str:
    """Return a text that can be in a header: no line breaks of any kind, no control characters (RULES M2)."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 2].rstrip()} …"
