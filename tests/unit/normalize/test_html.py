"""N30 to N37 of docs/explanation/normalization.md."""

from __future__ import annotations

import time

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.normalize.allowed import ATTRIBUTES, BLOCKS, DROPPED_WITH_CONTENT, INLINE, URL_SCHEMES
from aggregator.normalize.html import clean_html, paragraphs, plain_text
from aggregator.normalize.tangle import MAX_DEPTH, flattened, is_tangled
from aggregator.text.one_line import one_line
from aggregator.text.tags import visible_lines

BASE = "https://example.org/2026/tide/"


def test_n30_the_sanitizer_alone_lets_nothing_through_that_acts_or_leads_elsewhere() -> None:
    """Addresses are checked and forms become blocks before it: what it allows must be safe without that."""
    acting = {
        "base",
        "button",
        "embed",
        "form",
        "frame",
        "iframe",
        "input",
        "link",
        "meta",
        "object",
        "script",
        "style",
    }
    named = {name for names in ATTRIBUTES.values() for name in names}

    assert acting.isdisjoint(BLOCKS | INLINE)
    assert {name for name in named if name.startswith("on")} | named & {"action", "srcset", "style"} == set()
    assert {"http", "https", "mailto"} >= URL_SCHEMES


@pytest.mark.parametrize(
    "kept",
    [
        "<h2>Tide</h2><p>High <em>and</em> <strong>low</strong>, <code>x &lt; y</code></p>",
        "<ul><li>One</li><li>Two</li></ul><ol start=\"3\"><li>Three</li></ol>",
        "<table><thead><tr><th scope=\"col\">Day</th></tr></thead></table>",
        "<table><tbody><tr><td colspan=\"2\">1</td><td></td></tr></tbody></table>",
        "<blockquote cite=\"https://example.org/q\"><p>Said.</p></blockquote>",
        "<details open=\"\"><summary>More</summary><p>Text</p></details>",
        "<pre><code>a\n  b</code></pre>",
        "<p lang=\"fr\" dir=\"ltr\" title=\"t\">Marée<br>basse<sup>1</sup></p><hr>",
        "<p><a href=\"mailto:ada@example.org\" rel=\"noopener noreferrer\">Ada</a></p>",
    ],
)  # fmt: skip
def test_n30_what_carries_meaning_stays(kept: str) -> None:
    assert clean_html(kept, BASE) == kept


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("a<script>alert(1)</script>b", "ab"),
        ("a<style>p{}</style>b", "ab"),
        ("a<iframe src=javascript:alert(1)></iframe>b", "ab"),
        ("a<iframe src=data:text/html,x></iframe>b", "ab"),
        ("a<iframe srcdoc='<script>alert(1)</script>'></iframe>b", "ab"),
        ("a<svg><script>1</script><title>x</title></svg>b", "ab"),
        ("<p style='x' class=y id=z onclick='a()' data-x=1>a</p>", "<p>a</p>"),
        ("<form action=/x><input value=1><button>Go</button>a</form>", "<div>a</div>"),
        ("<main>a</main><nav>b</nav>", "<div>a</div><div>b</div>"),
        ("<font color=red>a</font><center>b</center><blink>c</blink>", "a<div>b</div>c"),
        ("<a href='javascript:alert(1)'>a</a>", "a"),
        ("<a href=' java\nscript:alert(1)'>a</a>", "a"),
        ("<a href='data:text/html,x'>a</a>", "a"),
        ("<a href='feed://example.org/'>a</a>", "a"),
        ("<a name=top>a</a>", "a"),
        ("<img src='data:image/png;base64,xx' alt=a>b", "b"),
        ("<img src=javascript:1>b", "b"),
        ("<img alt=a>b", "b"),
        ("<!-- c -->b<!doctype x><?php x ?>", "b"),
        ("a & b < c", "a &amp; b &lt; c"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "x2"),
    ],
)
def test_n30_n31_what_is_dangerous_or_only_looks_is_taken_out(written: str, cleaned: str) -> None:
    assert clean_html(written, BASE) == cleaned


def test_n10_addresses_are_made_absolute() -> None:
    cleaned = clean_html('<a href="../moon?a=1&amp;b=2">m</a><video src="v.mp4" poster="/p.jpg"></video>', BASE)

    assert 'href="https://example.org/2026/moon?a=1&amp;b=2"' in cleaned
    assert 'src="https://example.org/2026/tide/v.mp4"' in cleaned
    assert 'poster="https://example.org/p.jpg"' in cleaned


def test_n11_without_a_base_relative_links_give_way_to_their_text() -> None:
    assert clean_html('<a href="/moon">m</a> <img src="wave.png">', None) == "m"


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("https://www.google.com/url?sa=D&amp;q=https%3A%2F%2Fexample.net%2Fa%3Fb%3D1%26c", "https://example.net/a?b=1&amp;c"),
        ("https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.net%2F&amp;data=x", "https://example.net/"),
        ("//l.facebook.com/l.php?u=https%3A%2F%2Fgoogle.com%2Furl%3Fq%3Dhttp%253A%252F%252Fexample.net", "http://example.net"),
        ("https://example-net.cdn.ampproject.org/c/s/example.net/a", "https://example.net/a"),
        ("https://slack-redir.net/link?url=https://example.net/a+b", "https://example.net/a%20b"),
    ],
)  # fmt: skip
def test_n32_a_link_that_only_forwards_leads_to_its_target(written: str, target: str) -> None:
    cleaned = clean_html(f'<a href="{written}">x</a>', BASE)

    assert cleaned == f'<a href="{target}" rel="noopener noreferrer">x</a>'


@pytest.mark.parametrize(
    "written",
    [
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/url?q=http:",
        "https://www.google.com/search?q=https://example.net/",
        "https://web.archive.org/web/2026/https://example.net/",
        "http://feedproxy.google.com/~r/harbour/~3/x/",
        "https://example.org/amp/http",
        "mailto:ada@example.org?body=https://example.net/",
    ],
)
def test_n32_a_link_whose_target_is_not_known_stays(written: str) -> None:
    cleaned = clean_html(f'<a href="{written}">x</a>', BASE)

    assert cleaned == f'<a href="{written}" rel="noopener noreferrer">x</a>'


def test_n33_media_have_what_readers_need() -> None:
    cleaned = clean_html(
        '<img src="w.png" srcset="w2.png 2x" alt="Wave" width="600px" height="auto">'
        '<audio src="a.mp3" autoplay></audio>'
        '<picture><source srcset="w.webp"><img src="x.png"></picture>'
        '<video><source src="v.mp4" type="video/mp4"></video>',
        BASE,
    )

    assert cleaned == (
        '<img src="https://example.org/2026/tide/w.png" alt="Wave" width="600" loading="lazy">'
        '<audio src="https://example.org/2026/tide/a.mp3" controls=""></audio>'
        '<img src="https://example.org/2026/tide/x.png" loading="lazy">'
        '<video controls=""><source src="https://example.org/2026/tide/v.mp4" type="video/mp4"></video>'
    )


def test_n33_a_picture_in_noscript_takes_the_place_of_its_placeholder() -> None:
    lazy = '<img src="data:image/gif;base64,xx" data-src="w.png"><noscript><img src="w.png"></noscript>'

    assert clean_html(lazy, BASE) == '<img src="https://example.org/2026/tide/w.png" loading="lazy">'


@pytest.mark.parametrize(
    "image",
    [
        '<img src="https://example.org/a.gif" width="1" height="1">',
        '<img src="https://example.org/a.gif" height=0>',
        '<img src="https://feeds.feedburner.com/~r/harbour/~4/x">',
        '<img src="https://pixel.wp.com/b.gif?host=x">',
        '<img src="https://vg02.met.vgwort.de/na/x">',
        '<img src="https://example.org/img/spacer.gif">',
        '<img src="https://medium.com/_/stat?event=post.clientViewed">',
        '<img src="https://blogger.googleusercontent.com/tracker/123/0/x">',
        '<a href="https://feeds.feedburner.com/~ff/harbour?a=x"><img src="https://example.org/share.png">Share</a>',
        '<a href="https://feeds.wordpress.com/1.0/godelicious/x/"><img src="https://example.org/d.png"></a>',
    ],
)
def test_n34_nobody_gets_to_see_what_only_counts_readers(image: str) -> None:
    assert clean_html(f"<p>Wet.</p><p>{image}</p>", BASE) == "<p>Wet.</p>"


def test_n34_a_picture_of_unknown_size_is_shown() -> None:
    assert "<img" in clean_html('<img src="https://example.org/a.gif" width="100%">', BASE)


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("<p>a</p><p> &nbsp;<br></p><div><span></span></div>", "<p>a</p>"),
        ("<div><div><p></p></div></div>a", "a"),
        ("a<br><br/> <br><br>b", "a<br><br>b"),
        ("a<br><br>b", "a<br><br>b"),
        ("<video></video><audio></audio>a", "a"),
    ],
)
def test_n35_what_is_empty_goes(written: str, cleaned: str) -> None:
    assert clean_html(written, BASE) == cleaned


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("One\nTwo\r\n\r\nThree", "<p>One<br>Two</p><p>Three</p>"),
        ("  a < b & c  ", "<p>a &lt; b &amp; c</p>"),
        ('say "x"', '<p>say "x"</p>'),
        ("a\x00b\ud800", "<p>ab</p>"),
        ("\n \n", ""),
        ("a\n\n\n\n\nb", "<p>a</p><p>b</p>"),
    ],
)
def test_n36_plain_text_becomes_paragraphs(text: str, markup: str) -> None:
    assert paragraphs(text) == markup


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One Two"),
        ("<b>O</b>ne<br>Two", "One Two"),
        ("a &amp;amp; b&nbsp;c &lt;d&gt;", "a &amp; b c <d>"),
        ("<script>1</script><style>2</style><title>3</title>x", "x"),
        ("<td>a</td><li>b", "a b"),
        ("<a title='&gt; x'>y</a>", "y"),
        ("x\u00ady \u202ez", "xy z"),
        ("", ""),
    ],
)
def test_text_is_what_can_be_seen(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_text_of_cleaned_html_is_the_same_as_of_its_source() -> None:
    source = '<table><tr><td title="a > b">1</td><td>2</td></tr></table><p>3<i>4</i></p>'

    assert one_line(visible_lines(clean_html(source, BASE))) == plain_text(source) == "1 2 34"


@pytest.mark.parametrize(
    "tangled",
    [
        "<div>" * 200_000 + "deep",
        "<div>" * (MAX_DEPTH + 1) + "deep" + "</div>" * (MAX_DEPTH + 1),
        "<div></p>" * 100_000 + "deep",
        "<p>" + "".join(f"<b title={n}>" for n in range(5_000)) + "</p>" + "<p>deep" * 5_000,
        "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">deep",
        "<p " + "/".join(f'a{n}=">"' for n in range(100_000)) + ">deep",
        "<i>deep</i>" + "fish &amp; ships, " * 300_000,
        "<i>deep</i>" + "fish & ships</p> " * 300_000,
        f'<i title="{"&" * 1_000_000}">deep</i>',
    ],
)
def test_n37_what_is_nested_for_ever_is_reduced_to_its_text(tangled: str) -> None:
    started = time.process_time()

    cleaned, text = clean_html(tangled, BASE), plain_text(tangled)

    assert cleaned.startswith("<p>")
    assert "deep" in cleaned
    assert "deep" in text
    assert time.process_time() - started < 10  # a parser would need minutes


def test_n37_long_and_deep_as_people_write_it_is_read() -> None:
    thread = "<blockquote><p>Quoted <b>again</b></p>" * 100 + "</blockquote>" * 100
    picture = f'<p><img src="https://example.org/w.png" alt="{"wave " * 5_000}"></p>'

    assert not is_tangled(thread + picture + "<p>Some <a href=x>link</a> &amp; more.</p>" * 10_001)


def test_n37_scripts_are_no_text_even_then() -> None:
    assert flattened("a<b>c<SCRIPT>x</script>d<style>y") == "a c d"


def test_five_megabytes_are_read_in_seconds() -> None:
    started = time.process_time()

    cleaned = clean_html('<p>High at <a href="/six">six</a> &amp; low <img src="/w.png"></p>' * 75_000, BASE)

    assert cleaned.count("<img") == 75_000
    assert time.process_time() - started < 30


_PIECES = st.sampled_from(
    ["<p>", "</p>", "<a href='/x'>", "</a>", "<img src=x", ">", "<", "'", '"', "<script>", "</script>", "<!--", "-->",
     "<svg>", "<math>", "<style>", "</style>", "<noscript>", "<xmp>", "<plaintext>", "<table>", "<td>", "<b>", "</b>",
     " onerror=alert(1) ", " href=javascript:x ", "text", "&lt;", "&", "<![CDATA[", "]]>", "<title>", "<textarea>",
     "\x00", "\ud800", "<form>", "<header>", "<template>", "<select>", "<mtext>", "<annotation-xml>", "=", "/",
     "<iframe src='https://v.example/1' title='x'>", "<iframe src=//v.example>", "</iframe>",
     "<iframe src=javascript:x>", "<img data-src='/y' src='data:,'>", "<object data=/o>", "</object>",
     " srcset='/a 1w' ", "<picture>", "</picture>",
     "</noscript>", "<img class=emoji alt='<b onclick=x>'>", " data-src=javascript:x ", "<source srcset=/z>"]
)  # fmt: skip
_MARKUP = st.lists(_PIECES, max_size=25)


@settings(deadline=None)  # the machine may be busy
@given(_MARKUP)
def test_n30_whatever_comes_only_what_is_allowed_leaves(pieces: list[str]) -> None:
    cleaned = clean_html("".join(pieces), BASE)

    for element in html5lib.parseFragment(cleaned, namespaceHTMLElements=False).iter():
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        assert element.tag in BLOCKS | INLINE
        assert set(element.attrib) <= ATTRIBUTES["*"] | ATTRIBUTES.get(element.tag, set()) | {
            "rel",
            "loading",
            "controls",
        }
        assert all("javascript" not in element.attrib.get(name, "") for name in ("href", "src", "poster", "cite"))


@settings(deadline=None)  # the machine may be busy
@given(_MARKUP)
def test_cleaned_html_shows_the_same_text_when_it_is_read_again(pieces: list[str]) -> None:
    cleaned = clean_html("".join(pieces), BASE)

    assert plain_text(cleaned) == one_line(visible_lines(cleaned))


def test_the_lists_do_not_overlap() -> None:
    assert not (BLOCKS | INLINE) & DROPPED_WITH_CONTENT
    assert set(ATTRIBUTES) - {"*"} <= BLOCKS | INLINE


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="/x&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">tide</a>',
        '<a href="/x&amp;quot;&gt;&lt;b onclick=alert(1)&gt;">tide</a>',
        '<p>tide<img src="x&quot; onerror=&quot;alert(1)" width="5px&quot; onload=&quot;a()" alt="&lt;&quot;"></p>',
        '<video poster="/p&quot;&gt;&lt;svg onload=alert(1)&gt;" src="/v.mp4">tide</video>',
        "<blockquote cite='/c\"><script>alert(1)</script>'>tide</blockquote>",
    ],
)
def test_n31_an_address_that_is_made_absolute_stays_within_its_quotes(markup: str) -> None:
    cleaned = clean_html(markup, BASE)

    tree = html5lib.parseFragment(cleaned, namespaceHTMLElements=False)
    [element] = [each for each in tree.iter() if each.tag in {"a", "img", "video", "blockquote"}]
    assert {each.tag for each in tree.iter()} <= {"DOCUMENT_FRAGMENT", "p", element.tag}
    assert set(element.attrib) <= {"href", "rel", "src", "alt", "loading", "poster", "controls", "cite"}
    assert all(
        element.attrib[name].startswith("https://example.org/")
        for name in {"href", "src", "poster", "cite"} & set(element.attrib)
    )
    assert clean_html(cleaned, None) == cleaned
