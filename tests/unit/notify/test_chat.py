"""Chat messages within the limits of their services, and nothing from feeds that calls people (RULES S1 to S21)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.config import ChatService
from aggregator.config.messages import ChatChannel
from aggregator.model.issues import Issue, Section, Story, Trouble, TroubleKind, Update
from aggregator.notify.chat import SERVICES, Service, lines_of, mattermost
from aggregator.notify.chat.discord import DISCORD
from aggregator.notify.chat.mattermost import MATTERMOST
from aggregator.notify.chat.others import COUNTED, Counted, texts_of
from aggregator.notify.chat.service import utf8, utf16
from aggregator.notify.chat.slack import SLACK
from aggregator.notify.chat.teams import TEAMS
from aggregator.notify.reactions import answers_table
from tests.conftest import ROOT
from tests.unit.notify.samples import SITE, make_issue, make_issue_entry

Payloads = list[dict[str, Any]]


def messages(service: Service, issue: Issue, limit: int = 1000) -> Payloads:
    return service.messages(lines_of(issue, SITE, limit))


def over(service: Service, payloads: Payloads) -> list[str]:
    """Return the limits that are passed, counted in the service's own unit."""
    measured = [(limit, limit.measure(payload)) for payload in payloads for limit in service.limits]
    return [f"{counted} {limit.what}, at most {limit.most}" for limit, counted in measured if counted > limit.most]


def texts_in(value: Any) -> Iterator[str]:
    """Yield all texts of a payload, wherever they are."""
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from texts_in(each)
        case list():
            for each in value:
                yield from texts_in(each)


services = pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
LONG_URL = "https://x.example/" + "(ü|" * 1_000
any_text = st.text(max_size=400) | st.text(alphabet="&<>@*:\\_🚀ü(", max_size=400)


def test_every_service_with_a_layout_is_in_the_table() -> None:
    assert set(SERVICES) == set(ChatService.with_layouts())
    assert all(service.name is name for name, service in SERVICES.items())


@services
@pytest.mark.parametrize("count", [0, 1, 47, 48, 49, 300])
def test_messages_are_within_the_limits_and_no_story_is_lost_or_twice(service: Service, count: int) -> None:
    titles = [f"S{number}e" for number in range(count)]
    made = messages(service, make_issue(0, *(make_issue_entry(title) for title in titles)))

    text = json.dumps(made)
    assert over(service, made) == []
    assert all(text.count(title) == 1 for title in titles)


@services
def test_messages_are_filled_as_far_as_they_may(service: Service) -> None:
    made = messages(service, make_issue(300))
    whole = [max(limit.measure(payload) / limit.most for limit in service.limits) for payload in made[:-1]]

    assert len(made) > 2
    assert min(whole) > 0.8


@services
@given(st.lists(st.tuples(any_text, any_text, st.integers(1, 3_000)), max_size=30), any_text)
@settings(deadline=None)
def test_limits_hold_for_any_text(service: Service, drawn: list[tuple[str, str, int]], title: str) -> None:
    entries = [
        make_issue_entry(
            headline, id=str(number), source_title=source, url="https://x.example/" + "(ü|" * (length // 3)
        )
        for number, (headline, source, length) in enumerate(drawn)
    ]
    section = Section(
        name="s", title=title, stories=tuple(Story(entries=(entry,), rank=rank) for rank, entry in enumerate(entries))
    )
    issue = make_issue(0, sections=(section,) if entries else (), title=title or "-")

    assert over(service, messages(service, issue)) == []


@services
def test_a_story_of_extreme_length_alone_is_within_the_limits(service: Service) -> None:
    for character in ("&", "@", "*", "🚀", "\x00", "ß", "\\", ":a"):
        long = make_issue_entry(
            character * 20_000, source_title=character * 20_000, url="https://x.example/" + character * 900
        )

        assert over(service, messages(service, make_issue(0, long, title=character * 5_000))) == []


@services
def test_a_heading_stands_in_the_message_of_what_follows_it(service: Service) -> None:
    sections = tuple(
        Section(
            name=f"s{number}",
            title=f"HEAD{number}.",
            stories=(Story(entries=(make_issue_entry(f"First{number}."),), rank=0),),
        )
        for number in range(120)
    )

    made = [json.dumps(each) for each in messages(service, make_issue(0, sections=sections))]

    assert len(made) > 1
    for number in range(120):
        [place] = [text for text in made if f"HEAD{number}." in text]
        assert f"First{number}." in place


@services
def test_addresses_are_in_ascii_so_that_none_turns_the_direction_of_a_line(service: Service) -> None:
    entry = make_issue_entry(url="https://x.example/\u202egpj.ü")

    text = "\n".join(texts_in(messages(service, make_issue(0, entry))))

    assert "https://x.example/%E2%80%AEgpj.%C3%BC" in text


@services
def test_a_message_says_where_the_rest_is(service: Service) -> None:
    text = json.dumps(messages(service, make_issue(30), limit=10))

    assert "20 more on the web page" in text
    assert "https://news.example.org/digests/daily/7" in text


@services
def test_changes_and_troubles_are_told(service: Service) -> None:
    issue = make_issue(
        1,
        updates=(Update(entry=make_issue_entry("Corrected"), was="Wrong"),),
        troubles=(Trouble(kind=TroubleKind.SILENT, subject="x", title="Bulletin", text="nothing new"),),
    )

    text = json.dumps(messages(service, issue))

    assert all(each in text for each in ("Corrected", "Wrong", "silent", "Bulletin", "nothing new"))


@services
def test_an_empty_issue_says_so(service: Service) -> None:
    [payload] = messages(service, make_issue(0))

    assert "Nothing new this time" in json.dumps(payload)


CALLS = "<!channel> <@U123> @everyone @here @channel <at>all</at> [x](https://evil.example) <https://evil.example|x>"


@services
def test_a_headline_calls_nobody_and_links_nowhere(service: Service) -> None:
    has_markdown = any("](https://" in text for text in texts_in(messages(service, make_issue(1))))

    made = messages(service, make_issue(0, make_issue_entry(CALLS, source_title=CALLS)))

    for text in texts_in(made):
        bare = re.sub(r"\\.", "", text)  # what is escaped is no markup
        assert not (has_markdown and "[x](" in bare)
        assert not re.search(r"<[!@#]\w|<at>|<https://evil", bare)


def test_the_docs_have_the_table_of_answers() -> None:
    page = (ROOT / "docs" / "reference" / "digests.md").read_text()

    assert answers_table() in page, "run: python -m aggregator.notify.reactions"


def test_slack_does_not_look_for_names_in_its_texts() -> None:
    [payload] = messages(SLACK, make_issue(0, make_issue_entry(CALLS)))

    assert all(block["text"].get("verbatim", block["type"] == "header") for block in payload["blocks"])


def test_discord_is_told_to_mention_nobody() -> None:
    [payload] = messages(DISCORD, make_issue(0, make_issue_entry(CALLS)))

    assert payload["allowed_mentions"] == {"parse": []}


def test_mattermost_calls_nobody() -> None:
    [payload] = messages(MATTERMOST, make_issue(0, make_issue_entry(CALLS)))

    assert not any(call in payload["text"] for call in ("@everyone", "@here", "@channel"))


def test_teams_names_no_entity_that_could_be_mentioned() -> None:
    [payload] = messages(TEAMS, make_issue(0, make_issue_entry(CALLS)))

    assert "entities" not in payload["attachments"][0]["content"]["msteams"]


def shown_by_mattermost(text: str) -> str:
    """Return what its web app shows: backslashes go before these only, entities are characters, U+200B is unseen."""
    escape = re.compile(r"\\(?:([`*{}\[\]()#+\-.!_>|~])|(\\)(?=\W|$))", re.ASCII)
    return unescape(escape.sub(lambda found: found[1] or found[2], text)).replace("\u200b", "")


@given(st.text(alphabet="aZ9 _:;)(<>&amp;#@*`|~[]{}\\.!-ü🚀", max_size=30))
def test_mattermost_shows_a_headline_as_it_is(headline: str) -> None:
    assert shown_by_mattermost(f"{mattermost.escaped(headline)} ") == f"{headline} "


@pytest.mark.parametrize(
    ("headline", "written"),
    [
        ("ESA: launch at 06:55", "ESA: launch at 06:55"),
        ("a < b", "a &lt; b"),
        (r"C:\temp", "C:\u200b\\temp"),
        ("Well :) :smile:", "Well :\u200b\\) :\u200bsmile:"),
        ("1.5 - 2! + x", "1.5 - 2! + x"),
    ],
)
def test_mattermost_gets_no_backslash_that_it_would_show(headline: str, written: str) -> None:
    assert mattermost.escaped(headline) == written


INVOKE = "triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0"


@pytest.mark.parametrize(
    ("address", "service", "expected"),
    [
        ("slack://T1/B2/c3", "slack", "https://hooks.slack.com/services/T1/B2/c3"),
        ("slack://bot@T1/B2/c3/#news", "slack", "https://hooks.slack.com/services/T1/B2/c3"),
        ("https://hooks.slack.com/services/T1/B2/c3", "slack", "https://hooks.slack.com/services/T1/B2/c3"),
        ("discord://1/AbC", "discord", "https://discord.com/api/webhooks/1/AbC?wait=true"),
        ("https://discord.com/api/webhooks/1/AbC", "discord", "https://discord.com/api/webhooks/1/AbC?wait=true"),
        ("mmost://chat.local:8065/tok", "mattermost", "http://chat.local:8065/hooks/tok"),
        ("mmosts://chat.example/team/tok", "mattermost", "https://chat.example/team/hooks/tok"),
        ("https://x.logic.azure.com/a?sig=b", "teams", "https://x.logic.azure.com/a?sig=b"),
        (
            "workflows://x.logic.azure.com:443/wf/si+g",
            "teams",
            f"https://x.logic.azure.com:443/workflows/wf/{INVOKE}&sig=si%2Bg",
        ),
    ],
)
def test_addresses_are_understood_in_both_notations(address: str, service: str, expected: str) -> None:
    assert SERVICES[ChatService(service)].webhook(address) == expected


@pytest.mark.parametrize(("address", "service"), [("slack://T1/B2", "slack"), ("discord://1", "discord")])
def test_an_address_that_lacks_something_is_told(address: str, service: str) -> None:
    with pytest.raises(ValueError, match="expected https://"):
        SERVICES[ChatService(service)].webhook(address)


@services
def test_the_examples_of_a_service_are_addresses_of_it(service: Service) -> None:
    for example in service.examples:
        known = ChatChannel.model_validate({"chat": example, "service": service.name})
        told = ChatService.AUTO if service.name.hosts or not example.startswith("http") else service.name
        found = ChatChannel.model_validate({"chat": example, "service": told})

        assert known.spoken is found.spoken is service.name
        assert service.webhook(example).startswith("https://")


@services
def test_a_scheme_alone_is_no_address(service: Service) -> None:
    for scheme in service.name.schemes:
        with pytest.raises(ValueError, match=re.escape(service.examples[0])):
            service.webhook(f"{scheme}://")


# --- through Apprise -------------------------------------------------------------------------------------------------


counted = pytest.mark.parametrize(
    "limit", [*COUNTED.values(), Counted(most=140, size=utf16), Counted(most=600, size=utf16)]
)


@counted
@pytest.mark.parametrize("title_most", [0, 100, 250])
@given(st.lists(st.tuples(any_text, any_text), max_size=30), any_text)
@settings(deadline=None, max_examples=30)
def test_no_body_is_larger_than_its_service_takes(
    limit: Counted, title_most: int, drawn: list[tuple[str, str]], title: str
) -> None:
    entries = [
        make_issue_entry(text, id=str(number), source_title=source) for number, (text, source) in enumerate(drawn)
    ]
    issue = make_issue(0, *entries, title=title or "-")

    given_title, bodies = texts_of(lines_of(issue, SITE, 1000), limit, title_most=title_most)

    on_top = f"{given_title} ({len(bodies)}/{len(bodies)})\r\n" if title_most == 0 else ""
    assert len(given_title) <= (title_most or 10_000)
    assert max(limit.size(on_top + body) for body in bodies) <= limit.most


def test_ntfy_counts_bytes_and_apprise_makes_no_file_of_what_it_gets() -> None:
    titles = [f"Запуск ракеты номер {number}: с космодрома 🚀" for number in range(200)]
    lines = lines_of(make_issue(0, *(make_issue_entry(title, id=title) for title in titles)), SITE, 1000)

    title, bodies = texts_of(lines, COUNTED["ntfy"], title_most=200)

    assert max(map(utf8, bodies)) <= 4_096
    assert max(len(json.dumps({"topic": "t" * 64, "title": title, "message": body})) for body in bodies) <= 7_800
    assert all(sum(each in body for body in bodies) == 1 for each in titles)


def test_no_headline_calls_a_whole_room_through_apprise() -> None:
    lines = lines_of(make_issue(0, make_issue_entry("@all @Here @**all** <!channel> a@allied.example")), SITE, 10)

    _, [body] = texts_of(lines, Counted(most=4_000, size=utf16), title_most=250)

    assert not re.search(r"@all\b|@here\b|@\*|<!", body, re.IGNORECASE)
    assert "a@allied.example" in body
