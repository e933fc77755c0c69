from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.legal import legal
from aggregator.text.one_line import one_line

# Beside any text: what decides, among characters that texts are full of.
_AT_THE_BORDER = "\x00\x08\t\n\x0b\r\x1f ~\x7f\x80\x85\x9f\xa0«é\u200b\ud800\ufffd\ufffe\uffff😀"
TEXTS = st.text(st.sampled_from(_AT_THE_BORDER)) | st.text()


def _is_control(character: str) -> bool:
    is_other = unicodedata.category(character) in {"Cc", "Cs"} or character in "\ufffe\uffff"
    return is_other and character not in "\t\n\r"


@given(TEXTS)
def test_control_characters_go_and_all_else_stays(text: str) -> None:
    assert legal(text) == "".join(each for each in text if not _is_control(each))


@given(TEXTS)
def test_one_line_has_nothing_to_collapse_nor_to_take_out(text: str) -> None:
    line = one_line(text)

    assert line == " ".join(line.split()) == legal(line)
    assert one_line(line) == line
