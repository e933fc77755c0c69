"""The pages: valid HTML, with nothing of a publisher's that could run, from templates that may be replaced."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import html5lib
import pytest
from lxml import html

from aggregator.config import Config, FeedConfig, shipped_dir
from aggregator.errors import PublishError
from aggregator.model import Origin, PublishedEntry, Source, SourceHealth, SourceState, SourceStatus
from aggregator.publish import (
    Choice,
    Frame,
    River,
    arrange,
    arrange_sources,
    render_error,
    render_feeds,
    render_index,
    render_sources,
    site_frame,
    static_files,
)
from aggregator.templating import Templates, load_templates
from tests.unit.publish.samples import CONFIG, NOON, make_item, make_stored

SHIPPED = Templates(shipped_dir("templates"))
FRAME = Frame(
    title="Space & talent",
    language="en",
    root="./",
    feeds=(Choice(name="all", title="Everything"), Choice(name="space", title="Space <3")),
)
SPACE = Choice(name="space", title="Space")


def make_river(*items: PublishedEntry, **values: object) -> River:
    days = arrange(items, zone=ZoneInfo("UTC"), labels={"space": "Space"}, now=NOON)
    return River(**({"days": days, "categories": (SPACE,)} | values))


def full_river() -> River:
    return make_river(
        make_item(
            "a",
            title='<script>alert("1")</script> & more',
            summary="<img src=x onerror=alert(1)>",
            content="<p>never here</p>",
            language='fr" onclick="alert(1)',
            categories=("space",),
            also=(make_stored("b", source="second"), make_stored("c", source="third", url=None)),
            origin=Origin(title="<i>Reuters</i>"),
        ),
        make_item("d", url="javascript:alert(1)", summary="", published=NOON - timedelta(days=3)),
        older="f-2",
        is_first=False,
    )


def some_sources() -> list[SourceHealth]:
    failing = SourceState(
        status=SourceStatus.FAILING,
        last_error="<b>503</b>",
        last_success=NOON,
        next_check=NOON,
        next_check_reason="backing off",
        usual_gap=timedelta(hours=3),
    )
    moved = SourceState(status=SourceStatus.MOVED, moved_to="https://new.example/feed")
    sources = [Source(name=name, url=f"https://{name}.example/") for name in ("a", "b", "c")]
    return [
        SourceHealth(source=source, state=state, entries=1)
        for source, state in zip(sources, (failing, moved, SourceState()), strict=True)
    ]


def all_pages() -> dict[str, bytes]:
    rows = arrange_sources(some_sources(), zone=ZoneInfo("UTC"), now=NOON)
    filtered = make_river(category=SPACE, source=Choice(name="a", title="A"), language="fr")
    return {
        "index": render_index(SHIPPED, FRAME, full_river()),
        "empty": render_index(SHIPPED, FRAME, make_river()),
        "filtered": render_index(SHIPPED, FRAME, filtered),
        "sources": render_sources(SHIPPED, FRAME, rows),
        "no sources": render_sources(SHIPPED, FRAME, []),
        "feeds": render_feeds(SHIPPED, FRAME),
        "no feeds": render_feeds(SHIPPED, Frame(title="A", language="en", root="./", feeds=())),
        "error": render_error(SHIPPED, FRAME, title="Not found", message="No feed <x>."),
        "static": static_files(CONFIG, [make_item(categories=("space",))], [])["index.html"],
        "static, empty": static_files(CONFIG, [], [])["index.html"],
    }


def text_of(body: bytes) -> str:
    return " ".join(html.document_fromstring(body).find("body").text_content().split())


@pytest.mark.parametrize("name", all_pages())
def test_every_page_is_html_without_a_mistake(name):
    page = all_pages()[name]

    html5lib.HTMLParser(strict=True).parse(page)

    document = html.document_fromstring(page)
    assert document.get("lang") == "en"
    assert len(document.findall(".//h1")) == 1
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", all_pages())
def test_no_page_runs_or_loads_anything_foreign(name):
    document = html.document_fromstring(all_pages()[name])

    assert document.xpath("//script | //style | //img | //iframe | //@style | //@*[starts-with(name(), 'on')]") == []
    for address in document.xpath("//link[@rel != 'alternate']/@href"):
        assert address.startswith("./")
    for address in document.xpath("//@href"):
        assert address.startswith(("./", "https://", "#"))


@pytest.mark.parametrize("name", all_pages())
def test_every_page_leads_feed_readers_to_the_feeds(name):
    page = html.document_fromstring(all_pages()[name])

    found = page.xpath("//link[@rel='alternate']/@type")

    assert len(found) == (0 if name == "no feeds" else 6)
    assert set(found) <= {"application/atom+xml", "application/rss+xml", "application/feed+json"}


def test_what_publishers_write_is_shown_as_they_wrote_it():
    body = render_index(SHIPPED, FRAME, full_river())

    assert '<script>alert("1")</script> & more' in text_of(body)
    assert "<img src=x onerror=alert(1)>" in text_of(body)
    assert "<i>Reuters</i> via First News" in text_of(body)
    assert "Also at Second News, Third News" in text_of(body)
    assert b"never here" not in body


def test_an_entry_leads_to_the_article_and_its_chips_to_more_like_it():
    document = html.document_fromstring(render_index(SHIPPED, FRAME, full_river()))
    first, last = document.findall(".//article")

    assert first.xpath(".//@href") == [
        "./?source=first",
        "https://first.example/a",
        "./?category=space",
        "https://second.example/b",
    ]
    assert last.xpath(".//h3//@href") == []


def test_paging_keeps_the_filters():
    river = make_river(make_item(), category=SPACE, language="fr", older="f-2", is_first=False)

    document = html.document_fromstring(render_index(SHIPPED, FRAME, river))

    assert document.xpath("//nav[@class='pages']//@href") == [
        "./?category=space&language=fr",
        "./?before=f-2&category=space&language=fr",
    ]
    assert document.xpath("//a[@aria-current='page']/text()") == ["Space"]


def test_an_empty_page_says_why():
    pages = {name: text_of(body) for name, body in all_pages().items()}

    assert "the first poll is running" in pages["empty"]
    assert "No entry matches." in pages["filtered"]
    assert "Nothing here yet." in pages["static, empty"]
    assert "No sources yet." in pages["no sources"]
    assert "No feeds yet." in pages["no feeds"]


def test_filters_can_be_left_where_there_are_no_categories():
    river = make_river(make_item(), categories=(), language="fr")

    assert "Show everything" in text_of(render_index(SHIPPED, FRAME, river))


def test_the_sources_page_tells_how_many_need_attention_and_why():
    text = text_of(all_pages()["sources"])

    assert "3 sources, 2 of them need attention." in text
    assert "<b>503</b>" in text
    assert "It moved to https://new.example/feed" in text
    assert "now backing off" in text


def test_a_static_page_links_only_to_what_stands_beside_it():
    config = CONFIG.model_copy(update={"feeds": (FeedConfig(name="all"),)})
    files = static_files(config, [make_item(categories=("space",), also=(make_stored("b", source="b"),))], [])

    links = html.document_fromstring(files["index.html"]).xpath("//@href")

    own = {link.removeprefix("./") for link in links if link.startswith("./")}
    assert own == {"index.html", "style.css", "favicon.svg", "sources.opml", "all.atom", "all.rss", "all.json"}
    assert own - {"all.atom", "all.rss", "all.json"} == set(files)


def test_a_page_below_another_finds_the_way_up():
    frame = site_frame(CONFIG, root="../")

    assert frame.feed("all", "atom") == "../feeds/all.atom"
    assert frame.river(category="a b", source=None) == "../?category=a+b"
    assert [feed.title for feed in frame.feeds] == ["Everything", "Space & talent: space"]


def test_the_operators_templates_come_first_and_may_build_on_ours(tmp_path: Path):
    (tmp_path / "error.html.j2").write_text(
        '{% extends "layout.html.j2" %}{% block main %}Mine: {{ message }}{% endblock %}'
    )
    templates = load_templates(Config(templates=tmp_path))

    assert b"Mine: &lt;x&gt;" in render_error(templates, FRAME, title="t", message="<x>")
    assert b"<h1>Feeds</h1>" in render_feeds(templates, FRAME)
    assert templates.plain_file("style.css").startswith(b":root")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("\n\n{% endfor %}", r"feeds.html.j2:3: .*endfor"),
        ("\n{{ nothing }}", r"feeds.html.j2:2: 'nothing' is undefined"),
        ("\n\n\n{{ 1 / 0 }}", r"feeds.html.j2:4: division by zero"),
        ("\n{{ frame.title + 1 }}", r"feeds.html.j2:2: "),
        ('{% include "gone.j2" %}', r"template gone.j2 is in none of "),
    ],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, source, complaint):
    (tmp_path / "feeds.html.j2").write_text(source)

    with pytest.raises(PublishError, match=complaint):
        render_feeds(Templates(tmp_path), FRAME)


def test_a_plain_file_that_is_nowhere_or_no_file_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "folder").mkdir()

    with pytest.raises(PublishError, match=r"style.css is in none of"):
        Templates(tmp_path).plain_file("style.css")
    with pytest.raises(PublishError, match=r"can't read .*folder: Is a directory"):
        Templates(tmp_path).plain_file("folder")
