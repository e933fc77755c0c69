from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from aggregator.categorize.entry_text import EntryText, Span
from aggregator.text.matching import fold

TEXTS = st.text(alphabet="ab .,-\n\u00e9\u00df\u00ad\u0131\u4e2d\u2026'", max_size=40)


@given(title=TEXTS, summary=TEXTS, cuts=st.sets(st.integers(0, 90), min_size=2, max_size=8))
def test_spans_of_the_text_are_where_their_words_are(title: str, summary: str, cuts: set[int]) -> None:
    text = EntryText([title, summary, "", ""])
    spans = list(pairwise(sorted({min(cut, len(text.text)) for cut in cuts})))

    assert text.places_of(spans) == [_place_of(span, text) for span in spans]


def _place_of(span: Span, text: EntryText) -> Span:
    """Return where the words are that a span touches, by a list of all words; of none, where the next one begins."""
    start, end = (len(fold(text.text[:position])) for position in span)
    words = [each.span() for each in re.finditer(rb"[^ .]+|\.", fold(text.text))]
    begins = list(accumulate((word_end - word_start + 1 for word_start, word_end in words), initial=1))
    first = bisect_right([word_end for _, word_end in words], start)
    after = bisect_left([word_start for word_start, _ in words], end)
    return begins[first], max(begins[first], begins[after] - 1)


def test_capitals_of_a_headline_that_is_made_of_them_tell_nothing() -> None:
    text = EntryText(["LA GARE FERME SES GUICHETS", "SES ferme la Gare", "", "SES\nESA\nGARE\nLUX"])

    title, summary, _, tags = text.cased.split(b"\x00")

    assert (title.strip(b" ."), summary.strip(b" .")) == (b"la gare ferme ses guichets", b"SES ferme la Gare")
    assert tags.startswith(b" . SES")
    assert text.shown((1, 8)) == "LA GARE"


def test_names_in_a_row_keep_their_capitals() -> None:
    assert EntryText(["ESA, NASA, JAXA", "", "", ""]).cased.startswith(b" ESA . NASA . JAXA ")
