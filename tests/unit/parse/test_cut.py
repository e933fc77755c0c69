from __future__ import annotations

import pytest

from aggregator.errors import ParseError
from aggregator.parse.cut import without_cut_end
from aggregator.parse.repair import open_document
from tests.unit.parse.making import parsed, rss

ITEMS = "".join(f"<item><title>{n}</title><guid>{n}</guid><description>text {n}</description></item>" for n in range(3))
WHOLE = rss(ITEMS)


def test_wherever_a_feed_is_cut_each_entry_is_whole_or_left_out() -> None:
    whole = parsed(WHOLE).entries

    for end in range(WHOLE.index("</item>") + len("</item>"), WHOLE.index("</rss")):
        document = parsed(WHOLE[:end])
        assert document.entries == whole[: len(document.entries)]
        assert len(document.entries) == WHOLE[:end].count("</item>")
        assert document.complaint is not None


def test_a_feed_that_is_cut_before_the_end_of_its_first_entry_is_an_error() -> None:
    with pytest.raises(ParseError, match="cut off before the end of its first entry"):
        parsed(WHOLE[: WHOLE.index("</guid>")])


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        WHOLE.replace("</rss>", "</RSS >\n<!-- served in 2 ms -->"),
        WHOLE.replace("</item>", ""),
        "<opml><outline>",
    ],
)
def test_what_has_its_end_was_not_cut(text: str) -> None:
    document = open_document(text)

    assert without_cut_end(document) == (document, False)
