"""Coming from another reader, and adding sources as people type them: the installed program, on loopback."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from aggregator.config import load
from tests.end_to_end.conftest import Runner

CONFIG = """\
fetch: {allow_private: true, politeness: {spacing: 1ms}}
categories: [{name: space, title: Space, any: [lunar]}]
include: [sources.yaml]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "aggregator.yaml").write_text(CONFIG)
    (tmp_path / "sources.yaml").write_text("sources: []\n")
    return tmp_path / "aggregator.yaml"


def exported_list() -> str:
    """Return 200 feeds as another reader exports them: nested folders, bare ampersands, two that are no addresses."""
    outlines = []
    for region in ("Space", "R&D", "Élan"):
        for group in range(11):
            feeds = "".join(
                f'<outline type="rss" text="News & views {region} {group}.{number}" '
                f'xmlUrl="{"feed:" if number == 0 else ""}https://{group}-{number}.example/{region}?a=1&b=2"/>\n'
                for number in range(6)
            )
            outlines.append(f'<outline text="{region}"><outline text="Group {group}">\n{feeds}</outline></outline>')
    outlines.append('<outline text="Broken" xmlUrl="https://[a/feed"/>')
    outlines.append('<outline text="Not of the web" xmlUrl="ftp://a.example/feed"/>')
    return f'<?xml version="1.0"?><opml version="1.0"><body>{"".join(outlines)}</body></opml>'


def test_a_list_of_200_feeds_comes_over_whole_and_what_does_not_is_named(run: Runner, config: Path) -> None:
    (run.folder / "feeds.opml").write_text(exported_list())

    said = run("opml", "import", "feeds.opml", "--config", config).stdout

    assert "added 198 sources to" in said
    assert "2 left out:" in said
    assert "Broken (https://[a/feed): " in said
    assert "Not of the web (ftp://a.example/feed): " in said
    for name in ("Space", "Space / Group 10", "R&D", "R&D / Group 0", "Élan / Group 5"):
        assert name in said
    sources = load(config).sources
    assert len({source.url for source in sources}) == 198
    assert all(source.url.startswith("https://") and source.url.endswith("?a=1&b=2") for source in sources)
    assert {source.folder for source in sources} == {
        (region, f"Group {group}") for region in ("Space", "R&D", "Élan") for group in range(11)
    }
    assert sum(source.categories == ("space",) for source in sources) == 66


def test_folders_go_out_again_as_they_came_in(run: Runner, config: Path) -> None:
    (run.folder / "feeds.opml").write_text(exported_list())
    run("opml", "import", "feeds.opml", "--config", config)

    exported = etree.fromstring(run("opml", "export", "--config", config).stdout.encode())

    folders = {
        tuple(name for each in reversed(list(feed.iterancestors("outline"))) if (name := each.get("text")))
        for feed in exported.iter("outline")
        if feed.get("xmlUrl")
    }
    assert folders == {(region, f"Group {group}") for region in ("Space", "R&D", "Élan") for group in range(11)}


def test_a_list_in_which_nothing_is_good_is_a_failure(run: Runner, config: Path) -> None:
    (run.folder / "bad.opml").write_text('<opml><body><outline text="A" xmlUrl="ftp://a.example/"/></body></opml>')

    said = run("opml", "import", "bad.opml", "--config", config, expect=1).stdout

    assert "1 left out:\n  A (ftp://a.example/): " in said
    assert (config.parent / "sources.yaml").read_text() == "sources: []\n"


# --- add -------------------------------------------------------------------------------------------------------------

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>A feed</title><link>https://a.example/</link>
<description>x</description><item><title>One</title><guid>1</guid></item></channel></rss>"""


class _Pages(http.server.BaseHTTPRequestHandler):
    """A feed at two addresses, a page that names it, and a profile that programs may not open."""

    def do_GET(self) -> None:
        bodies = {
            "/my%20feed.xml": FEED,
            "/@name.rss": FEED,
            "/": '<html><head><link rel="alternate" type="application/rss+xml" href="/my feed.xml"></head></html>',
        }
        body = bodies.get(self.path, "").encode()
        self.send_response(200 if body else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("typed", "added"),
    [
        ("http://{host}/my feed.xml", "http://{host}/my%20feed.xml"),
        ("  http://{host}/  ", "http://{host}/my%20feed.xml"),
        ("{host}", "http://{host}/my%20feed.xml"),
        ("feed://{host}/my%20feed.xml", "http://{host}/my%20feed.xml"),
        ("http://{host}/@name", "http://{host}/@name.rss"),
    ],
)
def test_an_address_is_added_as_people_type_it(run: Runner, config: Path, host: str, typed: str, added: str) -> None:
    run("add", typed.format(host=host), "--config", config)

    assert [source.url for source in load(config).sources] == [added.format(host=host)]


def test_what_is_no_address_is_refused_in_words(run: Runner, config: Path) -> None:
    assert run("add", "mailto:me@example.org", "--config", config, expect=2).stderr == (
        "aggregator: mailto:me@example.org: mailto: is no address of a feed\n"
    )


def test_a_bare_host_that_speaks_http_alone_is_told_by_what_it_answers(run: Runner, config: Path, host: str) -> None:
    said = run("add", f"{host}/nothing", "--config", config, expect=1).stderr

    assert said == f"aggregator: {host} answered 403 Forbidden\n"


def test_explain_says_that_there_are_no_categories_to_be_in(run: Runner, config: Path, host: str) -> None:
    config.write_text(f"fetch: {{allow_private: true}}\nsources: [http://{host}/my%20feed.xml]\n")
    run("poll", "--config", config)
    [entry] = run.json("entries", "--config", config)

    said = run("explain", entry["id"], "--config", config).stdout

    assert "the rules as they are now: no categories are configured\n" in said


def test_a_search_that_finds_nothing_says_so_and_no_more(run: Runner, config: Path) -> None:
    assert run("entries", "--search", "zzzz", "--config", config).stdout == "nothing matches\n"
