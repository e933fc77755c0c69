"""What people write has one obvious meaning, and is taken for it."""

from datetime import timedelta

import pytest

from aggregator.config import ChatChannel, EmailChannel, WebhookChannel
from aggregator.config.reference import EXAMPLE
from tests.unit.config.conftest import Complainer, Loader
from tests.unit.config.test_schema import mistakes

MAIL = "email: {from: a@b.example}\n"
CATEGORIES = "categories: [{name: space, any: [x]}, {name: talent, any: [y]}]\n"


@pytest.mark.parametrize(
    "text",
    [
        "sources: https://a.example/feed",
        "sources: [https://a.example/feed]",
        "sources:\n  - https://a.example/feed\n",
        "sources: {url: https://a.example/feed}",
        "sources:\n  - url: https://a.example/feed\n",
        "sources: {a: https://a.example/feed}",
        "sources:\n  a:\n    url: https://a.example/feed\n",
    ],
)
def test_a_source_is_its_address(load_text: Loader, text: str) -> None:
    assert [source.url for source in load_text(text).sources] == ["https://a.example/feed"]
    assert mistakes(text) == []


def test_keys_of_a_mapping_are_names(load_text: Loader) -> None:
    config = load_text(
        "sources: {one: https://a.example/, two: {url: 'https://b.example/', categories: space}}\n"
        "categories: {space: {any: lunar}, talent: }\n"
        "feeds: {all: , space: {where: {categories: space}}}\n"
        "digests: {daily: {every: daily}}\n"
    )

    assert [each.name for each in config.sources] == ["one", "two"]
    assert [each.name for each in config.categories] == ["space", "talent"]
    assert [(each.name, each.where.categories) for each in config.feeds] == [("all", ()), ("space", ("space",))]
    assert [(each.name, each.every) for each in config.digests] == [("daily", "day at 07:30")]


def test_a_name_that_is_none_is_told_where_it_is_written(problems_of: Complainer) -> None:
    [problem] = problems_of("sources:\n  My source: https://a.example/\n")

    assert problem.startswith("aggregator.yaml:2: expected a name")


@pytest.mark.parametrize(
    ("written", "names"),
    [("space", ("space",)), ("[space]", ("space",)), ("space, talent", ("space", "talent")), ("", ())],
)
def test_one_name_is_a_list_of_one(load_text: Loader, written: str, names: tuple[str, ...]) -> None:
    text = f"{CATEGORIES}sources:\n- url: https://a.example/\n  categories: {written}\n"
    text += f"feeds:\n- name: x\n  where:\n    categories: {written}\n"

    config = load_text(text)

    assert (config.sources[0].categories, config.feeds[0].where.categories) == (names, names)


def test_an_unknown_name_is_told_with_its_line_however_it_is_written(problems_of: Complainer) -> None:
    problems = problems_of(f"{CATEGORIES}sources:\n- url: https://a.example/\n  categories: space, spcae\n")

    assert problems == ["aggregator.yaml:4: unknown category 'spcae'; did you mean 'space'?"]


@pytest.mark.parametrize(
    "written", ["me@example.org", "[me@example.org]", "{email: me@example.org}", "[{email: [me@example.org]}]"]
)
def test_a_mail_address_is_a_channel(load_text: Loader, written: str) -> None:
    text = f"{MAIL}digests:\n- name: a\n  every: daily\n  to: {written}\n"

    [channel] = load_text(text).digests[0].to

    assert channel == EmailChannel(email=("me@example.org",))
    assert mistakes(text) == []


def test_several_readers_may_come_from_one_variable(load_text: Loader) -> None:
    config = load_text(
        f"{MAIL}digests: [{{name: a, every: now, to: [{{email: '${{READERS}}'}}]}}]",
        {"READERS": "a@x.example, b@x.example"},
    )

    [channel] = config.digests[0].to
    assert isinstance(channel, EmailChannel)
    assert channel.email == ("a@x.example", "b@x.example")
    assert "a@x" not in repr(config)


def test_an_address_is_a_channel_by_its_look(load_text: Loader) -> None:
    config = load_text(
        "digests:\n- name: a\n  every: now\n  to:\n  - https://hooks.slack.com/services/a/b/c\n"
        "  - https://hooks.example.org/in\n  - tgram://token/chat\n"
    )

    assert [type(channel) for channel in config.digests[0].to] == [ChatChannel, WebhookChannel, ChatChannel]


def test_a_digest_without_channels_can_be_previewed(load_text: Loader) -> None:
    assert load_text("digests: [{name: a, every: daily}]").digests[0].to == ()


@pytest.mark.parametrize(("written", "value"), [("yes", True), ("On", True), ("no", False), ("off", False)])
def test_a_switch_may_be_a_word(load_text: Loader, written: str, value: bool) -> None:
    text = f"sources:\n- url: https://a.example/\n  full: {written}\n"

    assert load_text(text).sources[0].full is value
    assert mistakes(text.replace(written, written.lower())) == []


def test_durations_may_be_in_words(load_text: Loader) -> None:
    config = load_text("fetch: {every: hourly}\nsources:\n- {url: 'https://a.example/', every: 2 hours}\n")

    assert (config.fetch.every, config.sources[0].every) == (timedelta(hours=1), timedelta(hours=2))


def test_sections_may_be_merged_and_anchors_have_a_place(load_text: Loader) -> None:
    text = (
        "x-usual: &usual {categories: [space], priority: 5}\n"
        f"{CATEGORIES}sources:\n- <<: *usual\n  url: https://a.example/\n"
        "- url: https://b.example/\n  priority: 7\n  <<: [*usual]\n"
    )

    sources = load_text(text).sources

    assert [(each.priority, each.categories) for each in sources] == [(5, ("space",)), (7, ("space",))]


def test_a_key_that_is_there_twice_is_told_beside_a_merge(problems_of: Complainer) -> None:
    [problem] = problems_of("site: &a {title: x}\nfeeds:\n- <<: *a\n  name: a\n  name: b\n")

    assert "the key 'name' is here twice" in problem


@pytest.mark.parametrize(
    ("value", "is_doubtful"),
    [("News #1", True), ("'News #1'", False), ("News # one", False), ("News#1", False), ("News #", False)],
)
def test_a_value_that_is_cut_at_a_hash_is_doubted(load_text: Loader, value: str, is_doubtful: bool) -> None:
    doubts = load_text(f"site:\n  title: {value}\n  language: en\n").doubts

    said = ["aggregator.yaml:2: what follows the # is a comment; put the value in quotes if it belongs to it"]
    assert list(map(str, doubts)) == (said if is_doubtful else [])


def test_a_missing_variable_is_the_only_complaint_of_its_place(problems_of: Complainer) -> None:
    problems = problems_of("digests:\n- name: a\n  every: now\n  to:\n  - chat: https://x.example/${TOKEN}\n")

    assert problems == ["aggregator.yaml:5: the environment has no TOKEN; set it or write a default: ${TOKEN:-…}"]


def test_a_no_break_space_that_does_no_harm_is_left_alone(load_text: Loader) -> None:
    assert load_text("site:\n  title: >-\n    a\n    \u00a0b\n  language: en\n")
    assert load_text("site:\n  title: Caf\u00e9\u00a0du coin\n").site.title == "Caf\u00e9\u00a0du coin"


def test_the_example_says_the_same_in_short_and_in_full(load_text: Loader) -> None:
    environment = {"CONTROL_ROOM_TOKEN": "0123456789abcdef", "WEBHOOK_SECRET": "s" * 30, "SMTP_PASSWORD": "p"}
    short = EXAMPLE.replace("[reader@example.org]", "reader@example.org").replace("[space]}", "space}")

    assert load_text(short, environment) == load_text(EXAMPLE, environment)
