import pytest

from aggregator.categorize import compile_filter, is_wanted
from tests.builders import make_entry


@pytest.mark.parametrize(
    ("keep", "drop", "wanted"),
    [
        (None, None, True),
        ("satellite* or launch", None, True),
        ("lunar", None, False),
        ("not lunar", None, True),
        ("satellite* and launch", None, False),
        ("satellite* and (launch or orbit)", None, True),
        ('"in orbit"', None, True),
        ('"orbit in"', None, False),
        (r"/\bESA\b/ and not /\besa\b/", None, True),
        (None, "horoscope", True),
        (None, "orbit", False),
        ("satellites", "orbit", False),
        ("satellites", "lunar", True),
        ("lunar", "horoscope", False),
        ("not satellites or not orbit", None, False),
        ("=ESA and not =esa", None, True),
        ("title:satellites and content:orbit", None, True),
        ("title:orbit or content:satellites", None, False),
        ("esa near/0 satellites", None, True),
        ("satellites near orbit", None, False),
        ("(esa or jaxa) near (satellites or rockets)", None, True),
        ("esa and source:harbour", None, True),
        ("harbour", None, False),
    ],
)
def test_an_entry_is_wanted_when_it_fits_keep_and_not_drop(keep: str | None, drop: str | None, wanted: bool) -> None:
    entry = make_entry("ESA satellites", content="<p>in orbit</p>")

    answer = is_wanted(
        entry, compile_filter(keep) if keep else None, compile_filter(drop) if drop else None, source="Orbital Harbour"
    )

    assert answer is wanted


def test_a_term_that_is_there_twice_is_one() -> None:
    assert is_wanted(make_entry("orbit"), compile_filter("orbit and (orbit or lunar) and not lunar"), None)


def test_what_is_no_filter_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a term at character 1"):
        compile_filter("")
