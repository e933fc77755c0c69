"""Chat messages within the limits of their services, and nothing from feeds that calls people (RULES S1 to S21)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import ChatService
from aggregator.model.issues import Issue, Trouble, TroubleKind, Update
from aggregator.notify.chat import LAYOUTS, lines_of
from aggregator.notify.chat.addresses import webhook_address
from tests.unit.notify.samples import SITE, make_issue, make_issue_entry

Payloads = list[dict[str, Any]]


def messages(service: str, issue: Issue, limit: int = 1000) -> Payloads:
    return LAYOUTS[ChatService(service)](lines_of(issue, SITE, limit))


def is_within_slack(payload: dict[str, Any]) -> bool:
    texts = [block["text"]["text"] for block in payload["blocks"]]
    headers = [block["text"]["text"] for block in payload["blocks"] if block["type"] == "header"]
    return (
        0 < len(payload["text"]) <= 4_000
        and len(texts) <= 50
        and max(map(len, texts)) <= 3_000
        and sum(map(len, texts)) <= 13_000
        and all(0 < len(text) <= 150 for text in headers)
        and all(texts)
    )


def is_within_discord(payload: dict[str, Any]) -> bool:
    [embed] = payload["embeds"]
    texts = (embed.get("title", ""), embed["description"], embed.get("footer", {}).get("text", ""))
    return (
        payload["allowed_mentions"] == {"parse": []}
        and len(embed.get("title", "x")) <= 256
        and 0 < len(embed["description"]) <= 4_096
        and len(embed.get("footer", {}).get("text", "")) <= 2_048
        and sum(map(len, texts)) <= 6_000
    )


def is_within_teams(payload: dict[str, Any]) -> bool:
    return len(json.dumps(payload).encode()) <= 21_000 and payload["type"] == "message"


def is_within_mattermost(payload: dict[str, Any]) -> bool:
    return 0 < len(payload["text"]) <= 4_000


WITHIN: dict[str, Callable[[dict[str, Any]], bool]] = {
    "slack": is_within_slack,
    "discord": is_within_discord,
    "teams": is_within_teams,
    "mattermost": is_within_mattermost,
}
services = pytest.mark.parametrize("service", sorted(WITHIN))


@services
@pytest.mark.parametrize("count", [0, 1, 47, 48, 49, 300])
def test_messages_are_within_the_limits_and_no_story_is_lost_or_twice(service: str, count: int) -> None:
    titles = [f"S{number}e" for number in range(count)]
    made = messages(service, make_issue(0, *(make_issue_entry(title) for title in titles)))

    text = json.dumps(made)
    assert all(map(WITHIN[service], made))
    assert all(text.count(title) == 1 for title in titles)


@services
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=250), st.text(max_size=100), st.integers(1, 1_900)), max_size=30)
)
def test_limits_hold_for_any_text(service: str, drawn: list[tuple[str, str, int]]) -> None:
    entries = [
        make_issue_entry(title, id=str(number), source_title=source, url="https://x.example/" + "()|" * (length // 3))
        for number, (title, source, length) in enumerate(drawn)
    ]

    assert all(map(WITHIN[service], messages(service, make_issue(0, *entries))))


@services
def test_a_message_says_where_the_rest_is(service: str) -> None:
    text = json.dumps(messages(service, make_issue(30), limit=10))

    assert "20 more on the web page" in text
    assert "https://news.example.org/digests/daily/7" in text


@services
def test_changes_and_troubles_are_told(service: str) -> None:
    issue = make_issue(
        1,
        updates=(Update(entry=make_issue_entry("Corrected"), was="Wrong"),),
        troubles=(Trouble(kind=TroubleKind.SILENT, subject="x", title="Bulletin", text="nothing new"),),
    )

    text = json.dumps(messages(service, issue))

    assert all(each in text for each in ("Corrected", "Wrong", "silent", "Bulletin", "nothing new"))


@services
def test_an_empty_issue_says_so(service: str) -> None:
    [payload] = messages(service, make_issue(0))

    assert "Nothing new this time" in json.dumps(payload)


CALLS = "<!channel> <@U123> @everyone @here @channel <at>all</at> [x](https://evil.example) *b* `c`"


def test_slack_calls_nobody() -> None:
    text = json.dumps(messages("slack", make_issue(0, make_issue_entry(CALLS))))

    assert "<!channel>" not in text
    assert "<@U123>" not in text
    assert "&lt;!channel&gt;" in text
    assert '"verbatim": true' in text


def test_discord_calls_nobody_and_shows_the_title_as_it_is() -> None:
    [payload] = messages("discord", make_issue(0, make_issue_entry(CALLS)))

    assert payload["allowed_mentions"] == {"parse": []}
    assert "\\[x\\]\\(https" in payload["embeds"][0]["description"]


def test_mattermost_calls_nobody() -> None:
    [payload] = messages("mattermost", make_issue(0, make_issue_entry(CALLS)))

    assert not any(call in payload["text"] for call in ("@everyone", "@here", "@channel"))
    assert "[x](" not in payload["text"]


def test_teams_calls_nobody() -> None:
    [payload] = messages("teams", make_issue(0, make_issue_entry(CALLS)))

    content = payload["attachments"][0]["content"]
    assert "entities" not in content["msteams"]
    assert "<at>" not in json.dumps(content)
    assert "[x](" not in json.dumps(content)


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
    assert webhook_address(address, ChatService(service)) == expected


@pytest.mark.parametrize(("address", "service"), [("slack://T1/B2", "slack"), ("discord://1", "discord")])
def test_an_address_that_lacks_something_is_told(address: str, service: str) -> None:
    with pytest.raises(ValueError, match="expected https://"):
        webhook_address(address, ChatService(service))
