"""What is secret, or came from the environment, shows nowhere."""

import pytest

from aggregator.config import Config
from aggregator.config.suggest import bare_address, without_userinfo
from tests.unit.config.conftest import Complainer, Loader

SECRETS = {
    "TITLE": "swordfish1",
    "DB_PASSWORD": "swordfish2",
    "HOOK": "https://hooks.example.org/swordfish3",
    "NAME": "swordfish4",
    "WORD": "swordfish5",
    "PORT": "7749",
}
TEXT = """
site: {title: "${TITLE}"}
storage: {url: "postgresql://me:${DB_PASSWORD}@db/news"}
sources:
  - {url: "https://me:swordfish6@a.example/feed", keep: "lunar or ${WORD}"}
  - {url: "https://b.example/feed", auth: {user: "${NAME}", password: swordfish10}}
  - {url: "https://c.example/feed", headers: {Authorization: "Bearer ${WORD}", X-Key: swordfish11}}
categories:
  - {name: space, any: [lunar, "${WORD}"]}
digests:
  - name: daily
    every: now
    to:
      - webhook: ${HOOK}
        secret: swordfish7
      - chat: slack://swordfish8/a
email:
  from: a@example.org
  smtp:
    user: ${NAME}
    password: swordfish9
    port: ${PORT}
"""


def everything_shown(config: Config) -> str:
    return "\n".join([repr(config), str(config), repr(config.model_dump()), config.model_dump_json()])


def test_no_secret_shows_in_a_configuration(load_text: Loader) -> None:
    config = load_text(TEXT, SECRETS)

    shown = everything_shown(config)
    assert "swordfish" not in shown
    assert "7749" not in shown
    assert "a.example/feed" in shown


def test_the_values_themselves_are_there_to_be_used(load_text: Loader) -> None:
    config = load_text(TEXT, SECRETS)

    assert config.site.title == "swordfish1"
    assert config.storage.url == "postgresql+psycopg://me:swordfish2@db/news"
    assert config.sources[0].keep == "lunar or swordfish5"
    assert config.categories[0].any == ("lunar", "swordfish5")
    assert config.sources[1].auth is not None
    assert config.sources[1].auth.user == "swordfish4"
    assert config.sources[1].auth.password.get_secret_value() == "swordfish10"
    assert [value.get_secret_value() for value in config.sources[2].headers.values()] == [
        "Bearer swordfish5",
        "swordfish11",
    ]
    webhook, chat = config.digests[0].to
    assert webhook.webhook.get_secret_value() == "https://hooks.example.org/swordfish3"
    assert chat.chat.get_secret_value() == "slack://swordfish8/a"
    assert config.email is not None
    assert (config.email.smtp.user, config.email.smtp.port) == ("swordfish4", 7749)


def test_an_included_secret_stays_one_in_a_copy(load_text: Loader) -> None:
    config = load_text("site: {title: '${TITLE}'}", SECRETS)

    assert "swordfish" not in everything_shown(config.model_copy(update={"sources": ()}))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fetch: {every: '${SECRET}'}", "such as 15m or 2h, got '${SECRET}' from the environment"),
        ("site: {url: 'gopher://me:${SECRET}@n.example/'}", "got 'gopher://***@n.example/' from the environment"),
        ("sources: [{url: 'ftp://me:swordfish@a.example/feed'}]", "got 'ftp://***@a.example/feed'"),
        ("storage: {url: 'postgres://me:sword/fish?x#swordfish@db/news'}", "got 'postgres://***@db/news'"),
        ("email: {from: a@b.example, smtp: {password: 5550123}}", "expected text for 'password'; put it in quotes"),
        ("email: {from: a@b.example, smtp: {password: '${SECRET}', port: 0}}", "got '0'"),
        (
            "digests: [{name: a, every: now, to: [{webhook: 'ftp://swordfish/x'}]}]",
            "expected an address that begins with http:// or https://",
        ),
        ("digests: [{name: a, every: now, to: [{chat: swordfish}]}]", "such as slack://… or tgram://…"),
        ("sources: [{url: 'https://a.example/', categories: ['${SLUG}']}]", "unknown category '${SLUG}'"),
        ("sources: [{url: 'https://a.example/', keep: '${SECRET} ('}]", "got '${SECRET} (' from the environment"),
        ("categories: [{name: a, any: ['/${SECRET}[/']}]", "not a regular expression"),
        (
            "sources: [{url: 'https://a.example/', headers: {Host: '${SECRET}'}}]",
            "this header is set by the program itself",
        ),
        ("sources: [{url: 'https://a.example/', headers: {'X Key': swordfish}}]", "this is not a header's name"),
        (
            "sources: [{url: 'https://a.example/', headers: {X-Key: \"sword\\nfish\"}}]",
            "expected one line of ASCII text",
        ),
        (
            "sources: [{url: 'https://a.example/', headers: {X-Key: 5550123}}]",
            "expected text for 'X-Key'; put it in quotes",
        ),
        ("sources: [{url: 'https://a.example/', headers: {X-Key: a, x-key: swordfish}}]", "a header is given twice"),
        (
            "sources: [{url: 'https://a.example/', headers: [swordfish]}]",
            "expected a set of headers, got a list",
        ),
        ("sources: [{url: 'https://a.example/', auth: {user: a, password: 5550123}}]", "put it in quotes"),
        ("sources: [{url: 'https://a.example/', auth: {user: 'a:b', password: swordfish}}]", "without a colon"),
        (
            "sources: [{url: 'https://a:swordfish@a.example/', auth: {user: a, password: swordfish}}]",
            "its credentials are given twice; keep one of url, auth and the header Authorization",
        ),
        (
            "sources: [{url: 'https://a.example/', auth: {user: a, password: b}, headers: {authorization: swordfish}}]",
            "its credentials are given twice",
        ),
        (
            "sources: [{url: 'https://a.example/'}, {url: 'https://a:swordfish@a.example/'}]",
            "another source has this address",
        ),
        ("include: ['${SLUG}.yaml']", "the included file does not exist: ${SLUG}.yaml"),
        ("site: {title: 'swordfish}", "a quotation mark is not closed"),
    ],
)
def test_no_secret_shows_in_a_problem(problems_of: Complainer, text: str, problem: str) -> None:
    problems = problems_of(text, {"SECRET": "sword fish swordfish", "SLUG": "swordfish"})

    assert any(problem in each for each in problems), problems
    assert not any("swordfish" in each or "5550123" in each for each in problems)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.example/@me", "https://a.example/@me"),
        ("https://token@a.example/x", "https://***@a.example/x"),
        ("postgresql://me:a@b/c@host/db", "postgresql://***@host/db"),
        ("me@example.org", "me@example.org"),
    ],
)
def test_user_and_password_of_an_address_are_masked(text: str, shown: str) -> None:
    assert without_userinfo(text) == shown


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://me:p%40ss@A.example:8443/a?b=c@d#e", "https://A.example:8443/a?b=c@d#e"),
        ("https://me@a.example", "https://a.example"),
        ("https://me:p@ss@a.example/", "https://a.example/"),
        ("https://a.example/@me", "https://a.example/@me"),
        ("https://a.example?me@b", "https://a.example?me@b"),
    ],
)
def test_an_address_without_user_and_password_is_otherwise_the_same(url: str, bare: str) -> None:
    assert bare_address(url) == bare


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("https://a.example/feed?key=${KEY}", ["sword42fish"]),
        ("https://a.example/${KEY}/${FOLDER}/feed", ["sword42fish", "private"]),
        ("${WHOLE}", ["feed/of/mine", "key=sword43fish"]),
        ("https://me:${KEY}@${HOST}/feed", []),
        ("https://a.example/${MISSING:-feed}", []),
        ("https://a.example/feed", []),
    ],
)
def test_what_comes_from_the_environment_behind_the_host_of_a_source_is_hidden(
    load_text: Loader, url: str, hidden: list[str]
) -> None:
    env = {
        "KEY": "sword42fish",
        "FOLDER": "private",
        "HOST": "a.example",
        "WHOLE": "https://a.example/feed/of/mine?key=sword43fish",
    }

    config = load_text(f"sources: ['{url}']", env)

    assert config.hidden_in_addresses == tuple(("a.example", each) for each in hidden)
