"""Generated feeds with every odd feature that readers differ on, for the differential test."""

from __future__ import annotations

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
    "cc": "http://backend.userland.com/creativeCommonsRssModule",
    "odd": "urn:example:odd",
}
XHTML = "http://www.w3.org/1999/xhtml"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

TEXTS = st.sampled_from(
    [
        "", " ", "Tide", "  Tide\n tables ", "5 &lt; 6 &amp; 7", "&lt;p&gt;High &amp;amp; low&lt;/p&gt;&lt;br/&gt;", "Ebbe &amp; Flut: größer",
        "<![CDATA[<p>A &amp; <b>b</b>&nbsp;c</p>]]>", "one<![CDATA[ & two]]> three", "a <!-- no --> b", "caf\u00c3\u00a9", "\u0093quoted\u0094",
        "&#8220;so&#8221; &#150; &#10; x", "漢字 – 潮", "<?php no ?>x", "Vec&lt;T&gt;", "a ]]&gt; b", "&nbsp;&eacute;", "AT&T",
    ]
)  # fmt: skip
NAMES = st.sampled_from(
    [
        "Ada Marin",
        "ada@example.org (Ada Marin)",
        "Ada &lt;ada@example.org&gt;",
        "ada@example.org",
        "",
        " ",
        "Zoë (Sea)",
        "(Bo)",
    ]
)
ADDRESSES = st.sampled_from(
    [
        "https://example.org/a?b=1&amp;c=2", "/relative", "relative.html", "http:///example.org/x", "https://example.org/a b", "www.example.org/x", "",
        "  https://example.org/padded\n", "mailto:ada@example.org", "urn:example:1", "http://[broken", "https://example.org/?a&amp;amp;b;c", "tag:example.org,2026:1", "https://example.org/ü",
    ]
)  # fmt: skip
DATES = st.sampled_from(
    [
        "Mon, 02 Nov 2026 10:00:00 +0100",
        "2026-11-02T10:00:00Z",
        "2026-11-02",
        "nonsense",
        "",
        "3. März 2026",
        "Κυρ, 11 Ιούλ 2004 12:00:00 EST",
        "03/04/2026",
    ]
)
TYPES = st.sampled_from(
    [
        "",
        ' type="text"',
        ' type="html"',
        ' type="HTML"',
        ' type="text/html"',
        ' type="text/plain"',
        ' type="image/png"',
        ' mode="escaped"',
    ]
)
PLACES = st.sampled_from(
    [""] * 12
    + [
        ' xml:lang="de"',
        ' xml:lang="de_LU"',
        ' xml:lang=""',
        ' lang="fr"',
        ' xml:base="https://base.example.org/b/"',
        ' xml:base="c/"',
        ' base="/d/"',
        ' odd:x="1"',
        ' Type="HTML"',
    ]
)
XHTML_MARKUP = st.sampled_from(
    [
        f'<div xmlns="{XHTML}"><p class="X">A &amp; b<br/><a HREF="/x" title="&quot;q&quot;">c</a> d</p></div>',
        f'\n<div xmlns="{XHTML}">one</div>\n<div xmlns="{XHTML}">two</div>',
        f'text <x:div xmlns:x="{XHTML}"><x:img src="a.png" xml:lang="en"/></x:div>',
        f'<p xmlns="{XHTML}">only</p>',
        "<div>of no namespace</div>",
        f'<div xmlns="{XHTML}"><svg xmlns="http://www.w3.org/2000/svg"/></div>',
        f'<div xmlns="{XHTML}"><!-- c --><source src="x"/><title>t</title></div>',
    ]
)  # fmt: skip
PREFIXES = {"": "", "atom": "atom:"}


def elements(prefix: str, *, depth: int = 0) -> st.SearchStrategy[str]:
    """Elements of a channel, an entry or a source, of all formats; ``prefix`` is that of Atom's."""
    a = prefix
    simple = st.one_of(
        _element(["title", "dc:title", "media:title", f"{a}title"], TEXTS, TYPES),
        _element(["description", "dc:description", "media:description", "abstract"], TEXTS, TYPES),
        _element(["summary", "itunes:summary", f"{a}summary"], TEXTS, TYPES),
        _element(["content:encoded", f"{a}content", "content", "fullitem"], TEXTS, TYPES),
        _element([f"{a}content", f"{a}summary", f"{a}title", f"{a}rights"], XHTML_MARKUP, st.just(' type="xhtml"')),
        _element([f"{a}content", "title"], XHTML_MARKUP, TYPES),
        _element([f"{a}subtitle", "copyright", "dc:rights", "itunes:subtitle", "feedburner:info", "generator"], TEXTS, TYPES),
        _element(["guid", "id", f"{a}id"], ADDRESSES, st.sampled_from(["", ' isPermaLink="true"', ' isPermaLink="false"'])),
        _element(["link", "comments", "feedburner:origLink", "docs", "url"], ADDRESSES),
        _element(["pubDate", "published", "issued", "dcterms:issued", "lastBuildDate"], DATES),
        _element(["updated", "dc:date", "modified", "dcterms:modified", "created", "dcterms:created", "date"], DATES),
        _element(["author", "dc:creator", "itunes:author", "managingEditor", "webMaster", "dc:publisher", "dc:contributor"], NAMES),
        _element(["category", "dc:subject", "media:category", "keywords"], TEXTS, st.sampled_from(["", ' domain="x"', ' label="L"', ' term="t"', ' scheme="s" term="t" label="L"'])),
        _element(["itunes:keywords", "media:keywords"], st.sampled_from(["a, b,,c", "", "ö,a"])),
        _element(["language", "dc:language"], st.sampled_from(["en", "de_LU", "german", ""])),
        _element(["ttl", "sy:updatePeriod", "sy:updateFrequency", "odd:thing", "slash", "georss:point"], st.sampled_from(["1", "60", "daily", "x", "49 6"])),
        _empty([f"{a}link", "link"], ["rel", "type", "href", "url", "title", "hreflang", "length", "uri"]),
        _empty(["enclosure", "media:content", "media:thumbnail", "itunes:image"], ["url", "href", "type", "length", "medium", "fileSize", "title", "rel"]),
        _empty([f"{a}category", "itunes:category", f"{a}content", "odd:x", "cloud"], ["term", "label", "scheme", "text", "src", "type"]),
        _element(["media:thumbnail", "source", "itunes:explicit", "cc:license", "name", "email", f"{a}uri"], ADDRESSES, st.sampled_from(["", ' url="https://source.example.org/feed"'])),
    )  # fmt: skip
    if depth == 2:
        return simple
    inner = st.lists(elements(prefix, depth=depth + 1), max_size=4).map("\n".join)
    people = st.lists(
        st.one_of(
            _element(["name", "email", "itunes:name", f"{a}name", f"{a}email"], NAMES),
            _element(["uri", "url", f"{a}uri", "odd:web"], ADDRESSES),
        ),
        max_size=3,
    ).map("".join)
    return st.one_of(
        *[simple] * 6,
        _element(["author", f"{a}author", "itunes:owner", f"{a}contributor", "contributor"], people),
        _element(["media:group", "media:content", "odd:group", f"{a}source", "itunes:category"], inner),
    )


@st.composite
def rss_feeds(draw: st.DrawFn) -> str:
    parts = st.one_of(elements("atom:"), _boxes(), _entries("item", "atom:"), _entries("item", "atom:"))
    version = draw(st.sampled_from(["2.0", "0.91", "0.92", "2.0.1", "", "1.0"]))
    channel = "\n".join(draw(st.lists(parts, max_size=8)))
    after = draw(st.sampled_from(["", "<item><title>outside</title></item>", "<odd:x/>"]))
    place = draw(PLACES)
    return f'<?xml version="1.0"?>\n<rss version="{version}"{_declarations(draw)}{place}><channel>{channel}</channel>{after}</rss>'


@st.composite
def rdf_feeds(draw: st.DrawFn) -> str:
    channel = "\n".join(draw(st.lists(elements("atom:"), max_size=6)))
    items = "\n".join(draw(st.lists(_entries("item", "atom:", ' rdf:about="https://example.org/1"'), max_size=3)))
    box = draw(st.one_of(st.just(""), _boxes()))
    default = draw(st.sampled_from(["http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"]))
    head = f'<r:RDF xmlns:r="{RDF}" xmlns="{default}"{_declarations(draw)}>'
    return f'{head}<channel rdf:about="x" xmlns:rdf="{RDF}">{channel}</channel>{box}{items}</r:RDF>'


@st.composite
def atom_feeds(draw: st.DrawFn) -> str:
    default = draw(st.sampled_from(["http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"]))
    version = draw(st.sampled_from(["", ' version="0.3"', ' version="1.0"']))
    parts = "\n".join(draw(st.lists(st.one_of(elements(""), _entries("entry", "")), max_size=8)))
    return f'<feed xmlns="{default}"{version}{_declarations(draw)}{draw(PLACES)}>{parts}</feed>'


def _declarations(draw: st.DrawFn) -> str:
    """Declare the namespaces; now and then one with a slip in its address, as publishers make them."""
    slip = draw(st.sampled_from(["", "", "", *NAMESPACES]))
    return "".join(
        f' xmlns:{prefix}="{address.replace("http:", "HTTP:") if prefix == slip else address}"'
        for prefix, address in NAMESPACES.items()
    )


def _element(
    names: list[str], contents: st.SearchStrategy[str], attributes: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, content, own, place: (
            f"<{name}{own}{place if 'ype=' not in own + place.lower() or not own else ''}>{content}</{name}>"
        ),
        st.sampled_from(names),
        contents,
        attributes or st.just(""),
        PLACES,
    )


def _empty(names: list[str], attributes: list[str]) -> st.SearchStrategy[str]:
    values = {
        "rel": st.sampled_from(["alternate", "self", "enclosure", "Alternate", "via", "hub"]),
        "type": st.sampled_from(
            ["text/html", "application/atom+xml", "audio/mpeg", "text/plain", "application/xhtml+xml"]
        ),
        "length": st.sampled_from(["10", "", "about 3"]),
        "fileSize": st.sampled_from(["10", "x"]),
        "medium": st.sampled_from(["image", "video", "odd"]),
    }
    written = st.fixed_dictionaries(
        {},
        optional={
            name: values.get(
                name, ADDRESSES if name in {"href", "url", "uri", "src"} else st.sampled_from(["t", "A b", ""])
            )
            for name in attributes
        },
    )
    return st.builds(
        lambda name, found: f"<{name}{''.join(f' {key}="{value}"' for key, value in found.items())}/>",
        st.sampled_from(names),
        written,
    )


def _entries(name: str, prefix: str, attributes: str = "") -> st.SearchStrategy[str]:
    places = st.sampled_from([""] * 8 + [' xml:lang="lb"', ' xml:base="https://entry.example.org/"', ' odd:y="1"'])
    return st.builds(
        lambda inner, place: f"<{name}{attributes}{place}>{''.join(inner)}</{name}>",
        st.lists(elements(prefix), max_size=10),
        places,
    )


def _boxes() -> st.SearchStrategy[str]:
    inner = st.lists(
        st.one_of(
            _element(["title", "description", "width"], TEXTS),
            _element(["url", "link", "name"], ADDRESSES),
        ),
        max_size=4,
    )
    return st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name}>", st.sampled_from(["image", "textInput"]), inner
    )
