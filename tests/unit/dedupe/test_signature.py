from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.dedupe.languages import language_of, stems, terms_in
from aggregator.dedupe.links import links_of
from aggregator.dedupe.marks import TEXT, WORD, expired_marks
from aggregator.dedupe.signature import headline, is_universal, sign
from tests.builders import NOW, make_entry

WORDS = [f"{first}{second}" for first in ("mar", "lo", "ki", "bes", "tun", "ra", "vel") for second in "abcdefghijklmn"]
TEXT_OF_98_WORDS = " ".join(WORDS)


def test_a_copy_that_was_cut_or_lengthened_finds_the_original_by_its_marks() -> None:
    original, cut, longer = (
        sign([make_entry(content=content)])[0]
        for content in (
            f"<p>{TEXT_OF_98_WORDS}</p>",
            f"<p>{' '.join(WORDS[:59])}</p>",
            f"<p>Something that stands before it.</p><p>{TEXT_OF_98_WORDS}</p><p>Read more there.</p>",
        )
    )

    assert set(original.marks) & set(cut.probes)
    assert set(original.marks) & set(longer.probes)


@pytest.mark.parametrize(
    "written",
    [
        "https://www.paper.example/2026/moon",
        "https://paper.example/2026/moon/?from=feed#top",
        "http://PAPER.example/2026/moon",
        "https://reader@paper.example:8443/2026/moon",
    ],
)
def test_a_page_is_known_however_its_address_is_written(written: str) -> None:
    plain, other = (
        make_entry(url="https://own.example/1", content=f'<a href="{address}">there</a>')
        for address in ("https://paper.example/2026/moon", written)
    )

    assert links_of(other) == links_of(plain) != ()


def test_what_three_entries_of_a_document_have_in_common_is_no_mark_of_any() -> None:
    entries = [make_entry(f"T{n}", content=f"{TEXT_OF_98_WORDS} end{n}") for n in range(3)]

    signatures = sign(entries)

    [alone] = sign(entries[:1])
    assert not set(alone.marks) & {mark for each in signatures for mark in each.marks}


def test_a_headline_alone_has_no_marks_of_a_text() -> None:
    [signature] = sign(
        [make_entry("Lunar ice found near the south pole of the Moon", content="", summary="Read more.")]
    )

    assert signature.marks == signature.probes == ()
    assert "ice" in signature.title


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("id:tag:orbit.example,2026:entry/1", True),
        ("id:https://orbit.example/?p=1", True),
        ("id:urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", True),
        ("id:1234", False),
        ("id:https://orbit.example/", False),
        ("id:http://[broken", False),
        ("url:https://orbit.example/1", False),
        ("hash:0123456789", False),
    ],
)
def test_only_an_id_that_names_one_entry_in_all_the_world_is_compared_between_sources(key: str, is_one: bool) -> None:
    assert is_universal(key) is is_one


def test_a_sites_name_behind_the_headline_is_no_part_of_it() -> None:
    assert headline("Ice found - Orbit.com", frozenset()) == "Ice found - "
    assert headline("Ice found | Orbit", frozenset({"Orbit"})) == "Ice found | "
    assert headline("Streit in der Stadt - zwei Verletzte", frozenset()) == "Streit in der Stadt - zwei Verletzte"


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("Der Norden erlebte den schneereichsten Winter seit 2012", "en", "de"),
        ("Car hits tree: man dies", "en", "en"),
        ("Une enquête ouverte sur un tir", None, "fr"),
        ("The ship that came with the storm", None, "en"),
        ("Titanfall Review", None, ""),
        ("Titanfall Review", "de-AT", "de"),
        ("Der Wolf is in de stad", "nl", "nl"),
    ],
)
def test_the_language_is_what_the_small_words_say_when_they_are_clear(
    text: str, declared: str | None, language: str
) -> None:
    assert language_of(terms_in(text), declared) == language


def test_stems_leave_out_endings_small_words_and_elisions() -> None:
    assert stems(terms_in("Satellites of the agencies"), "en") == stems(terms_in("Satellite, agency"), "en")
    assert stems(terms_in("l'ancien joueur d'Annecy"), "fr") == ("ancien", "joueur", "annecy")
    assert stems(terms_in("Epsteins Taten"), "de")[0] == "epstein"
    assert stems(terms_in("3-1 in 1.8 s"), "en") == ("3-1", "1.8")


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
