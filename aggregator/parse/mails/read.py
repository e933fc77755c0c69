"""A batch of mails as a document: each mail an entry, or each article that it lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.errors import ParseError
from aggregator.model import Fetched, Items, ParsedEntry, ParsedFeed, Text
from aggregator.parse.mails.confirmation import confirmation_link
from aggregator.parse.mails.mime import Mail, open_mail
from aggregator.parse.mails.newsletter import Letter, read_letter, read_plain
from aggregator.parse.pages import read_page


@dataclass(frozen=True, slots=True)
class Mailbox:
    """``request`` is what the operator has to do, in words: a subscription waits to be confirmed."""

    document: ParsedFeed
    request: str | None


def read_mailbox(fetched: Fetched, *, items: Items, now: datetime) -> Mailbox:
    """Read the mails of an answer (``Fetched.pages``). None of them can keep another from being read."""
    entries, request = list[ParsedEntry](), None
    for page in fetched.pages:
        mail = open_mail(page.body)
        letter = read_letter(mail.html, unsubscribe=mail.unsubscribe) if mail.html else None
        if (link := _confirmation(mail, letter)) is not None:
            request = f"{mail.sender or 'a newsletter'} wants its subscription confirmed ({mail.title}): open {link}"
            continue
        entries += _entries(mail, letter, items, now)
    document = ParsedFeed(format="mailbox", reader="mails", url=fetched.url, entries=tuple(entries))
    return Mailbox(document, request)


def _entries(mail: Mail, letter: Letter | None, items: Items, now: datetime) -> Iterator[ParsedEntry]:
    whole = _entry(mail, letter)
    listed = _listed(mail, letter, whole, now) if items is Items.LINKS and letter is not None else ()
    yield from listed or (whole,)


def _entry(mail: Mail, letter: Letter | None) -> ParsedEntry:
    plain, web_address = read_plain(mail.plain or "")
    content, link = None, mail.web_address or (letter.web_address if letter else None) or web_address
    if letter is not None:
        content = Text(value=letter.content, is_html=True, base=link)
    elif plain:
        content = Text(value=plain, is_html=False)
    elif mail.is_encrypted:
        content = Text(value="This mail is encrypted.", is_html=False)
    return ParsedEntry(
        id=mail.id,
        link=link,
        title=Text(value=mail.title or mail.sender or "Mail", is_html=False),
        content=content,
        authors=(mail.sender,) if mail.sender else (),
        published=mail.sent,
        language=mail.language or (letter.language if letter else None),
    )


def _listed(mail: Mail, letter: Letter, whole: ParsedEntry, now: datetime) -> tuple[ParsedEntry, ...]:
    """Return the articles that a newsletter lists; nothing where it is none, so that nothing is lost."""
    base = whole.link or f"https://{re.sub(r'[^a-z0-9.-]', '', mail.host) or 'localhost'}/"
    page = Fetched(url=base, body=letter.listing.encode(), content_type="text/html; charset=utf-8")
    try:
        found = read_page(page, now=now).document.entries
    except ParseError:
        return ()
    return tuple(
        replace(
            each,
            id=each.id or each.link,
            authors=each.authors or whole.authors,
            published=each.published or whole.published,
            language=each.language or whole.language,
        )
        for each in found
    )


def _confirmation(mail: Mail, letter: Letter | None) -> str | None:
    if letter is not None:
        return confirmation_link(mail.title, letter.text, letter.links)
    plain = mail.plain or ""
    lines = plain.splitlines()
    links = [(address, line) for line in lines for address in re.findall(r"https?://[^\s<>\"]+", line)]
    return confirmation_link(mail.title, plain, links)
