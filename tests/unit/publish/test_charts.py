"""Charts of bars."""

from __future__ import annotations

from aggregator.publish.pages.charts import bars


def test_a_bar_is_drawn_for_each_day_that_had_something():
    chart = bars((0, 4, 2, 0), label="6 entries in 4 days")

    assert chart.path == "M5 24v-24h4v24zM10 24v-12h4v12z"
    assert (chart.width, chart.height, chart.label) == (19, 24, "6 entries in 4 days")


def test_a_little_is_seen_beside_much():
    assert "M0 24v-2h4v2z" in bars((1, 1000), label="").path


def test_nothing_is_drawn_of_nothing():
    assert bars((), label="").path == bars((0, 0), label="").path == ""
