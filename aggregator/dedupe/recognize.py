"""What is new is set beside what resembles it: is it a copy, and of which? Or are others copies of it?

Entries that are one article have one original, which all others of them match: nothing is a copy through a third. That
is so whatever comes first. An entry that is the original of what is stored takes over the id that was published, and
what is stored becomes its duplicate, or stands alone again when it doesn't match (docs/decisions/0030).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from aggregator.dedupe.alignment import pieces_of_text
from aggregator.dedupe.articles import titles_agree, titles_alike
from aggregator.dedupe.evidence import (
    Piece,
    Verdict,
    by_address,
    by_claim,
    by_text,
    evidence_of,
    is_mention,
    piece_of,
    piece_of_known,
    shares_link,
)
from aggregator.model import Claim, Decision, Known, Marked, Nearby, Probes, Regrouped
from aggregator.model.originals import Standing, home_of, published_at, standing
from aggregator.text.folding import words_of_markup

# How many of those with the most marks in common are compared word for word.
_COMPARED = 6
# A mark that very many entries of a document have says little: the last ones are enough.
_NEWEST = 40
# Pieces of text that so many of the new entries of a document have are the source's, and no longer than so many words.
_REPEATED = 3
_MAY_BE_REPEATED = 150


def recognize(
    decisions: Iterable[Decision],
    marked: Mapping[str, Marked],
    known: Known,
    nearby: Nearby,
    *,
    claim: Claim,
    site_url: str | None,
    links: Mapping[str | None, int],
) -> list[Decision]:
    """Return the decisions, in their order, with duplicates.

    ``marked`` is what entries are recognized by, by key; ``links`` counts the entries of the document by their
    canonical address.
    """
    decisions = list(decisions)
    meeting = _meeting(decisions, marked, known, nearby)
    if not meeting:  # as of most documents
        return decisions
    recognizer = _Recognizer(decisions, known, nearby, claim, site_url, links)
    standings = {at: recognizer.standing_of(decisions[at]) for at in meeting}
    # documents list the newest first: of two of one time the latter is the older
    for at in sorted(meeting, key=lambda at: (standings[at].away, decisions[at].published, -at)):
        decisions[at] = recognizer.recognize(decisions[at], standings[at], marked.get(decisions[at].entry.key))
    return decisions


def _meeting(decisions: Sequence[Decision], marked: Mapping[str, Marked], known: Known, nearby: Nearby) -> list[int]:
    """Return the positions of new entries that have a mark or their address in common with another, stored or new.

    All others are nobody's copy and nobody's original.
    """
    addresses = {each.canonical_url for each in known.elsewhere}
    marks = {at: _marks(marked.get(each.entry.key)) for at, each in enumerate(decisions) if each.is_new}
    once: set[int] = set()
    again = set(nearby.by_mark)
    for each in marks.values():
        again |= once & each
        once |= each
    return [
        at for at, each in marks.items() if not again.isdisjoint(each) or decisions[at].entry.canonical_url in addresses
    ]


def _marks(marked: Marked | None) -> set[int]:
    return {*marked.stored, *marked.probes.copies, *marked.probes.titles} if marked else set()


@dataclass(slots=True)
class _Match:
    piece: Piece
    verdict: Verdict


class _Recognizer:
    """One poll's new entries beside the stored ones and each other."""

    def __init__(
        self,
        decisions: Sequence[Decision],
        known: Known,
        nearby: Nearby,
        claim: Claim,
        site_url: str | None,
        links: Mapping[str | None, int],
    ) -> None:
        self._new = [each for each in decisions if each.is_new]
        self._claim, self._site_url, self._links = claim, site_url, links
        self._here = Counter((each.canonical_url, each.key) for each in known.same_source)
        self._pieces = {each.id: piece_of_known(each) for each in known.elsewhere}
        for near in nearby.entries.values():
            if near.markup or near.id not in self._pieces:
                self._pieces[near.id] = piece_of_known(near)
        self._at_link: dict[str | None, list[Piece]] = defaultdict(list)
        for each in known.elsewhere:
            self._at_link[each.canonical_url].append(self._pieces[each.id])
        self._by_mark = {mark: [self._pieces[each] for each in reversed(ids)] for mark, ids in nearby.by_mark.items()}
        self._repeated: frozenset[tuple[str, ...]] | None = None

    def standing_of(self, decision: Decision) -> Standing:
        """Return what there is to make an entry of this poll the original of others."""
        source, entry = self._claim.source, decision.entry
        home = home_of(entry.url, entry.origin, feed_url=source.url, site_url=self._site_url)
        return standing(home, source.priority, published_at(decision), (source.name, entry.key))

    def recognize(self, decision: Decision, own_standing: Standing, marked: Marked | None) -> Decision:
        """Return the decision on a new entry with what there is to say of it: whose copy it is, and whose original."""
        own = piece_of(
            decision.entry,
            entry_id=decision.id,
            source=self._claim.source.name,
            standing_=own_standing,
            feed_url=self._claim.source.url,
            now=decision.first_seen,
        )
        matches = self._matches(own, marked.probes if marked else Probes())
        better = [each for each in matches if each.piece.is_new or each.piece.standing < own.standing]
        original = self._original(better)
        if original is not None:
            piece = original.piece
            own.original, own.story = piece.original, piece.story
            decision = replace(
                decision,
                original=piece.original,
                story=piece.story,
                evidence=evidence_of(original.verdict, piece, own),
                is_mention=is_mention(piece, own, original.verdict),
            )
        elif worse := [each for each in matches if not each.piece.is_new and own.standing < each.piece.standing]:
            decision = self._taking_over(decision, own, worse)
        self._remember(own, marked)
        return decision

    def _original(self, better: Sequence[_Match]) -> _Match | None:
        """Return the best original among these. A copy of what is not among them leads there by its address alone."""
        originals = [each for each in better if each.piece.is_original]
        led = [each for each in better if not each.piece.is_original and each.verdict.by_text is None]
        unseen = [each for each in led if each.piece.original not in self._pieces]
        return min(originals or unseen, key=lambda each: each.piece.standing, default=None)

    def _taking_over(self, decision: Decision, own: Piece, worse: Sequence[_Match]) -> Decision:
        """Return the decision on an entry that is the original of what is stored: of originals, and of some copies."""
        originals = sorted(
            (each for each in worse if each.piece.is_original), key=lambda each: (each.piece.first_seen, each.piece.id)
        )
        moved: dict[str, tuple[Piece, Verdict | None]] = {each.piece.id: (each.piece, each.verdict) for each in worse}
        gone = {each.piece.id for each in originals}
        for piece in self._pieces.values():  # copies of an original that is none any more, and don't match the new one
            if piece.original in gone and piece.id not in moved and not piece.is_new:
                judged = self._judge(own, piece)
                moved[piece.id] = (piece, judged if judged.is_same else None)
        for piece, verdict in list(moved.values()):  # copies of an original that is better than the new one stay there
            leader = self._pieces.get(piece.original)
            if verdict is not None and not piece.is_original and leader is not None and leader.standing < own.standing:
                del moved[piece.id]
        if not moved:
            return decision
        own_id = decision.id
        if originals:
            first = originals[0].piece
            own.id = own.original = own.story = first.id  # its story is judged at the end of the round
        regroups = []
        for piece, verdict in moved.values():
            old_id, was_original = piece.id, piece.is_original
            new_id = own_id if old_id == own.id else old_id
            piece.id = new_id
            piece.original = new_id if verdict is None else own.id
            regroups.append(
                Regrouped(
                    id=old_id,
                    new_id=new_id,
                    original=piece.original,
                    evidence=None if verdict is None else evidence_of(verdict, own, piece),
                    is_mention=verdict is not None and is_mention(own, piece, verdict),
                    was_original=was_original,
                )
            )
        self._pieces = {each.id: each for each in self._pieces.values()}
        return replace(
            decision,
            id=own.id,
            original=own.id,
            story=own.story,
            updated=max(decision.updated, decision.first_seen) if originals else decision.updated,
            regroups=tuple(regroups),
        )

    def _matches(self, own: Piece, probes: Probes) -> list[_Match]:
        """Return the entries that are the same article as this one, each once."""
        found: dict[int, Piece] = {id(each): each for each in self._at_link.get(own.canonical_url, ())}
        if own.canonical_url is None:
            found = {}
        closest = self._closest(probes.copies, _COMPARED)
        claiming = [each for each in self._closest(probes.titles, None) if own.origin or each.origin]
        for each in (*closest, *claiming):
            found.setdefault(id(each), each)
        for each in closest:  # what they are copies of, which may have been found by other marks
            if not each.is_original and (original := self._pieces.get(each.original)):
                found.setdefault(id(original), original)
        judged = [_Match(each, self._judge(own, each)) for each in found.values() if each is not own]
        return self._certain(own, judged)

    def _judge(self, own: Piece, other: Piece) -> Verdict:
        if other.source == own.source:
            if not titles_alike(own.title, other.title):  # told before the texts are laid beside each other
                return Verdict(False, "another title", "within one source title and text must be the same")
        else:
            address = by_address(
                own, other, is_shared=self._is_shared(own) or shares_link(other, self._at_link[other.canonical_url])
            )
            if address is not None and address.is_same:
                return address
            claim = by_claim(own, other)
            if claim is not None and claim.is_same:
                return claim
        verdict = by_text(own, other)
        comparison = verdict.by_text
        if comparison is not None and comparison.is_same and 0 < comparison.shared < _MAY_BE_REPEATED:
            return by_text(own, other, repeated) if (repeated := self._repeated_pieces()) else verdict
        return verdict

    def _certain(self, own: Piece, judged: Sequence[_Match]) -> list[_Match]:
        """Leave out what the text alone can't tell: editions of a series, and texts that a source has several times."""
        other_editions = {
            each.piece.original
            for each in judged
            if (compared := each.verdict.by_text) is not None
            and compared.is_edition
            and titles_alike(own.title, each.piece.title)
        }
        matches = [each for each in judged if each.verdict.is_same]
        originals: dict[str, set[str]] = defaultdict(set)
        for each in matches:
            if each.verdict.by_text is not None:
                originals[each.piece.source].add(each.piece.original)
        return [
            each
            for each in matches
            if each.verdict.by_text is None
            or (
                each.piece.original not in other_editions
                and (len(originals[each.piece.source]) == 1 or titles_agree(own.title, each.piece.title))
            )
        ]

    def _is_shared(self, own: Piece) -> bool:
        """Whether several entries of this source have this link."""
        link = own.canonical_url
        return self._links[link] > 1 or any(at == link and key != own.key for at, key in self._here)

    def _closest(self, marks: Iterable[int], limit: int | None) -> list[Piece]:
        by_mark = self._by_mark
        having = [by_mark[mark][-_NEWEST:] for mark in marks if mark in by_mark]
        if not having:  # as for most entries
            return []
        pieces = {id(each): each for each in chain.from_iterable(having)}
        shared = Counter(id(each) for each in chain.from_iterable(having))
        return sorted(pieces.values(), key=lambda each: (-shared[id(each)], each.standing))[:limit]

    def _repeated_pieces(self) -> frozenset[tuple[str, ...]]:
        """Return the pieces of text that several of the new entries have."""
        if self._repeated is None:
            new = [each.entry for each in self._new] if len(self._new) >= _REPEATED else []
            texts = (words_of_markup(each.content or each.summary) for each in new)
            seen = Counter(piece for words in texts for piece in set(pieces_of_text(words)))
            self._repeated = frozenset(piece for piece, count in seen.items() if count >= _REPEATED)
        return self._repeated

    def _remember(self, own: Piece, marked: Marked | None) -> None:
        self._pieces[own.id] = own
        for mark in marked.stored if marked else ():
            self._by_mark.setdefault(mark, []).append(own)
