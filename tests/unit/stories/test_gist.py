from __future__ import annotations

import pytest

from aggregator.stories.gist import headline
from aggregator.stories.links import links_of
from tests.builders import make_entry


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


def test_a_sites_name_behind_the_headline_is_no_part_of_it() -> None:
    assert headline("Ice found - Orbit.com", frozenset()) == "Ice found - "
    assert headline("Ice found | Orbit", frozenset({"Orbit"})) == "Ice found | "
    assert headline("Streit in der Stadt - zwei Verletzte", frozenset()) == "Streit in der Stadt - zwei Verletzte"
