"""The page of a ranking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.config import shipped_dir
from aggregator.config.templates import Templates
from aggregator.model import Edition
from aggregator.publish import arrange_ranking, render_ranking, site_frame
from aggregator.text.locales import ENGLISH
from tests.unit.web.samples import CONFIG

_NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def _edition(days: int, *names: str) -> Edition:
    return Edition(
        title="Talent index",
        taken_at=_NOW - timedelta(days=days),
        header=("Rank", "Country"),
        rank_column=0,
        key_column=1,
        ranks=tuple(range(1, len(names) + 1)),
        rows=tuple((str(number), name) for number, name in enumerate(names, 1)),
    )


@pytest.mark.parametrize("count", [1, 2])
def test_movements_have_a_column_where_there_is_an_edition_to_compare_with(count: int) -> None:
    editions = [_edition(1, "Norway", "Denmark"), _edition(9, "Denmark", "Norway")][:count]
    page = arrange_ranking(
        "index", "https://a.example/", editions, row=None, zone=ZoneInfo("UTC"), now=_NOW, locale=ENGLISH
    )

    html = render_ranking(Templates(shipped_dir("templates")), site_frame(CONFIG, root="./"), page).decode()

    assert ("Moved" in html, "▲ 1" in html) == (count == 2, count == 2)
    assert html.count('role="columnheader"') == 1 + count
