"""Newsletters in a Maildir and on a real IMAP server: each once, none lost, nothing on the server changed unasked."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.model import PollSummary, Selection, SourceHealth
from aggregator.polling.workers import poll_due
from tests.conftest import skip_or_fail
from tests.dovecot import PASSWORD, ImapServer, find_dovecot
from tests.newsletters import EDITIONS, LISTED, head, listing_letter, newsletters, part

LETTERS = list(newsletters())
NUMBERS = count()


@pytest.fixture(scope="module")
def running() -> Iterator[ImapServer]:
    program = find_dovecot()
    if program is None:
        skip_or_fail("no IMAP server (dovecot) is installed")
        return
    with ImapServer(program) as server:
        yield server


@pytest.fixture
def imap(running: ImapServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImapServer:
    running.begin(f"news{next(NUMBERS)}")
    running.ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return running


class Program:
    """The program with one mailbox, opened anew for each poll."""

    def __init__(self, folder: Path, url: str, more: str = "") -> None:
        self.path = folder / "c.yaml"
        self.path.write_text(
            "storage: {url: 'sqlite:///x.db', keep: 3650d}\nfetch: {allow_private: true, timeout: 40s}\n"
            f"sources:\n  - {{name: letters, kind: mailbox, url: '{url}'{more}}}\n"
        )

    def poll(self) -> PollSummary:
        aggregator = Aggregator(load(self.path))
        try:
            [result] = poll_due(aggregator, names=["letters"])
        finally:
            aggregator.close()
        return result

    def read(self) -> tuple[list[str], SourceHealth]:
        aggregator = Aggregator(load(self.path))
        try:
            titles = [entry.title for entry in aggregator.store.entries(Selection())]
            [health] = aggregator.store.sources()
        finally:
            aggregator.close()
        return titles, health


def of_imap(imap: ImapServer, folder: Path, more: str = "", path: str = "/INBOX") -> Program:
    return Program(folder, f"imaps://{imap.user}@127.0.0.1:{imap.tls}{path}", f", password: {PASSWORD}{more}")


def letter(number: int, sender: str = "news@sender.example", more: str = "") -> bytes:
    mail = head(EDITIONS[0], f"{number}@x", more=more).replace(b"news@sender.example", sender.encode())
    return mail.replace(b"Subject: ", f"Subject: No. {number} ".encode()) + part("<p>News.</p>", EDITIONS[0])


def maildir(folder: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / "Maildir" / name).mkdir(parents=True)
    return folder / "Maildir"


def deliver(box: Path, *mails: bytes) -> None:
    for mail in mails:
        name = f"{time.time_ns()}.example"
        (box / "tmp" / name).write_bytes(mail)
        (box / "tmp" / name).rename(box / "new" / name)


# --- a Maildir -------------------------------------------------------------------------------------------------------


def test_fifty_newsletters_in_a_maildir_are_read_once_and_stay_as_they_are(tmp_path: Path) -> None:
    box = maildir(tmp_path)
    deliver(box, *(each.raw for each in LETTERS))
    before = sorted(box.rglob("*"))
    program = Program(tmp_path, "maildir:Maildir")

    assert program.poll().new == 50
    assert program.poll().new == 0
    assert sorted(box.rglob("*")) == before
    deliver(box, letter(1))
    assert program.poll().new == 1
    titles, health = program.read()
    assert len(titles) == 51
    assert health.state.status == "ok"


def test_mails_that_were_opened_or_moved_meanwhile_are_not_news(tmp_path: Path) -> None:
    box = maildir(tmp_path)
    deliver(box, *(letter(number) for number in range(5)))
    program = Program(tmp_path, "maildir:Maildir")
    assert program.poll().new == 5

    for path in list((box / "new").iterdir()):
        path.rename(box / "cur" / f"{path.name}:2,S")

    assert program.poll().new == 0


def test_a_maildir_with_more_than_fits_a_poll_is_read_on_at_the_next_and_nothing_is_left_out(tmp_path: Path) -> None:
    box = maildir(tmp_path)
    deliver(box, letter(0))
    program = Program(tmp_path, "maildir:Maildir")
    assert program.poll().new == 1

    deliver(box, *(letter(number) for number in range(1, 251)))

    assert [program.poll().new for _ in range(3)] == [199, 51, 0]  # the last one known is looked at again


def test_what_is_no_maildir_is_told(tmp_path: Path) -> None:
    program = Program(tmp_path, "maildir:nowhere")

    assert "nowhere is no Maildir: it needs the folders new and cur" in (program.poll().error or "")


def test_several_sources_share_a_mailbox_by_sender_and_list(tmp_path: Path) -> None:
    box = maildir(tmp_path)
    deliver(
        box,
        letter(1, "press@esa.int"),
        letter(2, "news@list.example", "List-Id: Talent <talent.imd.example>\r\n"),
        letter(3, "someone@else.example"),
        listing_letter(),
    )
    program = Program(tmp_path, "maildir:Maildir", ", senders: [esa.int]")
    with program.path.open("a") as file:
        file.write("  - {name: talent, kind: mailbox, url: 'maildir:Maildir', senders: [talent.imd.example]}\n")
        file.write(
            "  - {name: lists, kind: mailbox, url: 'maildir:Maildir', senders: [sender.example], items: links}\n"
        )
    aggregator = Aggregator(load(program.path))
    list(poll_due(aggregator))
    found = [(entry.source, entry.title) for entry in aggregator.store.entries(Selection())]
    aggregator.close()

    titles = {name: {title for source, title in found if source == name} for name in ("letters", "talent", "lists")}
    assert titles["lists"] == {title for _, title, _ in LISTED}
    assert [len(titles[name]) for name in ("letters", "talent")] == [1, 1]
    assert {title[:5] for title in titles["letters"] | titles["talent"]} == {"No. 1", "No. 2"}


# --- an IMAP server --------------------------------------------------------------------------------------------------


def test_fifty_newsletters_on_a_server_are_read_once_and_stay_unread(imap: ImapServer, tmp_path: Path) -> None:
    imap.deliver(*(each.raw for each in LETTERS))
    program = of_imap(imap, tmp_path)

    assert program.poll().new == 50
    assert program.poll().new == 0
    imap.deliver(letter(1))
    assert program.poll().new == 1
    assert set(imap.flags()) == {""}
    titles, health = program.read()
    assert {each.edition.title for each in LETTERS} < set(titles)
    assert len(titles) == 51
    assert health.source.url == f"imaps://127.0.0.1:{imap.tls}/INBOX"
    assert PASSWORD.encode() not in (tmp_path / "x.db").read_bytes()


def test_mails_are_marked_as_read_where_that_is_wanted_once_they_are_stored(imap: ImapServer, tmp_path: Path) -> None:
    program = of_imap(imap, tmp_path, ", mark: read")
    imap.deliver(letter(1), letter(2))
    assert program.poll().new == 2
    assert imap.flags() == ["", ""]

    imap.deliver(letter(3))
    assert program.poll().new == 1

    assert imap.flags() == ["S", "S", ""]


def test_a_server_that_numbers_all_anew_brings_no_mail_twice(imap: ImapServer, tmp_path: Path) -> None:
    program = of_imap(imap, tmp_path)
    imap.deliver(letter(1), letter(2))
    assert program.poll().new == 2

    imap.number_anew()
    imap.deliver(letter(3))

    assert program.poll().new == 1


def test_a_server_that_is_gone_is_told_and_nothing_is_lost(imap: ImapServer, tmp_path: Path) -> None:
    program = of_imap(imap, tmp_path)
    imap.deliver(letter(1))
    assert program.poll().new == 1
    imap.deliver(letter(2))
    imap.stop()
    assert "connection refused" in (program.poll().error or "")

    imap.start()

    assert program.poll().new == 1


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (f"password: {PASSWORD}", "password: wrong", "refused the login"),
        ("/INBOX", "/Nowhere", "there is no folder 'Nowhere' that can be opened; there are: INBOX"),
        ("USER@", "", "the address needs a user"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_told(
    imap: ImapServer, tmp_path: Path, before: str, after: str, said: str
) -> None:
    program = of_imap(imap, tmp_path)
    program.path.write_text(program.path.read_text().replace(before.replace("USER", imap.user), after))

    assert said in (program.poll().error or "")


def test_a_certificate_that_nobody_signed_is_refused(
    imap: ImapServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    program = of_imap(imap, tmp_path)

    assert "certificate" in (program.poll().error or "")


def test_a_plain_address_goes_on_with_tls_where_the_server_has_it(imap: ImapServer, tmp_path: Path) -> None:
    program = Program(tmp_path, f"imap://{imap.user}@localhost:{imap.plain}/INBOX", f", password: {PASSWORD}")
    imap.deliver(letter(1))

    assert program.poll().new == 1


@pytest.mark.slow  # four programs that are killed
def test_a_poll_that_is_killed_loses_no_mail(imap: ImapServer, tmp_path: Path) -> None:
    program = of_imap(imap, tmp_path)
    imap.deliver(*(each.raw for each in LETTERS))
    command = [sys.executable, "-m", "aggregator", "poll", "--all", "--config", str(program.path)]
    for after_s in (0.6, 0.9, 1.2, 1.5):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.wait()

    program.poll()

    titles, _ = program.read()
    assert len(titles) == 50


# --- servers that are none -------------------------------------------------------------------------------------------


class Liar:
    """Answers each command with what it is told to."""

    def __init__(self, greeting: bytes, answer: Callable[[bytes], Iterator[bytes]]) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._greeting, self._answer = greeting, answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock: socket.socket) -> None:
        with sock, sock.makefile("rwb") as file:
            try:
                file.write(self._greeting)
                file.flush()
                for line in file:
                    for piece in self._answer(line):
                        file.write(piece)
                        file.flush()
            except OSError:
                return

    def close(self) -> None:
        self._server.close()


def agrees(line: bytes) -> bytes:
    return b"* CAPABILITY IMAP4rev1\r\n* OK [UIDVALIDITY 1] ok\r\n" + line.split()[0] + b" OK done\r\n"


def floods(line: bytes) -> Iterator[bytes]:
    while b"SEARCH" in line:
        yield b"* 1 FETCH (BODY[] {1000000}\r\n" + b"x" * 1_000_000 + b")\r\n"
    yield agrees(line)


def promises_too_much(line: bytes) -> Iterator[bytes]:
    if b"SEARCH" in line:
        yield b"* SEARCH 1\r\n"
    if b"FETCH" in line:
        yield b"* 1 FETCH (UID 1 RFC822.SIZE 5 BODY[]<0> {99999999999}\r\nxxx"
    yield agrees(line)


def hangs(_line: bytes) -> Iterator[bytes]:
    time.sleep(60)
    yield b""


@pytest.mark.parametrize(
    ("greeting", "answer", "timeout", "said"),
    [
        (b"* OK [CAPABILITY IMAP4rev1] hello\r\n", floods, "40s", "more than was asked for"),
        (b"* OK [CAPABILITY IMAP4rev1] hello\r\n", promises_too_much, "40s", "more than was asked for"),
        (b"* OK [CAPABILITY IMAP4rev1] hello\r\n", hangs, "1s", "within 1 s"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", hangs, "40s", "broke off"),
    ],
)
def test_a_server_that_lies_floods_or_hangs_costs_its_source_one_failure(
    tmp_path: Path, greeting: bytes, answer: Callable[[bytes], Iterator[bytes]], timeout: str, said: str
) -> None:
    server = Liar(greeting, answer)
    program = Program(tmp_path, f"imap://news@127.0.0.1:{server.port}/INBOX", f", password: {PASSWORD}")
    program.path.write_text(program.path.read_text().replace("timeout: 40s", f"timeout: {timeout}"))
    began = time.monotonic()

    error = program.poll().error or ""

    server.close()
    assert said in error
    assert time.monotonic() - began < 30


def test_a_mailbox_in_a_private_network_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    program = Program(tmp_path, "imaps://news@127.0.0.1:1/INBOX", f", password: {PASSWORD}")
    program.path.write_text(program.path.read_text().replace("allow_private: true, ", ""))

    assert "this machine itself" in (program.poll().error or "")
