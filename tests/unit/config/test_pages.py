"""What may be said of pages without a feed, and what is refused with its line."""

import pytest

from tests.unit.config.conftest import Complainer, Loader

SOURCE = "sources:\n  - url: https://a.example/news\n"


def test_a_list_can_be_pinned(load_text: Loader) -> None:
    config = load_text(
        f"{SOURCE}    kind: page\n    depth: 3\n    full: true\n    links: /press/20\\d\\d/\n"
        "    page: {items: 'ul.news > li', title: h3 a, link: h3 a, date: .d, date_format: '%d-%m-%Y', next: a.next}\n"
    )

    [source] = config.sources
    assert source.page is not None
    assert (source.page.items, source.page.date_format, source.page.summary) == ("ul.news > li", "%d-%m-%Y", None)
    assert (source.depth, source.full, source.links) == (3, True, r"/press/20\d\d/")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("    page:\n      items: 'ul >'\n", "4: not a CSS selector: "),
        ("    page:\n      items: li\n      title: 'h3['\n", "5: not a CSS selector: "),
        ("    page:\n      items: li\n      title: 'a::text'\n", "5: not a CSS selector: "),
        ("    page:\n      title: h3\n", "3: "),
        ("    page:\n      items: li\n      date_format: DD-MM-YYYY\n", "5: expected the format of a whole date"),
        ("    page:\n      items: li\n      date_format: '%Q'\n", "5: expected the format of a whole date"),
        ("    page:\n      items: li\n      dates: x\n", "5: unknown key 'dates'; did you mean 'date'?"),
        ("    links: '['\n", "3: not a regular expression: "),
        ("    depth: 1000\n", "3: expected a whole number from 0 to 100"),
        ("    select: table\n", "2: select is of no use with kind: auto; it is for watch"),
        ("    kind: watch\n    full: true\n", "2: full is of no use with kind: watch"),
        ("    kind: feed\n    depth: 2\n", "2: depth is of no use with kind: feed; it is for auto or page"),
        ("    kind: watch\n    select: 'td:('\n", "4: not a CSS selector: "),
    ],
)
def test_what_is_wrong_or_of_no_use_is_told(problems_of: Complainer, lines: str, problem: str) -> None:
    [found] = problems_of(SOURCE + lines)

    assert found.startswith(f"aggregator.yaml:{problem}"), found
