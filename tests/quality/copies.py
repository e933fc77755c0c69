"""Copies of articles, changed as syndication changes them."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable
from dataclasses import replace

from aggregator.model import Entry

_TAG = re.compile(r"<[^>]+>")

BEFORE = (
    "This article was first published by our partner network and is republished here with permission.",
    "LUXEMBOURG – (press release) –",
    "Sign up for our morning newsletter to get the day's most important stories in your inbox.",
    "Diese Meldung stammt von einer Agentur und wurde von der Redaktion nicht bearbeitet.",
)
AFTER = (
    "Copyright 2026 The Daily Planet. All rights reserved. This may not be redistributed without permission.",
    "Read the original article on the publisher's site. Follow us for more stories like this one, and subscribe.",
    "About us: founded in 1998, we bring you the news that matters, every day, from 12 cities in 5 countries.",
    "Lesen Sie auch: Was heute noch wichtig ist. Mehr zum Thema finden Sie in unserem Archiv.",
)
SITES = ("The Daily Planet", "Example News 24", "Echo Online", "Le Courrier")


def copy_of(entry: Entry, number: int, chance: random.Random) -> Entry:
    """Return the entry as another site has it: some of the changes, always another address."""
    title, text = entry.title, entry.content or entry.summary
    for change in chance.sample(_TITLE_CHANGES, chance.choice((0, 1, 1, 2))):
        title = change(title, chance)
    for change in chance.sample(_TEXT_CHANGES, chance.choice((1, 1, 2, 3))):
        text = change(text, chance)
    url = f"https://copies.example/{number}"
    summary = html.unescape(_TAG.sub(" ", text))[:300]
    return replace(
        entry, key=f"url:{url}", url=url, canonical_url=url, title=title, summary=summary, content=text, fingerprint=url
    )


def _rewritten(title: str, chance: random.Random) -> str:
    words = [word for word in title.split() if not word[0].isdigit()]
    chance.shuffle(words)
    return f"Report: {' '.join(words[: max(2, len(words) // 2)])}"


def _other(_title: str, _chance: random.Random) -> str:
    return "What you need to know today"


def _with_site(title: str, chance: random.Random) -> str:
    return f"{title} {chance.choice('|–-')} {chance.choice(SITES)}"


def _before(text: str, chance: random.Random) -> str:
    return f"<p>{chance.choice(BEFORE)}</p>{text}"


def _after(text: str, chance: random.Random) -> str:
    return f"{text}<p>{chance.choice(AFTER)}</p>"


def _cut(text: str, _chance: random.Random) -> str:
    plain = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    return f"<p>{html.escape(plain[: int(len(plain) * 0.6)])}…</p>"


def _stripped(text: str, _chance: random.Random) -> str:
    return html.escape(html.unescape(_TAG.sub("", text)))


_TITLE_CHANGES: tuple[Callable[[str, random.Random], str], ...] = (_rewritten, _other, _with_site)
_TEXT_CHANGES: tuple[Callable[[str, random.Random], str], ...] = (_before, _after, _cut, _stripped)
