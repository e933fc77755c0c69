"""Pages that are empty without their scripts: the data that those fetch, where the page itself says from where.

Such data is read in the place where pages put what they embed (parse/pages/structured.py), without a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from typing import Final

from aggregator.model import Fetched
from aggregator.text.hosts import host_of
from aggregator.text.schemes import joined

# A page with so many links is none that is empty.
_FEW_LINKS: Final = 3
_MOST_BYTES: Final = 500_000
_MOST: Final = 3
_SCRIPT: Final = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>(.*?)</script", re.DOTALL | re.IGNORECASE)
_END: Final = re.compile(rb"</body\s*>|</html\s*>", re.IGNORECASE)
_PRELOADED: Final = re.compile(r"<link\b(?=[^>]*\bas=[\"']?fetch\b)[^>]*\bhref=[\"']?([^\"'\s>]+)", re.IGNORECASE)
_CALL: Final = re.compile(
    r"(?:\bfetch|\.get|\.getJSON|\.ajax|\.open\(\s*[\"']GET[\"']\s*,)\s*\(?\s*([\"'`])([^\"'`\s<>{}\\]{1,500})\1"
)
_LITERAL: Final = re.compile(
    r"([\"'`])((?:https?:/)?/(?=[^\"'`\s]*(?:\.json|wp-json/|api/))[^\"'`\s<>{}\\]*)\1", re.IGNORECASE
)


def data_addresses(answer: Fetched) -> tuple[str, ...]:
    """Return where the scripts of an empty page get their data, on its own host; nothing for a page that has links."""
    if (
        len(answer.body) > _MOST_BYTES
        or answer.body.lower().count(b"<a ") >= _FEW_LINKS
        or b"<script" not in answer.body
    ):
        return ()
    own = host_of(answer.url)
    found = (joined(answer.url, each) for each in _named(answer.body.decode("utf-8", "replace")))
    web = dict.fromkeys(each for each in found if each and each.startswith(("https://", "http://")))
    return tuple(each for each in web if host_of(each) == own and each != answer.url)[:_MOST]


def with_data(answer: Fetched, data: Sequence[Fetched]) -> Fetched:
    """Return a page with the data that its scripts would fetch, as if it were embedded.

    It is asked for without a condition next time: whether the page changed does not tell whether its data did.
    """
    pieces = [each.body.strip() for each in data]
    embedded = [piece.replace(b"</", b"<\\/") for piece in pieces if piece[:1] in {b"{", b"["}]
    if not embedded:
        return answer
    scripts = b"".join(b'<script type="application/json">' + each + b"</script>" for each in embedded)
    end = _END.search(answer.body)
    place = end.start() if end else len(answer.body)
    return replace(answer, body=answer.body[:place] + scripts + answer.body[place:], validators=None)


def _named(page: str) -> Iterator[str]:
    for script in _SCRIPT.findall(page):
        yield from (found[1] for found in _CALL.findall(script))
        yield from (found[1] for found in _LITERAL.findall(script))
    yield from map(unescape, _PRELOADED.findall(page))
