"""All ways out of the program in one place: it takes an issue and a target, and returns when the other side has it.

This module brings the libraries of all channels along: what only looks at the ledger does not import it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Generic, TypeVar

from aggregator.config import ChatService, Config, DigestConfig, EmailConfig
from aggregator.config.templates import Templates, folders_of, load_templates
from aggregator.errors import DeliveryError, PublishError, Refused
from aggregator.http import HttpClient
from aggregator.model.issues import ChannelKind, Issue
from aggregator.notify.bodies import Rendered, Site, render_issue, site_of
from aggregator.notify.chat import lines_of, send_chat
from aggregator.notify.endpoints import Target
from aggregator.notify.mail.local import MaildirSender, SendmailSender
from aggregator.notify.mail.message import MailForm
from aggregator.notify.mail.smtp import SmtpSender
from aggregator.notify.tokens import unsubscribe_token
from aggregator.notify.webhook import send_webhook, webhook_bodies
from aggregator.text.locales import Locale

T = TypeVar("T")

# Rendered issues that are kept for the next reader of the same.
_REMEMBERED: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One issue on its way to one target. ``note_part`` is told after each accepted part but the last."""

    issue: Issue
    digest: DigestConfig
    target: Target
    message_id: str
    attempts: int = 0
    parts_sent: int = 0
    note_part: Callable[[int], None] = lambda _: None


class Channels:
    """Sends posts, from several threads. ``key`` signs the addresses that unsubscribe."""

    def __init__(self, config: Config, client: HttpClient, *, key: bytes, clock: Callable[[], datetime]) -> None:
        self._email = config.email
        self._client = client
        self._config = config
        self._mail = _mail_sender(config.email) if config.email else None
        self._key = key
        self._clock = clock
        self._forms: _Made[MailForm] = _Made()
        self._bodies: _Made[Sequence[bytes]] = _Made()

    def close(self) -> None:
        if self._mail is not None:
            self._mail.close()

    def send(self, post: Post) -> None:
        """Return when the other side has the issue. Raises DeliveryError, Refused."""
        match post.target.endpoint.kind:
            case ChannelKind.EMAIL:
                self._send_mail(post)
            case ChannelKind.WEBHOOK:
                self._send_webhook(post)
            case ChannelKind.CHAT:
                self._send_chat(post)

    def _send_mail(self, post: Post) -> None:
        email = self._email
        if email is None or self._mail is None:
            raise Refused("the section email is not configured any more", stops=False)
        try:
            form = self._forms.get(post, lambda: self._form(post, email))
        except PublishError as error:  # it may be mended before the next attempt
            raise DeliveryError(f"the message can't be made: {error}") from error
        mail = form.fill(
            recipient=post.target.address.get_secret_value(),
            message_id=post.message_id,
            unsubscribe=unsubscribe_address(self._site(post), self._key, post.target),
            attempts=post.attempts,
        )
        self._mail.send(mail)

    def _form(self, post: Post, email: EmailConfig) -> MailForm:
        site = self._site(post)
        templates = _templates_in(folders_of(self._config), site.locale)
        rendered = render_issue(post.issue, post.digest, site, templates, can_unsubscribe=True)
        return MailForm(rendered, post.issue, site, email)

    def _site(self, post: Post) -> Site:
        return site_of(self._config, post.digest)

    def _send_webhook(self, post: Post) -> None:
        send_webhook(
            self._client,
            post.target.address.get_secret_value(),
            self._bodies.get(post, lambda: webhook_bodies(post.issue, self._site(post))),
            message_id=post.message_id,
            secret=post.target.secret,
            parts_sent=post.parts_sent,
            note_part=post.note_part,
            clock=self._clock,
        )

    def _send_chat(self, post: Post) -> None:
        address = post.target.address.get_secret_value()
        lines = lines_of(post.issue, self._site(post), post.digest.limit)
        service = post.target.service or ChatService.APPRISE
        if service is ChatService.APPRISE:
            from aggregator.notify.chat.others import send_other

            send_other(self._client, address, lines, parts_sent=post.parts_sent, note_part=post.note_part)
            return
        send_chat(
            self._client,
            address,
            service,
            lines,
            parts_sent=post.parts_sent,
            note_part=post.note_part,
            clock=self._clock,
        )


def unsubscribe_address(site: Site, key: bytes, target: Target) -> str:
    endpoint = target.endpoint
    return f"{site.url}unsubscribe/{unsubscribe_token(key, digest=endpoint.digest, endpoint=endpoint.key)}"


def preview(issue: Issue, digest: DigestConfig, config: Config) -> Rendered:
    """Return what mail of an issue would be, but for the reader's own address to unsubscribe. Raises PublishError."""
    templates = load_templates(config, config.locale_of(digest))
    return render_issue(issue, digest, site_of(config, digest), templates, can_unsubscribe=False)


@lru_cache(maxsize=8)
def _templates_in(folders: tuple[Path, ...], locale: Locale) -> Templates:
    """Return templates, compiled once for all runs; an edited file is read again."""
    return Templates(*folders, locale=locale)


def _mail_sender(email: EmailConfig) -> SmtpSender | MaildirSender | SendmailSender:
    if email.maildir is not None:
        return MaildirSender(email.maildir)
    if email.sendmail is not None:
        return SendmailSender(email.sendmail)
    return SmtpSender(email.smtp)


class _Made(Generic[T]):
    """What was made of an issue, for the next reader of the same: threads that ask at once wait for one of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, T] = OrderedDict()

    def get(self, post: Post, make: Callable[[], T]) -> T:
        with self._lock:
            key = post.issue.id
            if key not in self._known:
                self._known[key] = make()
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
            return self._known[key]
