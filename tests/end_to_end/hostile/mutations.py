"""Broken answers without end, the same again for the same number: honest feeds, mutated as no publisher would."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Callable, Sequence
from typing import Any

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>Caf\xc3\xa9 Luna &amp; more</title><link>https://luna.example/</link><ttl>60</ttl><language>fr-LU</language>
<skipHours><hour>3</hour></skipHours><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
<item><title>Ice on the Moon</title><link>https://luna.example/ice?utm_source=rss&amp;id=7</link>
<guid isPermaLink="false">luna-7</guid>
<pubDate>Sun, 01 Mar 2026 09:00:00 +0100</pubDate><dc:creator>Ada L.</dc:creator>
<category>space</category>
<description>&lt;p&gt;Ice &lt;a href="/x"&gt;there&lt;/a&gt; &amp;hellip;&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Ice lies <b>below</b> the dust.</p><img src="/ice.jpg" width="600">]]></content:encoded>
<enclosure url="https://luna.example/ice.mp3" length="12345" type="audio/mpeg"/>
<media:content url="https://luna.example/ice.png" medium="image" fileSize="99"/></item>
<item><title>Second</title><guid>https://luna.example/second</guid><pubDate>1 Feb 26 10:00 EST</pubDate>
<source url="https://other.example/feed">Other</source><author>mail@luna.example (Bob)</author></item>
</channel></rss>"""

ATOM = b"""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://orbit.example/blog/"><id>urn:orbit</id>
<title type="html">Orbit &amp;amp; beyond</title><updated>2026-03-01T08:00:00Z</updated><link href="./"/>
<link rel="self" href="atom.xml"/><author><name>Orbit team</name></author>
<entry><id>tag:orbit.example,2026:1</id>
<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <em>launch</em></div>
</title><link href="launch.html"/><link rel="enclosure" href="launch.mp4" type="video/mp4" length="9"/>
<published>2026-02-28T23:59:60+01:00</published><updated>2026-03-01T08:00:00.123Z</updated>
<summary>Short &amp; plain</summary>
<content type="html" xml:base="/deep/">&lt;p&gt;Long&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;</content>
<category term="space" label="Space!"/>
<source><id>urn:origin</id><title>Origin</title><updated>2026-01-01T00:00:00Z</updated>
</source></entry>
<entry><id>tag:orbit.example,2026:2</id><title>Two</title><updated>2026-02-01T08:00:00Z</updated>
<content type="application/pdf" src="paper.pdf"/></entry></feed>"""

RDF = b"""<?xml version="1.0" encoding="iso-8859-1"?><!DOCTYPE rdf:RDF [<!ENTITY house "Maison">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://rdf.example/"><title>&house; \xe9t\xe9</title>
<link>https://rdf.example/</link></channel><item rdf:about="https://rdf.example/1"><title>Un &eacute;t&eacute;</title>
<link>https://rdf.example/1</link><dc:date>2026-02-03</dc:date><dc:subject>h\xeavres</dc:subject></item></rdf:RDF>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Northgate",
        "home_page_url": "https://north.example/",
        "feed_url": "https://north.example/feed.json",
        "language": "de",
        "authors": [{"name": "N."}],
        "items": [
            {
                "id": "n1",
                "url": "https://north.example/1",
                "title": "Über Eis",
                "content_html": "<p>Eis <img src='a.png'></p>",
                "summary": "Eis",
                "date_published": "2026-02-28T10:00:00+01:00",
                "date_modified": "2026-03-01T10:00:00Z",
                "tags": ["eis", "mond"],
                "attachments": [{"url": "a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5}],
            },
            {"id": 2, "content_text": "plain", "external_url": "https://else.example/", "author": {"name": "A"}},
        ],
    }
).encode()

PAGE = b"<!doctype html><title>News</title><link rel=alternate type=application/rss+xml href=/feed><p>Hello"

SEEDS = (RSS, ATOM, RDF, JSON_FEED, RSS, ATOM, PAGE)

_SCRAPS = (
    *(b"\0", b"\x0b\x1f\x7f", b"\xed\xa0\x80", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc2\x85", b"\xf4\x90\x80\x80",
      b"\xef\xbf\xbf"),
    *(b"&#xD800;", b"&#0;", b"&#99999999;", b"&#x110000;", b"&nbsp;", b"&undefined;", b"&", b"&amp;amp;lt;",
      b"&house;"),
    *(b"<![CDATA[", b"]]>", b"<!--", b"-->", b"--", b"<?php", b"?>", b"<!DOCTYPE x [", b"<!ENTITY a '&b;'>", b"<",
      b">"),
    *(b"<p>" * 100, b"</item>", b"<item>", b"<entry/>", b"</channel></rss>", b"<item " + b"a='1' " * 300 + b">"),
    *(b"<a:b xmlns:a='" + b"u" * 5000 + b"'>", b"<title x='" + b"y" * 20_000 + b"'>", b" xml:base='http://['",
      b"xmlns=''"),
    *(b"http://[::1", b"javascript:alert(1)", b"//", b"http://x:99999999/",
      b"https://\xc3\xa9\xcc\x81.example/%zz%00", b"data:,x"),
    *(b"9" * 400, b"-1", b"1e999", b"NaN", b"0x1F", b"\xd9\xa1\xd9\xa2", b"\xf0\x9d\x9f\x97", b"\xc2\xb2",
      b"\xe2\x80\xae\xe2\x80\x8b"),
    *(b"Mon, 99 Foo 99999 25:61:61 +9999", b"0000-00-00T00:00:00Z", b"9999-12-31T23:59:59-14:00",
      b"0001-01-01T00:00:00+14:00"),
    *(b"99999999999999", b"2026-02-30", b"1969-12-31", b"+292277026596-12-04T15:30:08Z",
      b"Tue, 29 Feb 2023 24:00:00 GMT"),
    *(b"<svg onload=x><math><style><img src=x onerror=y></style>", b"<table>" * 60, b"<b><a href=x>" * 60,
      b"\n" * 2000),
)  # fmt: skip

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 10**400, 1e308, float("inf"), float("nan"), 0.1, "", " ", "\0", "\ud800",
      "\udc00\ud800"),
    *([], {}, [[]], [None], {"name": {"name": []}}, [1, "a", None, {}], "9" * 500, "http://[", "//", "x" * 20_000,
      "<p>" * 100),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "n1", "\u202e\u200b\ufeff", {"url": 5}, [{"url": []}]),
)  # fmt: skip

_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7", "cp037", "shift_jis")
_LABELS = ("utf-8", "UTF-16", "ISO-8859-1", "windows-1252", "us-ascii", "utf-7", "punycode", "idna", "rot13", "hex",
           "zlib",
           "unicode_escape", "undefined", "\xe9", "", "cp037", "x" * 300, "utf-8\0", "hz", "iso-2022-jp",
           "big5")  # fmt: skip
_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "text/html", "text/plain",
          "image/png",
          "application/octet-stream", "", ";;;", "text/xml;", "\xff\xfe", "multipart/mixed; boundary=x")  # fmt: skip
_STATUSES = (*[200] * 80, 100, 101, 103, 199, 201, 204, 206, 226, 300, 301, 302, 303, 304, 304, 307, 308, 400, 401,
             403, 404, 407,
             410, 416, 418, 429, 451, 500, 503, 599, 600, 999, 0, 99999)  # fmt: skip
_PLACES = ("/other", "", "//", "http://[", "file:///etc/passwd", "http://127.0.0.1:1/", "\xff",
           "http://127.0.0.1:99999/",
           "?" + "x" * 9000, "gopher://127.0.0.1/", "http://a b/", "\t/other", "http://127.0.0.1:0/", "#",
           ".")  # fmt: skip
_TIMES = ("0", "1", "-1", "9" * 50, "Sun, 99 Xyz 9999 99:99:99 GMT", "Mon, 01 Jan 0001 00:00:00 +2359", "", "\xb2",
          "1e9",
          "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359", "NaN", "60",
          "Thu, 01 Jan 1970 00:00:00 GMT")  # fmt: skip
_CACHE = (
    "max-age=60",
    "max-age=" + "9" * 60,
    "max-age=-1",
    'max-age="x',
    "max-age",
    "no-store,,,=,",
    "max-age=\xb2",
    "a" * 5000,
)
_TAGS = ('"v1"', 'W/"v1"', "", "x" * 9000, "\0", "\xe9", '"a", "b"', '"\\"', "\x85")
_CODINGS = (
    "gzip",
    "deflate",
    "identity",
    "br",
    "gzip, gzip",
    "gzip, gzip, gzip",
    "x-gzip",
    "zstd",
    "",
    ",",
    "\xff",
    "GZIP",
)
_HEADERS: tuple[tuple[str, Sequence[str]], ...] = (
    ("ETag", _TAGS),
    ("Last-Modified", _TIMES),
    ("Cache-Control", _CACHE),
    ("Expires", _TIMES),
    ("Retry-After", _TIMES),
    ("Age", _TIMES),
    ("Date", _TIMES),
    ("Content-Location", _PLACES),
    ("Transfer-Encoding", ("chunked", "gzip, chunked", "x", "identity", "")),
    ("Content-Length", ("0", "-1", "9" * 30, "5, 5", "x", "\xb2", "")),
    ("Content-Encoding", _CODINGS),
    ("Set-Cookie", ("a=b", "\0")),
    ("", ("", "no colon")),
    (" folded", ("x",)),
    ("X\0Y", ("z",)),
    ("X-Many", ("y", "y" * 9000, "y" * 70_000)),
)

Random = random.Random
_Change = Callable[[Random, bytes, Sequence[bytes]], bytes]


def mutated_answer(seed: int, number: int, seeds: Sequence[bytes] = SEEDS) -> bytes:
    """What a broken server sends: status line, headers and body, as bytes. Depends on its arguments only."""
    chance = Random(f"{seed}/{number}")
    body = chance.choice(seeds)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        body = chance.choice(_CHANGES)(chance, body, seeds)
    headers: list[tuple[str, str]] = []
    if chance.random() < 0.1:
        body, coding = _packed(chance, body)
        headers.append(("Content-Encoding", coding))
    status = chance.choice(_STATUSES)
    kind = chance.choice(_TYPES)
    headers.append(("Content-Type", f"{kind}; charset={chance.choice(_LABELS)}" if chance.random() < 0.3 else kind))
    if chance.random() < 0.7:
        headers.append(("Content-Length", str(len(body) + chance.choice((0, 0, 0, 0, 0, 0, -1, 1)))))
    if 300 <= status < 400:
        headers.append(("Location", chance.choice(_PLACES)))
    if chance.random() < 0.4:
        names = chance.choices(_HEADERS, k=chance.choice((1, 2, 4)))
        headers += [(name, chance.choice(values)) for name, values in names]
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers), "", ""]
    head = "\r\n".join(lines).encode("latin-1")
    if chance.random() < 0.05 and b"Location" not in head:
        head = _bytes_changed(chance, head, seeds)
    return head + body


def _bytes_changed(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.choice((1, 2, 5, 30))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut_off(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _piece_taken_out(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start + chance.choice((1, 5, 50, 500)) :]


def _piece_repeated(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    start = chance.randrange(len(body) + 1)
    piece = body[start : start + chance.choice((1, 20, 200, 1000))]
    return body[:start] + piece * chance.choice((2, 3, 9)) + body[start:]


def _spliced(chance: Random, body: bytes, seeds: Sequence[bytes]) -> bytes:
    other = chance.choice(seeds)
    return body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other)) :]


def _scrap_put_in(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + chance.choice(_SCRAPS) + body[start:]


def _text_replaced(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    """Put a scrap in the place of what stands between two tags, or in quotes."""
    opening, closing = chance.choice(((b">", b"<"), (b'"', b'"')))
    start = body.find(opening, chance.randrange(len(body) + 1)) + 1
    end = body.find(closing, start)
    return body[:start] + chance.choice(_SCRAPS) + body[end:] if start and end >= 0 else body


def _encoded_anew(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    return body.decode("utf-8", "replace").encode(chance.choice(_ENCODINGS), "replace")


def _label_changed(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    label = chance.choice(_LABELS).encode("latin-1")
    return b'<?xml version="1.0" encoding="' + label + b'"?>' + body.partition(b"?>")[2]


def _nested(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    start = chance.randrange(len(body) + 1)
    opening = chance.choice((b"<x>", b"<div>", b"[", b'{"a":', b"&lt;b&gt;", b"<entry>", b"<item><title>", b"("))
    return body[:start] + opening * chance.choice((3, 30, 300)) + body[start:]


def _packed_inside(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    return _packed(chance, body)[0]


def _json_changed(chance: Random, body: bytes, _: Sequence[bytes]) -> bytes:
    """Put a value of another kind anywhere in a JSON document."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body
    place = document
    while isinstance(place, dict | list) and place:
        key = chance.choice(list(place)) if isinstance(place, dict) else chance.randrange(len(place))
        if not isinstance(place[key], dict | list) or chance.random() < 0.3:
            place[key] = chance.choice(_VALUES)
            break
        place = place[key]
    try:
        return json.dumps(document).encode()
    except (ValueError, RecursionError):
        return body


def _packed(chance: Random, body: bytes) -> tuple[bytes, str]:
    packed, coding = chance.choice(
        (
            (gzip.compress(body, 1, mtime=0), "gzip"),
            (zlib.compress(body, 1), "deflate"),
            (zlib.compress(body, 1)[2:-4], "deflate"),
            (gzip.compress(gzip.compress(body, 1, mtime=0), 1, mtime=0), "gzip, gzip"),
            (gzip.compress(body * 3, 1, mtime=0), "gzip"),
        )
    )
    if chance.random() < 0.3:
        packed = packed[: chance.randrange(len(packed))]
    return packed, coding


_CHANGES: tuple[_Change, ...] = (
    _bytes_changed,
    _cut_off,
    _piece_taken_out,
    _piece_repeated,
    _spliced,
    _scrap_put_in,
    _scrap_put_in,
    _text_replaced,
    _text_replaced,
    _text_replaced,
    _encoded_anew,
    _label_changed,
    _nested,
    _packed_inside,
    _json_changed,
    _json_changed,
)
