"""Digests as a user has them: commands, the main job, the web page, and no secret anywhere."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aggregator.entrypoints.demo import expected, formats
from tests.end_to_end.conftest import Runner, get, wait_for
from tests.receivers import Answer, HttpReceiver, MailServer

SECRETS = {
    "READER": "hidden.reader@example.org",
    "HOOK_SECRET": "whsec_c3dvcmRmaXNoLXN3b3JkZmlzaC1zd29yZGZpc2g=",
    "HOOK_TOKEN": "token4711swordfish",
    "PASSWORD": "swordfish-of-smtp",
}
KEYS = {"id", "digest", "issue", "channel", "status", "attempts", "next_attempt", "last_error"}

Extending = Callable[..., Path]


@pytest.fixture
def servers() -> Iterator[tuple[MailServer, HttpReceiver]]:
    with MailServer() as mail, HttpReceiver() as hooks:
        yield mail, hooks


@pytest.fixture
def extended(config: Path, servers: tuple[MailServer, HttpReceiver]) -> Extending:
    """The demo's configuration with digests; what is given is written below it."""

    def extend(more: str = "", *, every: str = "day at 07:30", site_url: str | None = None) -> Path:
        mail, hooks = servers
        text = config.read_text().partition("\n# What comes with a poll")[0]
        if site_url is not None:
            text = text.replace('"http://127.0.0.1:8080/"', site_url)
        text += f"""
digests:
  - name: daily
    every: {every}
    to:
      - email: [reader@example.org]
      - email: ["${{READER:-other@example.org}}"]
      - webhook: {hooks.url}/${{HOOK_TOKEN:-in}}
        secret: ${{HOOK_SECRET:-whsec_YWJj}}
      - chat: {hooks.url}/chat
        service: mattermost
email:
  from: Space news <news@example.org>
  smtp: {{host: 127.0.0.1, port: {mail.port}}}
{more}"""
        config.write_text(text)
        return config

    return extend


@pytest.mark.slow  # each command is a program
def test_a_digest_is_looked_at_previewed_tested_and_sent_once(
    run: Runner, extended: Extending, servers: tuple[MailServer, HttpReceiver], tmp_path: Path
) -> None:
    mail, hooks = servers
    config = extended()
    run("poll", "--all", "--config", config)
    shown = run("digest", "daily", "--config", config).stdout
    run("digest", "daily", "--preview", tmp_path / "daily.html", "--config", config)
    run("digest", "daily", "--to", "tester@example.org", "--config", config)
    before = (run.json("deliveries", "--config", config), [each.recipient for each in mail.mails])

    sent = run("digest", "daily", "--send", "--config", config)
    ledger = run.json("deliveries", "--config", config)
    again = run("digest", "daily", "--send", "--config", config)
    explained = run("explain", run.json("entries", "--config", config)[0]["id"], "--config", config).stdout

    assert "* " in shown
    assert "nothing was sent" in shown
    assert (tmp_path / "daily.html").read_text().startswith("<!DOCTYPE html>")
    assert before == ([], ["tester@example.org"])
    assert f"issue 1 of daily: {expected(formats()).articles} entries" in sent.stdout
    assert [each.recipient for each in mail.mails[1:]].count("reader@example.org") == 1
    assert len(mail.mails) == 3
    assert {post.path for post in hooks.posts} == {"/in", "/chat"}
    assert all(set(each) >= KEYS for each in ledger)
    assert [each["status"] for each in ledger] == ["sent"] * 4
    assert {each["issue"] for each in ledger} == {1}
    assert "nothing is new" in again.stdout
    assert "daily, issue 1" in explained


@pytest.mark.slow  # each command is a program
def test_what_failed_is_listed_and_sent_again_on_demand(
    run: Runner, extended: Extending, servers: tuple[MailServer, HttpReceiver]
) -> None:
    mail, hooks = servers
    hooks.answer = lambda post: Answer(status=410 if post.path == "/in" else 200)
    config = extended()
    run("poll", "--all", "--config", config)
    run("digest", "daily", "--send", "--config", config, expect=1)
    [stopped] = [each for each in run.json("deliveries", "--config", config) if each["status"] != "sent"]
    told = run("check", "--config", config).stdout
    hooks.answer = lambda _: Answer()

    run("deliveries", "--retry", str(stopped["id"]), "--config", config)
    after = run.json("deliveries", "--config", config)

    assert stopped["status"] == "stopped"
    assert "410" in stopped["last_error"]
    assert "daily to webhook 127.0.0.1" in told
    assert {each["status"] for each in after} == {"sent"}
    assert len(mail.mails) == 2
    assert "webhook" not in run("check", "--config", config).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("digest", "nothing"), "no digest is named 'nothing'; there are: daily"),
        (
            ("digest", "daily", "--send", "--to", "a@example.org"),
            "use only one of --preview, --send, --to and --resume",
        ),
        (("digest", "daily", "--to", "nobody"), "--to expects a mail address"),
        (("digest", "daily", "--resume", "a@example.org"), "does not go to this address"),
        (("deliveries", "--retry", "99"), "no delivery has the id 99"),
    ],
)
def test_wrong_usage_is_a_sentence(run: Runner, extended: Extending, arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments, "--config", extended(), expect=2)

    assert message in done.stderr


def test_templates_can_be_replaced_for_one_digest_and_check_finds_what_is_wrong_with_them(
    run: Runner, extended: Extending, tmp_path: Path
) -> None:
    folder = tmp_path / "demo" / "mine"
    folder.mkdir()
    config = extended("templates: mine\n")
    config.write_text(config.read_text().replace("  - name: daily\n", "  - name: daily\n    template: own\n"))
    missing = run("check", "--config", config, expect=2)
    (folder / "own.html.j2").write_text("<p>one</p>\n<p>{{ issue.nothing }}</p>")
    broken = run("check", "--config", config, expect=2)
    (folder / "own.html.j2").write_text("<p>{{ issue.title</p>")
    unreadable = run("check", "--config", config, expect=2)
    (folder / "own.html.j2").write_text("<p>mine: {{ issue.sections | length }}</p>")
    run("check", "--config", config)
    run("poll", "--all", "--config", config)

    run("digest", "daily", "--preview", tmp_path / "daily.html", "--config", config)

    assert "neither own.html.j2 nor own.txt.j2" in missing.stderr
    assert "own.html.j2:2: " in broken.stderr
    assert "own.html.j2:1: " in unreadable.stderr
    assert "mine: 4" in (tmp_path / "daily.html").read_text()


def test_an_address_that_no_service_has_is_found_by_check(run: Runner, extended: Extending) -> None:
    config = extended()
    config.write_text(config.read_text().replace("service: mattermost", "service: apprise"))

    done = run("check", "--config", config, expect=2)

    assert "digest daily, chat http: Apprise does not understand this address" in done.stderr


@pytest.mark.slow  # each command is a program
def test_no_secret_shows_anywhere(
    run: Runner, extended: Extending, servers: tuple[MailServer, HttpReceiver], tmp_path: Path
) -> None:
    mail, hooks = servers
    hooks.answer = lambda post: Answer(status=500, body=f"no route {post.path}".encode())
    config = extended()
    config.write_text(
        config.read_text().replace(f"port: {mail.port}", f"port: {mail.port}, user: me, password: $PASSWORD")
    )
    config.write_text(config.read_text().replace("$PASSWORD", '"${PASSWORD}"'))
    outputs = []
    for arguments, code in [
        (("check",), 0),
        (("poll", "--all"), 0),
        (("digest", "daily", "--send"), 1),
        (("deliveries",), 0),
        (("deliveries", "--json"), 0),
        (("digest", "daily", "--to", "nothing://swordfish"), 1),
    ]:
        done = run(*arguments, "--config", config, expect=code, **SECRETS)
        outputs.append(done.stdout + done.stderr)

    text = "\n".join(outputs)
    stored = b"".join(path.read_bytes() for path in (tmp_path / "demo").glob("*.db*"))
    assert "h…r@example.org" in text
    for secret in ("hidden.reader", "c3dvcmRmaXNo", "token4711", "swordfish-of-smtp"):
        assert secret not in text
        assert secret.encode() not in stored


def test_the_main_job_sends_at_once_and_one_click_unsubscribes(
    run: Runner, extended: Extending, servers: tuple[MailServer, HttpReceiver], free_port: int
) -> None:
    mail, hooks = servers
    here = f"http://127.0.0.1:{free_port}/"
    config = extended(every="now", site_url=here)
    process = run.start("run", "--port", str(free_port), "--config", config, "--log-format", "json")
    all_sent = b'aggregator_deliveries{digest="daily",status="sent"} 4.0'
    wait_for(lambda: all_sent in get(here + "metrics")[1])
    assert (len(mail.mails), len(hooks.posts) >= 2) == (2, True)
    [message] = [each.message for each in mail.mails if each.recipient == "reader@example.org"]
    address = re.search(r"<(http[^>]+)>", str(message["List-Unsubscribe"])).group(1)  # type: ignore[union-attr]

    asked, asking_page = get(address)
    not_yet = run("check", "--config", config).stdout
    posted = urllib.request.Request(address, data=b"List-Unsubscribe=One-Click", method="POST")
    with urllib.request.urlopen(posted, timeout=10) as answer:
        done = (answer.status, answer.url, answer.read())
    told = run("check", "--config", config).stdout
    pages = {path: get(here + path) for path in ("digests", "digests/daily", "digests/daily/1", "metrics", "style.css")}
    forged = get(address[:-4] + "AAAA")[0]
    issue = json.loads(next(post.body for post in hooks.posts if post.path == "/in"))
    process.terminate()
    log, _ = process.communicate(timeout=30)

    assert (asked, done[0], done[1]) == (200, 200, address)
    assert b'<form method="post"' in asking_page
    assert b"<h1>Unsubscribed</h1>" in done[2]
    assert "nothing more" not in not_yet
    assert "daily to email r…r@example.org: its reader has unsubscribed" in told
    assert {path: status for path, (status, _) in pages.items()} == dict.fromkeys(pages, 200)
    assert b"example.org" not in pages["digests"][1]  # who gets it is the operator's to know
    assert f"{issue['data']['entries'][0]['title'][:20]}".encode() in pages["digests/daily"][1]
    assert all_sent in pages["metrics"][1]
    assert forged == 404
    assert "reader@example.org" not in log
    assert log.count('"event": "delivery.sent"') == 4


def test_a_missed_hour_is_made_up_for_at_the_next_start(
    run: Runner, extended: Extending, servers: tuple[MailServer, HttpReceiver], free_port: int, tmp_path: Path
) -> None:
    import sqlite3

    mail, _ = servers
    config = extended()
    run("poll", "--all", "--config", config)
    with sqlite3.connect(tmp_path / "demo" / "demo.db") as database:
        # as if it had been set up days ago, and down since
        database.execute("UPDATE digests SET last_slot = datetime(last_slot, '-3 days')")
    database.close()

    run.start("run", "--port", str(free_port), "--config", config)
    wait_for(lambda: len(mail.mails) == 2)

    [issue, *_] = run.json("deliveries", "--config", config)
    assert issue["issue"] == 1
    assert len({each["issue"] for each in run.json("deliveries", "--config", config)}) == 1


def test_deliveries_are_complete_for_scripts(run: Runner, extended: Extending) -> None:
    config = extended()

    empty: list[dict[str, Any]] = run.json("deliveries", "--config", config)

    assert empty == []
    assert "nothing was sent yet" in run("deliveries", "--config", config).stdout
