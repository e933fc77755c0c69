"""Searching, the same on every database."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.entrypoints.scheduler import Scheduler
from aggregator.errors import NotHere
from aggregator.model import CategoryMatch, Decision, Found, Order, Selection, Source
from aggregator.store import Store, hits
from aggregator.store.query import parse
from aggregator.store.search import is_behind
from aggregator.store.search_words import body_of
from tests.builders import NOW, make_decision, make_entry, make_source
from tests.contract.test_store import claim_all, poll, save
from tests.newsroom import Newsroom, make_config

TEXTS = {
    "moon": ("Lunar ice found", "<p>The lander of <b>ESA</b> has found ice on the far side of the moon.</p>"),
    "mars": ("Ice on Mars", "<p>A rover found ice below the dust; a lander will follow.</p>"),
    "school": ("L’École de l’espace", "<p>Une élection à l’université&nbsp;: Œuvre, naïveté.</p>"),
    "street": ("Große Straße gesperrt", "<p>Weltraumgesetz im Bundestag, Grüne dagegen.</p>"),
    "china": ("中国发射月球探测器", "<p>嫦娥六号从月球背面带回样品。</p>"),
    "japan": ("はやぶさ2が帰還", "<p>小惑星リュウグウの試料。AI研究。</p>"),
    "korea": ("달 탐사선 발사", "<p>한국의 달 탐사선이 발사되었다.</p>"),
    "arabic": ("إطلاق مسبار إلى القمر", "<p>أَطلقَت الوكالةُ مسباراً جديداً.</p>"),
    "code": ("C++ and node.js", "<p>under_score, e-mail, well-known, 3.5 percent &lt;tags&gt; &amp; so on</p>"),
    "summary": ("Only a summary", ""),
}
SUMMARIES = {"summary": "Nothing else but a short summary."}

# What is written, and the entries that it finds, the newest first.
FOUND = {
    "ice": ["mars", "moon"],
    "ICE lander": ["mars", "moon"],
    "ice moon": ["moon"],
    '"far side"': ["moon"],
    '"side far"': [],
    '"far side': ["moon"],
    "“far side”": ["moon"],
    "ice -mars": ["moon"],
    "-ice": ["summary", "code", "arabic", "korea", "japan", "china", "street", "school"],
    'ice -"far side"': ["mars"],
    "land*": ["mars", "moon"],
    "la*": [],
    '"far si"*': [],
    '"the far sid"*': ["moon"],
    "lunar lander": ["moon"],
    '"ice found the"': [],
    "esa": ["moon"],
    "strong": [],
    "ecole": ["school"],
    "École espace": ["school"],
    "election universite oeuvre naivete": ["school"],
    "grosse strasse": ["street"],
    "STRASSE": ["street"],
    "weltraum*": ["street"],
    "gruene": [],
    "月球": ["china"],
    "探测器": ["china"],
    "器": ["china"],
    "月": ["china"],
    "球月": [],
    "リュウグウ": ["japan"],
    "AI研究": ["japan"],
    "탐사": ["korea"],
    "القمر": ["arabic"],
    "اطلقت": ["arabic"],
    "مسبار*": ["arabic"],
    "c++": ["code"],
    "node.js": ["code"],
    "under_score": ["code"],
    "email": [],
    "well-known": ["code"],
    "known-well": [],
    "tags": ["code"],
    "nothing short": ["summary"],
    "": [],
    '"" * - -* !?': [],
    "ice OR mars": [],
    "NEAR(ice mars)": [],
    "title:ice": [],
}


def article(name: str, number: int, **fields) -> Decision:
    title, content = TEXTS.get(name, (name, ""))
    entry = make_entry(title, key=f"id:{name}", content=content, summary=SUMMARIES.get(name, ""))
    at = NOW + timedelta(hours=number)
    return make_decision(fields.pop("entry", entry), **{"id": name, "listed_at": at} | fields)


def decided(name: str, title: str, number: int, *, text: str = "", **fields) -> Decision:
    """An article with a headline and a text, so many hours after the first one."""
    at = NOW + timedelta(hours=number)
    entry = make_entry(title, key=f"id:{name}", content=f"<p>{text}</p>", summary="", published=at)
    return article(name, number, entry=entry, published=at, **fields)


@pytest.fixture
def source(store: Store) -> Source:
    source = make_source("a")
    store.configure([source, make_source("b")])
    return source


@pytest.fixture
def filled(store: Store, source: Source) -> Store:
    poll(store, source, *(article(name, number) for number, name in enumerate(TEXTS)))
    return store


def search(store: Store, text: str, **conditions) -> list[str]:
    page = store.search(Selection(search=text, **conditions), limit=50)
    return [each.published.id for each in page.items]


def test_words_phrases_beginnings_and_what_is_not_wanted(filled: Store) -> None:
    assert {text: search(filled, text) for text in FOUND} == FOUND


def test_what_is_found_is_shown_with_its_words_marked(filled: Store) -> None:
    [found] = filled.search(Selection(search='"far side" found'), limit=1).items

    assert _shown(found) == ("Lunar ice [found]", "The lander of ESA has [found] ice on the [far] [side] of the moon.")


def test_characters_without_blanks_are_marked_where_they_stand(filled: Store) -> None:
    [found] = filled.search(Selection(search="月球背面"), limit=1).items

    assert _shown(found) == ("中国发射月球探测器", "嫦娥六号从[月球背面]带回样品。")


def test_a_long_text_is_shown_around_what_was_found(store: Store, source: Source) -> None:
    filler = "nothing to see here " * 100
    poll(store, source, article("long", 1, entry=make_entry("Long", content=f"<p>{filler}<b>Needle</b> {filler}</p>")))

    [found] = store.search(Selection(search="needle"), limit=1).items

    title, text = _shown(found)
    assert title == "Long"
    assert text[0] == text[-1] == "…"
    assert "here [Needle] nothing" in text
    assert len(text) < 250


def _shown(found: Found) -> tuple[str, ...]:
    return tuple(
        "".join(f"[{part.text}]" if part.is_match else part.text for part in parts)
        for parts in (found.title, found.snippet)
    )


def test_a_search_is_one_condition_among_others(store: Store, source: Source) -> None:
    space = CategoryMatch(category="space", reasons=("r",))
    german = make_entry("Ice here", key="k", language="de-AT")
    poll(store, source, article("moon", 1, categories=(space,)), article("mars", 2), article("de", 3, entry=german))

    assert search(store, "ice") == ["de", "mars", "moon"]
    assert search(store, "ice", categories=("space",)) == ["moon"]
    assert search(store, "-mars", categories=("space",)) == ["moon"]
    assert search(store, "ice", sources=("b",)) == []
    assert search(store, "ice", language="de") == ["de"]
    assert search(store, "ice", listed_before=NOW + timedelta(hours=3)) == ["mars", "moon"]
    assert search(store, "ice", listed_since=NOW + timedelta(hours=2)) == ["de", "mars"]
    assert search(store, "ice", since=NOW + timedelta(hours=2)) == []
    store.configure([make_source("b")])
    assert search(store, "ice") == []


def test_what_is_found_comes_in_pages_the_newest_first(store: Store, source: Source) -> None:
    poll(store, source, *(article(f"ice {number}", number) for number in range(450)))
    shown, cursor = [], None
    while True:
        page = store.search(Selection(search="ice"), limit=100, cursor=cursor)
        shown += [each.published.id for each in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert shown == [f"ice {number}" for number in reversed(range(450))]
    listed = store.entries(Selection(search="ice"), limit=430)
    assert [each.id for each in listed] == shown[:430]


def test_a_story_is_found_once_by_the_article_whose_headline_fits_best(store: Store, source: Source) -> None:
    told = ("Budget passed", "Luna mission gets its budget", "Moon: what the budget means", "Luna mission: budget")
    poll(
        store,
        source,
        *(
            decided(f"e{number}", title, number, story="e0", text="The Luna mission and the budget.")
            for number, title in enumerate(told)
        ),
        decided("other", "Nothing of the kind", 9, text="A word on the Luna mission and its budget"),
    )

    found = store.search(Selection(search="luna mission budget"), limit=10)

    assert [each.published.id for each in found.items] == ["other", "e3"]
    assert [each.id for each in found.items[1].published.related] == ["e2", "e1", "e0"]
    assert (found.count, found.is_more) == (2, False)


def test_a_story_that_is_found_stands_where_its_newest_article_does(store: Store, source: Source) -> None:
    poll(
        store,
        source,
        decided("best", "Lunar ice", 1, story="best"),
        decided("between", "Lunar dust and ice", 2),
        decided("newest", "Water", 3, story="best", text="Lunar ice again"),
        decided("unrelated", "Rain", 4, story="best"),
    )

    found = store.search(Selection(search="lunar ice"), limit=10).items

    assert [each.published.id for each in found] == ["best", "between"]
    assert found[0].published.listed_at == NOW + timedelta(hours=3)


def test_relevance_is_the_headline_first_then_what_is_important(store: Store, source: Source) -> None:
    poll(
        store,
        source,
        decided("phrase", "New space resources law", 1),
        decided("both", "Resources in space", 2),
        decided("one", "Space is cold", 3, text="No resources"),
        decided("event", "Parliament votes", 4, story="event", text="On space resources"),
        decided("none", "Weather", 6, text="Space resources"),
    )
    poll(store, make_source("b"), decided("echo", "Law passed", 5, story="event", text="Space resources"))

    found = store.search(Selection(search="space resources"), limit=10, order=Order.RELEVANCE)

    assert [each.published.id for each in found.items] == ["phrase", "both", "one", "echo", "none"]
    assert found.count == 5


@pytest.mark.parametrize("order", Order)
def test_results_come_in_pages_in_each_order(store: Store, source: Source, order: Order) -> None:
    poll(store, source, *(decided(f"e{number:03}", f"Ice {number % 7}", number) for number in range(60)))
    shown, cursor = [], None
    for _ in range(9):
        page = store.search(Selection(search="ice"), limit=25, order=order, cursor=cursor)
        shown.append([each.published.id for each in page.items])
        cursor = page.next
        if cursor is None:
            break

    assert [len(ids) for ids in shown] == [25, 25, 10]
    assert sorted(id_ for ids in shown for id_ in ids) == [f"e{number:03}" for number in range(60)]
    for wrong in ("-1", "x", "9" * 30, "²"):
        with pytest.raises(NotHere):
            store.search(Selection(search="ice"), limit=25, order=order, cursor=wrong)


@pytest.mark.parametrize("order", Order)
def test_what_is_found_more_often_than_is_counted_says_so(
    store: Store, source: Source, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hits, "_MOST", 12)
    poll(store, source, *(decided(f"e{number}", "Ice", number) for number in range(13)))

    found = store.search(Selection(search="ice"), limit=5, order=order)

    assert (len(found.items), found.count, found.is_more) == (5, 12, True)


def test_an_article_is_found_once_where_it_was_found_first(store: Store, source: Source) -> None:
    poll(store, source, article("ice", 1), article("snow", 2), article("frost", 3, original="snow", story="snow"))
    poll(store, make_source("b"), article("ice again", 4, original="ice", story="ice"))

    assert search(store, "ice") == ["ice"]
    assert search(store, "frost") == ["snow"]
    assert search(store, "again") == ["ice"]
    assert search(store, "ice*") == ["ice"]


def test_an_edit_is_found_by_what_it_says_now(store: Store, source: Source) -> None:
    poll(store, source, article("moon", 1), article("mars", 2))
    assert search(store, "lunar") == ["moon"]
    poll(store, source, article("moon", 1, entry=make_entry("Cheese found", key="id:moon"), is_new=False))

    assert search(store, "cheese") == ["moon"]
    assert search(store, "lunar") == []
    assert search(store, "ice") == ["mars"]


def test_what_follows_a_word_that_is_cut_does_not_hinder(store: Store, source: Source) -> None:
    endless = "a" * 59 + "bc"
    poll(store, source, article("one", 1, entry=make_entry(f"{endless}-moon")), article("other", 2))

    assert search(store, f"{endless}-moon") == ["one"]
    assert search(store, f'"{endless} moon"') == ["one"]


def test_what_is_forgotten_is_found_no_more_nor_what_comes_in_its_place(store: Store, source: Source) -> None:
    poll(store, source, article("moon", 1))
    assert search(store, "ice") == ["moon"]
    store.forget(before=NOW + timedelta(days=1))
    poll(store, source, article("snow", 1))

    assert search(store, "ice") == []
    assert search(store, "snow") == ["snow"]


def test_an_edit_of_what_nobody_has_searched_for_yet_is_found_by_what_it_says_now(store: Store, source: Source) -> None:
    poll(store, source, article("moon", 1))
    poll(store, source, article("moon", 1, entry=make_entry("Cheese found", key="id:moon"), is_new=False))

    assert search(store, "cheese") == ["moon"]
    assert search(store, "lunar") == []


def test_entries_are_put_into_the_index_when_somebody_has_time_for_it(store: Store, source: Source) -> None:
    poll(store, source, *(article(f"ice {number}", number) for number in range(501)))
    stops = iter([False, True])

    store.index(is_stopping=lambda: next(stops))

    with store._read() as connection:
        assert is_behind(connection)  # by the second of two batches

    store.index()

    with store._read() as connection:
        assert not is_behind(connection)


def test_the_main_job_puts_what_came_into_the_index_when_it_has_polled(tmp_path: Path) -> None:
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db"))
    room.publish("Lunar ice found")
    room.aggregator.use(make_config(f"sqlite:///{tmp_path}/a.db", sources=[]))

    Scheduler(room.aggregator)._poll()

    with room.aggregator.store._read() as connection:
        assert not is_behind(connection)
    room.close()


_WORDS = st.sampled_from(
    ["ice", "Ice", "moon", "mars", "far", "side", "é", "日本", "語", "本", "AI研究", "x" * 70, "don't", "a-b", "ß", "ل"]
)
_SEPARATORS = st.sampled_from(
    [" ", "", '"', "-", "*", ' "', '" ', " -", "* ", ' -"', "(", ")", "\\", "'", ":", "&", "\n"]
)
_QUERIES = st.lists(st.tuples(_WORDS, _SEPARATORS).map("".join), max_size=6).map("".join) | st.text(max_size=30)
_SAID = list(product(("ice", "Moon é", "日本語", "x" * 70), ("far", "本 ß"), ("side mars", "don't AI研究", "a-b ل")))


@pytest.fixture
def sentences(store: Store) -> tuple[Store, dict[str, tuple[str, str]]]:
    texts = [" ".join(words) for words in _SAID]
    claim = claim_all(store, make_source("a"))["a"]
    entries = {f"id{n}": make_entry(text, key=f"k{n}", content=f"<p>{texts[-n]}</p>") for n, text in enumerate(texts)}
    save(store, claim, *(make_decision(entry, id=name) for name, entry in entries.items()))
    return store, {name: (each.title, body_of(each.summary, each.content)) for name, each in entries.items()}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=_QUERIES)
def test_any_text_is_a_search_and_finds_what_reading_would_find(
    sentences: tuple[Store, dict[str, tuple[str, str]]], text: str
) -> None:
    store, texts = sentences

    found = search(store, text)

    query = parse(text)
    assert set(found) == {name for name, (title, body) in texts.items() if query.finds(title, body)}
