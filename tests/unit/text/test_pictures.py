from __future__ import annotations

import pytest

from aggregator.text.pictures import is_placeholder, picture_address, widest


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("a.jpg", "a.jpg"),
        ("a.jpg 1x, b.jpg 2x", "b.jpg"),
        ("a.jpg 400w, b.jpg 1200w,c.jpg 800w", "b.jpg"),
        ("https://x.example/w_1,h_2/a.jpg 1w,https://x.example/w_3,h_4/a.jpg 3w", "https://x.example/w_3,h_4/a.jpg"),
        ("data:image/gif;base64,R0 1x, b.jpg 0.5x", "b.jpg"),
        ("a.jpg 1.2.3w", "a.jpg"),
        ("", None),
        (" , ", None),
        (None, None),
    ],
)
def test_of_several_candidates_the_widest_counts(written: str | None, address: str | None) -> None:
    assert widest(written) == address


def test_what_a_script_would_put_in_place_goes_before_what_browsers_read() -> None:
    attributes = {"src": "/a.jpg", "srcset": "/b.jpg 9w", "data-srcset": "/c.jpg 1w", "data-src": "/d.jpg"}

    found = [picture_address(dict(list(attributes.items())[:count])) for count in range(5)]

    assert found == [None, "/a.jpg", "/a.jpg", "/c.jpg", "/d.jpg"]


@pytest.mark.parametrize(
    "name", ["lazyload.gif", "img/placeholder-300x200.png", "a/blank.gif?x", "1x1.png", "loading.svg"]
)
def test_placeholders_are_known_by_their_names(name: str) -> None:
    assert is_placeholder(f"/{name}")


@pytest.mark.parametrize(
    "name", ["harbor.jpg", "loading-dock.jpg", "grey-seal.jpg", "blanket.png", "giant-b.png", "no-lazy.png"]
)
def test_a_picture_with_a_name_of_its_own_is_none(name: str) -> None:
    assert not is_placeholder(f"/{name}")
