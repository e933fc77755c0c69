"""The pages: valid HTML, with nothing of a publisher's that could run, from templates that may be replaced."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import html5lib
import pytest
from lxml import html

from aggregator.config import Config, FeedConfig, shipped_dir
from aggregator.config.templates import Templates, load_templates
from aggregator.errors import PublishError
from aggregator.model import (
    Enclosure,
    Origin,
    PublishedEntry,
    Source,
    SourceHealth,
    SourceState,
    SourceStatus,
    StoredEntry,
)
from aggregator.publish import (
    FORMATS,
    Choice,
    Filters,
    Frame,
    River,
    SourcePage,
    Wording,
    arrange,
    arrange_feeds,
    arrange_sources,
    arrange_story,
    list_sources,
    render_error,
    render_feeds,
    render_index,
    render_search,
    render_source,
    render_sources,
    render_story,
    site_frame,
    static_pages,
)
from aggregator.publish.pages.standing import Standing, Why
from aggregator.text.locales import ENGLISH, locale_of
from tests.unit.publish.samples import CONFIG, NOON, make_content, make_item, make_stored

SHIPPED = Templates(shipped_dir("templates"))
FRAME = Frame(
    title="Space & talent",
    language="en",
    root="./",
    feeds=(Choice(name="all", title="Everything"), Choice(name="space", title="Space <3")),
)
BELOW = replace(FRAME, root="../")
SPACE = Choice(name="space", title="Space", color=1)


def make_river(*items: PublishedEntry, **values: object) -> River:
    wording = Wording(zone=ZoneInfo("UTC"), locale=ENGLISH, categories={"space": SPACE}, now=NOON)
    return River(**({"days": arrange(items, wording), "categories": (SPACE,)} | values))


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
        older="./?before=f-2",
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


def test_a_story_in_several_languages_is_headed_by_what_leads_it_and_marks_the_other_languages() -> None:
    wording = Wording(zone=ZoneInfo("UTC"), locale=locale_of("fr"), categories={}, now=None)
    told = [
        make_stored("a", source="first", language="fr", url="https://elsewhere.example/a", story="s"),
        make_stored("b", source="second", language="en", story="s", published=NOON + timedelta(hours=1)),
        make_stored("c", source="third", language="de", url="https://elsewhere.example/c", story="s"),
    ]
    away = [replace(each, url=f"https://elsewhere.example/{each.id}") for each in told]

    at_home, in_french = arrange_story(told, wording), arrange_story(away, wording)

    assert (at_home.title, at_home.about) == ("Title of b", "Summary of b")
    assert (in_french.title, in_french.language) == ("Title of a", "fr")
    assert [each.spoken.title if each.spoken else "" for each in in_french.articles] == ["", "Deutsch", "English"]
    page = render_story(SHIPPED, BELOW, in_french).decode()
    assert '<span class="spoken" lang="de">Deutsch</span>' in page


def all_pages() -> dict[str, bytes]:
    rows = arrange_sources(some_sources(), zone=ZoneInfo("UTC"), now=NOON, locale=ENGLISH)
    filters = Filters(category=SPACE, source=Choice(name="a", title="A"), language=Choice(name="fr", title="Français"))
    filtered = make_river(filters=filters)
    searched = make_river(make_item(), filters=Filters(query="<moon>"), older="./search?q=a&before=2")
    wording = Wording(zone=ZoneInfo("UTC"), locale=ENGLISH, categories={"space": SPACE}, now=None)
    item = make_item(categories=("space",), also=(make_stored("b", source="b", original="e1"),))
    return {
        "index": render_index(SHIPPED, FRAME, full_river()),
        "empty": render_index(SHIPPED, FRAME, make_river()),
        "filtered": render_index(SHIPPED, FRAME, filtered),
        "sources": render_sources(SHIPPED, FRAME, list_sources(rows)),
        "no sources": render_sources(SHIPPED, FRAME, list_sources([])),
        "feeds": render_feeds(SHIPPED, FRAME, arrange_feeds(CONFIG), categories=[Choice(name="space", title="Space")]),
        "no feeds": render_feeds(SHIPPED, Frame(title="A", language="en", root="./", feeds=()), ()),
        "error": render_error(SHIPPED, FRAME, title="Not found", message="No feed <x>."),
        "search": render_search(SHIPPED, FRAME, searched),
        "search, empty": render_search(SHIPPED, FRAME, make_river(filters=Filters(query="moon"))),
        "search, not yet": render_search(SHIPPED, FRAME, River(days=())),
        "story": render_story(SHIPPED, BELOW, arrange_story(a_story(), wording)),
        "source": render_source(SHIPPED, BELOW, SourcePage(row=rows[0], days=make_river(make_item()).days)),
        "source, empty": render_source(SHIPPED, BELOW, SourcePage(row=rows[2], days=())),
        **{f"static {name}": body for name, body in pages_of_files(item).items()},
        "static, empty": pages_of_files()["index.html"],
    }


def pages_of_files(*items: PublishedEntry) -> dict[str, bytes]:
    files = static_pages(CONFIG, make_content(*items))
    return {name: body for name, body in files.items() if name.endswith(".html")}


def a_story() -> list[StoredEntry]:
    return [
        make_stored(
            "a",
            content="<h1>Head</h1><p>Text <a href='https://x.example/'><img src='https://x.example/i.png'></a></p>",
            enclosures=(Enclosure(url="https://a.example/talk.mp3", type="audio/mpeg", length=34_567_890),),
            language="ar",
        ),
        make_stored("b", source="second", original="a", story="a"),
        make_stored("c", source="third", story="a", story_evidence="names: <b>", content="", url=None),
    ]


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

    assert (
        document.xpath("//script[not(@src)] | //style | //img | //iframe | //@style | //@*[starts-with(name(), 'on')]")
        == []
    )
    for address in document.xpath("//script/@src"):
        assert address in {"./site.js", "../site.js"}
    for address in document.xpath("//link[@rel != 'alternate']/@href"):
        assert address.startswith(("./", "../"))
    for address in document.xpath("//@href"):
        assert address.startswith(("./", "../", "https://", "#"))


@pytest.mark.parametrize("name", all_pages())
def test_every_page_leads_feed_readers_to_the_feeds(name):
    page = html.document_fromstring(all_pages()[name])

    found = page.xpath("//link[@rel='alternate'][not(contains(@href, '/search.'))]/@type")  # nor to the search itself

    types = [form.bare_media_type for form in FORMATS.values()]
    assert found == ([] if name == "no feeds" else types * len(CONFIG.feeds))


def test_what_publishers_write_is_shown_as_they_wrote_it():
    body = render_index(SHIPPED, FRAME, full_river())

    assert '<script>alert("1")</script> & more' in text_of(body)
    assert "<img src=x onerror=alert(1)>" in text_of(body)
    assert "<i>Reuters</i> via First News" in text_of(body)
    assert "also Second News, Third News" in text_of(body)
    assert b"never here" not in body


def test_an_entry_leads_to_the_article_and_its_chips_to_more_like_it():
    document = html.document_fromstring(render_index(SHIPPED, FRAME, full_river()))
    first, last = document.findall(".//article")

    assert first.xpath(".//@href") == [
        "./sources/first",
        "./?category=space",
        "./stories/a",
        "https://first.example/a",
        "https://second.example/b",
    ]
    assert last.xpath(".//h3//@href") == ["./stories/d"]


def test_the_page_of_a_story_has_each_headline_once_the_one_that_leads_on_top():
    told = [
        make_stored(id_, story="s", original=id_, published=NOON + timedelta(hours=hours), priority=priority)
        for id_, hours, priority in (("late", 2, 0), ("lead", 1, 9), ("early", 0, 0))
    ]
    wording = Wording(zone=ZoneInfo("UTC"), locale=ENGLISH, categories={}, now=None)

    page = html.document_fromstring(render_story(SHIPPED, BELOW, arrange_story(told, wording)))

    headlines = page.xpath("//main//*[contains(@class, 'headline')]")
    assert [(each.tag, each.text_content()) for each in headlines] == [
        ("h1", "Title of lead"), ("h3", "Title of early"), ("h3", "Title of late"),
    ]  # fmt: skip
    assert page.xpath("//main//h2/text()") == ["The other articles, oldest first"]


def test_the_page_of_a_note_shows_its_text_once_and_leads_to_it():
    note = make_stored("n", title="", summary="The rover has stopped.", content="<p>The rover has stopped.</p>")
    wording = Wording(zone=ZoneInfo("UTC"), locale=ENGLISH, categories={}, now=None)

    page = html.document_fromstring(render_story(SHIPPED, BELOW, arrange_story([note], wording)))

    [headline] = page.xpath("//h1")
    assert "unseen" in headline.get("class")
    assert page.xpath("//p[@class='from']/a[time]/@href") == ["https://first.example/n"]


def test_paging_keeps_the_filters():
    filters = Filters(category=SPACE, language=Choice(name="fr", title="Français"))
    older = FRAME.river(before="f-2", **filters.named)
    river = make_river(make_item(), filters=filters, older=older, is_first=False)

    document = html.document_fromstring(render_index(SHIPPED, FRAME, river))

    assert document.xpath("//nav[@class='pages']//@href") == [
        "./?category=space&language=fr",
        "./?before=f-2&category=space&language=fr",
    ]
    assert document.xpath("//a[@aria-current='page']/text()") == ["Space"]


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Why.NO_SOURCES, "No sources yet."),
        (Why.FIRST_POLL, "the first poll is running"),
        (Why.OFFLINE, "No source could be reached. Is this machine online? We will retry at 09:24."),
        (Why.NOTHING_YET, "The sources were polled and brought no entry. We will retry at 09:24."),
    ],
)
def test_an_empty_front_page_says_why_and_until_when(why: Why, said: str):
    river = replace(make_river(), standing=Standing(why=why, retry="We will retry at 09:24"))

    assert said in text_of(render_index(SHIPPED, FRAME, river))


def test_an_empty_page_says_why():
    pages = {name: text_of(body) for name, body in all_pages().items()}

    assert "The sources were polled and brought no entry." in pages["empty"]
    assert "No entry matches." in pages["filtered"]
    assert "Nothing here yet." in pages["static, empty"]
    assert "No sources yet." in pages["no sources"]
    assert "No feeds yet." in pages["no feeds"]


def test_filters_can_be_left_where_there_are_no_categories():
    river = make_river(make_item(), categories=(), filters=Filters(language=Choice(name="fr", title="Français")))

    assert "Show everything" in text_of(render_index(SHIPPED, FRAME, river))


def test_the_sources_page_tells_how_many_need_attention_and_why():
    text = text_of(all_pages()["sources"])

    assert "3 sources, 2 of them need attention." in text
    assert "<b>503</b>" in text
    assert "It moved to https://new.example/feed" in text
    assert "now backing off" in text


def test_static_pages_link_only_to_what_stands_beside_them():
    config = CONFIG.model_copy(update={"feeds": (FeedConfig(name="all"),)})
    item = make_item(categories=("space",), also=(make_stored("b", source="second"),))
    files = static_pages(config, make_content(item))
    there = {*(form.file_name("all") for form in FORMATS.values()), "sources.opml", *files}

    for name, body in files.items():
        if name.endswith(".html"):
            links = html.document_fromstring(body).xpath("//@href | //@src")
            own = {
                posixpath.normpath(posixpath.join(posixpath.dirname(name), link)) for link in links if ":" not in link
            }
            assert {link for link in own if "#" not in link} <= there | {"sources/second.html"}


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
    assert b"<h1>Feeds</h1>" in render_feeds(templates, FRAME, ())
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
        render_feeds(Templates(tmp_path), FRAME, ())


def test_a_plain_file_that_is_nowhere_or_no_file_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "folder").mkdir()

    with pytest.raises(PublishError, match=r"style.css is in none of"):
        Templates(tmp_path).plain_file("style.css")
    with pytest.raises(PublishError, match=r"can't read .*folder: Is a directory"):
        Templates(tmp_path).plain_file("folder")
