"""Runs commands of the installed program in forks of an interpreter that has loaded it: PYTHON warm_program.py SOCKET

A command's start is most of its time. Who connects sends a line of JSON (arguments, folder, environment), with the
standard output and error to use, and gets the exit code when the command has ended. This is run by the interpreter that
the program is installed in, so it imports nothing of the tests.
"""

from __future__ import annotations

import json
import os
import pkgutil
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path

import aggregator
from aggregator.entrypoints.main import main

_MOST_BYTES = 256 * 1024


def _serve(path: str) -> None:
    """Return in a process that is to run a command; never in the one that listens."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{path}.new")
        listener.listen()
        Path(f"{path}.new").rename(path)  # whoever sees it can connect
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return _answer(connection)
            connection.close()


def _answer(connection: socket.socket) -> None:
    request, descriptors, _, _ = socket.recv_fds(connection, _MOST_BYTES, 2)
    arguments, folder, environment = json.loads(request)
    pid = os.fork()
    if pid:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        connection.sendall(str(code).encode())
        os._exit(0)
    connection.close()
    for number, descriptor in enumerate(descriptors, 1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["aggregator", *arguments]


if __name__ == "__main__":
    for module in pkgutil.walk_packages(aggregator.__path__, "aggregator."):
        if ".migrations." not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)
    _serve(sys.argv[1])
    sys.exit(main())
