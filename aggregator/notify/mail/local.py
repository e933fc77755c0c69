"""Mail without a server of ours to talk to: into a Maildir, or to the machine's own sendmail."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
from pathlib import Path
from typing import Final

from aggregator.errors import DeliveryError, Refused
from aggregator.notify.mail.message import Mail

_SENDMAIL_TIMEOUT_S: Final = 60
# sysexits.h: what sendmail, postfix and exim return for an address that isn't there, and for "try again"
_EX_NOUSER, _EX_NOHOST = 67, 68


class MaildirSender:
    """Writes each mail as a file of a Maildir (https://cr.yp.to/proto/maildir.html); the same mail never twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: Mail) -> None:
        """Return when the file is there, whole. Raises DeliveryError."""
        # named for the message id, so that a mail that was written before a crash is found again
        unique = hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]
        name = f"{unique}.aggregator.{socket.gethostname().replace('/', '_').replace(':', '_')}"
        try:
            for each in ("tmp", "new", "cur"):
                (self._folder / each).mkdir(parents=True, exist_ok=True)
            if (self._folder / "new" / name).exists() or any((self._folder / "cur").glob(f"{name}*")):
                return
            draft = self._folder / "tmp" / f"{name}.{os.getpid()}"
            with draft.open("wb") as file:
                file.write(mail.body.replace(b"\r\n", b"\n"))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / "new" / name)
        except OSError as error:
            raise DeliveryError(f"can't write into the Maildir {self._folder}: {error.strerror or error}") from error

    def close(self) -> None:
        """Nothing is kept open."""


class SendmailSender:
    """Hands each mail to a program that speaks as sendmail does."""

    def __init__(self, program: str) -> None:
        self._program = program

    def send(self, mail: Mail) -> None:
        """Return when the program has taken the mail. Raises DeliveryError, Refused."""
        # -i: a line with a dot alone is a line; --: an address is never an option
        command = [self._program, "-i", "-f", mail.sender, "--", mail.recipient]
        try:
            done = subprocess.run(  # noqa: S603 - the operator's program; addresses are checked and after --
                command,
                input=mail.body.replace(b"\r\n", b"\n"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=_SENDMAIL_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DeliveryError(f"{self._program} did not end within {_SENDMAIL_TIMEOUT_S} s") from None
        except OSError as error:
            raise DeliveryError(f"{self._program} can't be run: {error.strerror or error}") from error
        if done.returncode == 0:
            return
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:200]
        reason = f"{self._program} failed with {done.returncode}" + (f": {said}" if said else "")
        if done.returncode in {_EX_NOUSER, _EX_NOHOST}:
            raise Refused(reason, stops=True)
        raise DeliveryError(reason)

    def close(self) -> None:
        """Nothing is kept open."""
