"""Pages that are built by scripts, in a real Chromium: read as their HTML twins are, and kept within their limits."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.errors import FetchError
from aggregator.fetch.browser import loading
from aggregator.model import PollSummary, Selection
from aggregator.polling.workers import poll_due
from tests.conftest import skip_or_fail

ITEMS = [
    (
        "A laboratory for regolith opens in Belval",
        "2026-02-27",
        "It has a chamber for a hundred kilograms of simulant.",
    ),
    ("Five start-ups join the space programme", "2026-02-20", "They come from four countries and stay for a year."),
    ("The ministry signs the Artemis annex", "2026-02-13", "The agreement covers research and the training of crews."),
    ("A drill for the Moon passes its test", "2026-02-06", "It went half a metre deep into the frozen ground."),
    ("Talent report: engineers are wanted", "2026-01-30", "Three in four companies look for people abroad."),
]
ROWS = [
    {"title": title, "date": date, "lead": lead, "href": f"/news/{n}"} for n, (title, date, lead) in enumerate(ITEMS)
]
DATA = json.dumps(ROWS)
CARD = (
    "r => `<article class=card><h3><a href='${r.href}'>${r.title}</a></h3>"
    "<time datetime='${r.date}'>${r.date}</time><p>${r.lead}</p></article>`"
)
HEAD = "<!doctype html><html lang=en><head><title>News</title></head><body><main id=root></main>"


def script(code: str, kind: str = "") -> bytes:
    return f"{HEAD}<script{kind}>const card = {CARD}; const root = document.getElementById('root');{code}</script>".encode()


FILL = "root.innerHTML = rows.map(card).join('');"
# Ways in which pages of today come to their lists.
PAGES: dict[str, bytes] = {
    "inline": script(f"const rows = {DATA}; {FILL}"),  # as the pages of the tests further down
    "fetched": script(f"fetch('/data.json').then(r => r.json()).then(rows => {{ {FILL} }});"),
    "late": script(f"setTimeout(() => fetch('/slow.json').then(r => r.json()).then(rows => {{ {FILL} }}), 800);"),
    "xhr": script(
        "const x = new XMLHttpRequest(); x.open('GET', '/data.json');"
        f"x.onload = () => {{ const rows = JSON.parse(x.responseText); {FILL} }}; x.send();"
    ),
    "module": script(f"const rows = await (await fetch('/data.json')).json(); {FILL}", " type=module"),
    "nodes": script(
        f"for (const r of {DATA}) {{ const box = document.createElement('article'); box.className = 'card';"
        "const h = document.createElement('h3'), a = document.createElement('a'), t = document.createElement('time'),"
        " p = document.createElement('p'); a.href = r.href; a.textContent = r.title; h.append(a);"
        "t.dateTime = r.date; t.textContent = r.date; p.textContent = r.lead; box.append(h, t, p); root.append(box); }"
    ),
    "piece by piece": script(
        f"const rows = {DATA}; let n = 0; const more = () => {{ if (n < rows.length) {{"
        "root.insertAdjacentHTML('beforeend', card(rows[n++])); setTimeout(more, 300); } }; more();"
    ),
    "consent": script(
        "root.innerHTML = '<div class=wall><p>We value your privacy</p><button id=ok>Accept</button></div>';"
        f"document.getElementById('ok').onclick = () => {{ const rows = {DATA}; {FILL} }};"
    ),
    "moved": script(
        "if (!location.search) location.replace('?view=list'); else {" + f"const rows = {DATA}; {FILL}" + "}"
    ),
    "shadow": script(
        f"const rows = {DATA}; customElements.define('news-card', class extends HTMLElement {{ connectedCallback() {{"
        "this.attachShadow({mode: 'open'}).innerHTML = '<style>b {}</style><article><slot></slot></article>'; } });"
        "customElements.define('news-list', class extends HTMLElement { connectedCallback() {"
        "this.attachShadow({mode: 'open'}).innerHTML = '<section>'"
        " + rows.map(r => `<news-card>${card(r)}</news-card>`).join('') + '</section>'; } });"
        "root.innerHTML = '<h1>News &amp; more</h1><news-list></news-list>';"
    ),
    "on load": script(
        f"addEventListener('load', () => requestAnimationFrame(() => {{ const rows = {DATA}; {FILL} }}));"
    ),
}
HOSTILE: dict[str, bytes] = {
    "loop": f"{HEAD}<script>for (;;) {{}}</script>".encode(),
    "loop later": f"{HEAD}<script>addEventListener('load', () => {{ for (;;) {{}} }})</script>".encode(),
    "memory": f"{HEAD}<script>const all = []; setInterval(() => {{ for (let n = 0; n < 4; n++) "
    "all.push(new Uint8Array(50e6).fill(1)) }, 20)</script>".encode(),
    "endless": f"{HEAD}<script>setInterval(() => document.body.append('more and more of it '.repeat(9)), 50)</script>".encode(),
    "dialogs": f"{HEAD}<script>for (let n = 0; n < 50; n++) alert('stop'); window.onbeforeunload = () => 'stay';</script>".encode(),
}


class Server:
    """Serves the pages on loopback, and notes what it is asked for."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.pages: dict[str, bytes] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                outer.asked.append((path, {name.lower(): value for name, value in self.headers.items()}))
                if path == "/slow.json":
                    time.sleep(1)
                found = outer.pages.get(path)
                self.send_response(200 if found is not None else 404)
                kind = "application/json" if path.endswith(".json") else "text/html; charset=utf-8"
                self.send_header("Content-Type", kind)
                self.send_header("Set-Cookie", "id=1")
                self.end_headers()
                self.wfile.write(found or b"")

            def do_CONNECT(self) -> None:
                outer.asked.append((self.path, {}))

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer((host, 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://{host}:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@pytest.fixture
def server() -> Iterator[Server]:
    try:
        loading.find_browser()
    except FetchError as error:
        skip_or_fail(str(error))
    made = Server()
    yield made
    made.close()


def poll(
    folder: Path, server: Server, path: str, more: str = "", allowed: str = "true"
) -> tuple[PollSummary, list[Any]]:
    (folder / "c.yaml").write_text(
        f"storage: {{url: 'sqlite:///x.db', keep: 3650d}}\nfetch: {{allow_private: {allowed}}}\n"
        f"sources:\n  - {{name: a, url: '{server.url}{path}', kind: page, render: browser{more}}}\n"
    )
    aggregator = Aggregator(load(folder / "c.yaml"))
    try:
        [result] = poll_due(aggregator, names=["a"])
        entries = sorted(aggregator.store.entries(Selection()), key=lambda entry: entry.url or "")
    finally:
        aggregator.close()
    return result, entries


# a browser takes a second or two to start: the others are in the slow group
QUICK = ("fetched", "consent")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in PAGES if name != "inline"]
)
def test_a_page_that_scripts_build_is_listed_as_its_html_twin(tmp_path: Path, server: Server, name: str) -> None:
    server.pages = {"/page": PAGES[name], "/data.json": DATA.encode(), "/slow.json": DATA.encode()}

    result, entries = poll(tmp_path, server, "/page", ", dismiss: '#ok'" if name == "consent" else "")

    assert result.error is None
    assert [(entry.title, f"{entry.published:%Y-%m-%d}", entry.url) for entry in entries] == [
        (title, date, f"{server.url}/news/{number}") for number, (title, date, _) in enumerate(ITEMS)
    ]


@pytest.mark.slow  # each takes the whole time that a page has
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_ends_within_its_limits_and_leaves_nothing_behind(
    tmp_path: Path, server: Server, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PATIENCE", timedelta(seconds=14))
    server.pages = {"/page": HOSTILE[name]}
    of_others = _browsers()
    began = time.monotonic()

    result, entries = poll(tmp_path, server, "/page")

    assert result.error is not None
    assert entries == []
    assert time.monotonic() - began < loading.PATIENCE.total_seconds() + 15
    of_others |= {pid for other in of_others for pid in loading._family(other)}
    assert _browsers() <= of_others


@pytest.mark.slow
def test_a_page_reaches_nothing_that_we_would_not_ask_ourselves(tmp_path: Path, server: Server) -> None:
    inside = Server("127.0.0.2")
    targets = [
        f"{inside.url}/fetched",
        f"http://0x7f000002:{inside.port}/fetched",
        f"http://[::ffff:127.0.0.2]:{inside.port}/fetched",
        f"http://inside.localhost:{inside.port}/fetched",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "ftp://10.0.0.1/",
    ]
    sockets = f"try {{ new WebSocket('ws://127.0.0.2:{inside.port}/ws') }} catch (e) {{}}"
    server.pages = {
        "/page": script(
            f"for (const url of {json.dumps(targets)}) fetch(url, {{mode: 'no-cors'}}).catch(() => 0);"
            f"{sockets} open('{inside.url}/popup'); const rows = {DATA}; {FILL}"
            f"for (const url of {json.dumps(targets)}) root.insertAdjacentHTML('beforeend', `<iframe src='${{url}}'></iframe>`)"
        )
    }

    _, entries = poll(tmp_path, server, "/page", allowed="['127.0.0.1/32']")
    inside.close()

    assert len(entries) == len(ITEMS)
    assert inside.paths == []
    assert "root:" not in json.dumps([entry.content for entry in entries])


@pytest.mark.slow
def test_a_page_that_leads_to_a_private_address_is_refused(tmp_path: Path, server: Server) -> None:
    inside = Server("127.0.0.2")
    server.pages = {"/page": f"<script>location.replace('{inside.url}/')</script>".encode()}

    result, entries = poll(tmp_path, server, "/page", allowed="['127.0.0.1/32']")
    inside.close()

    assert entries == []
    assert "this machine itself" in (result.error or "")
    assert inside.paths == []


def test_the_browser_itself_obeys_the_address_guard(tmp_path: Path, server: Server) -> None:
    server.pages = {"/page": PAGES["inline"]}

    result, _ = poll(tmp_path, server, "/page", allowed="false")

    assert "this machine itself" in (result.error or "")
    assert server.paths == []


@pytest.mark.slow
def test_secrets_go_to_the_pages_own_host_and_no_cookie_is_kept(tmp_path: Path, server: Server) -> None:
    other = Server()
    other.pages = {"/data.json": DATA.encode()}
    server.pages = {
        "/page": script(f"fetch('{other.url}/data.json', {{mode: 'no-cors'}}); const rows = {DATA}; {FILL}")
    }

    for _ in range(2):
        poll(tmp_path, server, "/page", ", headers: {X-Key: secret}")
    other.close()

    assert {headers.get("x-key") for path, headers in server.asked if path == "/page"} == {"secret"}
    assert other.asked
    assert all("x-key" not in headers for _, headers in other.asked)
    assert all("cookie" not in headers for path, headers in server.asked if path == "/page")


@pytest.mark.slow
def test_pictures_and_downloads_are_not_loaded(tmp_path: Path, server: Server) -> None:
    server.pages = {
        "/page": script(
            f"const rows = {DATA}; {FILL} root.innerHTML += '<img src=/big.png><video src=/film.mp4></video>'"
        ),
        "/big.png": b"x",
    }

    result, _ = poll(tmp_path, server, "/page")

    assert result.new == 5
    assert not {"/big.png", "/film.mp4"} & set(server.paths)


def test_a_page_that_is_empty_without_its_scripts_says_what_would_read_it(tmp_path: Path, server: Server) -> None:
    server.pages = {"/page": PAGES["nodes"]}
    (tmp_path / "c.yaml").write_text(
        f"fetch: {{allow_private: true}}\nsources: [{{name: a, url: '{server.url}/page', kind: page}}]\n"
    )
    aggregator = Aggregator(load(tmp_path / "c.yaml"))
    [result] = poll_due(aggregator, names=["a"])
    aggregator.close()

    assert "render: browser loads it with them" in (result.error or "")


@pytest.mark.slow
def test_a_status_that_is_an_error_is_one(tmp_path: Path, server: Server) -> None:
    result, _ = poll(tmp_path, server, "/nowhere")

    assert "answered 404" in (result.error or "")


def test_without_a_browser_the_sentence_says_what_to_install(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("AGGREGATOR_CHROMIUM", raising=False)

    result, _ = poll(tmp_path, server, "/page")

    assert result.error == (
        "render: browser needs a Chromium: install the package chromium (or set AGGREGATOR_CHROMIUM)"
    )


def _browsers() -> set[int]:
    """Return the browsers' processes that this process started and that still run."""
    found = set()
    for pid in loading._family(os.getpid()):
        with suppress(OSError):
            if "chrom" in Path(f"/proc/{pid}/comm").read_text():
                found.add(pid)
    return found
