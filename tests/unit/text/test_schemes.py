from __future__ import annotations

import pytest

from aggregator.text.schemes import repaired


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https//e.example/a", "https://e.example/a"),
        ("https:/e.example/a", "https://e.example/a"),
        ("http:///e.example/a", "http://e.example/a"),
        ("http://https://e.example/a", "https://e.example/a"),
        ("https://http//e.example/a", "http://e.example/a"),
        ("http;//e.example/a", "http://e.example/a"),
        ("http:\\\\e.example/a", "http://e.example/a"),
        ("ttps://e.example/a", "https://e.example/a"),
        ("www.e.example/a", "https://www.e.example/a"),
        ("site.example/a", "https://site.example/a"),
        ("news.site.example:8080/a", "https://news.site.example:8080/a"),
        ("elsewhere.org/a?b", "https://elsewhere.org/a?b"),
    ],
)
def test_a_scheme_that_is_missing_or_mistyped_is_put_right(written: str, meant: str) -> None:
    assert repaired(written, beside="www.site.example") == meant
    assert repaired(meant, beside="www.site.example") == meant


@pytest.mark.parametrize(
    "written",
    [
        "/a",
        "a/b.html",
        "index.php/a",
        "news.html",
        "other.example/a",
        "mailto:a@site.org",
        "",
        "#a",
        "2026.11/a",
        "http:a.html",
    ],
)
def test_what_may_be_a_path_stays(written: str) -> None:
    assert repaired(written, beside="site.example") == written
