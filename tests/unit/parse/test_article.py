from __future__ import annotations

from aggregator.model import Fetched
from aggregator.parse.article import read_article

SENTENCES = "".join(
    f"<p>The glass house behind the castle opened again on {day}, with palms, ferns and a pond for the lilies.</p>"
    for day in ("Monday", "Tuesday", "Friday")
)
PAGE = """<!doctype html><html><head><title>Greenhouse</title></head><body><main><article><h1>Greenhouse</h1>{}
<p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-srcset="/a-400.jpg 400w, /a-800.jpg 800w" alt="House"></p>
<p><img src="/spacer.gif" data-lazy-src="/b.jpg" alt="Pond"></p>
<p><picture><source srcset="/c.jpg 400w"><img alt="Palm"></picture></p>{}</article></main></body></html>"""


def test_an_article_has_the_pictures_that_its_page_shows() -> None:
    body = PAGE.format(SENTENCES, SENTENCES.replace("opened", "closed")).encode()
    page = Fetched(url="https://example.org/1", body=body, content_type="text/html")

    content = read_article(page).content.value

    assert [name in content for name in ("/a-800.jpg", "/b.jpg", "/c.jpg")] == [True, True, True]
    assert "data:" not in content
    assert "spacer" not in content
