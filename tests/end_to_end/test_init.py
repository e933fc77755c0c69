"""``aggregator init`` on a terminal, and what it says next."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from aggregator.config import load
from tests.end_to_end.conftest import Runner

COMMANDS = (
    ["run"], ["check"], ["poll"],
    ["publish", "--out", "x"], ["digest", "daily"], ["deliveries"], ["sources"], ["entries"],
    ["explain", "x"], ["add", "http://127.0.0.1:1/"], ["opml", "import", "x"], ["opml", "export"], ["rules", "test"],
    ["rules", "apply"], ["doctor"], ["backup", "x"], ["restore", "x"], ["db", "upgrade"], ["db", "copy", "--to", "x"],
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_without_a_configuration_each_command_names_init_and_writes_nothing(run: Runner, command: list[str]) -> None:
    done = run(*command, expect=2)

    assert "`aggregator init`" in done.stderr
    assert list(run.folder.iterdir()) == []


def test_preview_needs_no_configuration(run: Runner) -> None:
    assert "init" not in run("preview", "http://127.0.0.1:1/", expect=1).stderr


def test_a_terminal_is_asked_for_title_and_address(program: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [program, "init", "--sources", "none"], cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
    )
    os.close(theirs)
    os.write(ours, b"My news\nnobody\n\n")

    assert process.wait(60) == 0

    said = os.read(ours, 10_000).decode()
    config = load(tmp_path / "aggregator.yaml", env={})
    assert "Title of the page and the feeds [News]:" in said
    assert said.count("Mail address for the daily digest [reader@example.org]:") == 2  # again after a wrong answer
    assert "expected a mail address such as reader@example.org, got 'nobody'" in said
    assert config.site.title == "My news"
    assert config.digests[0].to[0].email == ("reader@example.org",)
    os.close(ours)


def test_it_ends_with_the_three_commands_that_come_next(run: Runner) -> None:
    lines = run("init", "my news", "--sources", "space").stdout.splitlines()

    after = lines[lines.index("next:") + 1 :]
    assert [line.split("#")[0].strip() for line in after] == [
        "cd 'my news'",
        "aggregator poll",
        "aggregator digest daily --preview daily.html",
        "aggregator run",
    ]
    run("check", "--config", "my news/aggregator.yaml")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--sources", "sport"),
            "--sources: expected some of space, innovation, talent, luxembourg, or none, got 'sport'",
        ),
        (("--email", "nobody"), "expected a mail address such as reader@example.org, got 'nobody'"),
        (("--title", " "), "the title: expected one line of text"),
    ],
)
def test_what_will_not_do_is_told_and_nothing_is_written(run: Runner, options: tuple[str, ...], said: str) -> None:
    assert said in run("init", *options, expect=2).stderr
    assert list(run.folder.iterdir()) == []
