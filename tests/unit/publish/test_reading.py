"""Entries' texts as a part of a page of ours."""

from __future__ import annotations

from aggregator.publish.readable import MOST_CHARACTERS, first_image, readable


def test_headings_go_on_from_those_of_the_page():
    assert readable("<h1>A</h1><p>b</p><h3>C</h3>", has_images=False) == "<h3>A</h3><p>b</p><h4>C</h4>"


def test_pictures_go_with_what_held_nothing_else():
    text = '<p>Text</p><p><a href="https://a.example/"><img src="https://a.example/i.png"></a></p>'

    assert readable(text, has_images=False) == "<p>Text</p>"
    assert 'alt=""' in readable(text, has_images=True)


def test_players_are_left_out_either_way():
    text = '<p>Hear</p><audio src="https://a.example/a.mp3" controls></audio><video src="x"></video>'

    assert readable(text, has_images=True) == "<p>Hear</p>"


def test_text_before_and_between_is_kept():
    assert readable("One <b>two</b> three", has_images=False) == "One <b>two</b> three"


def test_what_is_empty_or_too_long_is_not_shown():
    assert readable("", has_images=False) == ""
    assert readable('<img src="https://a.example/i.png">', has_images=False) == ""
    assert readable(f"<p>{'x' * MOST_CHARACTERS}</p>", has_images=False) == ""


def test_the_first_picture_is_none_of_the_small_ones():
    text = '<img src="dot" width="1" height="1"><img src="icon" width="32"><img src="real" width="640"><img src="next">'

    assert first_image(text) == "real"
    assert first_image("<p>none</p>") is None
