from __future__ import annotations

import pytest

from aggregator.parse.repair import has_more_tags, mend, open_document


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("&amp;&lt;&gt;&quot;&apos;", "&amp;&lt;&gt;&quot;&apos;"),
        ("Fish & Chips &", "Fish &amp; Chips &amp;"),
        ("?a=1&b=2;c", "?a=1&amp;b=2;c"),
        ("&eacute;&nbsp;&hellip;", "é\xa0…"),
        ("&LT;", "&lt;"),
        ("&unheard;", "&amp;unheard;"),
        ("&#65;&#x42;", "AB"),
        ("&#60;&#38;", "&lt;&amp;"),
        ("&#150;", "–"),
        ("&#0;&#11;&#12;&#xFFFE;&#x1F;", "\ufffd"),
        ("&#xD800;&#99999999;", "\ufffd\ufffd"),
        ("&#999999999999;", "&amp;#999999999999;"),
    ],
)
def test_references_become_what_xml_knows(written: str, mended: str) -> None:
    assert mend(open_document(f"<a>{written}</a>")) == f"<a>{mended}</a>"


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("x<y", "x&lt;y"),
        ("5 < 6 <b>x</b>", "5 &lt; 6 <b>x</b>"),
        ("if x<y and y>z", "if x&lt;y and y>z"),
        ("<hr noshade><br clear><x y></x>", "<hr noshade><br clear><x y></x>"),
        ("<b<i>x</i></b>", "<b<i>x</i></b>"),
        ('<b title="<c>">x</b>', '<b title="<c>">x</b>'),
        ("<!-- < -->", "<!-- < -->"),
    ],
)
def test_what_starts_no_tag_is_escaped(written: str, mended: str) -> None:
    assert mend(open_document(f"<a>{written}</a>")) == f"<a>{mended}</a>"


def test_the_end_of_the_last_tag_may_be_missing() -> None:
    assert mend(open_document("<rss><a>x</a></rss\n")) == "<rss><a>x</a></rss>"
    assert mend(open_document("<rss><a>x</a")) == "<rss><a>x</a"


def test_cdata_is_left_alone() -> None:
    text = "<a>&<![CDATA[ & &nbsp; ]]>&<![CDATA[ & "

    assert mend(open_document(text)) == "<a>&amp;<![CDATA[ & &nbsp; ]]>&amp;<![CDATA[ &amp; "


def test_the_document_type_goes_and_its_simple_entities_are_used() -> None:
    text = (
        "<?xml version='1.0'?>\n<!-- > -->\n<!DOCTYPE rss [\n<!ENTITY a '5 &#60; 6'>\n<!ENTITY b \"]>\">"
        '<!ENTITY c SYSTEM "file:///etc/passwd"><!ENTITY d "<b>x</b>"><!ENTITY lt "x">]>\n<rss>&a;&b;&c;&d;&lt;</rss>'
    )

    document = open_document(text)

    assert document.root == "rss"
    assert document.line == 5
    assert mend(document) == "<rss>&amp;a;]&gt;&amp;c;&amp;d;&lt;</rss>"


@pytest.mark.parametrize("text", ["<!DOCTYPE rss [", "<?xml ", "<!-- ", "", "words only", "<!DOCTYPE a '"])
def test_a_document_without_a_root_has_none(text: str) -> None:
    assert open_document(text).root == ""


def test_noise_before_the_feed_is_cut_off() -> None:
    document = open_document('Warning:\n<b>x</b>\n<rss version="2.0"><channel/></rss>')

    assert document.root == "rss"
    assert document.line == 2
    assert document.text.startswith("<rss")


@pytest.mark.parametrize(
    "noise", ["\n<script src='a.js'></script>", "\n</body>\n</html>", "<br />\n<b>Warning</b>: out of memory"]
)
def test_noise_behind_the_feed_is_cut_off(noise: str) -> None:
    assert mend(open_document(f"<rss><a>x</a></rss>{noise}")) == "<rss><a>x</a></rss>"


@pytest.mark.parametrize(
    "text",
    [
        "<rss><a>x</a></rss><item>y</item>",
        "<rss><a><![CDATA[</rss>]]></a>",
        "<rss><!-- </rss> --><a>x</a>",
        "<a>x</a><b/>",
    ],
)
def test_what_may_belong_to_the_feed_is_not_cut_off_behind_its_end(text: str) -> None:
    assert mend(open_document(text)) == text


def test_a_page_about_feeds_is_no_feed() -> None:
    assert open_document("<!DOCTYPE html><html><body>&lt;rss version=2.0></body></html>").root == "html"


def test_what_looks_like_tags_in_cdata_is_not_counted() -> None:
    document = "<a><![CDATA[<p>High</p><![CDATA[]]></a><b/><![CDATA[<i>"

    assert has_more_tags(document, 4)
    assert not has_more_tags(document, 5)
