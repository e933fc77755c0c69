"""The table of formats, and what follows from its fields. A new format is tested by standing in it."""

from __future__ import annotations

from dataclasses import replace
from email.message import Message
from html import unescape

import pytest

from aggregator.config import Config, FeedConfig
from aggregator.model import Archive, FeedFormat
from aggregator.publish import FORMATS, Format, Frame, archive_document, arrange_feeds, link_header, render_feeds
from aggregator.publish.pages.choices import Choice
from tests.unit.publish.samples import CONFIG, NOON, make_document, make_item, make_mention, make_stored
from tests.unit.publish.test_pages import SHIPPED

HUB = "https://hub.example/"
formats = pytest.mark.parametrize("form", FORMATS.values(), ids=[each.ending for each in FORMATS.values()])


def with_hub(**values: object) -> Config:
    return CONFIG.model_copy(update={"site": CONFIG.site.model_copy(update={"hub": (HUB,)}), **values})


def test_every_format_is_in_the_table_under_its_own_ending_and_label() -> None:
    assert list(FORMATS) == list(FeedFormat)
    assert len({form.ending for form in FORMATS.values()}) == len(FORMATS)
    assert len({form.label for form in FORMATS.values()}) == len(FORMATS)


@formats
def test_a_document_has_its_entries(form: Format) -> None:
    body = form.write(make_document(make_item("a", title="Lunar ice"), make_item("b", title="Rocket lands"))).decode()

    assert body.index("Lunar ice") < body.index("Rocket lands")


@formats
def test_with_titles_source_each_title_has_its_source_in_front_in_archives_too(form: Format) -> None:
    feed = FeedConfig(name="all", titles="source")
    document = make_document(make_item("a", title="Lunar ice"), feed=feed)
    archive = Archive(feed="all", number=1, sealed_at=NOON, entries=(make_item("b", title="Rocket lands"),))

    assert "First News: Lunar ice" in form.write(document).decode()
    assert "First News: Rocket lands" in form.write(archive_document(document, archive, is_sealed=True)).decode()
    assert "First News: " not in form.write(make_document(make_item("a"))).decode()


@formats
def test_the_last_line_of_an_entry_leads_to_the_other_articles_of_its_story(form: Format) -> None:
    item = make_item("a", also=(make_stored("b", source="second"),), related=(make_mention("c", source="third"),))

    body = unescape(form.write(make_document(item)).decode()).replace('\\"', '"')

    also = '<p>Also at: <a href="https://second.example/b">Second News</a></p>'
    story = '<p>The same story: <a href="https://third.example/c">Title of c (Third feed)</a></p>'
    assert body.index("Content of a") < body.index(also) < body.index(story)


@formats
def test_a_format_is_told_of_where_people_and_readers_look(form: Format) -> None:
    frame = Frame(title="A", language="en", root="../", feeds=(Choice(name="all", title="Everything"),))

    page = render_feeds(SHIPPED, frame, arrange_feeds(CONFIG)).decode()

    assert f'<link rel="alternate" type="{form.bare_media_type}"' in page
    assert f'href="../feeds/all.{form.ending}"' in page
    assert f"https://news.example.org/feeds/all.{form.ending}" in page
    assert f"{form.label} {form.advice}" in page


@formats
def test_a_media_type_is_one(form: Format) -> None:
    header = Message()
    header["Content-Type"] = form.media_type

    assert header.get_content_type() == form.bare_media_type
    assert header.get_content_charset() in {None, "utf-8"}


@formats
def test_hubs_are_named_only_by_formats_that_they_are_told_of(form: Format) -> None:
    document = make_document(make_item(), config=with_hub())
    silent = replace(form, is_told=False)

    assert (HUB.encode() in form.write(document)) == form.is_told
    assert (HUB in link_header(CONFIG.feeds[0], with_hub(), form)) == form.is_told
    assert HUB.encode() not in silent.write(document)
    assert link_header(CONFIG.feeds[0], with_hub(), silent) == ""


@formats
def test_archives_are_linked_only_by_formats_that_have_them(form: Format) -> None:
    document = make_document(make_item(), last_archive=3)
    archive = f"https://news.example.org/feeds/{form.file_name('all', 3)}".encode()

    assert (archive in form.write(document)) == form.has_archives
    assert archive not in replace(form, has_archives=False).write(document)


def test_a_private_feed_names_no_hub_in_its_header() -> None:
    private = FeedConfig(name="inner", token="0123456789abcdef0123456789abcdef")

    assert all(link_header(private, with_hub(), form) == "" for form in FORMATS.values())
