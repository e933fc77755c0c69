"""What is served where."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import product
from pathlib import Path

import feedparser
import html5lib
import pytest
from lxml import etree, html

from aggregator.config import Config, FeedConfig, SourceConfig
from aggregator.errors import StoreError, StoreFull
from aggregator.model import Order
from tests.unit.publish.samples import NOON, make_item
from tests.unit.web.samples import CONFIG, client_of, make_aggregator

PAGES = (
    *("/", "/sources", "/feeds", "/feeds/", "/?category=space", "/?source=first", "/nothing/here"),
    *("/search", "/search?q=title", "/stories/e1", "/sources/first"),
)


def titles_of(page: bytes) -> list[str]:
    return [heading.text_content().strip() for heading in html.document_fromstring(page).iterfind(".//h3")]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_html_without_a_mistake(path):
    response = client_of(make_aggregator(make_item())).get(path)

    html5lib.HTMLParser(strict=True).parse(response.content)
    assert response.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", PAGES)
def test_no_link_is_dead(path):
    client = client_of(
        make_aggregator(make_item(categories=("space", "jobs")), *(make_item(f"e{n}") for n in range(60)))
    )

    page = client.get(path)

    links = html.document_fromstring(page.content).xpath("//@href[not(starts-with(., 'http') or starts-with(., '#'))]")
    assert len(links) > 5
    for link in links:
        assert client.get(page.url.join(link)).status_code == 200, link


def test_the_river_goes_on_from_page_to_page():
    client = client_of(make_aggregator(*(make_item(f"e{number}") for number in range(51))))

    first = client.get("/")
    (older,) = html.document_fromstring(first.content).xpath("//a[@rel='next']/@href")
    last = client.get(first.url.join(older))

    assert len(titles_of(first.content)) == 50
    assert titles_of(last.content) == ["Title of e50"]
    assert html.document_fromstring(last.content).xpath("//a[@rel='next']") == []


def test_filters_select():
    aggregator = make_aggregator(make_item())

    page = client_of(aggregator).get("/?category=space&source=first&language=pt-BR")

    (selection,) = aggregator.store.asked
    assert (selection.categories, selection.sources, selection.language) == (("space",), ("first",), "pt-br")
    assert html.document_fromstring(page.content).findtext(".//h1") == "Space · First News · Português (br)"


def test_empty_filters_select_everything():
    aggregator = make_aggregator(make_item())

    client_of(aggregator).get("/?category=&source=&language=")

    (selection,) = aggregator.store.asked
    assert (selection.categories, selection.sources, selection.language) == ((), (), None)


@pytest.fixture
def narrowed() -> Config:
    """A configuration whose feed `all` has what is in a category."""
    feeds = (FeedConfig(name="all", where={"categories": ["space"], "text": "moon"}), FeedConfig(name="everything"))
    return CONFIG.model_copy(update={"feeds": feeds})


@pytest.mark.parametrize(
    ("query", "categories"),
    [
        ("", ("space",)),
        ("?language=fr", ("space",)),
        ("?category=jobs", ("jobs",)),
        ("?source=first", ()),
        ("?scope=everything", ()),
        ("?scope=everything&language=fr", ()),
    ],
)
def test_the_front_page_shows_what_the_feed_all_has_unless_more_is_asked_for(narrowed: Config, query, categories):
    aggregator = make_aggregator(make_item(), config=narrowed)

    client_of(aggregator).get(f"/{query}")
    client_of(aggregator).get(f"/newer{query}{'&' if query else '?'}after=0")

    assert [selection.categories for selection in aggregator.store.asked] == [categories]
    assert [selection.categories for selection in aggregator.store.counted] == [categories]


def test_everything_is_a_click_away_and_stays_chosen(narrowed: Config):
    client = client_of(make_aggregator(*(make_item(f"e{number}") for number in range(51)), config=narrowed))

    front = html.document_fromstring(client.get("/").content)
    (link,) = front.xpath("//nav[@aria-label='Categories']/a[.='Everything']/@href")
    page = html.document_fromstring(client.get(f"/{link.removeprefix('./')}").content)

    assert link == "./?scope=everything"
    assert page.xpath("//nav[@aria-label='Categories']/a[@aria-current]/text()") == ["Everything"]
    assert page.xpath("//a[@rel='next']/@href") == ["./?before=50&scope=everything"]
    assert page.find(".//p[@data-newer]").get("data-filter-scope") == "everything"


def test_where_the_front_page_leaves_nothing_out_there_is_no_more_to_choose():
    page = html.document_fromstring(client_of(make_aggregator(make_item())).get("/").content)

    assert page.xpath("//*[contains(@href, 'scope=') or @name='scope']") == []


def test_titles_only_is_a_click_away_and_kept_in_every_address():
    client = client_of(make_aggregator(*(make_item(f"e{number}", summary="Much to read") for number in range(51))))

    front = html.document_fromstring(client.get("/?source=first").content)
    (link,) = front.xpath("//a[.='Titles only']/@href")
    page = html.document_fromstring(client.get(f"/{link.removeprefix('./')}").content)
    lists = page.xpath("//nav[@aria-label='Categories']/a/@href | //nav[@aria-label='Pages']/a/@href")

    assert b"Much to read" not in html.tostring(page)
    assert len(lists) == 4
    assert all("view=compact" in address for address in lists)
    assert page.xpath("//form[@aria-label='Filters']/input[@name='view']/@value") == ["compact"]
    assert page.xpath("//a[.='With summaries']/@href") == ["./?source=first"]


def test_what_mattered_this_morning_stands_on_top_though_a_page_of_news_came_since():
    news = [make_item(f"e{number}", published=NOON) for number in range(60)]
    morning = make_item("morning", priority=9, published=NOON - timedelta(hours=5))

    page = html.document_fromstring(client_of(make_aggregator(*news, morning)).get("/").content)
    older = html.document_fromstring(client_of(make_aggregator(*news, morning)).get("/?before=50").content)

    assert page.xpath("//section[h2[.='Top stories']]//h3//text()[normalize-space()]")[0] == "Title of morning"
    assert older.xpath("//section[h2[.='Top stories']]") == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("scope=all", "No scope is named “all”; there are: everything."),
        ("view=wide", "No view is named “wide”; there are: compact."),
        ("category=cooking", "No category is named “cooking”; there are: space, jobs."),
        ("source=nobody", "No source is named “nobody”; there are: first, second."),
        ("language=%25", "“%” is not a language; write it as in: en, de, pt-BR."),
        ("before=yesterday", "“yesterday” is not a page of this list."),
    ],
)
def test_a_filter_that_does_not_exist_is_not_found(query, sentence):
    response = client_of(make_aggregator()).get(f"/?{query}")

    assert response.status_code == 404
    assert sentence in html.document_fromstring(response.content).text_content()


def test_a_day_is_called_today_until_it_is_over():
    item = make_item(published=NOON)
    tonight = client_of(make_aggregator(item, now=NOON.replace(hour=22, minute=54)))  # five to midnight in Luxembourg
    tomorrow = client_of(make_aggregator(item, now=NOON.replace(hour=23, minute=1)))

    assert b">Today<" in tonight.get("/").content
    assert b">Yesterday<" in tomorrow.get("/").content


def test_a_period_selects_what_became_news_in_it():
    aggregator = make_aggregator(make_item(), now=NOON + timedelta(minutes=4))

    client_of(aggregator).get("/?period=week")

    (selection,) = aggregator.store.asked
    assert selection.listed_since == NOON - timedelta(days=7)


def test_a_story_has_a_page_and_its_entries_lead_there():
    client = client_of(make_aggregator(make_item("e2", story="e1"), make_item("e1")))

    page = client.get("/stories/e1")
    entry = client.get("/stories/e2", follow_redirects=False)

    headlines = html.document_fromstring(page.content).xpath("//main//h1/a/text() | //main//h3/a/text()")
    assert sorted(headlines) == ["Title of e1", "Title of e2"]
    assert (entry.status_code, entry.headers["location"]) == (302, "./e1")
    assert client.get("/stories/nobody").status_code == 404


def test_a_story_is_read_once_while_nothing_changes():
    aggregator = make_aggregator(make_item("e1"))
    client = client_of(aggregator)

    for _ in range(3):
        client.get("/stories/e1")

    assert aggregator.store.read == ["e1"]


def test_a_mistake_is_answered_with_no_more_than_twenty_names():
    sources = tuple(SourceConfig(url=f"https://s{n}.example/", name=f"s{n}") for n in range(25))
    aggregator = make_aggregator(config=CONFIG.model_copy(update={"sources": sources}))

    text = html.document_fromstring(client_of(aggregator).get("/?source=nobody").content).text_content()

    assert "s18, s19, …" in text
    assert "s20" not in text


def test_a_page_can_ask_how_much_is_newer():
    client = client_of(make_aggregator(make_item("a"), make_item("b")))
    hint = html.document_fromstring(client.get("/?category=space").content).find(".//p[@data-newer]")

    answer = client.get(f"/newer?after={hint.get('data-after')}&category={hint.get('data-filter-category')}")

    assert answer.json() == {"count": 2, "is_more": False, "words": "2 new stories"}
    assert answer.headers["cache-control"] == "no-store"
    assert client.get("/newer?after=never").status_code == 404


def test_search_asks_for_the_words_and_keeps_its_filters():
    aggregator = make_aggregator(*(make_item(f"e{number}") for number in range(51)))

    page = client_of(aggregator).get("/search?q=moon%20%20mining&category=space")

    document = html.document_fromstring(page.content)
    (selection,) = aggregator.store.asked
    assert (selection.search, selection.categories) == ("moon mining", ("space",))
    assert document.find(".//input[@type='search']").get("value") == "moon mining"
    assert document.xpath("//a[@rel='next']/@href") == ["./search?before=50&q=moon+mining&category=space"]


def test_a_search_tells_how_many_stories_there_are_and_can_be_ordered_by_relevance():
    aggregator = make_aggregator(*(make_item(f"e{number}", published=NOON - timedelta(days=9)) for number in range(51)))
    client = client_of(aggregator)

    newest = html.document_fromstring(client.get("/search?q=moon&source=first").content)
    (link,) = newest.xpath("//nav[@aria-label='Order']/a[not(@aria-current)]/@href")
    relevant = html.document_fromstring(client.get(f"/{link.removeprefix('./')}").content)
    (older,) = relevant.xpath("//a[@rel='next']/@href")

    assert newest.xpath("string(//p[@role='status'])") == "51 stories"
    assert link == "./search?q=moon&source=first&order=relevance"
    assert aggregator.store.orders == [Order.TIME, Order.RELEVANCE]
    assert relevant.xpath("//nav[@aria-label='Order']/a[@aria-current]/text()") == ["Most relevant first"]
    assert relevant.xpath("//form[@aria-label='Filters']/input[@name='order']/@value") == ["relevance"]
    assert older == "./search?before=50&q=moon&source=first&order=relevance"
    assert [each.text for each in newest.xpath("//section/h2/time")] == ["Friday 20 February 2026"]
    assert relevant.xpath("//section/h2/time") == []
    assert relevant.xpath("//p[@class='from']/time/text()")[0] == "20 Feb"
    assert client.get("/search?q=moon&order=alphabet").status_code == 404


def test_a_search_for_nothing_explains_how_to_search():
    aggregator = make_aggregator(make_item())

    page = client_of(aggregator).get("/search?q=+")

    assert aggregator.store.asked == []
    assert "satellit*" in html.document_fromstring(page.content).text_content()


def test_a_source_has_a_page():
    client = client_of(make_aggregator(make_item()))

    page = html.document_fromstring(client.get("/sources/first").content)

    assert page.find(".//h1/span").text == "First News"
    assert [cell.text.strip() for cell in page.find(".//tbody/tr").iterfind("td")] == [
        "news (200)",
        "3 new, 1 known elsewhere",
        "140 ms",
        "34 kB",
    ]
    assert page.find(".//svg[@role='img']").get("aria-label") == "3 entries in 3 days"
    assert client.get("/sources/nobody").status_code == 404


def test_browsers_learn_how_to_search_here():
    answer = client_of(make_aggregator()).get("/opensearch.xml")

    (url,) = etree.fromstring(answer.content).findall("{*}Url")
    assert url.get("template") == "https://news.example.org/search?q={searchTerms}"


@pytest.mark.parametrize("format_", ["atom", "rss"])
def test_feeds_are_served_in_their_formats(format_):
    response = client_of(make_aggregator(make_item())).get(f"/feeds/all.{format_}")

    assert response.headers["content-type"] == f"application/{format_}+xml; charset=utf-8"
    assert response.headers["cache-control"] == "public, max-age=300, stale-if-error=86400"
    assert feedparser.parse(response.content).entries[0].title == "Title of e1"


def test_the_json_feed_is_served():
    response = client_of(make_aggregator(make_item())).get("/feeds/all.json")

    assert response.headers["content-type"] == "application/feed+json"
    assert response.json()["items"][0]["title"] == "Title of e1"


def test_a_feed_that_does_not_exist_is_answered_with_those_that_do():
    response = client_of(make_aggregator()).get("/feeds/nobody.atom")

    assert response.status_code == 404
    assert "there are: all, space." in html.document_fromstring(response.content).text_content()


def test_a_format_that_does_not_exist_is_answered_with_those_that_do():
    response = client_of(make_aggregator()).get("/feeds/all.xml")

    assert response.status_code == 404
    assert "atom, rss, json, not as xml" in html.document_fromstring(response.content).text_content()


def test_the_sources_are_served_as_a_page_and_as_opml():
    client = client_of(make_aggregator())

    page, opml = client.get("/sources"), client.get("/opml")

    assert "First News" in html.document_fromstring(page.content).text_content()
    assert opml.headers["content-type"] == "text/x-opml; charset=utf-8"
    assert [each.get("xmlUrl") for each in etree.fromstring(opml.content).iterfind("body/outline")] == [
        "https://first.example/feed",
        "https://b.example/",
    ]


def test_the_list_of_sources_can_be_narrowed_and_says_how():
    client = client_of(make_aggregator())

    found = html.document_fromstring(client.get("/sources?q=second b.example").content)
    none = html.document_fromstring(client.get("/sources?q=second&show=troubled").content)

    assert found.xpath("//tbody//a[@class='named']/@href") == ["./sources/second"]
    assert found.xpath("string(//p[@role='status'])") == "1 source found"
    assert found.xpath("//form[@aria-label='Find a source']/input[@name='q']/@value") == ["second b.example"]
    assert none.xpath("//tbody") == []
    assert none.xpath("//form[@aria-label='Find a source']/input[@name='show']/@value") == ["troubled"]
    assert none.xpath("//main//a[.='Show all sources']/@href") == ["./sources"]
    for wrong in ("show=all", "page=x", "page=-1", f"page={'9' * 40}"):
        assert client.get(f"/sources?{wrong}").status_code == 404
    assert client.get("/sources?page=7").status_code == 200


def test_style_and_icon_are_served():
    client = client_of(make_aggregator())

    assert client.get("/style.css").headers["content-type"] == "text/css; charset=utf-8"
    assert etree.fromstring(client.get("/favicon.svg").content).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_reloaded_configuration_shows_at_once(tmp_path: Path):
    (tmp_path / "feeds.html.j2").write_text("mine: {{ frame.title }}")
    aggregator = make_aggregator(make_item())
    client = client_of(aggregator)
    before = client.get("/").text, client.get("/feeds/").text

    site = CONFIG.site.model_copy(update={"title": "Renamed"})
    aggregator.config = CONFIG.model_copy(update={"site": site, "templates": tmp_path})

    assert "Renamed" not in "".join(before)
    assert "<title>Renamed</title>" in client.get("/").text
    assert client.get("/feeds/").text == "mine: Renamed"


def test_readiness_follows_the_database_and_health_does_not():
    aggregator = make_aggregator()
    client = client_of(aggregator)

    well = client.get("/readyz")
    aggregator.store.error = StoreError("no space left in /srv/news")
    ill, alive = client.get("/readyz"), client.get("/healthz")

    assert (well.status_code, well.json()) == (200, {"status": "ok"})
    assert (ill.status_code, ill.json()) == (503, {"status": "unavailable"})
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ill.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (StoreFull("the database failed: no room in /srv"), "its disk is full"),
        (StoreError("no host db.lan"), "failing"),
    ],
)
def test_health_tells_of_a_database_that_fails_and_no_more_than_that(failure: StoreError, told: str) -> None:
    aggregator = make_aggregator(rejected=("sources.yaml:2: unknown key",))

    answer = client_of(aggregator, failure=failure).get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": told,
        "configuration": "rejected",
        "problems": ["sources.yaml:2: unknown key"],
    }


def test_a_program_that_stops_is_alive_and_not_ready():
    client = client_of(make_aggregator(), is_stopping=True)

    assert client.get("/readyz").json() == {"status": "stopping"}
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_who_no_longer_polls_is_not_ready_but_alive() -> None:
    client = client_of(make_aggregator(), is_polling=False)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "polling stands still"})
    assert client.get("/healthz").status_code == 200


def test_metrics_count_what_is_stored_and_what_was_asked():
    client = client_of(make_aggregator(make_item()))
    client.get("/feeds/all.atom")
    client.get("/nothing")

    lines = client.get("/metrics").text.splitlines()

    assert "aggregator_entries 7.0" in lines
    assert "aggregator_duplicates 2.0" in lines
    assert 'aggregator_sources{status="new"} 2.0' in lines
    assert 'aggregator_sources{status="failing"} 0.0' in lines
    assert "aggregator_content_version 1.0" in lines
    assert any(line.startswith("aggregator_build_info{version=") for line in lines)
    assert 'aggregator_http_requests_total{route="feed",status="200"} 1.0' in lines
    assert 'aggregator_http_requests_total{route="none",status="404"} 1.0' in lines


@pytest.mark.parametrize("path", ["/", "/feeds/all.atom", "/sources", "/opml"])
def test_without_its_database_the_site_says_so(path):
    aggregator = make_aggregator()
    aggregator.store.error = StoreError("the database can't be opened: disk I/O error")

    response = client_of(aggregator).get(path)

    assert response.status_code == 503
    assert response.headers["retry-after"] == "30"
    assert (
        "The database can't be read. Try again in a minute."
        in html.document_fromstring(response.content).text_content()
    )


def test_a_fault_of_ours_shows_no_more_than_that(caplog: pytest.LogCaptureFixture):
    aggregator = make_aggregator()
    aggregator.store.published = None  # type: ignore[assignment, method-assign]

    response = client_of(aggregator).get("/")

    assert response.status_code == 500
    assert "Something went wrong" in response.text
    assert "NoneType" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_broken_template_of_the_operator_does_not_break_the_page_that_says_so(tmp_path: Path):
    (tmp_path / "error.html.j2").write_text("{% oops %}")
    aggregator = make_aggregator(config=CONFIG.model_copy(update={"templates": tmp_path}))

    response = client_of(aggregator).get("/nothing")

    assert response.status_code == 404
    assert "There is nothing at this address" in response.text
    assert str(tmp_path) not in response.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *product(["POST", "PUT", "DELETE", "PATCH"], ["/", "/feeds/all.atom", "/healthz"]),
        *product(["OPTIONS"], ["/", "/healthz"]),  # of feeds: test_access
    ],
)
def test_the_site_only_reads(method, path):
    response = client_of(make_aggregator()).request(method, path)

    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("path", ["/", "/feeds/all.atom", "/nothing", "/style.css", "/healthz"])
def test_every_answer_forbids_what_the_site_does_not_need(path):
    headers = client_of(make_aggregator()).get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_health_answer_is_json():
    body = client_of(make_aggregator()).get("/healthz").content

    assert json.loads(body)["status"] == "ok"


def test_a_search_leads_to_itself_as_a_feed_with_its_filters():
    client = client_of(make_aggregator(make_item()))
    page = html.document_fromstring(client.get("/search?q=title&category=space&language=en").content)

    [link] = page.xpath("//a[text()='Subscribe to this search']/@href")
    [alternate] = page.xpath("//link[@rel='alternate'][contains(@href, 'search')]/@href")
    assert link == alternate == "./feeds/search.atom?q=title&category=space&language=en"
    assert client.get(link.removeprefix(".")).status_code == 200


@pytest.mark.parametrize("address", ["/search", "/search?q=title&period=week"])
def test_what_is_no_feed_is_not_offered_as_one(address):
    page = client_of(make_aggregator(make_item())).get(address).content

    assert b"Subscribe to this search" not in page
    assert b"feeds/search" not in page


@pytest.mark.parametrize("broken", ["{% if %}", "{{ nothing.there }}", "{{ 1 // 0 }}"])
def test_a_broken_template_of_the_operator_is_told_once_and_ours_shown(tmp_path: Path, capsys, broken: str):
    (tmp_path / "index.html.j2").write_text(broken)
    aggregator = make_aggregator(make_item("e1"), config=CONFIG.model_copy(update={"templates": tmp_path}))
    client = client_of(aggregator)

    answers = [client.get(path) for path in ("/", "/?category=space", "/")]

    assert [each.status_code for each in answers] == [200, 200, 200]
    assert "</html>" in answers[0].text
    assert capsys.readouterr().out.count("web.template_broken") == 1
