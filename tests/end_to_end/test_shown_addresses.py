"""An address with characters that turn the direction of a line is shown with them percent-encoded, everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Runner
from tests.end_to_end.hostile.server import HostileServer, answer
from tests.receivers import Answer, HttpReceiver

OVERRIDE, ENCODED = "\u202e", "%E2%80%AE"
FEED = f"""<rss version="2.0"><channel><title>News</title><link>https://e.example/{OVERRIDE}emoh</link>
<item><title>A picture</title><link>https://e.example/{OVERRIDE}gnp.exe</link><guid>1</guid>
<category>space</category><description>&lt;p&gt;See it.&lt;/p&gt;</description>
<enclosure url="https://e.example/{OVERRIDE}3pm.exe" type="audio/mpeg" length="9"/></item>
<item><title>https://e.example/{OVERRIDE}fdp.exe</title><guid>2</guid></item></channel></rss>""".encode()


@pytest.mark.slow  # ten commands; what they show addresses with has quick tests (unit/text/test_legal.py)
def test_an_address_that_turns_the_direction_is_shown_encoded(run: Runner, tmp_path: Path) -> None:
    with HostileServer() as server, HttpReceiver(lambda _: Answer()) as chat:
        url = server.tells("/feed", answer(200, FEED))
        (tmp_path / "c.yaml").write_text(
            "storage: {url: 'sqlite:///x.db'}\nfetch: {allow_private: true}\n"
            f"sources: [{{url: '{url}', name: a}}]\n"
            "digests:\n  - name: daily\n    every: now\n    to:\n"
            f"      - webhook: {chat.url}/hook\n"
            f"      - {{chat: '{chat.url}/room', service: mattermost}}\n"
            f"      - chat: {chat.url.replace('http:', 'json:')}/room\n"
        )
        config = ("--config", tmp_path / "c.yaml")
        run("poll", *config)
        [entry] = [each for each in run.json("entries", *config) if each["title"] == "A picture"]
        shown = [
            run("entries", *config).stdout,
            run("entries", "--json", *config).stdout,
            run("explain", entry["id"], *config).stdout,
            run("preview", url, *config).stdout,
            run("preview", url, "--json", *config).stdout,
            run("sources", "--json", *config).stdout,
            run("digest", "daily", "--preview", tmp_path / "daily.html", *config).stdout,
        ]
        run("digest", "daily", "--send", *config)
        run("publish", "--out", tmp_path / "out", *config)
        posted = [json.dumps(json.loads(post.body), ensure_ascii=False) for post in chat.posts]

    endings = {".html", ".atom", ".rss", ".json", ".txt", ".opml"}
    files = [path for path in tmp_path.rglob("*") if path.suffix in endings]
    written = {path.name: path.read_text("utf-8") for path in files}
    assert entry["url"] == f"https://e.example/{ENCODED}gnp.exe"
    assert entry["enclosures"][0]["url"] == f"https://e.example/{ENCODED}3pm.exe"
    assert len(posted) == 3
    assert not [text for text in (*shown, *posted) if OVERRIDE in text]
    assert not [name for name, text in written.items() if OVERRIDE in text]
    assert {"all.atom", "all.rss", "all.json", "index.html", "daily.html", "sources.opml"} <= written.keys()
    assert all(ENCODED in text for text in posted)
    assert all(ENCODED in written[name] for name in ("all.atom", "all.rss", "all.json", "daily.html"))
