"""What the demo has beside feeds and pages: a newsletter, a hub that sends news, a page that only a browser shows."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Final

from aggregator.entrypoints.demo.sample_hub import DemoHub
from aggregator.entrypoints.demo.samples import data
from aggregator.entrypoints.demo.server import DemoSite
from aggregator.errors import FetchError

FILE: Final = "inlets.yaml"
_FLASH: Final = "/harbour-flash/feed.xml"
_SHELL: Final = """<!doctype html><html lang="en"><head><title>Skyline Lab</title></head>
<body><main id="news"></main><script>
fetch('/skyline-lab/news.json').then(answer => answer.json()).then(rows => {
  document.getElementById('news').innerHTML = '<h1>News</h1>' + rows.map(row =>
    `<article><h2><a href="${row.path}">${row.title}</a></h2>
     <time datetime="${row.day}">${row.day}</time><p>${row.lead}</p></article>`
  ).join('');
});
</script></body></html>"""


def write_inlets(folder: Path, site: DemoSite, hub: DemoHub, *, now: datetime) -> None:
    """Write the mailbox and the configuration of these sources; of the page, where there is a browser for it."""
    written = data("inlets.yaml")
    site.put(_FLASH, _flash(site, hub, now, 1))
    _deliver(folder / "Maildir", written["letter"], now)
    sources = [
        {"url": "maildir:Maildir", "kind": "mailbox", "name": "post", "title": written["letter"]["title"]},
        {"url": f"{site.url}{_FLASH[1:]}", "name": "harbour-flash", "title": "Harbour Flash", "every": "1h"},
    ]
    if _has_browser():
        rows = [
            {**row, "path": f"/skyline-lab/{number}", "day": f"{now - timedelta(days=number):%Y-%m-%d}"}
            for number, row in enumerate(written["rows"])
        ]
        site.put("/skyline-lab/", _SHELL.encode(), "text/html; charset=utf-8")
        site.put("/skyline-lab/news.json", json.dumps(rows).encode(), "application/json")
        for row in rows:
            page = (
                f"<!doctype html><html lang=en><title>{row['title']}</title><h1>{row['title']}</h1><p>{row['lead']}</p>"
            )
            site.put(row["path"], page.encode(), "text/html; charset=utf-8")
        page_source = {"url": f"{site.url}skyline-lab/", "kind": "page", "name": "skyline-lab", "title": "Skyline Lab"}
        sources.append({**page_source, "render": "browser", "every": "1h"})
    (folder / FILE).write_text(json.dumps({"sources": sources}, indent=2), encoding="utf-8")


def push_news(site: DemoSite, hub: DemoHub, *, now: datetime) -> None:
    """Have the feed publish one entry more, and its hub send it."""
    body = _flash(site, hub, now, 2)
    site.put(_FLASH, body)
    hub.publish(f"{site.url}{_FLASH[1:]}", body, "application/rss+xml")


def _flash(site: DemoSite, hub: DemoHub, now: datetime, count: int) -> bytes:
    """Return the feed that names the hub, with so many entries."""
    items = "".join(
        f"<item><guid>{site.url}harbour-flash/{number}</guid><title>{escape(row['title'])}</title>"
        f"<description>{escape(row['lead'])}</description><pubDate>{format_datetime(now)}</pubDate></item>"
        for number, row in enumerate(data("inlets.yaml")["flash"][:count])
    )
    links = f'<atom:link rel="hub" href="{hub.url}"/><atom:link rel="self" href="{site.url}{_FLASH[1:]}"/>'
    head = '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Harbour Flash</title>'
    return f"{head}{links}{items}</channel></rss>".encode()


def _deliver(maildir: Path, letter: dict[str, str], now: datetime) -> None:
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True, exist_ok=True)
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = letter["from"], letter["subject"], "<letter-12@post.invalid>"
    mail["Date"] = format_datetime(now - timedelta(hours=2))
    mail["List-Unsubscribe"] = "<https://post.invalid/unsubscribe?u=1>"
    mail.set_content(letter["text"])
    mail.add_alternative(letter["html"], subtype="html")
    (maildir / "new" / "1.letter").write_bytes(bytes(mail))


def _has_browser() -> bool:
    from aggregator.fetch.browser import find_browser

    try:
        find_browser()
    except FetchError:
        return False
    return True
