"""The places that a digest goes to, as configured; in records and rows they are without their secrets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from aggregator.config import ChatChannel, ChatService, DigestConfig, EmailChannel, WebhookChannel
from aggregator.model.issues import ChannelKind, Endpoint
from aggregator.text.hosts import host_of

# Enough that no two addresses have the same key, few enough for the address of the page that unsubscribes.
_KEY_BYTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An endpoint with what it takes to reach it: its address, a webhook's signing key, a chat's service."""

    endpoint: Endpoint
    address: SecretStr
    secret: SecretStr | None = None
    service: ChatService | None = None


def targets_of(digest: DigestConfig) -> dict[str, Target]:
    """Return the targets of a digest by the keys of their endpoints, each address once, in the order of the file."""
    found: dict[str, Target] = {}
    for channel in digest.to:
        for target in _targets(digest.name, channel):
            found.setdefault(target.endpoint.key, target)
    return found


def _targets(digest: str, channel: EmailChannel | WebhookChannel | ChatChannel) -> Iterator[Target]:
    if isinstance(channel, EmailChannel):
        for address in channel.email:
            yield email_target(digest, address)
    elif isinstance(channel, WebhookChannel):
        yield webhook_target(digest, channel.webhook, channel.secret)
    else:
        yield chat_target(digest, channel)


def email_target(digest: str, address: str) -> Target:
    user, _, host = address.partition("@")
    kind, key = ChannelKind.EMAIL, _key(ChannelKind.EMAIL, f"{user}@{host.lower()}")
    endpoint = Endpoint(digest=digest, kind=kind, key=key, label=f"email {masked_mail(address)}")
    return Target(endpoint=endpoint, address=SecretStr(address))


def webhook_target(digest: str, address: SecretStr, secret: SecretStr | None = None) -> Target:
    kind, url = ChannelKind.WEBHOOK, address.get_secret_value()
    label = f"webhook {host_of(url)}"
    endpoint = Endpoint(digest=digest, kind=kind, key=_key(kind, url), label=label)
    return Target(endpoint=endpoint, address=address, secret=secret)


def chat_target(digest: str, channel: ChatChannel) -> Target:
    kind, url = ChannelKind.CHAT, channel.chat.get_secret_value()
    service = channel.spoken or ChatService.APPRISE
    name = urlsplit(url).scheme.lower() if service is ChatService.APPRISE else service.value
    endpoint = Endpoint(digest=digest, kind=kind, key=_key(kind, url), label=f"chat {name}")
    return Target(endpoint=endpoint, address=channel.chat, service=service)


def masked_mail(address: str) -> str:
    """Return a mail address as others may see it: ``r…1@example.org``."""
    user, _, host = address.partition("@")
    return f"{user[:1]}…{user[-1:] if len(user) > 2 else ''}@{host}"


def _key(kind: ChannelKind, address: str) -> str:
    return hashlib.sha256(f"{kind}\n{address}".encode()).hexdigest()[: 2 * _KEY_BYTES]
