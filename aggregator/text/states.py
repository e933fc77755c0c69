"""How sources, polls, deliveries and troubles stand, in a word for readers; commands and logs have the English one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aggregator.text.locales import Locale, marked

# The values of SourceStatus, SourceKind, PollOutcome, DeliveryStatus and TroubleKind: a test says that each is here.
_WORDS: Final[Mapping[str, str]] = {
    "new": marked("new"),
    "ok": marked("ok"),
    "failing": marked("failing"),
    "moved": marked("moved"),
    "changed": marked("changed"),
    "gone": marked("gone"),
    "silent": marked("silent"),
    "waiting": marked("waiting"),
    "sent": marked("sent"),
    "failed": marked("failed"),
    "stopped": marked("stopped"),
    "undelivered": marked("not delivered"),
    "news": marked("news"),
    "nothing new": marked("nothing new"),
    "not modified": marked("not modified"),
    "auto": marked("automatic"),
    "feed": marked("feed"),
    "page": marked("page"),
    "sitemap": marked("sitemap"),
    "watch": marked("watched page"),
    "mailbox": marked("mailbox"),
}


def state_in_words(state: str, locale: Locale) -> str:
    """Return a word for a state."""
    return locale.gettext(_WORDS[state])
