"""Mail to a server: one connection for many messages, a deadline for each, and what its answers mean."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from aggregator.config import SmtpConfig, SmtpSecurity
from aggregator.errors import DeliveryError, Refused
from aggregator.notify.mail.message import Mail
from aggregator.notify.mail.refusals import About, Step, judge_refusal

# How much of a server's answer is kept.
_REASON_CHARACTERS: Final = 200

_LOOK_EVERY_S: Final = 0.5

# The answer to DATA, and the longest that a server is waited for that has got a message.
_GO_ON: Final = 354
_LONGEST_PATIENCE_S: Final = 600.0
_LEADING_DOT: Final = re.compile(rb"^\.", re.MULTILINE)

# What smtplib gives as the code of an answer that has none.
_NO_CODE: Final = -1


class SmtpSender:
    """Sends mail from several threads, each over a connection of its own, which it keeps until ``close``."""

    def __init__(self, config: SmtpConfig) -> None:
        self._config = config
        self._own = threading.local()
        self._lock = threading.Lock()
        self._sessions: list[_Session] = []
        self._watch = _Watch()

    def send(self, mail: Mail) -> None:
        """Return when the server has taken the mail. Raises DeliveryError, Refused."""
        session: _Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = _Session(self._config, self._watch)
            with self._lock:
                self._sessions.append(session)
        session.send(mail)

    def log_in(self) -> None:
        """Connect, greet, encrypt and log in as for a mail, and leave again. Raises DeliveryError."""
        _Session(self._config, self._watch).log_in()

    def close(self) -> None:
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
        self._own = threading.local()
        self._watch.stop()


class _Session:
    """One connection, opened when it is needed, and again when the server has closed it."""

    def __init__(self, config: SmtpConfig, watch: _Watch) -> None:
        self._config = config
        self._watch = watch
        self._smtp: smtplib.SMTP | None = None

    def send(self, mail: Mail) -> None:
        is_reused = self._smtp is not None
        try:
            self._attempt(mail)
        except _Stale:
            if not is_reused:
                raise
            self._attempt(mail)  # the server had closed the kept connection: that is no failure

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()

    def log_in(self) -> None:
        with self._watch.deadline(self._config.timeout.total_seconds()) as watched:
            try:
                self._smtp = self._connect(watched)
            except (smtplib.SMTPException, OSError, ValueError) as error:
                raise self._explain(error, Step.GREETING, is_late=watched.is_over) from error
            self.close()

    def _attempt(self, mail: Mail) -> None:
        with self._watch.deadline(self._config.timeout.total_seconds()) as watched:
            step = Step.GREETING
            try:
                smtp = self._smtp
                if smtp is None:
                    smtp = self._connect(watched)
                    self._smtp = smtp
                watched.socket_of = smtp
                step = Step.SENDER
                self._check(smtp.mail(mail.sender, _options(mail, smtp)), step)
                step = Step.RECIPIENT
                self._check(smtp.rcpt(mail.recipient), step)
                step = Step.MESSAGE
                self._check(self._give(smtp, mail, watched), step)
            except smtplib.SMTPDataError as error:  # to DATA itself
                self._fail(error.smtp_code, error.smtp_error, step)
            except smtplib.SMTPResponseException as error:  # no answer of the server's: a line that is too long
                self._fail(_NO_CODE, error.smtp_error, step)
            except (smtplib.SMTPException, OSError, ValueError) as error:
                self._drop()
                raise self._explain(error, step, is_late=watched.is_over) from error

    def _give(self, smtp: smtplib.SMTP, mail: Mail, watched: _Watched) -> tuple[int, bytes]:
        """Give the message to the server, and return its answer; each attempt waits longer for that than the last one.

        Some look for long at what they have got. Who doesn't wait has them take the same mail again and again
        (RFC 5321 §4.5.3.2.6).
        """
        code, said = smtp.docmd("DATA")
        if code != _GO_ON:
            raise smtplib.SMTPDataError(code, said)
        smtp.send(b"%s%s.\r\n" % (_LEADING_DOT.sub(b"..", mail.body), b"" if mail.body.endswith(b"\r\n") else b"\r\n"))
        timeout_s = self._config.timeout.total_seconds()
        patience_s = max(timeout_s, min(timeout_s * (1 + mail.attempts), _LONGEST_PATIENCE_S))
        watched.deadline = time.monotonic() + patience_s
        if smtp.sock is not None:
            smtp.sock.settimeout(patience_s)
        answer = smtp.getreply()
        if smtp.sock is not None:
            smtp.sock.settimeout(timeout_s)
        return answer

    def _connect(self, watched: _Watched) -> smtplib.SMTP:
        """Connect, encrypt and log in. Raises DeliveryError for what the server doesn't let us do."""
        config = self._config
        timeout_s = config.timeout.total_seconds()
        context = None if config.security is SmtpSecurity.NONE else ssl.create_default_context()
        is_tls = config.security is SmtpSecurity.TLS
        smtp = smtplib.SMTP_SSL(timeout=timeout_s, context=context) if is_tls else smtplib.SMTP(timeout=timeout_s)
        watched.socket_of = smtp
        # its name is what certificates are checked against; connect() alone does not tell it to starttls()
        smtp._host = config.host  # type: ignore[attr-defined]
        try:
            self._greet(smtp, context)
        except smtplib.SMTPResponseException as error:
            smtp.close()
            said = f"{error.smtp_code} {_words(error.smtp_error)}"
            is_login = isinstance(error, smtplib.SMTPAuthenticationError)
            raise DeliveryError(f"{self._place} {'refuses the login' if is_login else 'answers'}: {said}") from None
        except (smtplib.SMTPException, OSError):
            smtp.close()
            raise
        return smtp

    def _greet(self, smtp: smtplib.SMTP, context: ssl.SSLContext | None) -> None:
        config = self._config
        code, answer = smtp.connect(config.host, config.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)
        if config.security is SmtpSecurity.STARTTLS:
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        if config.user is not None:
            smtp.login(config.user, config.password.get_secret_value() if config.password else "")

    def _check(self, answer: tuple[int, bytes], step: Step) -> None:
        code, reason = answer
        if not 200 <= code < 300:
            self._fail(code, reason, step)

    def _fail(self, code: int, reason: bytes | str, step: Step) -> None:
        """Raise what an answer means. The server's word on a reader or the message is final, on us it isn't."""
        said = f"{self._place} refuses {step}: {code} {_words(reason)}"
        if not 300 <= code < 600:  # whatever speaks there is no mail server, or out of step
            self._drop()
            raise DeliveryError(f"{self._place} gives no answer that can be read ({step}): {_words(reason)}")
        if code == 421:
            self._drop()
            raise _Stale(said)
        try:
            if self._smtp is not None:
                self._smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()
        about = judge_refusal(step, code, _words(reason))
        if about in {About.US, About.MAILBOX}:
            raise DeliveryError(said)
        raise Refused(said, stops=about is About.READER, may_stop=about is About.UNCLEAR)

    def _explain(self, error: Exception, step: Step, *, is_late: bool) -> DeliveryError:
        if isinstance(error, DeliveryError):
            return error
        # smtplib says of an answer that didn't come in time, too, that the connection was closed
        if is_late or isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            return DeliveryError(f"{self._place} did not answer in time ({step})")
        if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError) and step is not Step.GREETING:
            kind = DeliveryError if step is Step.MESSAGE else _Stale
            return kind(f"{self._place} broke the connection off ({step})")
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return DeliveryError(f"{self._place} can't do what is configured: {error}")
        if isinstance(error, ssl.SSLCertVerificationError):
            return DeliveryError(f"the certificate of {self._place} can't be trusted: {error.verify_message}")
        reason = getattr(error, "strerror", None) or type(error).__name__
        return DeliveryError(f"no mail can be given to {self._place} ({step}): {reason}")

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    @property
    def _place(self) -> str:
        return f"the mail server {self._config.host}:{self._config.port}"


class _Stale(DeliveryError):
    """The server closed the connection before it took anything of this message."""


def _options(mail: Mail, smtp: smtplib.SMTP) -> list[str]:
    if (mail.sender + mail.recipient).isascii():
        return []
    if not smtp.has_extn("smtputf8"):
        whose = "from" if not mail.sender.isascii() else "to"
        raise DeliveryError(f"the mail server can't send mail {whose} an address with letters beyond ASCII (SMTPUTF8)")
    return ["SMTPUTF8", "BODY=8BITMIME"]


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:_REASON_CHARACTERS]


class _Watched:
    """An exchange under way, with the connection that is cut when its time is over."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.socket_of: smtplib.SMTP | None = None
        self.is_over = False


class _Watch:
    """Ends exchanges whose time is over: a timeout on a socket is for each reading, and some servers drip."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: set[_Watched] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[_Watched]:
        watched = _Watched(time.monotonic() + seconds)
        with self._lock:
            self._watched.add(watched)
            if self._thread is None:
                self._stopping.clear()
                self._thread = threading.Thread(target=self._run, name="smtp-watch", daemon=True)
                self._thread.start()
        try:
            yield watched
        finally:
            with self._lock:
                self._watched.discard(watched)

    def stop(self) -> None:
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_EVERY_S):
            now = time.monotonic()
            with self._lock:
                late = [each for each in self._watched if each.deadline < now and not each.is_over]
            for each in late:
                each.is_over = True
                sock = getattr(each.socket_of, "sock", None)
                if sock is not None:
                    with suppress(OSError):
                        sock.shutdown(socket.SHUT_RDWR)
