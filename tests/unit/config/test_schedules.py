import pytest

from aggregator.config.schedules import parse_cron, parse_every


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("now", "now"),
        ("day at 07:30", "day at 07:30"),
        ("  Week on  Monday at 8:00", "week on monday at 8:00"),
        ("2h", "2h"),
        ("daily", "day at 07:30"),
        ("Day", "day at 07:30"),
        ("daily at 6", "day at 06:00"),
        ("every day at 18:15", "day at 18:15"),
        ("weekly", "week on monday at 08:00"),
        ("week at 9:00", "week on monday at 9:00"),
        ("weekly on Friday", "week on friday at 08:00"),
        ("week on mon at 08:00", "week on monday at 08:00"),
        ("every tuesday at 7", "week on tuesday at 07:00"),
        ("Thursdays", "week on thursday at 08:00"),
        ("hourly", "1h"),
        ("2 hours", "2h"),
    ],
)
def test_a_schedule_in_words_is_kept_in_small_letters(text: str, every: str) -> None:
    assert parse_every(text) == every


@pytest.mark.parametrize(
    "text", ["often", "day at 24:00", "day at 25", "week on someday", "every", "at 7", "30", "monthly", ""]
)
def test_what_is_no_schedule_is_refused_with_examples(text: str) -> None:
    with pytest.raises(
        ValueError, match="expected now, day at 07:30, week on monday at 08:00 or a duration such as 2h"
    ):
        parse_every(text)


@pytest.mark.parametrize(
    ("weekdays", "names"),
    [
        ("*", "*"),
        ("0", "sun"),
        ("7", "sun"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("0-7", "sun,mon,tue,wed,thu,fri,sat"),
        ("0-4", "sun,mon,tue,wed,thu"),
        ("5-7", "sun,fri,sat"),
        ("FRI-MON", "sun,mon,fri,sat"),
        ("mon,4", "mon,thu"),
        ("1-5/2", "mon,wed,fri"),
        ("*/3", "sun,wed,sat"),
    ],
)
def test_weekdays_of_a_crontab_line_count_from_sunday_and_become_names(weekdays: str, names: str) -> None:
    assert parse_cron(f"30  7 * * {weekdays}") == f"30 7 * * {names}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("30 7 * *", "expected five fields"),
        ("30 7 * * 1-5 *", "expected five fields"),
        ("30 7 * * 8", "expected weekdays such as 1-5 or mon,thu in the fifth field"),
        ("30 7 * * someday", "expected weekdays"),
        ("30 7 * * 1/2", "expected weekdays"),
        ("30 7 * * 1-", "expected weekdays"),
        ("61 7 * * *", "expected minute, hour, day, month and weekday"),
        ("x 7 * * *", "expected minute, hour, day, month and weekday"),
    ],
)
def test_what_is_no_crontab_line_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_cron(text)
