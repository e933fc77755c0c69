"""Which hub tells of a feed's news, and under which address (WebSub §4): Link headers first, then the feed itself."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Final

from aggregator.model import Fetched, HubLink
from aggregator.text.schemes import joined

# Feeds say it before their entries.
_HEAD_BYTES: Final = 65_536
_LONGEST: Final = 2_000
_ENTRIES: Final = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_LINK: Final = re.compile(r"<(?:[\w.-]+:)?link\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def hub_of(answer: Fetched) -> HubLink | None:
    """Return the hub of a feed, None for one without; ``topic`` is the feed's own address, as hubs know it."""
    links = dict(_in_header(answer.links))
    if "hub" not in links:
        if b"hub" not in answer.body[:_HEAD_BYTES]:
            return None
        links = dict(_in_body(answer.body)) | links
    hub, topic = (_absolute(answer.url, links.get(name, "")) for name in ("hub", "self"))
    return HubLink(hub=hub, topic=topic or answer.url) if hub else None


def _in_header(value: str) -> list[tuple[str, str]]:
    """Return relations and addresses of a Link header, the first of each last, which counts in a dict."""
    found = []
    for address, parameters in re.findall(r"<([^<>]*)>((?:\s*;\s*[^,;\"]+(?:\"[^\"]*\")?)*)", value[:_HEAD_BYTES]):
        relation = re.search(r"""\brel\s*=\s*(?:"([^"]*)"|([^\s;,]+))""", parameters, re.IGNORECASE)
        if relation:
            found += [(each.lower(), address) for each in (relation[1] or relation[2]).split()]
    return found[::-1]


def _in_body(body: bytes) -> list[tuple[str, str]]:
    text = body[:_HEAD_BYTES]
    if text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _in_json(body)
    first = _ENTRIES.search(text)
    head = (text[: first.start()] if first else text).decode("utf-8", "replace")
    found = []
    for inside in _LINK.findall(head):
        attributes = {name.lower(): unescape(one or other) for name, one, other in _ATTRIBUTE.findall(inside)}
        found += [(each.lower(), attributes.get("href", "")) for each in attributes.get("rel", "").split()]
    return found[::-1]


def _in_json(body: bytes) -> list[tuple[str, str]]:
    try:
        feed = json.loads(body)
    except ValueError:
        return []
    hubs = feed.get("hubs") if isinstance(feed, dict) else None
    found = [each for each in hubs if isinstance(each, dict)] if isinstance(hubs, list) else []
    addresses = [each["url"] for each in found if str(each.get("type", "")).lower() == "websub" and "url" in each]
    return [("self", str(feed.get("feed_url") or "")), *(("hub", str(each)) for each in addresses[:1])] if found else []


def _absolute(base: str, address: str) -> str | None:
    url = joined(base, address.strip()) if address.strip() else None
    return url if url and url.startswith(("http://", "https://")) and len(url) <= _LONGEST else None
