"""A machine that reaches the Internet through a proxy alone: everything works, and nothing is asked past it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.conftest import Runner
from tests.end_to_end.hostile.server import HostileServer, answer
from tests.proxy import Proxy
from tests.receivers import HttpReceiver

TEXT = "Ice lies below the dust of the southern craters of the Moon, as two orbiters have seen by now. " * 8
FEED = b"""<rss version="2.0"><channel><title>News</title><item><title>Ice on the Moon</title>
<link>http://site.example/ice</link><guid>1</guid><description>Short.</description></item></channel></rss>"""
PAGE = b"<html><head><link rel=alternate type=application/rss+xml href=/feed></head><body>News</body></html>"


@pytest.mark.slow  # six commands; each way through the proxy has quick tests (hostile/test_proxy.py, test_ways_out.py)
def test_polls_articles_webhooks_and_chats_go_through_the_proxy_of_the_environment(run: Runner, tmp_path: Path) -> None:
    with HostileServer() as server, HttpReceiver() as chat:
        server.tells("/feed", answer(200, FEED))
        server.tells("/", answer(200, PAGE, "Content-Type: text/html"))
        server.tells("/ice", answer(200, f"<article><h1>Ice</h1><p>{TEXT}</p></article>".encode()))
        names = {"site.example": server.port, "chat.example": int(chat.url.rpartition(":")[2])}
        with Proxy(names=names, login="us:swordfish") as proxy:
            (tmp_path / "sources.yaml").write_text(
                "sources:\n  - {url: 'http://site.example/feed', name: a, full: true}\n"
            )
            (tmp_path / "c.yaml").write_text(
                "storage: {url: 'sqlite:///x.db'}\nfetch: {proxy: environment}\ninclude: [sources.yaml]\n"
                "digests:\n  - name: daily\n    every: now\n    to:\n"
                "      - webhook: http://chat.example/hook\n"
                "      - {chat: 'http://chat.example/room', service: mattermost}\n"
                "      - chat: json://chat.example/apprise\n"
            )
            config = ("--config", tmp_path / "c.yaml")
            environment = {"http_proxy": proxy.url_with_login, "no_proxy": "127.0.0.1"}

            live = run("check", "--live", *config, **environment).stdout
            polled = run("poll", *config, **environment).stdout
            entry = run("entries", "--json", *config).stdout
            sent = run("digest", "daily", "--send", *config, **environment).stdout
            preview = run("preview", "http://site.example/", *config, **environment).stdout
            refused = run("poll", "--all", *config, expect=1, http_proxy=proxy.url.replace("://", "://us:sailfish@"))

    shown = "".join((live, polled, entry, sent, preview, refused.stdout, refused.stderr))
    assert "a: 1 new" in polled
    assert "southern craters" in entry
    assert {post.path for post in chat.posts} == {"/hook", "/room", "/apprise"}
    assert "Ice on the Moon" in preview
    assert "wants a user and a password, or others (407)" in refused.stdout + refused.stderr
    assert "fish" not in shown
    assert len([line for line in proxy.lines if "/ice " in line]) == 1
