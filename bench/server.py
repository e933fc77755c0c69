"""A fast server for benchmarks, in a process of its own: any path is a small feed with an ETag, or a 304."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

_ETAG = b'"v1"'
_FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>%(path)s</title><link>http://127.0.0.1/</link>
<item><guid isPermaLink="false">%(path)s-1</guid><title>One of %(path)s</title><description>Text</description></item>
</channel></rss>"""


@contextmanager
def served() -> Iterator[str]:
    """Yield the address of the running server, with a slash at its end."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/"
    finally:
        process.terminate()
        process.join()


def _main(pipe: Connection) -> None:
    async def run() -> None:
        server = await asyncio.start_server(_answer_all, "127.0.0.1", 0, backlog=1024)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def _answer_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            writer.write(_answer(request))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _answer(request: bytes) -> bytes:
    if b"if-none-match: " + _ETAG in request.lower():
        return b"HTTP/1.1 304 Not Modified\r\nETag: " + _ETAG + b"\r\n\r\n"
    body = _FEED % {b"path": request.split(b" ", 2)[1].strip(b"/")}
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (_ETAG, len(body)) + body
