"""Mail against real servers: what is accepted, what is put off, what is refused, and what breaks."""

from __future__ import annotations

import ssl
import stat
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from aggregator.model.issues import DeliveryStatus
from tests.newsroom import Newsroom, make_config
from tests.receivers import DroppingServer, MailServer

SENT, WAITING, FAILED, STOPPED = (
    DeliveryStatus.SENT,
    DeliveryStatus.WAITING,
    DeliveryStatus.FAILED,
    DeliveryStatus.STOPPED,
)
Opening = Callable[..., Newsroom]


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Opening]:
    """A newsroom whose one issue is made and waits for its mail to be delivered."""
    opened: list[Newsroom] = []

    def open_one(to: tuple[str, ...] = ("a@example.org",), **email: Any) -> Newsroom:
        digest = {"every": "now", "to": [{"email": to}]}
        config = make_config(f"sqlite:///{tmp_path}/a.db", digest, email={"from": "News <news@example.org>", **email})
        room = Newsroom(config)
        opened.append(room)
        room.publish("Lunar ice found")
        room.issues()
        return room

    yield open_one
    for room in opened:
        room.close()


def smtp(server: MailServer | DroppingServer, **more: Any) -> dict[str, Any]:
    return {"smtp": {"host": "127.0.0.1", "port": server.port, **more}}


def errors(room: Newsroom) -> list[str]:
    return [each.last_error or "" for each in reversed(list(room.ledger.deliveries()))]


def test_a_mail_that_is_accepted_is_sent_and_not_again(opening: Opening) -> None:
    with MailServer() as server:
        room = opening(**smtp(server))

        first, second = room.deliver(), room.deliver()

    assert room.statuses() == [SENT]
    assert (len(first), len(second), len(server.mails)) == (1, 0, 1)
    assert (server.mails[0].sender, server.mails[0].recipient) == ("news@example.org", "a@example.org")


def test_bounces_go_to_the_envelope_sender(opening: Opening) -> None:
    with MailServer() as server:
        opening(**smtp(server), envelope="bounces@example.org").deliver()

    assert server.mails[0].sender == "bounces@example.org"
    assert server.mails[0].message["From"] == "News <news@example.org>"


def test_a_recipient_that_is_put_off_is_tried_again_with_the_same_message_id(opening: Opening) -> None:
    answers = ["451 4.7.1 greylisted", None]
    with MailServer(on_recipient=lambda _: answers.pop(0)) as server:
        room = opening(**smtp(server))
        room.deliver()
        [put_off] = room.ledger.deliveries()
        too_soon = room.deliver()
        room.clock.advance(minutes=2)
        room.deliver()

    assert (put_off.status, put_off.attempts) == (WAITING, 1)
    assert "451 4.7.1 greylisted" in str(put_off.last_error)
    assert too_soon == []
    assert room.statuses() == [SENT]
    assert [mail.message_id for mail in server.mails] == [put_off.message_id]


def test_an_address_that_is_not_there_is_stopped_and_the_others_go_on(opening: Opening) -> None:
    with MailServer(on_recipient=lambda to: "550 5.1.1 no such user" if to.startswith("b@") else None) as server:
        room = opening(("a@example.org", "b@example.org", "c@example.org"), **smtp(server))
        room.deliver()
        room.publish("A rocket lands")
        room.issues()
        room.deliver()

    assert room.statuses() == [SENT, STOPPED, SENT, SENT, SENT]
    assert "550 5.1.1 no such user" in errors(room)[1]
    assert [stop.endpoint.label for stop in room.ledger.stops()] == ["email b@example.org".replace("b@", "b…@")]


@pytest.mark.parametrize(
    "reason", ["552 5.2.2 mailbox full", "550 5.7.1 relaying denied", "530 Authentication required"]
)
def test_a_refusal_that_is_not_about_the_address_is_tried_again_and_stops_nobody(opening: Opening, reason: str) -> None:
    answers = [reason]
    with MailServer(on_recipient=lambda _: answers[0] if answers else None) as server:
        room = opening(**smtp(server))
        room.deliver()
        refused = room.statuses()
        answers.clear()
        room.clock.advance(minutes=2)
        room.deliver()

    assert refused == [WAITING]
    assert room.statuses() == [SENT]
    assert room.ledger.stops() == []


def test_readers_are_never_all_stopped_at_once(opening: Opening) -> None:
    """Even where the words blame them: a server that knows nobody is the wrong one, or set up wrongly."""
    unknown = {"a@example.org", "b@example.org", "c@example.org"}
    with MailServer(on_recipient=lambda to: "550 5.1.1 no such user" if to in unknown else None) as server:
        room = opening(tuple(sorted(unknown)), **smtp(server))
        room.deliver()
        at_first = room.statuses(), room.ledger.stops()
        unknown -= {"a@example.org", "c@example.org"}
        room.clock.advance(minutes=2)
        room.deliver()

    assert at_first == ([WAITING] * 3, [])
    assert room.statuses() == [SENT, STOPPED, SENT]


def test_a_reader_who_is_refused_without_a_reason_is_stopped_after_three_issues(opening: Opening) -> None:
    with MailServer(on_recipient=lambda to: "550 sorry" if to.startswith("b@") else None) as server:
        room = opening(("a@example.org", "b@example.org"), **smtp(server))
        room.deliver()
        stops = [len(room.ledger.stops())]
        for title in ("A rocket lands", "A moon is found"):
            room.publish(title)
            room.issues()
            room.deliver()
            stops.append(len(room.ledger.stops()))

    assert stops == [0, 0, 1]


def test_a_message_that_is_refused_fails_and_is_not_tried_again(opening: Opening) -> None:
    with MailServer(on_data=lambda _: "554 5.6.0 looks like spam") as server:
        room = opening(**smtp(server))
        room.deliver()
        room.clock.advance(days=5)
        again = room.deliver()

    assert room.statuses() == [FAILED]
    assert "554 5.6.0 looks like spam" in errors(room)[0]
    assert again == []


def test_a_message_that_is_put_off_is_tried_again(opening: Opening) -> None:
    with MailServer(on_data=lambda _: "451 4.3.0 disk full") as server:
        room = opening(**smtp(server))
        room.deliver()

    assert room.statuses() == [WAITING]


@pytest.mark.parametrize("count", [1, 3])
def test_a_connection_that_breaks_in_the_middle_of_the_message_loses_nothing(opening: Opening, count: int) -> None:
    readers = tuple(f"r{number}@example.org" for number in range(count))
    with DroppingServer() as server:
        room = opening(readers, **smtp(server))
        room.deliver()

    assert room.statuses() == [WAITING] * count
    assert "broke the connection off" in errors(room)[0]


def test_a_server_that_hangs_is_given_up_in_time(opening: Opening) -> None:
    with MailServer(on_data=lambda _: "hang") as server:
        room = opening(**smtp(server, timeout="1s"))
        room.deliver()

    assert room.statuses() == [WAITING]
    assert "did not answer in time" in errors(room)[0]


def test_a_server_that_takes_its_time_to_accept_a_message_is_given_more_of_it_by_each_attempt(opening: Opening) -> None:
    answers = iter(["451 later", "slow"])
    with MailServer(on_data=lambda _: next(answers)) as server:
        room = opening(**smtp(server, timeout="1s"))
        room.deliver()
        room.clock.advance(minutes=2)
        room.deliver()

    assert room.statuses() == [SENT]
    assert len(server.mails) == 1


def test_a_server_that_is_not_there_is_tried_again(opening: Opening, free_port: int) -> None:
    room = opening(smtp={"host": "127.0.0.1", "port": free_port})
    room.deliver()

    assert room.statuses() == [WAITING]
    assert f"127.0.0.1:{free_port}" in errors(room)[0]
    assert "Connection refused" in errors(room)[0]


def test_what_a_mail_server_does_not_take_for_three_days_has_failed(opening: Opening, free_port: int) -> None:
    room = opening(smtp={"host": "127.0.0.1", "port": free_port})
    began = room.clock()
    while room.statuses() == [WAITING]:
        room.deliver()
        upcoming = room.ledger.next_due()
        last, room.clock.now = room.clock(), upcoming or room.clock()

    [failed] = room.ledger.deliveries()
    assert failed.status is FAILED
    assert failed.attempts == 13
    assert str(failed.last_error).startswith("given up after 13 attempts: ")
    assert 2 < (last - began).days < 5


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_and_with_a_login(opening: Opening, server_tls: ssl.SSLContext, security: str) -> None:
    with MailServer(login=("me", "swordfish"), **{security: server_tls}) as server:
        room = opening(**smtp(server, security=security, user="me", password="swordfish"))
        room.deliver()

    assert room.statuses() == [SENT]
    assert server.logins == ["me"]
    assert server.was_encrypted == [True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_no_encryption(
    opening: Opening, server_tls: ssl.SSLContext, security: str
) -> None:
    with MailServer(**{security: server_tls}) as server:
        room = opening(**smtp(server, security=security))
        room.deliver()

    assert room.statuses() == [WAITING]
    assert "certificate" in errors(room)[0]
    assert server.mails == []


def test_a_server_without_starttls_gets_nothing_in_the_clear(opening: Opening) -> None:
    with MailServer() as server:
        room = opening(**smtp(server, security="starttls"))
        room.deliver()

    assert (room.statuses(), server.mails) == ([WAITING], [])
    assert "STARTTLS" in errors(room)[0]


def test_a_refused_login_is_told_without_the_password(opening: Opening) -> None:
    with MailServer(login=("me", "other")) as server:
        room = opening(**smtp(server, user="me", password="swordfish"))
        room.deliver()

    assert (room.statuses(), server.mails) == ([WAITING], [])
    assert "refuses the login: 535" in errors(room)[0]
    assert "swordfish" not in errors(room)[0]


def test_an_answer_that_repeats_the_readers_address_is_stored_without_it(opening: Opening) -> None:
    with MailServer(on_recipient=lambda to: f"451 try <{to}> later") as server:
        room = opening(("some.reader@example.org",), **smtp(server))
        room.deliver()

    assert "try <**********> later" in errors(room)[0]


def test_many_mails_go_over_few_connections(opening: Opening) -> None:
    readers = tuple(f"r{number}@example.org" for number in range(60))
    with MailServer() as server:
        room = opening(readers, **smtp(server, connections=2))
        room.deliver()

    assert sorted(server.by_recipient()) == sorted(readers)
    assert server.connections <= 2
    assert server.most_at_once <= 2


def test_a_kept_connection_that_the_server_closed_is_no_failure(opening: Opening) -> None:
    served: list[str] = []

    def answer(to: str) -> str | None:
        served.append(to)
        return "421 enough for one connection" if len(served) % 3 == 0 else None

    readers = tuple(f"r{number}@example.org" for number in range(8))
    with MailServer(on_recipient=answer) as server:
        room = opening(readers, **smtp(server, connections=1))
        room.deliver()

    assert set(room.statuses()) == {SENT}
    assert server.connections > 2


# --- without a server ------------------------------------------------------------------------------------------------


def test_a_maildir_gets_each_mail_once(opening: Opening, tmp_path: Path) -> None:
    room = opening(("a@example.org", "b@example.org"), maildir=str(tmp_path / "mail"))
    room.deliver()
    [first, _] = room.ledger.deliveries()
    room.ledger.retry(first.id, now=room.clock())
    room.deliver()

    files = list((tmp_path / "mail" / "new").iterdir())
    assert room.statuses() == [SENT, SENT]
    assert len(files) == 2
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []
    assert b"\r" not in files[0].read_bytes()


def test_a_maildir_that_can_not_be_written_is_told(opening: Opening, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("not a folder")
    room = opening(maildir=str(tmp_path / "mail"))
    room.deliver()

    assert room.statuses() == [WAITING]
    assert "can't write into the Maildir" in errors(room)[0]


@pytest.fixture
def sendmail(tmp_path: Path) -> Callable[[int], Path]:
    """A program that keeps what it is given, and ends with a code."""

    def make(code: int) -> Path:
        program = tmp_path / "sendmail"
        program.write_text(
            textwrap.dedent(f"""\
            #!/bin/sh
            printf '%s|' "$@" > {tmp_path}/arguments
            cat > {tmp_path}/message
            echo "some reason" >&2
            exit {code}
            """)
        )
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        return program

    return make


def test_sendmail_gets_the_message_and_the_envelope(
    opening: Opening, sendmail: Callable[[int], Path], tmp_path: Path
) -> None:
    room = opening(sendmail=str(sendmail(0)), envelope="bounces@example.org")
    room.deliver()

    assert room.statuses() == [SENT]
    assert (tmp_path / "arguments").read_text() == "-i|-f|bounces@example.org|--|a@example.org|"
    assert b"\nList-Id: " in (tmp_path / "message").read_bytes()


@pytest.mark.parametrize(("code", "status"), [(75, WAITING), (70, WAITING), (67, STOPPED)])
def test_what_sendmail_ends_with_counts(
    opening: Opening, sendmail: Callable[[int], Path], code: int, status: DeliveryStatus
) -> None:
    room = opening(sendmail=str(sendmail(code)))
    room.deliver()

    assert room.statuses() == [status]
    assert f"failed with {code}: some reason" in errors(room)[0]


def test_a_sendmail_that_is_not_there_is_told(opening: Opening, tmp_path: Path) -> None:
    room = opening(sendmail=str(tmp_path / "nothing"))
    room.deliver()

    assert room.statuses() == [WAITING]
    assert "can't be run" in errors(room)[0]
