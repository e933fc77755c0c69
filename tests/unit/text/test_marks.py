from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.text.marks import TEXT, WORD, expired_marks
from tests.builders import NOW


def test_entries_of_up_to_a_window_apart_meet_by_their_marks_and_others_seldom() -> None:
    window = WORD.window
    for hours in range(0, 400, 7):
        at = NOW + timedelta(hours=hours)
        for apart in (-window, timedelta(0), window):
            assert set(WORD.stored([5], at)) <= set(WORD.looked_up([5], at + apart))
        assert not set(WORD.stored([5], at)) & set(WORD.looked_up([5], at + 4 * window))


def test_marks_of_different_kinds_never_meet_and_any_time_has_some() -> None:
    for at in (datetime.min.replace(tzinfo=UTC), NOW, datetime.max.replace(tzinfo=UTC)):
        marks = [set(kind.looked_up([7], at)) for kind in (TEXT, WORD)]
        assert not marks[0] & marks[1]
        assert all(0 < mark < 2**63 for each in marks for mark in each)


def test_marks_expire_when_nothing_looks_them_up_any_more() -> None:
    [(first, last), *_] = expired_marks(NOW)

    [old] = TEXT.stored([9], NOW - timedelta(days=62))
    assert first <= old <= last
    assert not any(first <= mark <= last for mark in TEXT.looked_up([9], NOW))
