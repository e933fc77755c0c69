"""The mail that asks whether one wants any: it is shown to the operator, with its link, and never followed."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 2_500  # characters; a newsletter has more

_ASKS: Final = re.compile(
    r"\b(?:confirm(?:er|ez|e)?|best[äa]tigen?|aktivier\w*|activat\w*|verif\w+|valid\w+|confirméier\w*|bestätegen?)\b"
    r"[^.!?]{0,60}\b(?:subscri\w*|sign-?up|regist\w*|e-?mail\w*|address\w*|adress\w*|abonnement|inscription|anmeldung|"
    r"newsletter|lettre|opt-?in|umeldung)"
    r"|\b(?:subscri\w*|sign-?up|registration|abonnement|inscription|anmeldung|newsletter\w*|adresse|e-?mail-?adresse|"
    r"umeldung)\b[^.!?]{0,40}\b(?:confirm\w*|best[äa]tig\w*|aktivier\w*|activat\w*|verif\w*|valid\w*)\b"
    r"|\bdouble[ -]opt-?in\b|\bplease confirm\b|\bbitte best[äa]tig|\bconfirmation (?:d[e’']|of )",
    re.IGNORECASE,
)
_CONFIRMS: Final = re.compile(
    r"confirm|best[äa]tig|bestaetig|opt-?in|verif|activat|aktivier|valid(?:er|ate|ation)|subscribe/|anmeld",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(r"unsub|abmeld|d[ée]sabonn|d[ée]sinscri|opt-?out|stornier|cancel|annul", re.IGNORECASE)


def confirmation_link(title: str, text: str, links: list[tuple[str, str]]) -> str | None:
    """Return where a mail wants a subscription confirmed; None for one that asks for nothing of the kind.

    ``text`` is what it says, ``links`` are their addresses and words.
    """
    text = text.strip()
    if len(text) > _LONGEST or not (_ASKS.search(title) or _ASKS.search(text)):
        return None
    fitting = [
        (address, words)
        for address, words in links
        if address.startswith(("https://", "http://")) and not (_ENDS.search(words) or _ENDS.search(address))
    ]
    by_words = [address for address, words in fitting if _CONFIRMS.search(words)]
    by_address = [address for address, _ in fitting if _CONFIRMS.search(address)]
    return next(iter([*by_words, *by_address]), None)
