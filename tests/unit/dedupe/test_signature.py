from __future__ import annotations

import pytest

from aggregator.dedupe.signature import is_universal, sign
from tests.builders import make_entry

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
