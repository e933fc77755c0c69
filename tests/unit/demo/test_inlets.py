"""The demo's mailbox, and its page that only a browser shows."""

from __future__ import annotations

from pathlib import Path

from aggregator.config import load
from aggregator.entrypoints.demo import DemoHub, DemoSite, write_config, write_inlets
from aggregator.model import Fetched, Items, SourceKind
from aggregator.parse.mails import read_mailbox
from aggregator.sources.configured import configured_sources
from tests.builders import NOW


def test_the_demo_reads_a_newsletter_and_where_there_is_a_browser_a_page_of_scripts(tmp_path: Path) -> None:
    with DemoSite(now=NOW) as site, DemoHub() as hub:
        path = write_config(tmp_path, site.url, has_inlets=True)
        write_inlets(tmp_path, site, hub, now=NOW)
        kinds = {each.name: each for each in configured_sources(load(path))}

    assert kinds["post"].kind is SourceKind.MAILBOX
    assert kinds["post"].url == f"maildir:{tmp_path / 'Maildir'}"
    assert "skyline-lab" not in kinds or kinds["skyline-lab"].render == "browser"
    [mail] = (tmp_path / "Maildir" / "new").iterdir()
    page = Fetched(url="maildir:x", body=mail.read_bytes(), content_type="message/rfc822")
    answer = Fetched(url="maildir:x", body=b"", content_type=None, pages=(page,))
    [entry] = read_mailbox(answer, items=Items.MAILS, now=NOW).document.entries
    assert entry.title is not None
    assert entry.title.value == "Talent Letter 12: what engineers look for abroad"
    assert entry.content is not None
    assert "nsubscribe" not in entry.content.value
