"""What counts as evidence that two entries are the same article, in this order: address, id, origin, text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import pairwise

from aggregator.dedupe.articles import Article, Comparison, compare_articles, titles_agree
from aggregator.dedupe.renaming import same_title
from aggregator.dedupe.signature import is_universal
from aggregator.model import Entry, KnownEntry, Origin, StoredEntry
from aggregator.model.originals import (
    Home,
    Standing,
    home_of,
    origin_domain,
    published_at,
    standing,
    title_at_origin,
    why_original,
)
from aggregator.text.folding import words_of_markup
from aggregator.text.hosts import domain_of, fragment_of, names_an_article, site_of

# Two texts are of one article when they share so many of the pairs of words of the shorter one.
_SHARED_PAIRS = 0.5


class Texts(Enum):
    """How the texts of two entries relate, as far as a mention is told from the article."""

    SAME = "the same text"
    MISSING = "no text to compare"
    OTHER = "another text"


@dataclass(slots=True)
class Piece:
    """An entry, stored or new, as it is compared with others. ``id`` and ``original`` change as it is regrouped."""

    id: str
    original: str
    source: str
    key: str
    title: str
    markup: str
    url: str | None
    canonical_url: str | None
    origin: Origin | None
    standing: Standing
    feed_url: str
    story: str
    first_seen: datetime
    is_new: bool = False
    _article: Article | None = None

    @property
    def article(self) -> Article:
        if self._article is None:
            self._article = Article(self.title, words_of_markup(self.markup))
        return self._article

    @property
    def is_original(self) -> bool:
        return self.id == self.original


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two entries are one article, and why, in words: what is the ``same``, and more of it."""

    is_same: bool
    same: str
    reason: str
    texts: Texts = Texts.SAME
    by_text: Comparison | None = None

    def said(self, source: str) -> str:
        """Say why, to one who asks for the entry that is not of this source."""
        return f"{self.same} as in {source}: {self.reason}"


def piece_of(entry: Entry, *, entry_id: str, source: str, standing_: Standing, feed_url: str, now: datetime) -> Piece:
    """Return a new entry ready to be compared."""
    return Piece(
        id=entry_id,
        original=entry_id,
        source=source,
        key=entry.key,
        title=entry.title,
        markup=entry.content or entry.summary,
        url=entry.url,
        canonical_url=entry.canonical_url,
        origin=entry.origin,
        standing=standing_,
        feed_url=feed_url,
        story=entry_id,
        first_seen=now,
        is_new=True,
    )


def piece_of_known(stored: KnownEntry) -> Piece:
    """Return a stored entry ready to be compared; by its summary if it was found by its address, not its whole text."""
    home = home_of(stored.url, stored.origin, feed_url=stored.feed_url, site_url=stored.site_url)
    markup = stored.summary if stored.markup is None else stored.markup
    return _piece(stored, markup, home, published_at(stored), feed_url=stored.feed_url)


def piece_of_shown(stored: StoredEntry) -> Piece:
    """Return an entry as lists show it ready to be compared."""
    markup = stored.content or stored.summary
    return _piece(stored, markup, stored.home, stored.published, feed_url=stored.feed.feed_url)


def _piece(stored: KnownEntry | StoredEntry, markup: str, home: Home, at: datetime, *, feed_url: str) -> Piece:
    return Piece(
        id=stored.id,
        original=stored.original,
        source=stored.source,
        key=stored.key,
        title=stored.title,
        markup=markup,
        url=stored.url,
        canonical_url=stored.canonical_url,
        origin=stored.origin,
        standing=standing(home, stored.priority, at, (stored.source, stored.key)),
        feed_url=feed_url,
        story=stored.story,
        first_seen=stored.first_seen,
    )


def by_address(one: Piece, two: Piece, *, is_shared: bool) -> Verdict | None:
    """Judge two entries of two sources by their canonical address; None when it is not the same.

    A link to a site's front page names no article. One that several entries of a source share (a changelog), or that
    differs in its fragment (a list of anchors), names one only together with the title. Of two sources of which one is
    at home there, the other's is the same article when title or text agrees; else it is a mention. Two that are both at
    home, or both not, mean the same.
    """
    if one.canonical_url is None or one.canonical_url != two.canonical_url or not names_an_article(one.canonical_url):
        return None
    same, link = "same address", one.canonical_url
    if is_shared or fragment_of(one.url) != fragment_of(two.url):
        if same_title(one.title, two.title):
            return Verdict(True, same, link, _texts(one, two))
        return Verdict(False, same, f"{link}, which leads to several articles, and the titles differ")
    texts = _texts(one, two)
    if _stand_alike(one, two) or texts is Texts.SAME or titles_agree(one.title, two.title):
        return Verdict(True, same, link, texts)
    return Verdict(False, same, f"{link}, but the titles differ and so do the texts: it mentions the article", texts)


def by_claim(one: Piece, two: Piece) -> Verdict | None:
    """Judge two entries of two sources by their id, or by where one says that it is from; None when neither says."""
    if one.source == two.source or not titles_agree(one.title, two.title):
        return None
    if one.key == two.key and is_universal(one.key):
        texts = _texts(one, two)
        said = f"{one.key.removeprefix('id:')}, and the titles agree"
        if texts is Texts.SAME or domain_of(one.url) == domain_of(two.url):
            return Verdict(True, "same id", said, texts)
        return Verdict(False, "same id", f"{said}, but their links lead to two sites, with {texts.value}", texts)
    for claiming, other in ((one, two), (two, one)):
        domain = origin_domain(claiming.origin)
        names_it = same_title(one.title, two.title) or same_title(
            title_at_origin(claiming.title, claiming.origin), other.title
        )
        if domain is not None and domain == domain_of(other.url) and names_it:
            return Verdict(
                True,
                "same title",
                f"{claiming.source} says that it is from {site_of(other.url)}",
                _texts(one, two),
            )
    return None


def by_text(one: Piece, two: Piece, repeated: frozenset[tuple[str, ...]] = frozenset()) -> Verdict:
    """Judge two entries by their texts, side by side."""
    if not two.markup or not one.markup:
        return Verdict(False, "no text", "their texts have nothing in common word for word")
    article = Article(two.title, one.article.words) if one.markup == two.markup else two.article
    found = compare_articles(one.article, article, repeated=repeated, within_source=one.source == two.source)
    return Verdict(found.is_same, "same article", found.reason, by_text=found)


def evidence_of(verdict: Verdict, better: Piece, worse: Piece) -> str:
    """Say why two entries are one article, and why one of them is the original."""
    return f"{verdict.said(better.source)}; {why_original(better.standing, worse.standing, better.source)}"


def is_mention(original: Piece, other: Piece, verdict: Verdict) -> bool:
    """Whether an entry only points to its original: it is not at home there, and doesn't have the text."""
    return other.standing.home < original.standing.home and verdict.texts is not Texts.SAME


def shares_link(piece: Piece, pieces: Sequence[Piece]) -> bool:
    """Whether a source has several entries with one link, which then names none of them."""
    keys = {each.key for each in pieces if each.source == piece.source and each.canonical_url == piece.canonical_url}
    return len(keys | {piece.key}) > 1


def _stand_alike(one: Piece, two: Piece) -> bool:
    homes = {one.standing.home, two.standing.home}
    if homes == {Home.BY_SITE}:  # both only say so: they are one publisher's when they come from one place
        return domain_of(one.feed_url) == domain_of(two.feed_url)
    return len(homes) == 1


def _texts(one: Piece, two: Piece) -> Texts:
    if one.markup == two.markup:
        return Texts.SAME
    pairs = [_pairs(each.article.words) for each in (one, two)]
    if not all(pairs):
        return Texts.MISSING if any(pairs) else Texts.SAME
    shared = len(pairs[0] & pairs[1])
    return Texts.SAME if shared >= _SHARED_PAIRS * min(map(len, pairs)) else Texts.OTHER


def _pairs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return set(pairwise(words)) or {(word,) for word in words}
