"""Bytes → ParsedFeed: which format is it, and which reader reads it. Pure: no network, no files, no clock."""

from __future__ import annotations

from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from aggregator.errors import ParseError
from aggregator.model import Fetched, ParsedFeed
from aggregator.parse.cut import COMPLAINT as CUT_OFF
from aggregator.parse.decode import decode_body
from aggregator.parse.repair import open_document
from aggregator.parse.slips import whole_characters
from aggregator.parse.sniff import is_feed, is_json, refuse_root, refuse_text
from aggregator.text.schemes import joined

__all__ = ["CUT_OFF", "looks_like_feed", "parse_feed"]

# Nearly all feeds say what they are in so many bytes, and all well before so many.
_BEGINNINGS_BYTES: Final = (2_048, 32_768)


def parse_feed(fetched: Fetched) -> ParsedFeed:
    """Read what a server answered as a feed, whatever media type it gave it.

    A feed without entries is one too. Raises NotAFeed for an empty answer, a web page or another kind of document, and
    ParseError for a feed that can't be read; nothing else. Time and memory are linear in the size of the body.
    """
    # who only asks whether it is a feed needs no reader
    from aggregator.parse.json_reader import read_json
    from aggregator.parse.xml_reader import read_plain_xml, read_xml

    base = _base(fetched)
    if feed := read_plain_xml(fetched.body, fetched.content_type, url=base):
        return feed
    text = whole_characters(decode_body(fetched.body, fetched.content_type))
    if is_json(text):
        return read_json(text, url=base)
    refuse_text(text)
    document = open_document(text)
    refuse_root(document)
    return read_xml(document, url=base)


def looks_like_feed(fetched: Fetched) -> bool:
    """Tell whether ``parse_feed`` would take an answer for a feed, even a broken one: its root element says so.

    Raises nothing. Reads the whole answer only when its beginning leaves that open.
    """
    with suppress(ParseError):  # packed: only the whole of it can be unpacked
        if any(is_feed(decode_body(fetched.body[:size], fetched.content_type)) for size in _BEGINNINGS_BYTES):
            return True
    try:
        return is_feed(decode_body(fetched.body, fetched.content_type))
    except ParseError:
        return True


def _base(fetched: Fetched) -> str:
    """Return what relative addresses are relative to: the address that answered.

    Content-Location refines it on the same host only. HTTP no longer gives it that role (RFC 7231 appendix B), and
    servers behind a proxy name hosts in it that nobody else can reach.
    """
    located = joined(fetched.url, fetched.content_location) if fetched.content_location else None
    return located if located and urlsplit(located).netloc == urlsplit(fetched.url).netloc else fetched.url
