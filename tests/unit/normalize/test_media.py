"""Pictures that load late, films in frames and pictures of characters: N33 and N39 of normalization.md."""

from __future__ import annotations

import time

import pytest

from aggregator.model import Enclosure
from aggregator.normalize.html import clean_html, plain_text
from aggregator.text.one_line import one_line
from aggregator.text.tags import visible_lines
from tests.unit.normalize.making import html, one

BASE = "https://example.org/2026/tide/"
SPACER = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
PICTURE = 'src="https://example.org/real.jpg"'


@pytest.mark.parametrize(
    "written",
    [
        '<img src="https://example.org/lazyload.gif" data-src="https://example.org/real.jpg">',
        f'<img src="{SPACER}" data-src="/real.jpg">',
        '<img data-lazy-src="/real.jpg">',
        "<img data-original=/real.jpg>",
        "<IMG DATA-SRC='/real.jpg' SRC='/thumb.jpg'>",
        '<img srcset="/small.jpg 500w, /real.jpg 900w">',
        '<img srcset="/small.jpg 1x, /real.jpg 2x" src="/placeholder.png">',
        f'<img src="{SPACER}" data-srcset="/small.jpg 400w,\n /real.jpg 800w, /middle.jpg 600w">',
        '<img data-src="/small.jpg 400w, /real.jpg 800w">',
        '<img src="/real.jpg" srcset="/other.jpg 400w">',
        '<img src="/real.jpg" data-src="">',
        '<img src="/real.jpg" data-src="{&quot;a&quot;: 1}">',
        '<img src="/real.jpg" data-image="true">',
        '<img src="/blank.jpg" data-large-file="/real.jpg">',
        f'<img src="{SPACER}" data-actualsrc="/real.jpg">',
        f'<img src="{SPACER}" data-lazyload="/real.jpg">',
        f'<img src="{SPACER}" data-caption="by/ann" data-link="/page" data-of-a-script="https://example.org/real.jpg">',
        '<img src="/real.jpg" data-of-a-script="/other.jpg">',
        '<amp-img src="/real.jpg" layout="fill"></amp-img>',
        '<picture><source srcset="/real.webp" type="image/webp"><img src="/real.jpg"></picture>',
        '<picture><source srcset="/a.avif"><source srcset="/small.jpg 400w, /real.jpg 800w"><img></picture>',
        f'<img src="{SPACER}" data-src="/other.jpg"><noscript><img src="/real.jpg"></noscript>',
        f'<noscript><img src="/real.jpg"></noscript> <img src="{SPACER}" data-src="/other.jpg">',
        '<a href="/x"><img data-src="/other.jpg"></a><noscript><a href="/x"><img src="/real.jpg"></a></noscript>',
    ],
)
def test_n33_the_picture_that_a_page_would_show_is_kept_once(written: str) -> None:
    cleaned = clean_html(written, BASE)

    assert cleaned.count("<img") == 1
    assert PICTURE in cleaned or 'src="https://example.org/real.webp"' in cleaned
    assert "data:" not in cleaned


def test_n33_two_pictures_stay_two() -> None:
    cleaned = clean_html('<img src="/a.jpg"><noscript><img src="/b.jpg"></noscript><img src="/c.jpg">', BASE)

    assert [name in cleaned for name in ("/a.jpg", "/b.jpg", "/c.jpg")] == [True, True, True]


def test_n33_commas_in_an_address_part_no_candidates() -> None:
    written = '<img srcset="https://x.example/w_400,h_300/a.jpg 400w, https://x.example/w_800,h_600/a.jpg 800w">'

    assert 'src="https://x.example/w_800,h_600/a.jpg"' in clean_html(written, None)


@pytest.mark.parametrize(
    "written",
    [
        '<img src="https://s.w.org/images/core/emoji/15.0.3/72x72/1f680.png" alt="🚀" class="wp-smiley">',
        '<img src="https://s.w.org/images/core/emoji/15.0.3/svg/1f680.svg" class="emoji">',
        '<img class="emoji emoji-rocket" alt="🚀" src="/images/emoji/twitter/rocket.png?v=9">',
        '<img src="https://x.example/twemoji/72x72/1f680.png">',
        '<img src="https://static.x.example/images/emoji.php/v9/t4c/1/16/1f680.png" height="16">',
        '<img alt="🚀" class="custom-emoji" src="/emoji/rocket.png">',
    ],
)
def test_n33_the_picture_of_a_character_is_the_character(written: str) -> None:
    assert clean_html(f"<p>Day {written} at last</p>", BASE) == "<p>Day 🚀 at last</p>"
    assert plain_text(f"Day {written} at last") == "Day 🚀 at last"


def test_n33_characters_of_two_numbers_and_unknown_ones() -> None:
    flag = '<img src="https://s.w.org/images/core/emoji/15/72x72/1f1f1-1f1fa.png" class="emoji">'

    assert clean_html(flag, None) == "🇱🇺"
    assert "<img" in clean_html('<img src="https://x.example/emoji/party.png" class="wide">', None)
    assert "<script" not in clean_html('<img class="emoji" alt="&lt;script&gt;alert(1)&lt;/script&gt;">', None)


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ('<iframe src="https://www.youtube.com/embed/abc-123?feature=oembed">', "https://www.youtube.com/watch?v=abc-123"),
        ('<iframe src="//www.youtube-nocookie.com/embed/abc?start=90">', "https://www.youtube.com/watch?v=abc&amp;t=90"),
        ('<iframe src="https://www.youtube.com/embed/videoseries?list=PL1">', "https://www.youtube.com/playlist?list=PL1"),
        ('<iframe src="https://player.vimeo.com/video/765?dnt=1">', "https://vimeo.com/765"),
        ('<iframe src="https://player.vimeo.com/video/765?h=ab">', "https://vimeo.com/765/ab"),
        ('<iframe src="https://www.dailymotion.com/embed/video/x1">', "https://www.dailymotion.com/video/x1"),
        ('<iframe src="https://open.spotify.com/embed/track/9">', "https://open.spotify.com/track/9"),
        ('<iframe src="https://maps.example/frame?x=1&amp;y=2">', "https://maps.example/frame?x=1&amp;y=2"),
        ('<iframe src="/player/7">', "https://example.org/player/7"),
        ('<iframe src="about:blank" data-src="https://www.youtube.com/embed/abc">', "https://www.youtube.com/watch?v=abc"),
        ('<embed src="https://www.youtube.com/v/abc&amp;hl=en">', "https://www.youtube.com/watch?v=abc"),
        ('<object><param name="movie" value="https://v.example/7"></object>', "https://v.example/7"),
        ('<object data="https://v.example/7"><embed src="https://v.example/8"></object>', "https://v.example/7"),
        ('<iframe title="YouTube video player" src="https://v.example/7">', "https://v.example/7"),
        ('<amp-youtube data-videoid="abc"></amp-youtube>', "https://www.youtube.com/watch?v=abc"),
        ('<lite-youtube videoid="abc"></lite-youtube>', "https://www.youtube.com/watch?v=abc"),
    ],
)  # fmt: skip
def test_n39_a_film_leaves_a_link(written: str, link: str) -> None:
    closed = written if "</" in written or "<embed" in written else f"{written}</iframe>"

    cleaned = clean_html(f"<p>Watch:</p>{closed}<p>End</p>", BASE)

    host = link.partition("//")[2].partition("/")[0].removeprefix("www.")
    assert cleaned == f'<p>Watch:</p><p><a href="{link}" rel="noopener noreferrer">{host}</a></p><p>End</p>'
    assert one_line(visible_lines(cleaned)) == "Watch: End"


def test_n39_the_link_has_the_title_of_the_film() -> None:
    cleaned = clean_html('<iframe src="https://v.example/1" title="Landing &amp; <b>more</b>"></iframe>', None)

    assert cleaned == (
        '<p><a href="https://v.example/1" rel="noopener noreferrer">Landing &amp; &lt;b&gt;more&lt;/b&gt;</a></p>'
    )


@pytest.mark.parametrize(
    "written",
    [
        '<iframe src="https://www.googletagmanager.com/ns.html?id=1"></iframe>',
        '<iframe src="https://ads.example/" width="1" height="1"></iframe>',
        '<iframe src="https://www.facebook.com/plugins/like.php?href=x"></iframe>',
        '<iframe src="javascript:alert(1)"></iframe>',
        '<object data="data:text/html,<b>x</b>"></object>',
        "<iframe></iframe>",
    ],
)
def test_n39_what_shows_nothing_leaves_nothing(written: str) -> None:
    assert clean_html(f"a{written}b", BASE) == "ab"


def test_n39_the_same_film_twice_is_one_link_and_a_picture_in_an_object_is_a_picture() -> None:
    film = '<iframe src="https://v.example/1"></iframe>'

    assert clean_html(f"{film}<noscript>{film}</noscript>", None).count("<a ") == 1
    assert clean_html('<object type="image/svg+xml" data="/x.svg" title="Map"></object>', BASE) == (
        '<img src="https://example.org/x.svg" alt="Map" loading="lazy">'
    )


def test_n38_a_description_that_is_one_picture_is_the_content_and_its_alternative_text_the_summary() -> None:
    entry = one(
        title=html("Comic"), summary=html('<p><img src="/sheep.png" alt="They count you, too."></p>'), link=BASE
    )

    assert 'src="https://example.org/sheep.png"' in entry.content
    assert entry.summary == "They count you, too."
    assert one(title=html("Comic"), summary=html('<img src="/sheep.png" alt="Comic">'), link=BASE).summary == ""


def test_n66_where_a_picture_is_kept_is_no_change_and_a_sound_is_one() -> None:
    def print_of(*files: Enclosure) -> str:
        return one(title=html("Film"), enclosures=files).fingerprint

    first = print_of(Enclosure(url="https://i1.example.org/hq.jpg", type="image/*"))

    assert first == print_of(Enclosure(url="https://i4.example.org/hq.jpg")) == print_of()
    sound = print_of(Enclosure(url="https://a.example.org/x/1.mp3?token=1", type="audio/mpeg"))
    assert first != sound == print_of(Enclosure(url="https://b.example.org/1.mp3", type="audio/mpeg"))
    assert sound != print_of(Enclosure(url="https://a.example.org/x/2.mp3", type="audio/mpeg"))
    film = print_of(Enclosure(url="https://www.youtube.com/v/abcdefghijk?version=3", type="video/mp4"))
    assert film == print_of(Enclosure(url="https://www.youtube.com/v/abcdefghijk/#t=9", type="video/mp4"))
    assert film != print_of(Enclosure(url="https://www.youtube.com/v/abcdefghijz?version=3", type="video/mp4"))


@pytest.mark.parametrize(
    "part",
    [
        "<iframe ", '<iframe src="https://x.example/">', "<img data-src='", '<img srcset="a b', "<noscript><img ",
        "<picture>", "<img data-src=a> <a >", "<object>", '<img class="emoji" ', "<amp-img ", "</a><noscript>",
    ],
)  # fmt: skip
def test_media_without_end_takes_linear_time(part: str) -> None:
    began = time.perf_counter()

    clean_html(part * (400_000 // len(part)) + " srcset data- emoji <noscript <picture <iframe", BASE)

    assert time.perf_counter() - began < 10
