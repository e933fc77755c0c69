"""The other side of every channel, on loopback: a mail server and an HTTP server that do as they are told."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Received:
    """A mail that was accepted."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class MailServer:
    """Accepts mail; ``on_recipient`` and ``on_data`` may answer otherwise: with a line, None for "accept".

    ``connections`` counts them, ``most_at_once`` is the highest number at the same time.
    """

    def __init__(
        self,
        *,
        on_recipient: Callable[[str], str | None] = lambda _: None,
        on_data: Callable[[str], str | None] = lambda _: None,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.mails: list[Received] = []
        self.attempts = 0
        self.connections = 0
        self.most_at_once = 0
        self.logins: list[str] = []
        self.was_encrypted: list[bool] = []
        self.is_closing = False
        self._at_once = 0
        self._on_recipient, self._on_data = on_recipient, on_data
        self._tls, self._starttls, self._login = tls, starttls, login
        self._loop = asyncio.new_event_loop()
        self.port = 0

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(self._make, "127.0.0.1", 0, ssl=self._tls, backlog=200)
        )
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _make(self) -> SMTP:
        outer = self

        class Counted(SMTP):
            def connection_made(self, transport: Any) -> None:
                outer.connections += transport is not None
                outer._at_once += 1
                outer.most_at_once = max(outer.most_at_once, outer._at_once)
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                outer._at_once -= 1
                super().connection_lost(error)

        return Counted(
            self,
            hostname="mail.test",
            loop=self._loop,
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
            auth_required=self._login is not None,
            auth_require_tls=False,
            authenticator=self._authenticate if self._login else None,
            timeout=60,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        self.logins.append(given[0])
        return AuthResult(success=given == self._login, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        self.attempts += 1
        refused = self._on_recipient(address)
        if refused is not None:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        refused = self._on_data(envelope.rcpt_tos[0])
        if refused == "drop":
            server.transport.abort()
            return "421 never seen"
        if refused == "hang":
            await asyncio.sleep(30)
        if refused == "slow":
            await asyncio.sleep(1.8)
            refused = None
        if refused is not None:
            return refused
        self.was_encrypted.append(session.ssl is not None or self._tls is not None)
        for recipient in envelope.rcpt_tos:
            self.mails.append(Received(envelope.mail_from, recipient, envelope.original_content))
        return "250 OK"

    def by_recipient(self) -> dict[str, list[Received]]:
        found: dict[str, list[Received]] = defaultdict(list)
        for mail in self.mails:
            found[mail.recipient].append(mail)
        return found


class DroppingServer:
    """A mail server that breaks every connection off in the middle of DATA, after the first bytes of the message."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._run, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with line:
                line.sendall(b"220 mail.test\r\n")
                answers = [b"250 mail.test\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n"]
                for answer in answers:
                    line.recv(4096)
                    line.sendall(answer)
                line.recv(1024)


@dataclass(frozen=True)
class Posted:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What the HTTP server says: a status, headers, a body; ``delay_s`` before it does."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    delay_s: float = 0


class HttpReceiver:
    """Takes POSTs and answers each with what ``answer`` returns for it."""

    def __init__(self, answer: Callable[[Posted], Answer] = lambda _: Answer()) -> None:
        self.posts: list[Posted] = []
        self.answer = answer
        self._closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 20

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:  # its sender was killed in the middle: nothing was posted
                    self.close_connection = True
                    return
                posted = Posted(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                said = outer.answer(posted)
                outer.posts.append(posted)
                outer._closing.wait(said.delay_s)
                self.send_response(said.status)
                for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 100
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that was killed went away in the middle: that is what tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
