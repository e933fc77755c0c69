"""A fast server for benchmarks, in a process of its own.

It serves the files of a folder; without one any path is a small feed. All have an ETag and are answered with 304.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

_ETAG = b'"v1"'
_FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>%(path)s</title><link>http://127.0.0.1/</link>
<item><guid isPermaLink="false">%(path)s-1</guid><title>One of %(path)s</title><description>Text</description></item>
</channel></rss>"""


@contextmanager
def served(folder: Path | None = None) -> Iterator[str]:
    """Yield the address of the running server, with a slash at its end."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(theirs, folder), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/"
    finally:
        process.terminate()
        process.join()


def _main(pipe: Connection, folder: Path | None) -> None:
    async def run() -> None:
        server = await asyncio.start_server(partial(_answer_all, folder), "127.0.0.1", 0, backlog=1024)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def _answer_all(folder: Path | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            writer.write(_answer(request, folder))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _answer(request: bytes, folder: Path | None) -> bytes:
    path = request.split(b" ", 2)[1].strip(b"/")
    file = folder / path.decode() if folder else None
    etag = b'"%d"' % file.stat().st_mtime_ns if file else _ETAG
    asked = re.search(rb"(?i)if-none-match: *([^\r]+)", request)
    if asked and asked[1] == etag:
        return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
    body = file.read_bytes() if file else _FEED % {b"path": path}
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (etag, len(body)) + body
