"""One page as a browser shows it, as an answer like any other."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from aggregator.errors import BodyTooLarge, FetchError, FetchTimeout, StatusError
from aggregator.http import HttpClient, parse_address
from aggregator.model import Claim, Fetched

# How long one page may take, and how much memory all processes of the browser together.
PATIENCE: Final = timedelta(seconds=45)
_MOST_MEMORY: Final = 1_500_000_000
# What a page and all that it loads may have, in terms of ``fetch.max_body``.
_TIMES_MAX_BODY: Final = 3
_LOOK_EVERY_S: Final = 0.2
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")

# Two browsers at once would have the machine to themselves.
_one_at_a_time = threading.Lock()


def fetch_rendered(client: HttpClient, claim: Claim, *, secrets: Mapping[str, str] | None = None) -> Fetched:
    """Load a page, wait until nothing is added to it, and return what it is then.

    ``secrets`` are headers for the host of the configured address and no other. Raises FetchError and its kin.
    """
    program = find_browser()
    source = claim.source
    address = parse_address(claim.address)
    order = {
        "url": address.url,
        "program": program,
        "user_agent": client.user_agent,
        "secrets": dict(secrets or {}),
        "host": address.place,
        "items": source.page.items if source.page else source.select,
        "dismiss": source.dismiss,
        "patience_s": PATIENCE.total_seconds() - 10,
        "has_sandbox": os.geteuid() != 0,
    }
    with _one_at_a_time, client.gateway(PATIENCE, most_bytes=_TIMES_MAX_BODY * client.max_body) as gateway:
        order["proxy"] = {"server": gateway.url, "username": gateway.user, "password": gateway.password}
        try:
            answer = _in_tab(order)
        except FetchError as error:
            raise next(iter(gateway.refused), error) from error
        refused = next(iter(gateway.refused), None)
    if "error" in answer:
        raise refused or FetchError(f"the browser could not load {address.place}: {answer['error']}")
    body = answer["html"].encode("utf-8", "replace")
    if len(body) > client.max_body:
        raise BodyTooLarge("the page is larger than fetch.max_body allows")
    if answer["status"] >= 400:
        raise refused or StatusError(f"{address.place} answered {answer['status']}", status=answer["status"])
    return Fetched(url=answer["url"], body=body, content_type="text/html; charset=utf-8")


def find_browser() -> str:
    """Return the browser to start. Raises FetchError, with what to do, where it can't be."""
    if find_spec("playwright") is None:
        raise FetchError("render: browser needs its extra: pip install 'aggregator[browser]', and a Chromium")
    found = os.environ.get("AGGREGATOR_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise FetchError("render: browser needs a Chromium: install the package chromium (or set AGGREGATOR_CHROMIUM)")
    return found


def _in_tab(order: Mapping[str, Any]) -> dict[str, Any]:
    """Have a process of its own load the page, and see to it that nothing of it outlives its time."""
    with tempfile.TemporaryDirectory(prefix="aggregator-browser-", ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "HOME": folder, "TMPDIR": folder, "XDG_CONFIG_HOME": folder}
        answer = Path(folder) / "answer.json"
        tab = subprocess.Popen(  # noqa: S603 - our own interpreter, and a file that we named
            [sys.executable, "-m", "aggregator.fetch.browser.tab", str(answer)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        try:
            assert tab.stdin is not None  # noqa: S101 - it was asked for
            with tab.stdin as pipe, suppress(BrokenPipeError):
                pipe.write(json.dumps(order).encode())
            _wait(tab)
        finally:
            _end(tab.pid)
            tab.wait()
        try:
            return dict(json.loads(answer.read_bytes()))
        except (OSError, ValueError) as error:
            raise FetchError("the browser ended without an answer") from error


def _wait(tab: subprocess.Popen[bytes]) -> None:
    """Wait for a tab. Raises FetchTimeout, BodyTooLarge when it takes more than it may."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while tab.poll() is None:
        if time.monotonic() > deadline:
            raise FetchTimeout(f"the page kept the browser busy for {PATIENCE.total_seconds():g} s; it was stopped")
        if sum(_memory_of(pid) for pid in _family(tab.pid)) > _MOST_MEMORY:
            raise BodyTooLarge("the page took too much memory; the browser was stopped")
        time.sleep(_LOOK_EVERY_S)


def _end(pid: int) -> None:
    """Kill a process and all that it started. What is started meanwhile is found by looking again."""
    for _ in range(3):
        for each in _family(pid):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(each, signal.SIGKILL)


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it, the youngest first."""
    children: dict[int, list[int]] = {}
    for each, parent in _parents():
        children.setdefault(parent, []).append(each)
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found[::-1]


def _parents() -> Iterator[tuple[int, int]]:
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                yield int(each.name), int((each / "stat").read_text().rpartition(")")[2].split()[1])


def _memory_of(pid: int) -> int:
    """Return the memory that a process has for itself, in bytes."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * _PAGE_BYTES
