"""Pages in the way of another one: challenges, errors in pretty clothes, forms to log in, questions for consent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aggregator.errors import Challenge, NotAList, ParseError
from aggregator.parse.pages.phrases import CONSENT, GONE, LOG_IN
from aggregator.parse.pages.tree import PageDocument

CHALLENGE = re.compile(
    r"just a moment|attention required|checking your browser|access denied|are you (?:a )?(?:human|robot)"
    r"|verify you are|security check|ddos protection|einen moment|un instant|un momento|please wait"
    r"|pardon our interruption|captcha",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"(?:\w+ )?(?:under |in )?maintenance\b|(?:we(?:.ll| will)? be )?back soon|be right back|temporarily unavailable"
    r"|wartung|wegen wartung|en maintenance|site en travaux|in manutenzione|en mantenimiento|coming soon",
    re.IGNORECASE,
)
SHORT = 3000  # characters: a page that says more isn't only a wall


def wall(document: PageDocument, names: Sequence[str], chars: int) -> ParseError | None:
    """Return why a page that is called so, with so much text on it, is another than was asked for; None if it isn't."""
    for name in filter(None, names):
        if CHALLENGE.search(name) and chars < SHORT:
            return Challenge(f"the server answered with a page that checks who asks ({name!r})")
        if GONE.match(name):
            return NotAList(f"this is an error page ({name!r})")
        if _CLOSED.match(name) and chars < SHORT:
            return NotAList(f"the site is closed for now ({name!r})")
        if CONSENT.match(name):
            return NotAList(f"this is a page that asks for consent ({name!r})")
        if LOG_IN.match(name) and document.root.find(".//input[@type='password']") is not None:
            return NotAList("this is a form to log in")
    return None
