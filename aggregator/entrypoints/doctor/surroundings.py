"""What the program needs of the machine and the network: space, folders, files, templates, sources, mail."""

from __future__ import annotations

import getpass
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aggregator.app import open_client
from aggregator.config import Config, EmailChannel
from aggregator.entrypoints.commands.digest_checks import check_digests
from aggregator.entrypoints.doctor.database import Answer
from aggregator.entrypoints.doctor.finding import Finding, bad, doubtful, good, skipped
from aggregator.errors import ConfigError, DeliveryError, SourceError
from aggregator.model import Condition, SourceKind
from aggregator.notify.mail.smtp import SmtpSender
from aggregator.sources.configured import configured_sources
from aggregator.store import file_of
from aggregator.text.sizes import size_in_words

# With less free space, writing will soon fail.
_NEARLY_FULL: Final = 100 * 10**6
_FEW_FILES: Final = 1_000

# Files open beside one for each of ``fetch.workers``: silent servers, kept connections, readers, the database's.
_FILES_BESIDE: Final = 1_000

# Hosts of sources that are connected to, at most.
_HOSTS: Final = 3


def disk(url: str, answer: Answer) -> Iterator[Finding]:
    """Look for space where the database lies, and where temporary files go."""
    file = file_of(url)
    size = answer.size_bytes if isinstance(answer, Condition) else 0
    if file is not None:
        yield _space(file.parent, wanted=size, wanted_for="a copy of the database, as an upgrade may need")
    temporary = Path(tempfile.gettempdir())
    if file is None or _device(temporary) != _device(file.parent):
        yield _space(temporary, wanted=0, wanted_for="")


def _space(folder: Path, *, wanted: int, wanted_for: str) -> Finding:
    there = _existing(folder)
    try:
        free = shutil.disk_usage(there).free
        counts = os.statvfs(there)
    except OSError as error:
        return bad("disk", f"{there} can't be looked at: {error.strerror}", "mount it, or correct storage.url")
    said = f"{size_in_words(free)} free for {folder}"
    remedy = "delete something, enlarge the disk, or shorten storage.keep"
    if free < _NEARLY_FULL:
        return bad("disk", said, remedy)
    if counts.f_files and counts.f_favail < _FEW_FILES:
        return bad("disk", f"{counts.f_favail} more files can be made in {folder} (inodes)", "delete many small files")
    if free < wanted:
        return doubtful("disk", f"{said}: not enough for {wanted_for}", remedy)
    return good("disk", said)


def folders(config: Config) -> Iterator[Finding]:
    """See whether files can be made where the program makes them."""
    wanted: dict[Path, str] = {Path(tempfile.gettempdir()): "set TMPDIR to a folder that can be written to"}
    if (file := file_of(config.storage.url)) is not None:
        wanted[file.parent] = "give it to the user that runs the program (chown), or mount it writable"
    if config.email is not None and config.email.maildir is not None:
        wanted[config.email.maildir] = "mail is written here (email.maildir): give it to the user of the program"
    refused = [(folder, reason, remedy) for folder, remedy in wanted.items() if (reason := _why_not_writable(folder))]
    for folder, reason, remedy in refused:
        yield bad("folders", f"{folder} can't be written to by {_user()}: {reason}", remedy)
    if not refused:
        yield good("folders", f"{_user()} can write to {', '.join(map(str, sorted(wanted)))}")


def _why_not_writable(folder: Path) -> str | None:
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            return None
    except OSError as error:
        return error.strerror or type(error).__name__


def open_files(config: Config) -> Finding:
    """Compare the limit on open files with what the program may need; ``run`` takes all that it is allowed."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = config.fetch.workers + _FILES_BESIDE
    if hard != resource.RLIM_INFINITY and hard < needed:
        said = f"a process may open {hard} files, and {needed} may be needed (fetch.workers: {config.fetch.workers})"
        return doubtful("files", said, "LimitNOFILE= in the systemd unit, ulimit -Hn, or lower fetch.workers")
    said = "any number of" if hard == resource.RLIM_INFINITY else f"{hard}"
    return good("files", f"{said} files may be open at a time, {needed} may be needed")


def templates(config: Config) -> Iterator[Finding]:
    """Render all of them with sample entries."""
    try:
        check_digests(config)
    except ConfigError as error:
        for problem in error.problems:
            yield bad("templates", str(problem), "mend it; `aggregator check` looks again")
    else:
        yield good("templates", "all can be rendered")


def network(config: Config) -> Finding:
    """Look up and connect to the hosts of some sources, all at once; nothing is asked of them."""
    addresses = [source.url for source in configured_sources(config) if source.kind is not SourceKind.MAILBOX]
    by_host = {urlsplit(address).netloc.rpartition("@")[2]: address for address in addresses}
    if not by_host:
        return skipped("network", "no source on the web is configured")
    hosts = list(by_host)[:_HOSTS]
    with open_client(config) as client, ThreadPoolExecutor(_HOSTS) as pool:

        def reach(host: str) -> str | None:
            try:
                client.reach(by_host[host])
            except SourceError as error:
                return str(error)
            return None

        refusals = dict(zip(hosts, pool.map(reach, hosts), strict=True))
    reached = [host for host, refusal in refusals.items() if refusal is None]
    others = "; ".join(refusal for refusal in refusals.values() if refusal is not None)
    if not reached:
        remedy = (
            "see that names can be looked up (/etc/resolv.conf, `getent hosts NAME`), that there is a route, and that "
            "no firewall is in between; a proxy is not used"
        )
        return bad("network", others, remedy)
    said = f"{', '.join(reached)} can be connected to"
    return good("network", f"{said}; not so: {others}" if others else said)


def mail(config: Config) -> Finding:
    """Log in where mail goes out, and leave without sending any."""
    email = config.email
    if email is None or not any(isinstance(channel, EmailChannel) for each in config.digests for channel in each.to):
        return skipped("mail", "no digest goes by mail")
    if email.maildir is not None:
        return good("mail", f"goes into the Maildir {email.maildir}")
    if email.sendmail is not None:
        if shutil.which(email.sendmail) is None:
            return bad(
                "mail", f"{email.sendmail} is no program that can be run", "install it, or correct email.sendmail"
            )
        return good("mail", f"goes to {email.sendmail}")
    sender, server = SmtpSender(email.smtp), f"{email.smtp.host}:{email.smtp.port}"
    try:
        sender.log_in()
    except DeliveryError as error:
        remedy = "correct the section email; the mail server's own log may say more. What waits is sent later"
        return bad("mail", str(error), remedy)
    finally:
        sender.close()
    login = "logged in" if email.smtp.user else "no login is configured"
    return good("mail", f"{server} answers (security: {email.smtp.security.value}, {login}); no mail was sent")


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest above it that is there: the rest the program makes."""
    return next((each for each in (folder, *folder.absolute().parents) if each.exists()), Path("/"))


def _device(folder: Path) -> int:
    return _existing(folder).stat().st_dev


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"user {os.geteuid()}"
