"""Copies that are hard to recognize: real articles, changed as portals, live blogs and editors change them."""

# ruff: noqa: E501, ISC004 - the texts are written as they are read

from __future__ import annotations

import html
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from aggregator.model import Entry
from aggregator.text.folding import words_of_markup

_TAG = re.compile(r"<[^>]+>")
_BLOCK_END = re.compile(r"</(?:p|div|li|h\d|blockquote)>|<br ?/?>", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=\S)")
_QUOTE = re.compile(r"“[^”]{10,400}”|«[^»]{10,400}»|„[^“”]{10,400}[“”]|\"[^\"]{10,400}\"")

NEW_TITLES = ("What we know so far", "Was bisher bekannt ist", "Ce que l'on sait", "Our reading tip", "News in brief")
NEW_LEADS = (
    "Our newsroom has been following the matter for several days, and readers keep asking what is behind it. Here is the "
    "answer, as far as it can be given this morning, in the words of those who know.",
    "Darüber wird seit Tagen gesprochen, auch in unserer Redaktion. Wir fassen zusammen, was gesichert ist und was noch "
    "offen bleibt, und sagen, woher wir es wissen.",
)
BOILERPLATE = (
    "You are reading an article from our partner network, which we republish here in full and with permission. Members "
    "of our club read it without advertising, save it for later and listen to it on the way; if you are none yet, you "
    "can become one on our site within two minutes."
)
LIVE = (
    "15:40 The press conference has been put off by an hour, says our reporter on the spot, who waits in the rain.",
    "14:05 Good afternoon, and welcome to our live blog. We keep you informed of all that happens until tonight.",
)
SWAPPED = {
    "the": "that", "and": "plus", "with": "including", "also": "too", "der": "jener", "und": "sowie", "mit": "samt",
    "les": "ces", "dans": "en", "avec": "plus", "has": "had", "are": "were", "ist": "war", "est": "reste",
}  # fmt: skip


def paragraphs(entry: Entry) -> list[str]:
    """Return the paragraphs of an article; of one without, its sentences by twos."""
    markup = _BLOCK_END.sub("\n", entry.content or entry.summary)
    found = [" ".join(line.split()) for line in html.unescape(_TAG.sub(" ", markup)).split("\n")]
    found = [line for line in found if len(line.split()) > 3]
    if len(found) >= 4:
        return found
    sentences = _SENTENCE.split(" ".join(found))
    return [" ".join(sentences[at : at + 2]) for at in range(0, len(sentences), 2)]


Change = Callable[[list[str], Sequence[str], random.Random], list[str]]


def _swapped(text: list[str], _other: Sequence[str], chance: random.Random) -> list[str]:
    words = "\n".join(text).split(" ")
    places = [at for at, word in enumerate(words) if word in SWAPPED]
    for at in chance.sample(places, min(10, len(places))):
        words[at] = SWAPPED[words[at]]
    return " ".join(words).split("\n")


def _reordered(text: list[str], _other: Sequence[str], chance: random.Random) -> list[str]:
    rest = list(text[1:])
    chance.shuffle(rest)
    return [text[0], *rest]


def _share(text: list[str], share: float) -> list[str]:
    words = " ".join(text).split()
    return [" ".join(words[: int(len(words) * share)])]


# Each kind: whether it gets another title, and what is done to its paragraphs (and those of another article).
KINDS: dict[str, tuple[bool, Change]] = {
    "another title": (True, lambda text, _other, _chance: text),
    "another article behind it": (False, lambda text, other, _chance: [*text, *other]),
    "behind another article": (False, lambda text, other, _chance: [*other, *text]),
    "boilerplate before it": (False, lambda text, _other, _chance: [BOILERPLATE, *text]),
    "a live blog above it": (True, lambda text, _other, _chance: [*LIVE, *text]),
    "cut to two fifths": (False, lambda text, _other, _chance: _share(text, 0.4)),
    "some paragraphs": (False, lambda text, _other, _chance: [text[0], *text[3:7]]),
    "common words replaced": (False, _swapped),
    "paragraphs in another order": (False, _reordered),
    "the first sixty words": (True, lambda text, _other, _chance: [" ".join(" ".join(text).split()[:60])]),
    "without its quotations": (False, lambda text, _other, _chance: [_QUOTE.sub("", each) for each in text]),
    "another lead": (True, lambda text, _other, chance: [chance.choice(NEW_LEADS), *text[1:]]),
}


def hard_copy(entry: Entry, other: Entry, kind: str, number: int, chance: random.Random) -> Entry:
    """Return an entry, which has a time, as another site has it a day later, changed in one way."""
    has_other_title, change = KINDS[kind]
    text = change(paragraphs(entry), paragraphs(other)[:8], chance)
    held = (entry, other) if "another article" in kind else (entry,)
    url = f"https://copies.example/{number}"
    return replace(
        entry,
        key=f"url:{url}",
        url=url,
        canonical_url=url,
        title=chance.choice(NEW_TITLES) if has_other_title else entry.title,
        content="".join(f"<p>{html.escape(each)}</p>" for each in text if each.strip()),
        published=max(each.published for each in held if each.published) + timedelta(days=1),
        origin=None,
        fingerprint=url,
    )


def words_of(entry: Entry) -> list[str]:
    return words_of_markup(entry.content or entry.summary)


def is_changed(entry: Entry, copy: Entry) -> bool:
    """Whether a change left something to recognize that is not all: no quotations, no change."""
    return len(words_of(copy)) >= 40 and Counter(words_of(entry)) != Counter(words_of(copy))
