"""A language that the program speaks: plural forms, numbers, days and times as it writes them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.text.durations import away_in_words, duration_in_words, interval_in_words, response_time_in_words
from aggregator.text.locales import ENGLISH, languages, locale_of, speaks
from aggregator.text.moments import date_in_words, day_in_words, relative, time_in_words, time_seen_from
from aggregator.text.sizes import size_in_words

ZONE = ZoneInfo("Europe/Luxembourg")
NOON = datetime(2026, 11, 27, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Friday 27 November 2026", "27 November 2026", "27 November 2026, 14:05", "27 Nov", "27 Nov 2026")),
        ("fr", ("Vendredi 27 novembre 2026", "27 novembre 2026", "27 novembre 2026 à 14:05", "27 nov.",
                "27 nov. 2026")),
        ("de", ("Freitag, 27. November 2026", "27. November 2026", "27. November 2026, 14:05 Uhr", "27. Nov.",
                "27. Nov. 2026")),
    ],
)  # fmt: skip
def test_days_and_times_are_written_as_the_language_does(language: str, words: tuple[str, ...]) -> None:
    locale = locale_of(language)

    assert (
        day_in_words(NOON.date(), locale),
        date_in_words(NOON, ZONE, locale),
        time_in_words(NOON, ZONE, locale),
        time_seen_from(NOON, date(2026, 3, 1), ZONE, locale),
        time_seen_from(NOON, date(2025, 3, 1), ZONE, locale),
    ) == words


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert day_in_words(date(2026, 11, 1), locale_of("fr-LU")) == "Dimanche 1er novembre 2026"
    assert day_in_words(date(2026, 11, 11), locale_of("fr")) == "Mercredi 11 novembre 2026"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("1 day", "2 hours ago", "in 90 minutes", "every day", "every 3 hours", "just now")),
        ("fr", ("1 jour", "il y a 2 heures", "dans 90 minutes", "tous les jours", "toutes les 3 heures",
                "à l’instant")),
        ("de", ("1 Tag", "vor 2 Stunden", "in 90 Minuten", "jeden Tag", "alle 3 Stunden", "gerade eben")),
    ],
)  # fmt: skip
def test_durations_have_the_forms_of_the_language(language: str, words: tuple[str, ...]) -> None:
    locale = locale_of(language)

    assert (
        duration_in_words(timedelta(days=1), locale),
        away_in_words(timedelta(hours=-2), locale),
        away_in_words(timedelta(minutes=90), locale),
        interval_in_words(timedelta(days=1), locale),
        interval_in_words(timedelta(hours=3), locale),
        relative(NOON, NOON, locale),
    ) == words


def test_none_is_one_in_french_and_many_in_german() -> None:
    forms = ("%(count)s story", "%(count)s stories")

    assert [locale_of("fr").ngettext(*forms, count) for count in (0, 1, 2)] == ["0 sujet", "1 sujet", "2 sujets"]
    assert [locale_of("de").ngettext(*forms, count) for count in (0, 1, 2)] == [
        "0 Meldungen",
        "1 Meldung",
        "2 Meldungen",
    ]


@pytest.mark.parametrize(
    ("language", "numbers"),
    [
        ("en", ("999", "12,345", "2.4", "1.2 MB", "2.4 s")),
        ("fr", ("999", "12\u202f345", "2,4", "1,2 Mo", "2,4 s")),
        ("de", ("999", "12.345", "2,4", "1,2 MB", "2,4 s")),
    ],
)
def test_numbers_are_written_as_the_language_does(language: str, numbers: tuple[str, ...]) -> None:
    locale = locale_of(language)

    assert (
        locale.number(999),
        locale.number(12_345),
        locale.number(2.4),
        size_in_words(1_234_567, locale),
        response_time_in_words(timedelta(seconds=2.4), locale),
    ) == numbers


def test_a_count_is_a_number_and_an_issues_number_is_text() -> None:
    french = locale_of("fr")

    assert french.ngettext("%(count)s story", "%(count)s stories", 1_234) == "1\u202f234 sujets"
    assert french.gettext("Issue %(number)s", number="1234") == "Numéro 1234"


def test_a_country_changes_dates_and_numbers_and_not_the_words() -> None:
    american, luxembourgish = locale_of("en-US"), locale_of("fr-LU")

    assert date_in_words(NOON, ZONE, american) == "November 27, 2026"
    assert luxembourgish.gettext("Today") == "Aujourd’hui"
    assert luxembourgish.number(12_345) == "12.345"
    assert locale_of("de-XX").gettext("Today") == "Heute"
    assert day_in_words(NOON.date(), locale_of("de-XX")) == "Freitag, 27. November 2026"


def test_a_language_without_a_catalogue_is_not_spoken() -> None:
    assert languages()[0] == "en"
    assert (speaks("it"), speaks("de-LU"), speaks("en-GB")) == (False, True, True)
    assert locale_of("it").gettext("Today") == ENGLISH.gettext("Today") == "Today"


def test_words_without_dates_and_large_numbers_do_not_load_babel() -> None:
    program = (
        "import sys; from datetime import timedelta as t\n"
        "from aggregator.text.durations import duration_in_words as d\n"
        "from aggregator.text.locales import locale_of\n"
        "import aggregator.entrypoints.cli, aggregator.config\n"
        "assert d(t(hours=2)) == '2 hours' and d(t(hours=2), locale_of('fr')) == '2 heures'\n"
        "sys.exit('babel' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
