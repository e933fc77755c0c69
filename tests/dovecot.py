"""A real IMAP server of our own on loopback, as Debian packages it: Dovecot, with a Maildir for each user."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

from tests.ports import reserved_port

PASSWORD = "secret-word"

# Directories of the runtime must be reached by the users that Dovecot becomes.
_MODE = 0o755

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
auth_failure_delay = 0
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = yes
mail_location = maildir:{folder}/boxes/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = .
}}
"""


def find_dovecot() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class ImapServer:
    """Started by ``with``. ``tls`` and ``plain`` are its ports, ``ca`` the authority that signed its certificate."""

    def __init__(self, program: str) -> None:
        self._program = program
        self.folder = Path(tempfile.mkdtemp(prefix="aggregator-dovecot-"))
        self.user = ""
        self.ca = trustme.CA()
        self._ports = ExitStack()  # they stay ours while it is stopped
        self.tls, self.plain = (self._ports.enter_context(reserved_port()) for _ in range(2))
        self._process: subprocess.Popen[bytes] | None = None
        self._number = 0

    def __enter__(self) -> Self:
        self.folder.chmod(_MODE)
        certificate = self.ca.issue_cert("127.0.0.1", "localhost")
        certificate.private_key_pem.write_to_path(self.folder / "key.pem")
        certificate.cert_chain_pems[0].write_to_path(self.folder / "cert.pem")
        for name in ("run", "home", "boxes"):
            (self.folder / name).mkdir(mode=_MODE)
        me = getpass.getuser()
        is_root = os.geteuid() == 0
        owner = pwd.getpwnam("mail" if is_root else me)
        (self.folder / "dovecot.conf").write_text(
            _CONFIG.format(
                folder=self.folder,
                internal="dovecot" if is_root else me,
                login="dovenull" if is_root else me,
                group="dovecot" if is_root else me,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                password=PASSWORD,
                plain=self.plain,
                tls=self.tls,
            )
        )
        self._owner = owner
        self._own(self.folder / "home", self.folder / "boxes")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._ports.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        self._process = subprocess.Popen([self._program, "-F", "-c", str(self.folder / "dovecot.conf")])
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.plain), 1) as sock:
                if sock.recv(10).startswith(b"* OK"):
                    return
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def deliver(self, *mails: bytes) -> None:
        """Deliver as a mail server does: written aside, then moved into place."""
        for mail in mails:
            self._number += 1
            name = f"{1_772_000_000 + self._number}.M{self._number}.example"
            (self.maildir / "tmp" / name).write_bytes(mail)
            self._own(self.maildir / "tmp" / name)
            (self.maildir / "tmp" / name).rename(self.maildir / "new" / name)

    def begin(self, user: str) -> None:
        """Begin anew with another user's empty mailbox."""
        self.user = user
        for name in ("", "new", "cur", "tmp"):
            (self.maildir / name).mkdir(mode=_MODE)
        self._own(self.maildir, *self.maildir.rglob("*"))

    @property
    def maildir(self) -> Path:
        return self.folder / "boxes" / self.user

    def flags(self) -> list[str]:
        """Return the flags of all mails, in the order of their delivery; "" is unread."""
        files = [path for name in ("new", "cur") for path in (self.maildir / name).iterdir()]
        return [path.name.partition(":2,")[2] for path in sorted(files)]

    def number_anew(self) -> None:
        """Make the server forget its UIDs, as after a move to another one: it has another UIDVALIDITY then."""
        self.stop()
        for path in self.maildir.glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # it is made of the second
        self.start()

    def trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        return context

    def _own(self, *paths: Path) -> None:
        if os.geteuid() == 0:
            for path in paths:
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)
