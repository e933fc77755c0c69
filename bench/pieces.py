"""A poll by its libraries alone: fetch, parse, sanitize, store, and none of the care that makes a poll right.

python -m bench.pieces DATABASE URLS

Conditional requests by urllib3 in 16 threads, lxml's tree, nh3 for each text, a transaction per feed. Nothing is
decoded, mended, compared, deduplicated, judged or shown. What ours takes beyond that is its own work.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nh3
import urllib3
from lxml import etree

_TABLES = """
CREATE TABLE IF NOT EXISTS feeds (url TEXT PRIMARY KEY, modified TEXT);
CREATE TABLE IF NOT EXISTS entries (feed TEXT, id TEXT, link TEXT, title TEXT, published TEXT, content TEXT,
    UNIQUE (feed, id));
"""
_ENTRIES = {"item", "entry"}
_IDS, _DATES = {"guid", "id"}, {"pubDate", "published", "updated", "date"}
_TEXTS = {"description", "summary", "content", "encoded"}


def main(database: str, urls: str) -> None:
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")
    modified = dict(connection.execute("SELECT url, modified FROM feeds"))
    connections = urllib3.PoolManager(maxsize=16)

    def ask(url: str) -> tuple[str, urllib3.BaseHTTPResponse]:
        headers = {"If-Modified-Since": modified[url]} if modified.get(url) else {}
        return url, connections.request("GET", url, headers=headers)

    with ThreadPoolExecutor(16) as threads:
        for url, answer in threads.map(ask, Path(urls).read_text().split()):
            if answer.status == 200:
                connection.execute("BEGIN")
                connection.execute(
                    "INSERT OR REPLACE INTO feeds VALUES (?, ?)", (url, answer.headers.get("Last-Modified"))
                )
                connection.executemany(
                    "INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?, ?)", _entries(url, answer.data)
                )
                connection.execute("COMMIT")
    connection.close()


def _entries(url: str, body: bytes) -> Iterator[tuple[str | None, ...]]:
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    for element in () if root is None else root.iter(etree.Element):
        if _name(element) in _ENTRIES:
            found: dict[str, str] = {}
            for child in element.iterchildren(etree.Element):
                name, text = _name(child), child.text or ""
                kind = "id" if name in _IDS else "date" if name in _DATES else "text" if name in _TEXTS else name
                if len(text) > len(found.get(kind, "")):
                    found[kind] = text
                if name == "link":
                    found["link"] = child.get("href") or text
            link = found.get("link")
            content = nh3.clean(found["text"]) if "text" in found else None
            yield url, found.get("id") or link, link, found.get("title"), found.get("date"), content


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


if __name__ == "__main__":
    main(*sys.argv[1:])
