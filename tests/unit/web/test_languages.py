"""What pages and messages say in another language: all of it, whichever page it is.

The pseudo-language is Greek to the calendar, and marks each sentence of the catalogues: 「Sources」. What our records
say is in Cyrillic. So a Latin letter that readers see outside the marks is one that nobody can translate.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree, html

from aggregator.config import CategoryConfig, Config, DigestConfig, FeedConfig, Site, load, shipped_dir
from aggregator.config.templates import Templates
from aggregator.errors import ErrorKind
from aggregator.model import (
    Edition,
    Enclosure,
    Exchange,
    Origin,
    Poll,
    PollOutcome,
    PublishedEntry,
    Source,
    SourceHealth,
    SourceKind,
    SourceState,
    SourceStatus,
)
from aggregator.model.issues import (
    ChannelKind,
    Delivery,
    DeliveryStatus,
    Endpoint,
    Issue,
    IssueEntry,
    Section,
    SeenAt,
    Stop,
    StopCause,
    Story,
    Update,
)
from aggregator.notify import targets_of, troubles_of
from aggregator.notify.bodies import Site as MessageSite
from aggregator.notify.bodies import render_issue
from aggregator.notify.chat import lines_of
from aggregator.notify.tokens import unsubscribe_token
from aggregator.publish import (
    FORMATS,
    Choice,
    DigestRow,
    Filters,
    River,
    SourcePage,
    Standing,
    Wording,
    arrange,
    arrange_channels,
    arrange_deliveries,
    arrange_feeds,
    arrange_polls,
    arrange_ranking,
    arrange_sources,
    arrange_story,
    category_labels,
    feed_title,
    language_choices,
    list_sources,
    moment,
    period_choices,
    render_digests,
    render_error,
    render_feed,
    render_feeds,
    render_index,
    render_issue_page,
    render_ranking,
    render_search,
    render_source,
    render_sources,
    render_story,
    render_unsubscribe,
    retry_in_words,
    site_frame,
)
from aggregator.publish.pages.standing import Why
from aggregator.text.locales import Locale
from tests.unit.publish.samples import IDENTITY, make_document, make_item, make_mention, make_source_feed, make_stored
from tests.unit.web.samples import CONFIG as WEB_CONFIG
from tests.unit.web.samples import KEY, ListLedger, client_of, make_aggregator

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=ZoneInfo("UTC"))
ZONE = ZoneInfo("Europe/Luxembourg")


class Marked(gettext.NullTranslations):
    """Every message between marks, as if it were translated."""

    def gettext(self, message: str) -> str:
        return f"「{message}」"

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return f"「{singular if n == 1 else plural}」"

    def pgettext(self, _context: str, message: str) -> str:
        return f"「{message}」"


PSEUDO = Locale("el", Marked())
TEMPLATES = Templates(shipped_dir("templates"), locale=PSEUDO)
SPACE = Choice(name="1", title="Космос", color=1)
DAILY = DigestConfig(name="1", title="Вести", every="day at 07:30", limit=3)


class PseudoSite(Site):
    """A site in the pseudo-language, of which there is no catalogue on disk."""

    @property
    def locale(self) -> Locale:
        return PSEUDO


CONFIG = Config(
    site=PseudoSite(title="Новости", url="https://news.example.org/", timezone="Europe/Luxembourg"),
    categories=(CategoryConfig(name="1", title="Космос", any=("луна",)), CategoryConfig(name="2", any=("марс",))),
    feeds=(
        FeedConfig(
            name="1", title="Всё", where={"categories": ["1"], "sources": ["3"], "text": "луна"}, token="x" * 32
        ),
        FeedConfig(name="2", title="Всё", limit=1),
    ),
    digests=(DAILY,),
)
FRAME = replace(site_frame(CONFIG, root="./", query="луна"), language="el")
SITE = MessageSite(title="Новости", url="https://news.example.org/", locale=PSEUDO, zone=ZONE)
WORDING = Wording(zone=ZONE, locale=PSEUDO, categories={"1": SPACE}, now=NOW)


def item(number: int, **values: Any) -> PublishedEntry:
    usual: dict[str, Any] = {
        "source": "3",
        "feed": make_source_feed("3", title="Первый источник"),
        "title": f"Заголовок {number}",
        "summary": "Что здесь сказано.",
        "content": "<p>Всё целиком.</p>",
        "authors": ("Анна",),
        "language": "ru",
        "published": NOW - timedelta(hours=number),
        "listed_at": NOW - timedelta(hours=number),
        "categories": ("1",),
    }
    return make_item(str(number), **(usual | values))


def elsewhere(source: str, title: str, **values: Any) -> Any:
    usual: dict[str, Any] = {"title": "То же", "summary": "Кратко.", "content": "<p>Всё.</p>", "authors": ("Пётр",)}
    return make_stored(source, source=source, feed=make_source_feed(source, title=title), **(usual | values))


def items() -> list[PublishedEntry]:
    mentions = tuple(
        replace(make_mention(str(n), source=f"{n}", language="uk"), title=f"Иначе {n}", source_title=f"Газета {n}")
        for n in range(20, 26)
    )
    also = (elsewhere("4", "Второй источник"), elsewhere("5", "Третий источник"))
    return [
        item(1, also=also, related=mentions, origin=Origin(title="Агентство")),
        item(2, related=mentions[:1]),
        *(item(number) for number in range(3, 40, 3)),
        item(60, title="", summary="", content="", url=None, language=None),
        item(24 * 400),
    ]


def health() -> list[SourceHealth]:
    failed = [
        SourceState(
            status=SourceStatus.FAILING,
            failures=3,
            last_error="500",
            response_times_ms=(1234 if number % 2 else 14,),
            last_error_kind=kind,
            last_error_status=500,
            last_success=NOW - timedelta(days=2),
            next_check=NOW + timedelta(days=number),
            next_check_reason="HTTP",
            recent=(NOW - timedelta(days=40),),
            usual_gap=timedelta(hours=number + 1),
        )
        for number, kind in enumerate(ErrorKind)
    ]
    others = [
        SourceState(status=status, moved_to="https://new.example/", last_success=NOW, last_checked=NOW)
        for status in SourceStatus
        if status is not SourceStatus.SILENT  # it is never stored: it follows from the others
    ]
    quiet = SourceState(
        status=SourceStatus.OK,
        last_success=NOW,
        recent=tuple(NOW - timedelta(days=90 + each) for each in range(8)),
        usual_gap=timedelta(days=1),
    )
    states = [*failed, *others, quiet]
    kinds = [*SourceKind, *([SourceKind.AUTO] * len(states))]
    return [
        SourceHealth(
            source=Source(name=str(number), url=f"https://{number}.example/", title=f"Источник {number}", kind=kind),
            state=replace(state, read_as=SourceKind.PAGE, found_at="https://a.example/"),
            entries=1234,
        )
        for number, (state, kind) in enumerate(zip(states, kinds, strict=False))
    ]


def entry(number: int, **values: Any) -> IssueEntry:
    usual: dict[str, Any] = {
        "id": str(number),
        "story": str(number),
        "url": f"https://a.example/{number}",
        "title": f"Заголовок {number}",
        "summary": "Что здесь сказано.",
        "language": "ru",
        "published": NOW - timedelta(hours=10 * number),
        "updated": NOW,
        "listed_at": NOW,
        "source": "3",
        "source_title": "Источник",
        "priority": 0,
        "also": tuple(SeenAt(title=f"Газета {each}", url=None, language="uk") for each in range(5)),
    }
    return IssueEntry(**(usual | values))


def issues() -> dict[str, Issue]:
    stories = [Story(entries=(entry(n), entry(n + 100, title="Другое")), rank=n, place=n) for n in range(60)]
    stops = [Stop(endpoint=ENDPOINT, cause=StopCause.REFUSED, reason="550", since=NOW)]
    troubles = tuple(replace(each, title="Источник") for each in troubles_of(health(), stops, now=NOW, locale=PSEUDO))
    usual: dict[str, Any] = {"id": "1", "digest": "1", "number": 7, "title": "Вести", "made_at": NOW}
    first = Section(name="1", title="Космос", stories=tuple(stories[:30]))
    second = Section(name="", title="Прочее", stories=tuple(stories[30:]))
    updates = (Update(entry=entry(1), was="Было"), Update(entry=entry(2, url=None), was=None))
    return {
        "full": Issue(**usual, sections=(first, second), updates=updates, troubles=troubles, also_troubled=3),
        "plain": Issue(**usual, sections=(replace(first, title="", name=""),)),
        "one": Issue(**usual, sections=(replace(first, stories=first.stories[:1]),)),
        "troubles": Issue(**usual, troubles=troubles),
        "empty": Issue(**usual),
    }


ENDPOINT = Endpoint(digest="1", kind=ChannelKind.EMAIL, key="k", label="а***@…")


def deliveries() -> list[Delivery]:
    return [
        Delivery(
            id=number,
            issue_pk=1,
            issue=7,
            endpoint=ENDPOINT,
            message_id="m",
            status=status,
            attempts=2,
            next_attempt=NOW + timedelta(hours=1),
            last_error="550",
            sent_at=None,
            parts_sent=0,
            made_at=NOW,
        )
        for number, status in enumerate([*DeliveryStatus] * 4)
    ]


@cache
def pages() -> dict[str, bytes]:
    return dict(_pages())


def _pages() -> Iterator[tuple[str, bytes]]:
    days = arrange(items(), WORDING)
    choices = tuple(period_choices(PSEUDO).values())
    river = River(
        days=days, categories=(SPACE,), periods=choices, older="./?before=1", is_first=False, newest="1",
        languages=tuple(language_choices(()).values()), sources=(Choice(name="3", title="Источник"),),
    )  # fmt: skip
    chosen = Filters(category=SPACE, period=choices[0], query="луна", locale=PSEUDO)
    yield "front", render_index(TEMPLATES, FRAME, river)
    yield "nothing found", render_index(TEMPLATES, FRAME, River(days=(), filters=chosen, categories=(SPACE,)))
    yield "the end", render_index(TEMPLATES, FRAME, River(days=(), is_first=False))
    for why in Why:
        standing = Standing(why=why, retry=retry_in_words(NOW + timedelta(hours=1), ZONE, NOW, PSEUDO))
        yield f"front, {why}", render_index(TEMPLATES, FRAME, River(days=(), standing=standing))
    yield "static, empty", render_index(TEMPLATES, replace(FRAME, is_static=True), River(days=()))
    yield "search", render_search(TEMPLATES, FRAME, replace(river, filters=chosen))
    yield "search, nothing", render_search(TEMPLATES, FRAME, River(days=(), filters=chosen))
    words = Filters(query="луна", locale=PSEUDO)
    yield "search, nothing at all", render_search(TEMPLATES, FRAME, River(days=(), filters=words))
    yield "search, the end", render_search(TEMPLATES, FRAME, River(days=(), filters=chosen, is_first=False))
    yield "search, not yet", render_search(TEMPLATES, FRAME, River(days=()))
    file = Enclosure(url="https://a.example/1", type="1/2", length=34_567_890, title="Звук")
    told = [elsewhere(n, "Источник", language="ru", story="s", enclosures=(file,)) for n in ("4", "5", "6")]
    yield "story", render_story(TEMPLATES, FRAME, arrange_story([*told, replace(told[0], id="9", source="8")], WORDING))
    yield "story of one", render_story(TEMPLATES, FRAME, arrange_story(told[:1], WORDING))
    activity = {"0": [1, 2, 3]}
    rows = arrange_sources(health(), zone=ZONE, now=NOW, locale=PSEUDO, activity=activity)
    yield "sources", render_sources(TEMPLATES, FRAME, list_sources(rows), outage="…", rejected=["1"])
    yield "sources, none", render_sources(TEMPLATES, FRAME, list_sources(()))
    polls = [
        Poll(at=NOW, outcome=outcome, new=3, updated=1, duplicates=2, error="1",
             exchange=Exchange(status=200, took=timedelta(seconds=2), size=12_345))
        for outcome in PollOutcome
    ]  # fmt: skip
    told_polls = arrange_polls(polls, zone=ZONE, now=NOW, locale=PSEUDO)
    for row in rows:
        yield f"source {row.name}", render_source(TEMPLATES, FRAME, SourcePage(row=row, days=days, polls=told_polls))
        yield f"source {row.name}, empty", render_source(TEMPLATES, FRAME, SourcePage(row=row, days=()))
    yield "feeds", render_feeds(TEMPLATES, FRAME, arrange_feeds(CONFIG), categories=(SPACE,))
    yield "feeds, none", render_feeds(TEMPLATES, FRAME, ())
    yield "error", render_error(TEMPLATES, FRAME, title="Нет", message="Нет.")
    yield "ranking", render_ranking(TEMPLATES, FRAME, ranking())
    yield "ranking, its first edition", render_ranking(TEMPLATES, FRAME, ranking(count=1))
    digests = [
        DigestRow(
            name="1", title="Вести", number=7, made=moment(NOW, zone=ZONE, now=NOW, locale=PSEUDO), earlier=(6, 5),
            upcoming=moment(NOW + timedelta(hours=3), zone=ZONE, now=NOW, locale=PSEUDO),
            counts={status.value: 2 for status in DeliveryStatus},
            channels=arrange_channels(deliveries(), ZONE, NOW, PSEUDO)[0], more=3,
        ),
        DigestRow(name="2", title="Прочее", number=None, made=None, upcoming=None, counts={}),
    ]  # fmt: skip
    undelivered = arrange_deliveries(deliveries(), ZONE, NOW, PSEUDO)
    yield "digests", render_digests(TEMPLATES, FRAME, digests, undelivered)
    yield "digests, none", render_digests(TEMPLATES, FRAME, (), ())
    for name, issue in issues().items():
        yield f"issue, {name}", render_issue_page(TEMPLATES, FRAME, issue, ZONE)
        made = render_issue(issue, DAILY, SITE, TEMPLATES, can_unsubscribe=True)
        yield f"mail, {name}", made.html.encode()
    for state in ("asked", "done", "undone"):
        yield state, render_unsubscribe(TEMPLATES, FRAME, title="Вести", reader="", path="u", state=state)


def ranking(*, count: int = 2) -> Any:
    def edition(days: int, *names: str) -> Edition:
        return Edition(
            title="Рейтинг",
            taken_at=NOW - timedelta(days=days),
            header=("№", "Имя", "Очки"),
            rank_column=0,
            key_column=1,
            ranks=tuple(range(1, len(names) + 1)),
            rows=tuple((str(number), name, "9") for number, name in enumerate(names)),
        )

    editions = [edition(1, "Б", "А", "В"), edition(9, "А", "Б", "Г")]
    return arrange_ranking("3", "https://a.example/", editions[:count], row="Б", zone=ZONE, now=NOW, locale=PSEUDO)


@pytest.mark.parametrize("name", pages())
def test_no_page_and_no_mail_has_a_word_that_is_not_in_the_catalogues(name: str) -> None:
    document = html.document_fromstring(pages()[name])

    assert document.get("lang") == "el"
    assert list(foreign(document)) == []


@pytest.mark.parametrize("name", issues())
def test_no_text_of_a_mail_and_no_chat_has_a_word_that_is_not_in_the_catalogues(name: str) -> None:
    issue = issues()[name]
    made = render_issue(issue, DAILY, SITE, TEMPLATES, can_unsubscribe=True)
    lines = [text for line in lines_of(issue, SITE, 3) for text in (line.text, line.below)]

    assert [text for text in (made.subject, made.text, *lines) if latin(text)] == []


@pytest.mark.parametrize("format_", FORMATS)
def test_no_feed_has_a_word_of_ours_that_is_not_in_its_language(format_: Any) -> None:
    titled = make_document(*items(), feed=CONFIG.feeds[0], config=CONFIG)

    text = render_feed(replace(titled, language="fr"), format_).decode()

    assert "Aussi chez\u00a0:" in text
    assert "Le même sujet\u00a0:" in text
    assert "Also at" not in text
    assert IDENTITY.authority in text


@pytest.mark.parametrize(
    ("address", "title", "sentence"),
    [
        ("nothing", "Page introuvable", "Il n’y a rien à cette adresse."),
        (
            "?category=9",
            "Page introuvable",
            "Aucune rubrique ne s’appelle «\u00a09\u00a0»\u202f; il y a\u00a0: space, jobs.",
        ),
        ("?before=9-x", "Page introuvable", "«\u00a09-x\u00a0» n’est pas une page de cette liste."),
        ("digests/none", "Page introuvable", "Il n’y a pas encore de numéro d’une lettre appelée «\u00a0none\u00a0»."),
    ],
)
def test_what_goes_wrong_is_told_in_the_language_of_the_site(address: str, title: str, sentence: str) -> None:
    answer = client_of(make_aggregator(config=french())).get(f"/{address}")

    document = html.document_fromstring(answer.content)
    assert answer.status_code == 404
    assert document.get("lang") == "fr"
    assert [each.text_content() for each in document.xpath("//main/*")][:2] == [title, sentence]


def test_an_issue_and_its_way_out_speak_the_language_of_their_digest() -> None:
    german = DigestConfig.model_validate(
        {"name": "daily", "language": "de", "every": "day at 07:30", "to": [{"email": ["a@example.org"]}]}
    )
    config = french().model_copy(update={"digests": (german,)})
    aggregator = make_aggregator(config=config)
    aggregator.store.ledger = ListLedger(issues=(replace(issues()["plain"], digest="daily"),))
    client = client_of(aggregator)
    [target] = targets_of(german).values()
    token = unsubscribe_token(KEY, digest="daily", endpoint=target.endpoint.key)

    issue, way_out, front = client.get("/digests/daily/7"), client.get(f"/unsubscribe/{token}"), client.get("/")

    assert ['lang="de"' in page.text[:60] for page in (issue, way_out, front)] == [True, True, False]
    assert "Ausgabe 7" in issue.text
    assert "28. November 2026, 13:00 Uhr" in issue.text
    assert "Abmelden?" in way_out.text
    assert "Sources" in front.text


def test_the_titles_that_come_with_the_program_are_translated_and_those_of_the_operator_are_not() -> None:
    shipped = load(shipped_dir("config") / "aggregator.yaml")
    config = shipped.model_copy(update={"site": shipped.site.model_copy(update={"language": "de"})})
    own = CategoryConfig(name="own", title="Our members", any=("member",))

    labels = category_labels(config.model_copy(update={"categories": (*config.categories, own)}))

    assert list(labels.values())[:4] == ["Raumfahrt", "Innovation", "Talente und Wettbewerbsfähigkeit", "Our members"]
    assert [feed_title(feed, config) for feed in config.feeds if feed.name == "everything"] == ["Alles"]


def french() -> Config:
    return WEB_CONFIG.model_copy(update={"site": WEB_CONFIG.site.model_copy(update={"language": "fr"})})


def foreign(document: html.HtmlElement) -> Iterator[str]:
    """Yield what readers see, or hear, with Latin letters outside the marks."""
    named = "//*[@lang='en'] | //*[contains(@class, 'spoken')]"  # what is English, and what languages are called
    for unread in document.xpath(
        f"//style | //script | //code | //kbd | //input | {named} | //head/*[not(self::title)]"
    ):
        unread.drop_tree()
    if latin(document.text_content()):
        yield " ".join(re.sub(r"「[^「」]*」", "", document.text_content()).split())
    for element in document.iter(etree.Element):
        for name in ("title", "alt", "aria-label", "placeholder", "data-label", "value"):
            if latin(element.get(name, "")) and element.tag != "option":
                yield f"{name}: {element.get(name)}"


# What is called so in every language.
_NAMES = re.compile(r"https?://\S+|\S+\.example\S*|\b(?:Atom|RSS|JSON(?: Feed)?|OPML|CSV|ETag|Last-Modified|ms|s)\b")


def latin(text: str) -> bool:
    while re.search(r"「[^「」]*」", text):
        text = re.sub(r"「[^「」]*」", "", text)
    return bool(re.search(r"[A-Za-z]", _NAMES.sub("", text)))
