"""What the root element says agrees with what reading the whole document would."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from aggregator.errors import NotAFeed, SourceError
from aggregator.model import Fetched
from aggregator.parse import looks_like_feed, parse_feed

TESTS = Path(__file__).parents[2]
DOCUMENTS = [
    path for folder in ("feeds", "pages") for path in sorted((TESTS / folder).iterdir()) if "expected" not in path.name
]
RSS = b"<rss version='2.0'><channel><title>T</title><item><title>A</title></item></channel></rss>"


def fetched(body: bytes) -> Fetched:
    return Fetched(url="https://x.example/", body=body, content_type=None)


def is_read_as_feed(body: bytes) -> bool:
    try:
        parse_feed(fetched(body))
    except NotAFeed:
        return False
    except SourceError:
        return True
    return True


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_root_element_tells_what_reading_it_all_would(path: Path) -> None:
    body = path.read_bytes()

    assert looks_like_feed(fetched(body)) == is_read_as_feed(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (RSS, True),
        (gzip.compress(RSS, mtime=0), True),
        (b"<?xml version='1.0'?><!--" + b"x" * 50_000 + b"-->" + RSS, True),
        (b"<b>Warning</b>: mysql" + RSS, True),
        (b"<rss version='2.0'><channel><item><title>cut", True),
        (b'{"title": "T", "items": [{"id": "1", "title": "A"}]}', True),
        (b'{"error": "not found"}', False),
        (b"<!doctype html><html><body><p>No feed", False),
        (b"<section><h2>A part of a page</h2></section>", False),
        (b"<urlset><url><loc>https://x.example/</loc></url></urlset>", False),
        (b"%PDF-1.7", False),
        (b"", False),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
def test_documents_of_all_kinds_are_told_apart(body: bytes, expected: bool) -> None:
    assert looks_like_feed(fetched(body)) is expected
