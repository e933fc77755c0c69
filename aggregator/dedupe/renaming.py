"""Which stored entry of its source is this, when the publisher gave it another id or another address?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from urllib.parse import parse_qsl, urlsplit

from aggregator.model import Entry, KnownEntry
from aggregator.text.folding import fold, words_in
from aggregator.text.hosts import names_an_article

# Two texts of one title are revisions of one when they share so much of their words.
_ALIKE = 0.6
# Two spellings of one word have so much in common.
_SPELT_ALIKE = 0.7
# A text of so many words is no phrase that stands under every item.
_TELLING_WORDS = 12
# What looks like a token: letters and digits together, or many letters of no word. A number or a date names a page.
_TOKEN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.~+=-]+|[0-9a-f]{16,}|[A-Za-z]{20,}")
_SESSION_NAMES = frozenset(
    (  # as servers call them
        *("s", "sid", "sess", "session", "sessionid", "session_id", "phpsessid", "jsessionid", "cfid", "cftoken"),
        *("token", "tok", "auth", "sig", "signature", "key", "hash", "nonce", "rand", "random", "rnd", "cb", "expires"),
    )
)


def renamed(
    entry: Entry, same_source: Sequence[KnownEntry], gone: Collection[str], *, link_is_unique: bool
) -> KnownEntry | None:
    """Return the stored entry that this is under another key; ``gone`` are the keys that are not in the document.

    Its link is the same, names an article, and title, time or text agrees: an edit. Or title and the publisher's time
    are the same and the text is too, if there is one: it moved to another address. Without times title and text must
    be the same, and be much, or only a token in the address differs.
    """
    left = [stored for stored in same_source if stored.key in gone]
    if link_is_unique and (found := _at_same_link(entry, left, same_source)) is not None:
        return found
    moved = [stored for stored in left if has_moved(entry, stored)]
    if not link_is_unique and entry.canonical_url is not None:  # at a link that several share, only a text tells
        moved = [
            each for each in moved if each.canonical_url != entry.canonical_url or (entry.summary == each.summary != "")
        ]
    return _closest(entry, moved)


def has_moved(entry: Entry, stored: KnownEntry) -> bool:
    """Whether an entry with another key and address is what is stored, by its title, time and text."""
    if not same_title(entry.title, stored.title):
        return _is_mended(entry, stored)
    if entry.published is not None:
        return entry.published == stored.published and _texts_agree(entry.summary, stored.summary)
    is_dated = stored.is_dated and stored.published != stored.first_seen
    if is_dated or entry.summary != stored.summary:
        return False
    return len(words_in(entry.summary)) >= _TELLING_WORDS or _only_token_differs(entry.url, stored.url)


def _is_mended(entry: Entry, stored: KnownEntry) -> bool:
    """Whether headline and slug were put right at once: time and text are the same, and the headline nearly is."""
    is_same = entry.published is not None and entry.published == stored.published and entry.summary == stored.summary
    return is_same and len(words_in(entry.summary)) >= _TELLING_WORDS and _is_reworded(entry.title, stored.title)


def _is_reworded(one: str, two: str) -> bool:
    """Whether words were added to a headline, or taken out, or their spelling put right; other numbers are others."""
    first, second = (set(words_in(title)) for title in (one, two))
    fewer, more = sorted((first - second, second - first), key=len)
    if any(word.isdigit() for word in fewer | more) or len(first & second) < _ALIKE * min(len(first), len(second)):
        return False
    return all(get_close_matches(word, more, n=1, cutoff=_SPELT_ALIKE) for word in fewer)


def _at_same_link(entry: Entry, left: Iterable[KnownEntry], same_source: Iterable[KnownEntry]) -> KnownEntry | None:
    link = entry.canonical_url
    if link is None:
        return None
    candidates = [stored for stored in left if stored.canonical_url == link]
    is_shared = sum(stored.canonical_url == link for stored in same_source) > 1
    if is_shared or not names_an_article(link):  # a changelog, a page of each day: one of them must be the same one
        candidates = [
            stored
            for stored in candidates
            if same_title(entry.title, stored.title)
            and (stored.published == entry.published or stored.fingerprint == entry.fingerprint)
        ]
    else:
        candidates = [stored for stored in candidates if _is_edit(entry, stored)]
    return _closest(entry, candidates)


def _is_edit(entry: Entry, stored: KnownEntry) -> bool:
    """Whether one of title, time and text agrees. A title that comes again with quite another text is a series."""
    if entry.published is not None and entry.published == stored.published:
        return True
    if entry.summary and entry.summary == stored.summary:
        return True
    return same_title(entry.title, stored.title) and (
        entry.fingerprint == stored.fingerprint or _texts_agree(entry.summary, stored.summary)
    )


def _closest(entry: Entry, candidates: Sequence[KnownEntry]) -> KnownEntry | None:
    """Return the one with the most in common; of equals the one stored first."""
    return min(
        candidates,
        key=lambda each: (
            each.fingerprint != entry.fingerprint,
            each.title != entry.title,
            each.published != entry.published,
            each.first_seen,
            each.id,
        ),
        default=None,
    )


def same_title(one: str, two: str) -> bool:
    """Whether two titles are equal but for case, accents and blanks."""
    return fold(one).split() == fold(two).split()


def _texts_agree(one: str, two: str) -> bool:
    """Whether two texts are the same but for some words, or one of them is missing or goes on where the other ends."""
    if one == two or not one or not two:
        return True
    shorter, longer = sorted((words_in(one), words_in(two)), key=len)
    if shorter == longer[: len(shorter)]:
        return True
    return len(set(shorter) & set(longer)) >= _ALIKE * max(len(set(shorter)), len(set(longer)))


def _only_token_differs(one: str | None, two: str | None) -> bool:
    """Whether two addresses differ in one part alone, which is a session or a token."""
    if one is None or two is None:
        return one == two
    first, second = urlsplit(one), urlsplit(two)
    if first.netloc != second.netloc:
        return False
    parts = [
        {("", f"{number}"): part for number, part in enumerate(re.split(r"[/;]", each.path))}
        | {("?", name): value for name, value in parse_qsl(each.query, keep_blank_values=True)}
        for each in (first, second)
    ]
    if parts[0].keys() != parts[1].keys():
        return False
    differing = [
        (name, parts[0][kind, name], parts[1][kind, name]) for kind, name in parts[0] if _differs(parts, kind, name)
    ]
    return len(differing) == 1 and all(_is_token(differing[0][0], value) for value in differing[0][1:])


def _differs(parts: Sequence[dict[tuple[str, str], str]], kind: str, name: str) -> bool:
    return parts[0][kind, name] != parts[1][kind, name]


def _is_token(name: str, value: str) -> bool:
    before, equals, behind = value.partition("=")
    if equals:
        name, value = before, behind
    return name.lower() in _SESSION_NAMES or _TOKEN.fullmatch(value) is not None
