"""Addresses as people type, paste and export them."""

import pytest

from aggregator.sources.sites import known_feeds
from aggregator.sources.typed import natural_address, natural_addresses

CHANNEL = "UC" + "a1_-" * 5 + "xy"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.example/f", "https://a.example/f"),
        ("  https://a.example/f \n", "https://a.example/f"),
        ("HTTPS://A.example/F", "https://A.example/F"),
        ("https:/a.example/f", "https://a.example/f"),
        ("https:a.example/f", "https://a.example/f"),
        ("https://a.example/my feed.xml", "https://a.example/my%20feed.xml"),
        ("https://a.example/a\u00a0b", "https://a.example/a%C2%A0b"),
        ("https://a.exam\nple/f", "https://a.example/f"),
        ("spacenews.com", "https://spacenews.com"),
        ("spacenews.com/feed?a=1#x", "https://spacenews.com/feed?a=1#x"),
        ("//a.example/f", "https://a.example/f"),
        ("127.0.0.1:8000/f", "https://127.0.0.1:8000/f"),
        ("localhost:8000/f", "https://localhost:8000/f"),
        ("localhost/f", "https://localhost/f"),
        ("[::1]:8000/f", "https://[::1]:8000/f"),
        ("müller.example/f", "https://müller.example/f"),
        ("youtube.com/@name", "https://youtube.com/@name"),
        ("@name@social.example", "https://social.example/@name"),
        ("feed://a.example/f", "http://a.example/f"),
        ("feed:https://a.example/f", "https://a.example/f"),
        ("feed://https://a.example/f", "https://a.example/f"),
        ("FEED:a.example/f", "http://a.example/f"),
        ("pcast://a.example/f", "http://a.example/f"),
        ("itpc://a.example/f", "http://a.example/f"),
        ("https://user:pass@a.example/f", "https://user:pass@a.example/f"),
    ],
)
def test_what_a_text_means_is_its_address(text: str, address: str) -> None:
    assert natural_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "news", "my words", "javascript:alert(1)", "file:///etc/passwd", "ftp://a.example/f",
        "mailto:a@b.example",
        "https://", "https:///f", "https://[a/", "https://a.example:99999/f", "https://a.example:port/", "http://a b/c",
        "https://a.example:0/", "about:blank", "data:text/plain,x", "feed:", "feed://", "a@b.example", "/feed",
        "../x.xml",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        natural_address(text)


def test_without_a_scheme_https_comes_before_http() -> None:
    assert natural_addresses("a.example/f") == ("https://a.example/f", "http://a.example/f")
    assert natural_addresses("http://a.example/f") == ("http://a.example/f",)


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"),
        ("https://youtube.com/playlist?list=PLab-c_d", "https://www.youtube.com/feeds/videos.xml?playlist_id=PLab-c_d"),
        ("https://www.youtube.com/user/esa", "https://www.youtube.com/feeds/videos.xml?user=esa"),
        ("https://www.reddit.com/r/space/", "https://www.reddit.com/r/space/.rss"),
        ("https://old.reddit.com/r/space/new", "https://www.reddit.com/r/space/new/.rss"),
        ("https://reddit.com/user/some-one", "https://www.reddit.com/user/some-one/.rss"),
        ("https://github.com/owner/repo", "https://github.com/owner/repo/commits.atom"),
        ("https://github.com/owner/repo.js/releases", "https://github.com/owner/repo.js/releases.atom"),
        ("https://github.com/owner/repo/releases/tag/v1", "https://github.com/owner/repo/releases.atom"),
        ("https://github.com/owner/repo/tags", "https://github.com/owner/repo/tags.atom"),
        ("https://github.com/owner/repo/commits/main", "https://github.com/owner/repo/commits/main.atom"),
        ("https://github.com/owner", "https://github.com/owner.atom"),
        ("https://medium.com/@name", "https://medium.com/feed/@name"),
        ("https://medium.com/@name/a-title-123", "https://medium.com/feed/@name"),
        ("https://medium.com/publication", "https://medium.com/feed/publication"),
        ("https://name.medium.com/about", "https://name.medium.com/feed"),
        ("https://letter.substack.com/p/a-post", "https://letter.substack.com/feed"),
        ("https://substack.com/@letter", "https://letter.substack.com/feed"),
        ("https://bsky.app/profile/name.example", "https://bsky.app/profile/name.example/rss"),
        ("https://social.example/@name", "https://social.example/@name.rss"),
        ("https://social.example/@name/with_replies", "https://social.example/@name.rss"),
        ("https://social.example/@name@other.example", "https://other.example/@name.rss"),
        ("https://name.tumblr.com/post/1", "https://name.tumblr.com/rss"),
    ],
)  # fmt: skip
def test_the_feeds_of_well_known_sites_are_known(page: str, feed: str) -> None:
    assert known_feeds(page) == (feed,)


@pytest.mark.parametrize(
    "page",
    ["https://a.example/", "https://a.example/channel/UCx", "https://notreddit.com/r/space", "https://[a/", "",
     "https://github.com/owner/repo/issues/1", "https://github.com/"],
)  # fmt: skip
def test_of_other_pages_nothing_is_known(page: str) -> None:
    assert known_feeds(page) == ()
