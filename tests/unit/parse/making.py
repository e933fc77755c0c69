"""Documents and answers for tests, so that only what matters is on the page."""

from __future__ import annotations

import json
from typing import Any

from aggregator.model import Fetched, ParsedFeed
from aggregator.parse import parse_feed


def rss(inner: str, *, head: str = "", attributes: str = "") -> str:
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0"{attributes}>\n<channel><title>Harbour</title>'
        f"<link>https://example.org/</link>{head}\n{inner}\n</channel></rss>"
    )


def parsed(body: str | bytes, *, url: str = "https://example.org/feed.xml", **more: Any) -> ParsedFeed:
    """Parse a document as if a server had answered with it."""
    content = body.encode() if isinstance(body, str) else body
    return parse_feed(Fetched(url=url, body=content, content_type=more.pop("content_type", None), **more))


def parsed_json(document: Any) -> ParsedFeed:
    return parsed(json.dumps(document))
