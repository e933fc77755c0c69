"""N10 to N15 of docs/explanation/normalization.md."""

from __future__ import annotations

import time
from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.normalize import canonical_url
from aggregator.normalize.urls import PLAIN, absolute_url, comparable_url
from aggregator.text.tracking import ORIGIN_PARAMETERS, TRACKING_PARAMETERS, WRAPPERS

BASE = "https://example.org/blog/post.html"


@pytest.mark.parametrize(
    ("written", "absolute"),
    [
        ("https://example.com/a?utm_source=x#top", "https://example.com/a?utm_source=x#top"),
        ("  https://example.com/a \n", "https://example.com/a"),
        ("\u200bhttps://example.com/a\ufeff", "https://example.com/a"),
        ("https://example.com/a\n/b\x00c", "https://example.com/a/bc"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://example.com/ü?q=ö", "https://example.com/ü?q=ö"),
        ("//example.com/a", "https://example.com/a"),
        ("www.example.com/a", "https://www.example.com/a"),
        ("../a", "https://example.org/a"),
        ("?p=1", "https://example.org/blog/post.html?p=1"),
        ("#n1", "https://example.org/blog/post.html#n1"),
    ],
)
def test_n10_n12_an_address_is_made_absolute_and_repaired_but_not_rewritten(written: str, absolute: str) -> None:
    assert absolute_url(written, BASE) == absolute


@pytest.mark.parametrize(
    "written",
    [None, "", "  ", "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "mailto:a@example.org", "ftp://x/",
     "urn:x", "https://", "http://[x", "http://x:port/", "tag:example.org,2026:1"],
)  # fmt: skip
def test_n11_only_web_addresses_are_kept(written: str | None) -> None:
    assert absolute_url(written, BASE) is None


def test_n11_without_a_base_a_relative_address_is_none() -> None:
    assert absolute_url("/a", None) is None


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://example.org/a", "https://example.org/a"),
        ("HTTPS://User:pw@WWW.Example.ORG.:443/a", "https://example.org/a"),
        ("http://example.org:80/a", "https://example.org/a"),
        ("http://example.org:8080/a", "https://example.org:8080/a"),
        ("https://www.example.org/?p=12", "https://example.org?p=12"),
        ("https://example.org?p=12", "https://example.org?p=12"),
        ("https://example.org/a/amp/?p=12", "https://example.org/a?p=12"),
        ("https://m.example.org/a", "https://example.org/a"),
        ("https://mobile.example.org/a", "https://example.org/a"),
        ("https://www.m.example.org/a", "https://example.org/a"),
        ("https://amp.example.org/a", "https://example.org/a"),
        ("https://m.org/a", "https://m.org/a"),
        ("https://www2.example.org/a", "https://www2.example.org/a"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("https://example.org/", "https://example.org"),
        ("https://example.org/a/", "https://example.org/a"),
        ("https://example.org//a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org/a/index.html", "https://example.org/a"),
        ("https://example.org/index.php?p=1", "https://example.org?p=1"),
        ("https://example.org/a/Default.aspx", "https://example.org/a"),
        ("https://example.org/a;jsessionid=12?b=1", "https://example.org/a?b=1"),
        ("https://example.org/a/amp/", "https://example.org/a"),
        ("https://example.org/a.amp", "https://example.org/a"),
        ("https://example.org/a.amp.html", "https://example.org/a.html"),
        ("https://example.org/amp", "https://example.org/amp"),
        ("https://example.org/amplifier", "https://example.org/amplifier"),
        ("https://example.org/a?amp=1", "https://example.org/a"),
        ("https://example.org/a?amp&outputType=amp", "https://example.org/a"),
        ("https://example.org/a?amp=volt", "https://example.org/a?amp=volt"),
        ("https://example.org/a?output=amp", "https://example.org/a"),
        ("https://example.org/a?output=csv", "https://example.org/a?output=csv"),
        ("https://example.org/amp/2026/a", "https://example.org/2026/a"),
        ("https://example.org/amps/a", "https://example.org/amps/a"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s&list=PL1", "https://youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?si=abc", "https://youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ", "https://youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "https://youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.youtube.com/live/dQw4w9WgXcQ?feature=share", "https://youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "https://youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.youtube.com/watch?list=PL1", "https://youtube.com/watch?list=PL1"),
        ("https://www.youtube.com/@agency/videos", "https://youtube.com/@agency/videos"),
        ("https://youtu.be.example.org/dQw4w9WgXcQ", "https://youtu.be.example.org/dQw4w9WgXcQ"),
        ("https://example.org/%7ea/%c3%bc/%2f", "https://example.org/~a/%C3%BC/%2F"),
        ("https://example.org/ü b", "https://example.org/%C3%BC%20b"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a#b", "https://example.org/a"),
        ("https://example.org/a?b=2&a=1&b=2", "https://example.org/a?a=1&b=2"),
        ("https://example.org/a?a=1&amp;b=2", "https://example.org/a?a=1&b=2"),
        ("https://example.org/a?q=x+y&r=", "https://example.org/a?q=x%20y&r"),
        ("https://example.org/a?", "https://example.org/a"),
        ("https://example.org/a?UTM_Source=x&id=1&fbclid=2", "https://example.org/a?id=1"),
        ("https://example.org/a?ref=rss&source=feed&via=RSS_main&from=newsfeed", "https://example.org/a"),
        ("https://example.org/a?ref=main&source=feedback", "https://example.org/a?ref=main&source=feedback"),
        ("https://example.org/a?at_medium=RSS&at_campaign=KARANGA", "https://example.org/a"),
        ("https://example.org/a?wt.mc_id=x&xtor=RSS-1", "https://example.org/a"),
    ],
)  # fmt: skip
def test_n13_n14_addresses_of_the_same_page_have_one_form(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/url?rct=j&url=https://www.example.org/a%3Futm_source%3Dx&ct=ga",
        "https://www.google.de/url?q=http://example.org/a",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa&h=x",
        "https://www.youtube.com/redirect?q=https%3A%2F%2Fexample.org%2Fa",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=x",
        "https://www.google.com/amp/s/example.org/a/amp",
        "https://www.google.com/amp/example.org/a",
        "https://cdn.ampproject.org/c/s/example.org/a",
        "https://example-org.cdn.ampproject.org/v/s/www.example.org/a?amp=1",
        "https://google.com/url?q=" + quote("https://l.facebook.com/l.php?u=" + quote("https://m.example.org/a")),
    ],
)
def test_n15_a_forwarding_address_stands_for_its_target(url: str) -> None:
    assert canonical_url(url) == "https://example.org/a"


@pytest.mark.parametrize(
    "url",
    [
        "https://google.com/url?q=javascript:alert(1)",
        "https://google.com/url?sa=t",
        "https://google.com/amp/help",
        "https://cdn.ampproject.org/about",
        "https://google.com/search?url=https://example.org/",
    ],
)
def test_n15_an_address_without_a_target_stands_for_itself(url: str) -> None:
    canonical = canonical_url(url)

    assert canonical is not None
    assert "google.com" in canonical or "ampproject.org" in canonical


@pytest.mark.parametrize(
    "url",
    [None, "", "mailto:a@example.org", "urn:x", "/a", "http://[x", "http:///a", "http://x:y/", "http://./a",
     "http://ü..x/", "http://´/",
     "https://example.org/" + "a" * 3_000, "https://google.com/url?q=https://example.org/" + "a" * 10_000],
)  # fmt: skip
def test_n13_what_is_no_web_address_or_too_long_has_no_canonical_form(url: str | None) -> None:
    assert canonical_url(url) is None


@pytest.mark.parametrize("name", [name.replace("*", "x") for name in TRACKING_PARAMETERS])
def test_n14_a_tracking_parameter_makes_no_difference(name: str) -> None:
    assert canonical_url(f"https://example.org/a?{name}=1&b=2") == "https://example.org/a?b=2"


@pytest.mark.parametrize(
    ("fragment", "kept"),
    [
        ("n1", "#n1"),
        ("xtor=RSS-1", ""),
        ("utm_source=a&utm_medium=b", ""),
        ("", ""),
        ("?utm_source=a", ""),
        (":~:text=tide", ""),
        ("n1:~:text=tide", "#n1"),
    ],
)
def test_n61_a_fragment_is_kept_in_ids_unless_it_is_tracking(fragment: str, kept: str) -> None:
    assert comparable_url(f"http://example.org/a#{fragment}", keep_fragment=True) == f"https://example.org/a{kept}"


_PIECES = st.sampled_from(
    ["/", "//", "amp", ".amp", "/amp/", "index.html", "/index.php", "..", ".", "%2e", "%", "%41", "%zz", "ü", " ",
     "+", "?", "&", "=", "a", "b=1", "utm_x=1", "ref=rss", ";jsessionid=1", "#", "www.", "m.", "https://x.y/", "%2F",
     ":", "\\", "url?q=", "https%3A%2F%2Fgoogle.com%2Furl%3Fq%3Dhttps://a.b/c", "amp/s/", "\ud800", "'", '"', "<", "日"]
)  # fmt: skip
_HOSTS = st.sampled_from(
    ["example.org", "www.m.example.org", "google.com", "www.google.co.uk", "cdn.ampproject.org", "l.facebook.com",
     "bücher.de", "m.co", "xn--bcher-kva.de", "[::1]", "10.0.0.1:80", "a:8080", "ß.de"]
)  # fmt: skip


@settings(deadline=None)  # the machine may be busy
@given(_HOSTS, st.lists(_PIECES, max_size=12))
def test_n13_canonical_form_is_stable(host: str, pieces: list[str]) -> None:
    once = canonical_url(f"http://{host}/{''.join(pieces)}")

    assert canonical_url(once) == once


@settings(deadline=None)  # the machine may be busy
@given(st.text())
def test_n13_no_text_is_an_error(text: str) -> None:
    assert canonical_url(canonical_url(text)) == canonical_url(text)
    assert canonical_url(canonical_url(f"https://{text}")) == canonical_url(f"https://{text}")


@settings(deadline=None)  # the machine may be busy
@given(st.text())
def test_n11_what_is_absolute_is_a_web_address(text: str) -> None:
    absolute = absolute_url(text, BASE)

    assert absolute is None or absolute.lower().startswith(("http://", "https://"))


@settings(deadline=None)  # the machine may be busy
@given(st.from_regex(PLAIN, fullmatch=True))
def test_n12_a_plain_address_is_what_resolving_would_make_of_it(address: str) -> None:
    assert absolute_url(address, BASE) == address == urljoin(BASE, address)
    assert urlsplit(address).hostname


def test_an_endless_address_takes_no_time() -> None:
    started = time.process_time()

    canonical_url("https://example.org/" + "a/" * 500_000 + "amp/" * 500_000)

    assert time.process_time() - started < 2


def test_the_lists_are_ready_to_compare_with() -> None:
    assert all(name == name.lower() for name in (*TRACKING_PARAMETERS, *ORIGIN_PARAMETERS))
    assert all(not host.startswith("www.") and not path.endswith("/") for host, path in WRAPPERS)


@pytest.mark.parametrize(
    ("value", "kept"),
    [("example.org", False), ("www.space-news.example", False), ("https%3A%2F%2Fexample.org%2F", False), ("v1.2", True),
     ("main", True), ("src/main.py", True), ("setup.py", True)],
)  # fmt: skip
def test_n14_the_host_that_a_reader_came_from_is_tracking(value: str, kept: bool) -> None:
    found = canonical_url(f"https://example.com/a?ref={value}")

    assert (found != "https://example.com/a") is kept
