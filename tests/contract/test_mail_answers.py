"""What a mail server answers at each step: what is about us stops nobody, and no answer is taken for another."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from aggregator.app import utc_now
from aggregator.model.issues import DeliveryStatus
from tests.newsroom import Clock, Newsroom, make_config

SENT, WAITING, FAILED, STOPPED = (
    DeliveryStatus.SENT,
    DeliveryStatus.WAITING,
    DeliveryStatus.FAILED,
    DeliveryStatus.STOPPED,
)
# Single ones are quick; the tables are long.
SLOW = pytest.mark.slow
OURS = (
    "451 local error",
    "530 5.7.0 authentication required",
    "550 5.7.1 relaying denied",
    *(
        pytest.param(answer, marks=SLOW)
        for answer in (
            "421 4.7.0 try again later",
            "450 4.2.0 greylisted",
            "452 4.3.1 out of storage",
            "454 TLS not available",
            "535 5.7.8 bad credentials",
            "554 5.7.1 blocked",
        )
    ),
)
STEPS = ("RCPT", *(pytest.param(step, marks=SLOW) for step in ("CONNECT", "MAIL", "DATA", "END")))
GARBAGE = (
    "999 no",
    "550 " + "x" * 20_000,
    *(pytest.param(answer, marks=SLOW) for answer in ("250-", "what?", "550", "-1 x", "\x00\xff\xfe", "")),
)


class ScriptedServer:
    """Answers each command by its first word; what stands behind a message is the command END."""

    def __init__(self, **answers: str) -> None:
        self._answers = {"EHLO": "250-mail.test\r\n250 8BITMIME", "DATA": "354 go on"} | answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.messages = 0

    @contextmanager
    def running(self) -> Iterator[ScriptedServer]:
        threading.Thread(target=self._run, daemon=True).start()
        with self._listener:
            yield self

    def _run(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        line.settimeout(20)
        with suppress(OSError), line, line.makefile("rb") as commands:  # who got no answer hangs up
            self._say(line, self._answers.get("CONNECT", "220 mail.test"))
            for command in commands:
                word = command.strip().split(b" ", 1)[0].upper().decode("latin-1")
                self._say(line, self._answers.get(word, "250 OK"))
                if word == "DATA" and self._answers["DATA"].startswith("354"):
                    while commands.readline() != b".\r\n":
                        pass
                    self.messages += 1
                    self._say(line, self._answers.get("END", "250 taken"))
                if word == "QUIT":
                    return

    def _say(self, line: socket.socket, answer: str) -> None:
        line.sendall(answer.encode("latin-1") + b"\r\n")


def delivered(
    tmp_path: Path, port: int, *readers: str, sender: str = "news@example.org", timeout: str = "30s"
) -> Newsroom:
    """Return a newsroom that has tried once to mail its one issue to the readers."""
    email = {"from": f"News <{sender}>", "smtp": {"host": "127.0.0.1", "port": port, "timeout": timeout}}
    digest = {"every": "now", "to": [{"email": list(readers or ("a@example.org",))}]}
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db", digest, email=email), Clock(utc_now()))
    room.publish("Lunar ice found")
    room.issues()
    room.deliver()
    room.close()
    return room


@pytest.mark.parametrize("answer", OURS)
@pytest.mark.parametrize("step", STEPS)
def test_what_is_about_us_is_tried_again_wherever_it_is_said(tmp_path: Path, step: str, answer: str) -> None:
    with ScriptedServer(**{step: answer}).running() as server:
        room = delivered(tmp_path, server.port)

        assert room.statuses() == [WAITING]
        assert room.ledger.stops() == []


@pytest.mark.parametrize("answer", GARBAGE)
@pytest.mark.parametrize("step", STEPS)
def test_what_is_no_answer_is_nobodys_fault(tmp_path: Path, step: str, answer: str) -> None:
    if answer == "550" and step in {"RCPT", "DATA", "END"}:
        pytest.skip("that is an answer, if a short one")
    with ScriptedServer(**{step: answer}).running() as server:
        room = delivered(tmp_path, server.port, timeout="1s")  # some of it is waited for

        assert room.statuses() == [WAITING]
        assert room.ledger.stops() == []


@pytest.mark.parametrize(
    ("step", "answer", "status"),
    [
        ("RCPT", "550 5.1.1 no such user", STOPPED),
        ("RCPT", "551 user not local", STOPPED),
        ("RCPT", "552 5.2.2 over quota", WAITING),
        ("RCPT", "554 5.1.1 unknown", STOPPED),
        ("RCPT", "554 no", FAILED),
        ("MAIL", "550 5.1.1 no such user", WAITING),
        ("MAIL", "553 5.1.8 sender refused", WAITING),
        ("END", "552 5.3.4 too big", FAILED),
        ("END", "554 5.6.0 bad content", FAILED),
        ("END", "550 5.1.1 no such user", STOPPED),
    ],
)
def test_a_final_word_on_reader_or_message_counts(tmp_path: Path, step: str, answer: str, status: str) -> None:
    with ScriptedServer(**{step: answer}).running() as server:
        assert delivered(tmp_path, server.port).statuses() == [status]


@pytest.mark.parametrize(
    ("sender", "reader"), [("jürgen@example.org", "a@example.org"), ("news@example.org", "jürgen@example.org")]
)
def test_a_server_without_smtputf8_stops_nobody(tmp_path: Path, sender: str, reader: str) -> None:
    """What it can't do is a matter of the server that is configured, not of the reader."""
    with ScriptedServer().running() as server:
        room = delivered(tmp_path, server.port, reader, sender=sender)

        assert room.statuses() == [WAITING]
        assert room.ledger.stops() == []
        [delivery] = room.ledger.deliveries()
        assert "beyond ASCII" in (delivery.last_error or "")


def test_a_server_that_only_knows_helo_gets_the_mail(tmp_path: Path) -> None:
    with ScriptedServer(EHLO="502 what?").running() as server:
        assert delivered(tmp_path, server.port).statuses() == [SENT]
        assert server.messages == 1
