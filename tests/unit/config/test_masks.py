"""Secrets are taken out of whatever is shown."""

from __future__ import annotations

import json
import logging

import pytest
from pydantic import SecretStr

from aggregator.config import Config, Secrets
from aggregator.entrypoints.logs import LogFormat, configure_logging, keep_secrets_of, masked

SECRETS = {
    "smtp": "swordfish-1",
    "hook": "https://hooks.example.org/in/t0ken4711abcdef?key=s3cretkey99",
    "key": "whsec_c3dvcmRmaXNo",
    "chat": "tgram://123456789:AbCdEf-bot_token/4711",
    "header": "Bearer q w e r t y",
    "auth": 'sword"fish\\2',
}
CONFIG = Config.model_validate(
    {
        "sources": [
            {"url": "https://a.example/", "headers": {"X-Key": SECRETS["header"]}},
            {"url": "https://b.example/", "auth": {"user": "me", "password": SECRETS["auth"]}},
        ],
        "digests": [
            {
                "name": "daily",
                "every": "now",
                "to": [{"webhook": SECRETS["hook"], "secret": SECRETS["key"]}, {"chat": SECRETS["chat"]}],
            }
        ],
        "email": {"from": "a@b.example", "smtp": {"password": SECRETS["smtp"]}},
    }
)


@pytest.mark.parametrize("secret", SECRETS.values(), ids=list(SECRETS))
def test_every_secret_of_a_configuration_is_masked(secret: str) -> None:
    assert Secrets(CONFIG).mask(f"before {secret} after") == "before ********** after"


@pytest.mark.parametrize("part", ["t0ken4711abcdef", "s3cretkey99", "AbCdEf-bot_token", "c3dvcmRmaXNo"])
def test_so_are_the_telling_parts_of_an_address(part: str) -> None:
    assert part not in Secrets(CONFIG).mask(f"POST /in/{part} failed")


def test_hosts_and_words_are_not() -> None:
    text = "hooks.example.org refuses the webhook with 410 Gone"

    assert Secrets(CONFIG).mask(text) == text


def test_a_secret_is_found_in_json_too() -> None:
    assert "fish" not in Secrets(CONFIG).mask(json.dumps({"error": SECRETS["auth"]}))


def test_nothing_hides_nothing() -> None:
    assert Secrets().mask("text") == "text"
    assert Secrets(SecretStr("")).mask("text") == "text"


@pytest.mark.parametrize("form", list(LogFormat))
def test_logs_and_their_tracebacks_have_no_secret(form: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(form)
    keep_secrets_of(CONFIG)
    import structlog

    try:
        try:
            int(f"{SECRETS['hook']} with {SECRETS['smtp']}")
        except ValueError as error:
            structlog.get_logger().error("delivery.crashed", exc_info=error, to=SECRETS["chat"])
            logging.getLogger("some.library").warning("with %s", SECRETS["smtp"], exc_info=error)
        said = capsys.readouterr().err
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
        keep_secrets_of(Config())

    assert said.count("delivery.crashed") == 1
    assert "ValueError" in said
    assert not any(secret in said for secret in ("swordfish", "t0ken", "AbCdEf"))


def test_what_the_command_shows_of_a_bug_is_masked() -> None:
    keep_secrets_of(CONFIG)
    try:
        assert masked(f"Traceback … {SECRETS['smtp']}") == "Traceback … **********"
    finally:
        keep_secrets_of(Config())
