from __future__ import annotations

import pytest

from aggregator.model import Fetched
from aggregator.parse.article import read_article

SENTENCES = "".join(
    f"<p>The glass house behind the castle opened again on {day}, with palms, ferns and a pond for the lilies.</p>"
    for day in ("Monday", "Tuesday", "Friday")
)
PAGE = """<!doctype html><html><head><title>Greenhouse</title></head><body><main><article><h1>Greenhouse</h1>{}
<p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-srcset="/a-400.jpg 400w, /a-800.jpg 800w" alt="House"></p>
<p><img src="/spacer.gif" data-lazy-src="/b.jpg" alt="Pond"></p>
<figure><img src="/d.jpg"><figcaption>The pond at noon</figcaption></figure>
<p><picture><source srcset="/c.jpg 400w"><img alt="Palm"></picture></p>{}</article></main></body></html>"""


def test_an_article_has_the_pictures_and_captions_that_its_page_shows() -> None:
    body = PAGE.format(SENTENCES, SENTENCES.replace("opened", "closed")).encode()
    page = Fetched(url="https://example.org/1", body=body, content_type="text/html")

    content = read_article(page).content.value

    assert [name in content for name in ("/a-800.jpg", "/b.jpg", "/c.jpg")] == [True, True, True]
    assert "The pond at noon" in content
    assert "data:" not in content
    assert "spacer" not in content


@pytest.mark.parametrize(
    ("player", "link"),
    [
        (
            '<iframe src="//www.youtube.com/embed/abcdefghijk" title="Ferns at night"></iframe>',
            '<a href="https://www.youtube.com/watch?v=abcdefghijk">Ferns at night</a>',
        ),
        (
            '<div class="wp-block-embed"><div><iframe data-src="https://player.vimeo.com/video/7"></iframe></div></div>',
            '<a href="https://vimeo.com/7">vimeo.com</a>',
        ),
        (
            '<div><video poster="/p.jpg"><source data-src="/pond.mp4" type="video/mp4">No film</video></div>',
            '<a href="https://example.org/pond.mp4">example.org</a>',
        ),
        (
            '<p><audio src="/frogs.mp3" title="Frogs"></audio></p>',
            '<a href="https://example.org/frogs.mp3">Frogs</a>',
        ),
    ],
)
def test_a_film_in_an_article_leaves_a_link_between_the_texts_around_it(player: str, link: str) -> None:
    body = PAGE.format(SENTENCES, player + SENTENCES.replace("opened", "closed")).encode()

    content = read_article(Fetched(url="https://example.org/1", body=body, content_type="text/html")).content.value

    before, found, after = content.partition(link)
    assert found
    assert ("opened" in before, "closed" in before, "closed" in after) == (True, False, True)


@pytest.mark.parametrize(
    "frame",
    [
        '<iframe src="https://ads.example/banner"></iframe>',
        "<iframe></iframe>",
        '<iframe src="javascript:alert(1)"></iframe>',
        '<video src="blob:https://example.org/1"></video>',
    ],
)
def test_what_may_be_no_film_leaves_nothing(frame: str) -> None:
    body = PAGE.format(SENTENCES, frame + SENTENCES.replace("opened", "closed")).encode()

    content = read_article(Fetched(url="https://example.org/1", body=body, content_type="text/html")).content.value

    assert "<a" not in content
    assert "closed" in content


SAID = "The committee met in the old steel works and asked what would become of the hall when its furnaces went cold. "


@pytest.mark.parametrize(
    "rest",
    [
        "<table>{parts}</table>|<tr><td>{text}</td></tr>",
        "<ul class='chapters'>{parts}</ul>|<li>{text}</li>",
        "{parts}|<article class='part'><p>{text}</p></article>",
        "<div class='text-sidebar-layout'>{parts}</div>|<p>{text}</p>",
    ],
)
def test_a_long_article_of_which_the_fast_way_finds_little_is_read_whole(rest: str) -> None:
    frame, _, form = rest.partition("|")
    parts = "".join(form.format(text=SAID.replace("committee", f"committee {n}") * 3) for n in range(40))
    body = f"<article><p>{SAID * 3}</p></article>{frame.format(parts=parts)}"
    page = f"<html><head><title>On halls</title></head><body><h1>On halls</h1>{body}</body></html>"

    found = read_article(Fetched(url="https://x.example/essay", body=page.encode(), content_type="text/html"))

    assert all(f"committee {n} met" in found.content.value for n in (0, 20, 39))


@pytest.mark.parametrize(
    ("title", "headings"),
    [
        ("Greenhouse opens | Moonfield Agency", ("Moonfield Agency", "Greenhouse opens")),
        ("Greenhouse opens | Moonfield Agency", ("Moonfield Agency", "It opens")),
        ("Greenhouse opens – Moonfield", ("Moonfield", "Greenhouse opens")),
        ("Moonfield: Greenhouse opens", ("Moonfield", "Greenhouse opens")),
        ("Greenhouse opens | Moonfield Agency", ()),
    ],
)
def test_the_title_of_an_article_with_several_first_headings_or_none_has_no_name_of_the_site(
    title: str, headings: tuple[str, ...]
) -> None:
    told = "".join(f"<h1>{each}</h1>" for each in headings)
    body = f"<html><head><title>{title}</title></head><body>{told}<article>{SENTENCES * 2}</article></body></html>"

    found = read_article(Fetched(url="https://moonfield.example/1", body=body.encode(), content_type="text/html"))

    assert found.title == "Greenhouse opens"
