"""The main job: schedule, web page and configuration watch in one process, started and stopped together."""

from __future__ import annotations

import errno
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType

import structlog
import uvicorn

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.config.stamps import Stamp, were_edited
from aggregator.entrypoints.desk import Desk, open_desk
from aggregator.entrypoints.logs import keep_secrets_of
from aggregator.entrypoints.metrics import Metrics
from aggregator.entrypoints.roles import EVERY, Role
from aggregator.entrypoints.scheduler import Scheduler
from aggregator.entrypoints.supervisor import Supervisor
from aggregator.entrypoints.terminal import counted
from aggregator.entrypoints.web.application import create_app
from aggregator.entrypoints.web.heads import BoundedHeads
from aggregator.errors import AggregatorError, ConfigError, UsageError
from aggregator.polling.reader_start import useful_readers
from aggregator.polling.readers import ReaderPool

log = structlog.get_logger()

USUAL_PORT = 8080

_WATCH_EVERY_S = 1.0
_SAME_MOMENT_S = 2.0

# From SIGTERM to the end: for what is under way, and for the requests of readers after that. Supervisors that kill
# wait for half a minute or more.
_DRAIN_S = 25.0
_LAST_REQUESTS_S = 3

_LOST = "its file was deleted or replaced while it was in use; put it back, or restore a backup, and start again"

# Loaded before anything is begun, as it can't be when files have run out, or another release lies in its place by then.
_NEEDED = (
    "aggregator.parse.article",
    "aggregator.parse.json_reader",
    "aggregator.parse.next_page",
    "aggregator.parse.pages",
    "aggregator.parse.redesign",
    "aggregator.parse.sitemap",
    "aggregator.parse.watch",
    "aggregator.parse.xml_reader",
    "aggregator.sources.discover",
    "aggregator.steps.group",
    "aggregator.steps.parse",
    "feedparser",
)

# Open files at most: the default of many systems, 1024, is less than many sources need.
_MOST_FILES = 65_536


def run_main_job(path: Path | None, *, host: str, port: int | None, roles: frozenset[Role] = EVERY) -> None:
    """Run until SIGINT or SIGTERM; SIGHUP, or a changed file, reloads the configuration.

    ``port`` None: the usual one for readers, none where there are none. Where there are none but a port is given,
    monitoring has it. Raises ConfigError, StoreError (StoreBusy when another main job has the database) and UsageError
    (the port is taken) before anything is begun.
    """
    for name in _NEEDED:
        import_module(name)
    config = load(path)
    keep_secrets_of(config)
    _raise_file_limit()
    if config.storage.is_above:
        log.warning("database.above", database=config.storage.url, hint="`aggregator check` tells how to keep it there")
    metrics = Metrics()
    if port is None and Role.WEB in roles:
        port = USUAL_PORT
    useful = useful_readers() if Role.POLL in roles else 0
    with ExitStack() as stack:
        readers = stack.enter_context(ReaderPool(useful, config))
        if useful:
            metrics.watch_readers(alive=lambda: readers.alive, lost=lambda: readers.lost)
        aggregator = stack.enter_context(closing(Aggregator(config, readers=readers.configured, meter=metrics.measure)))
        if roles != {Role.WEB}:
            stack.enter_context(aggregator.store.hold())
        desk = stack.enter_context(open_desk(config.storage.url)) if Role.POLL in roles else None
        listener = None if port is None else stack.enter_context(_listen(host, port))
        _serve(aggregator, listener, desk, metrics, roles)


def _serve(
    aggregator: Aggregator,
    listener: socket.socket | None,
    desk: socket.socket | None,
    metrics: Metrics,
    roles: frozenset[Role],
) -> None:
    signals, supervisor = _Signals(), Supervisor()
    scheduler = Scheduler(aggregator, metrics, roles=roles)
    app = create_app(
        aggregator,
        metrics=metrics,
        is_stopping=signals.stop.is_set,
        is_polling=scheduler.is_polling,
        failure=scheduler.failure,
        has_site=Role.WEB in roles,
    )
    settings = uvicorn.Config(
        app,
        http=BoundedHeads,
        timeout_graceful_shutdown=_LAST_REQUESTS_S,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,  # web.trusted_proxies says whose are believed
    )
    server = uvicorn.Server(settings)
    # in a thread, so that uvicorn leaves the signals to us: polls must be ended before the process is
    web = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web")
    if listener is not None:
        web.start()
    scheduler.start()
    if desk is not None:
        threading.Thread(target=Desk(aggregator, scheduler).serve, args=(desk,), name="desk", daemon=True).start()
    does, address = ",".join(role for role in Role if role in roles), _address(listener)
    facts = {"address": address} if address else {}
    log.info("aggregator.started", **facts, does=does, sources=len(aggregator.config.sources))
    supervisor.ready()
    supervisor.status(f"{counted(len(aggregator.config.sources), 'source')}, {address or does}")
    stamps = aggregator.config.stamps
    are_well = True
    while are_well and not signals.stop.wait(_WATCH_EVERY_S):
        is_lost = aggregator.store.is_lost()
        are_well = (listener is None or web.is_alive()) and scheduler.is_alive() and not is_lost
        if is_lost:
            log.error("database.lost", hint=_LOST)
            os._exit(1)  # to close what is open of a deleted database removes the log of the one in its place
        if scheduler.is_polling():  # else its watchdog restarts us
            supervisor.alive()
        scheduler.look_at_clock()
        if signals.reload.is_set() or were_edited(stamps):
            signals.reload.clear()
            supervisor.reloading()
            stamps = _reload(aggregator, stamps, partial(scheduler.note_end, "reload"))
            supervisor.ready()
            scheduler.poll_soon()
    log.info("aggregator.stopping")
    supervisor.stopping()
    has_ended = scheduler.stop(within_s=_DRAIN_S)
    server.should_exit = True
    if listener is not None:
        web.join(2 * _LAST_REQUESTS_S)
    if not are_well:
        log.error("aggregator.broken", hint="the web server or the scheduler died; restart the program")
    elif has_ended:
        log.info("aggregator.stopped")
    else:
        log.warning(
            "aggregator.cut_off",
            hint="interrupted work is retried at the next start; a delivery may be sent twice with the same id",
        )
    if not (has_ended and are_well):
        os._exit(0 if are_well else 1)  # threads that are still at work would be waited for


def _raise_file_limit() -> None:
    """Allow ourselves as many open files as we may, up to _MOST_FILES: each source that is asked takes one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class _Signals:
    """SIGINT and SIGTERM set ``stop``, SIGHUP sets ``reload``. One more, later, ends the process at once.

    What stops a whole group of processes (make, a terminal, a supervisor) may well say so twice within a moment.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.reload = threading.Event()
        self._told_at = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, lambda *_: self.reload.set())

    def _on_stop(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.stop.is_set() and now > self._told_at + _SAME_MOMENT_S:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        if not self.stop.is_set():
            self._told_at = now
            self.stop.set()


def _reload(
    aggregator: Aggregator, stamps: Mapping[Path, Stamp], note_end: Callable[[AggregatorError | None], None]
) -> Mapping[Path, Stamp]:
    """Work with the edited files, or say what is wrong with them and go on as before.

    Takes and returns the stamps of the files whose edits matter; ``note_end`` hears of a database that fails, or not.
    """
    running = aggregator.config
    try:
        config = load(running.path)
        stamps = config.stamps
        if config.storage.url != running.storage.url:
            log.warning("config.needs_restart", key="storage.url")
        keep_secrets_of(config)
        aggregator.use(config)
    except ConfigError as error:
        note_end(None)
        aggregator.rejected = tuple(str(problem) for problem in error.problems)
        log.error("config.rejected", problems=list(aggregator.rejected))
        return error.stamps or stamps
    except AggregatorError as error:
        note_end(error)
        return running.stamps  # tried again
    note_end(None)
    aggregator.rejected = ()
    log.info("config.reloaded", sources=len(config.sources), feeds=len(config.feeds))
    return stamps


def _address(listener: socket.socket | None) -> str | None:
    if listener is None:
        return None
    name, port = listener.getsockname()[:2]
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while attempting")[0]  # Python names the address again
        hint = "; --port takes another one" if error.errno == errno.EADDRINUSE else ""
        raise UsageError(f"can't listen on {host} port {port}: {reason}{hint}") from error
