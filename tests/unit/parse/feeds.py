"""Generated feeds with the odd features on which readers of feeds differ, for the differential test.

An element is drawn whole from what was put together beforehand, so that generating is fast and shrinking leaves few.
"""

from __future__ import annotations

import re
from itertools import product

from hypothesis import strategies as st

NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "atom": "http://www.w3.org/2005/Atom",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "cc": "http://web.resource.org/cc/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "gml": "http://www.opengis.net/gml",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "psc": "http://podlove.org/simple-chapters",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "odd": "urn:example:odd",
}
XHTML = "http://www.w3.org/1999/xhtml"
IANA = "http://www.iana.org/assignments/relation/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

TEXTS = [
    "", " ", "Tide", "  Tide\n tables ", "5 &lt; 6 &amp; 7", "&lt;p&gt;High &amp;amp; low&lt;/p&gt;&lt;br/&gt;",
    "Ebbe &amp; Flut: größer", "<![CDATA[<p>A &amp; <b>b</b>&nbsp;c</p>]]>", "one<![CDATA[ & two]]> three",
    "a <!-- no --> b", "caf\u00c3\u00a9", "\u0093quoted\u0094", "&#8220;so&#8221; &#150; &#10; x", "漢字 – 潮",
    "&#55357;&#56832; &#55357;", "&lt;![CDATA[x]]&gt;", "&lt;!-- no --&gt;x", "5 &lt; 6",
    "<?php no ?>x", "Vec&lt;T&gt;", "&nbsp;&eacute;", "AT&T", "a longer text than all of the others, in one line",
]  # fmt: skip
NAMES = [
    "Ada Marin", "ada@example.org (Ada Marin)", "Ada &lt;ada@example.org&gt;", "ada@example.org", "", "Zoë (Sea)",
    "(Bo)",
]  # fmt: skip
ADDRESSES = [
    "https://example.org/a?b=1&amp;c=2", "/relative", "relative.html", "http:///example.org/x",
    "https://example.org/a b",
    "www.example.org/x", "", "  https://example.org/padded\n", "mailto:ada@example.org", "urn:example:1",
    "http://[broken", "https://example.org/?a&amp;amp;b;c", "tag:example.org,2026:1", "https://example.org/ü",
    "example.org/x", "https:/example.org/x", "http//example.org/x",
]  # fmt: skip
DATES = [
    "Mon, 02 Nov 2026 10:00:00 +0100", "2026-11-02T10:00:00Z", "2026-11-02", "nonsense", "", "3. März 2026",
    "03/04/2026",
    "2026年3月5日",
    "Mon, 01 Jan 2024 00:00:00 EST",
]  # fmt: skip
RELATIONS = ["alternate", "self", "Alternate", "via", "replies", "enclosure", "related", f"{IANA}alternate"]
PREFIXES = ["x", "Dublin", "a-b", "itunes", "creativecommons", "wfw", "atom10", "xhtml"]
GREEK = "Κυρ, 11 Ιούλ 2004 12:00:00 EST"
TYPES = [
    "",
    "",
    ' type="text"',
    ' type="html"',
    ' Type="HTML"',
    ' type="text/plain"',
    ' type="text/html" mode="escaped"',
    ' type="text/html; charset=utf-8"',
    ' type="html5"',
    ' type="markdown"',
]
LANGUAGES = ["", "", ' xml:lang="de"', ' xml:lang="de_LU"', ' xml:lang=""', ' lang="fr"', ' odd:x="1"']
BASES = [
    ' xml:base="https://base.example.org/b/"',
    ' xml:base="c/"',
    ' base="/d/"',
    ' xml:base="http:///e.example.org/"',
]
MARKUP = [
    f'<div xmlns="{XHTML}"><p class="X">A &amp; b<br/><a HREF="/x" REL="Me" title="&quot;q&quot;">c</a> d</p></div>',
    f'\n<div xmlns="{XHTML}">one</div>\n<div xmlns="{XHTML}">two</div>',
    f'text <x:div xmlns:x="{XHTML}"><x:img src="a.png" xml:lang="en"/></x:div>',
    f'<p xmlns="{XHTML}">only</p>',
    f'<div xmlns="{XHTML}"><!-- c --><source src="x"/><title>t</title><summary>s</summary></div>',
]
ODD_MARKUP = ["<div>of no namespace</div>", f'<div xmlns="{XHTML}"><svg xmlns="http://www.w3.org/2000/svg"/></div>']
BOXES = [
    "<image/>",
    "<image><url>https://example.org/i.png</url><title>Picture</title><link>https://example.org/</link></image>",
    "<image><title></title><description>d</description><width>9</width></image>",
    "<textInput><title>Search</title><name>q</name><link>/q</link></textInput>",
]


def _elements(names: str, contents: list[str], attributes: list[str] | None = None) -> list[str]:
    found = product(names.split(), contents, attributes or [""])
    return [f"<{name}{own}>{content}</{name}>" for name, content, own in found]


def _links(names: str, *attributes: list[str]) -> list[str]:
    return [f"<{name}{''.join(own)}/>" for name, *own in product(names.split(), *attributes)]


def _given(name: str, values: list[str]) -> list[str]:
    return ["", *(f' {name}="{value}"' for value in values)]


def _plain(a: str) -> list[list[str]]:
    """All kinds of elements, as lists of those of one kind; ``a`` is the prefix of Atom's."""
    hrefs, urls = _given("href", ADDRESSES), _given("url", ADDRESSES)
    rels, media = _given("rel", RELATIONS), _given("medium", ["image", "x"])
    terms, sizes = _given("term", ["t", "ü"]), _given("fileSize", ["9"])
    return [
        _elements(f"title dc:title media:title {a}title", TEXTS, TYPES + LANGUAGES),
        _elements("description dc:description media:description abstract", TEXTS, TYPES + LANGUAGES),
        _elements(f"summary itunes:summary {a}summary", TEXTS, TYPES + LANGUAGES),
        _elements(f"content:encoded {a}content content fullitem", TEXTS, TYPES + LANGUAGES),
        _elements(f"{a}content {a}summary {a}title {a}rights", MARKUP, [' type="xhtml"']),
        _elements(f"{a}subtitle copyright dc:rights itunes:subtitle generator", TEXTS, TYPES),
        _elements(f"guid id {a}id", ADDRESSES, ["", ' isPermaLink="true"', ' isPermaLink="false"']),
        _elements("link comments feedburner:origLink docs url", ADDRESSES, LANGUAGES),
        _elements("pubDate published issued dcterms:issued lastBuildDate", DATES),
        _elements("updated dc:date modified dcterms:modified created dcterms:created date", DATES),
        _elements("author dc:creator itunes:author managingEditor webMaster dc:publisher dc:contributor", NAMES),
        _elements("category dc:subject media:category keywords", TEXTS, ["", ' domain="x"', ' label="L"', ' term="t"']),
        _elements("itunes:keywords media:keywords", ["a, b,,c", "", "ö,a"], LANGUAGES),
        _elements("language dc:language", ["en", "de_LU", "german", ""]),
        _elements("ttl sy:updatePeriod sy:updateFrequency odd:thing slash georss:point", ["1", "60", "daily", "49 6"]),
        _elements("media:thumbnail source name email itunes:explicit", ADDRESSES, _given("url", ["/s", ""])),
        _elements("creativeCommons:license", ADDRESSES),
        _links(f"{a}link link", rels, hrefs, _given("type", ["text/plain"])),
        _links(f"{a}link", rels, hrefs, _given("hreflang", ["de"]), _given("title", ["Tide", ""])),
        _elements("itunes:title itunes:episode itunes:duration itunes:block itunes:type slash:comments", TEXTS[:6]),
        _elements("dc:identifier dc:source dc:relation dc:type dc:format dc:coverage geo:lat thr:total", TEXTS[:6]),
        _elements("media:credit media:rating media:hash media:restriction media:player", TEXTS[:6], ["", ' role="x"']),
        _elements("podcast:person podcast:transcript psc:chapters thr:in-reply-to", ["", "x"], ["", ' ref="x"']),
        _elements("media:description", [*TEXTS, "one\ntwo"], ["", ' type="plain"', ' type="html"', ' xml:lang="de"']),
        _links("enclosure media:content", urls, _given("type", ["audio/mpeg"]), _given("length", ["9", "x"])),
        _links("media:content media:thumbnail", urls, media, sizes),
        _links("itunes:image enclosure", hrefs, _given("url", ["/u"])),
        _links(f"{a}category itunes:category", terms, _given("label", ["L"]), _given("text", ["x"])),
        _links(f"{a}content", _given("src", ADDRESSES), _given("type", ["audio/mpeg", "text/html", "xhtml"])),
    ]  # fmt: skip


def _odd(a: str) -> list[str]:
    """Elements that the fast reader may leave to feedparser."""
    return [
        *_elements(f"{a}content {a}title media:group", ["x"], BASES),
        *_elements(f"{a}content title", ODD_MARKUP, TYPES),
        *_elements(f"{a}content", TEXTS, [' type="image/png"', ' mode="base64"', ' type="application/xml"']),
        *_elements("pubDate updated", [GREEK]),
        *_elements("image body item authors tags", ["", "<title>x</title>", "x"]),
        *_elements("image", ["<url>/i.png</url><title>Picture</title><link>/x</link><width>9</width>"], LANGUAGES),
        *_elements("georss:where", ["<gml:Point><gml:pos>45 -71</gml:pos></gml:Point>"]),
        *_elements("cc:license", ["", "https://example.org/by"]),
        *_elements("author ttl description", ["a<b>c</b>", '<odd:x y="1">z</odd:x>', "<name>n</name>"]),
        *_elements("category", ["<category>x</category>"]),
    ]


def elements(a: str) -> st.SearchStrategy[str]:
    """An element of a channel, an entry or a source; ``a`` is the prefix of Atom's."""
    simple = st.sampled_from(_plain(a)).flatmap(st.sampled_from)
    person = st.sampled_from(
        _elements(f"name email itunes:name {a}name {a}email", NAMES, LANGUAGES)
        + _elements(f"uri url {a}uri odd:web", ADDRESSES)
    )
    people = st.tuples(
        st.sampled_from(["author", f"{a}author", "itunes:owner", f"{a}contributor"]), st.lists(person, max_size=3)
    )
    groups = st.tuples(
        st.sampled_from(["media:group", "media:content", "odd:group", f"{a}source", "itunes:category"]),
        st.lists(simple, max_size=4),
    )
    nested = st.one_of(people, groups).map(lambda drawn: f"<{drawn[0]}>{''.join(drawn[1])}</{drawn[0]}>")
    return st.integers(0, 99).flatmap(
        lambda lot: simple if lot < 87 else nested if lot < 99 else st.sampled_from(_odd(a))
    )


def entries(name: str, a: str, attributes: str = "") -> st.SearchStrategy[str]:
    own = ["", "", "", "", ' xml:lang="lb"', ' odd:y="1"', *(BASES if name == "entry" else [])]
    places = [f"{attributes}{each}" for each in own]
    inner = st.lists(elements(a), max_size=10).map("\n".join)
    return st.builds(lambda place, parts: f"<{name}{place}>{parts}</{name}>", st.sampled_from(places), inner)


def rss_feeds() -> st.SearchStrategy[str]:
    heads = [
        f'<?xml version="1.0"?>\n<rss version="{version}"{place}'
        for version in ("2.0", "0.91", "0.92", "2.0.1", "", "1.0")
        for place in (*LANGUAGES, *BASES)
    ]
    parts = st.one_of(elements("atom:"), entries("item", "atom:"), entries("item", "atom:"), st.sampled_from(BOXES))
    return _renamed(
        st.builds(
            lambda head, declared, parts, after: f"{head}{declared}><channel>{parts}</channel>{after}</rss>",
            st.sampled_from(heads),
            _declarations(),
            st.lists(parts, max_size=8).map("\n".join),
            st.sampled_from(["", "", "<item><title>outside</title></item>", "<odd:x/>"]),
        )
    )


def rdf_feeds() -> st.SearchStrategy[str]:
    items = entries("item", "atom:", ' rdf:about="https://example.org/1"')
    return _renamed(
        st.builds(
            lambda default, declared, in_place, head, box, items: (
                f'<r:RDF xmlns:r="{RDF}" xmlns:rdf="{RDF}"{"" if in_place else default + declared}>'
                f'<channel rdf:about="x"{default + declared if in_place else ""}>{head}</channel>{box}'
                f"{items.replace('<item', f'<item{default}{declared}') if in_place else items}</r:RDF>"
            ),
            st.sampled_from([' xmlns="http://purl.org/rss/1.0/"', ' xmlns="http://my.netscape.com/rdf/simple/0.9/"']),
            _declarations(),
            st.sampled_from([False, False, True]),
            st.lists(elements("atom:"), max_size=6).map("\n".join),
            st.sampled_from(["", *BOXES]),
            st.lists(items, max_size=3).map("\n".join),
        )
    )


def atom_feeds() -> st.SearchStrategy[str]:
    return _renamed(
        st.builds(
            lambda default, declared, place, parts: f'<feed xmlns="{default}"{declared}{place}>{parts}</feed>',
            st.sampled_from(["http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"]),
            _declarations(),
            st.sampled_from(["", ' version="0.3"', ' version="1.0"', *LANGUAGES, *BASES]),
            st.lists(st.one_of(elements(""), entries("entry", "")), max_size=8).map("\n".join),
        )
    )


def _renamed(feeds: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Give one of the prefixes another name now and then: any, an unusual one, or that of another namespace."""
    names = st.one_of(st.none(), st.none(), st.tuples(st.sampled_from([*NAMESPACES]), st.sampled_from(PREFIXES)))

    def rename(feed: str, names: tuple[str, str] | None) -> str:
        return re.sub(rf"(?<=[\s<:/]){names[0]}(?=[:=])", names[1], feed) if names else feed

    return st.builds(rename, feeds, names)


def _declarations() -> st.SearchStrategy[str]:
    """Declare the namespaces; now and then one with a slip in its address, as publishers make them."""
    slips = st.sampled_from(["", "", "", "", *NAMESPACES])
    return slips.map(
        lambda slip: "".join(
            f' xmlns:{prefix}="{address.replace("http:", "HTTP:") if prefix == slip else address}"'
            for prefix, address in NAMESPACES.items()
        )
    )
