"""The heads of requests, bounded in size and in time: an endless one would cost everybody, half a one a connection."""

from __future__ import annotations

from asyncio import Transport
from asyncio.events import TimerHandle
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# As much as other servers take: cookies of 8 KiB fit several times.
MAX_HEAD_BYTES: Final = 64 * 1024
HEAD_TIMEOUT_S: Final = 10.0
# The parser is given so much at a time: what stands in one piece with the end of a head is not counted to it.
_PIECE_BYTES: Final = 4096


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol, which has no limit on heads: 431 for one that is too large, 408 for one that is too slow."""

    max_head_bytes: ClassVar[int] = MAX_HEAD_BYTES
    head_timeout_s: ClassVar[float] = HEAD_TIMEOUT_S

    _is_in_head = True
    _head_bytes = 0
    _deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._arm()

    def data_received(self, data: bytes) -> None:
        view = memoryview(data)
        while self._is_in_head and view and not self.transport.is_closing():
            piece, view = view[:_PIECE_BYTES], view[_PIECE_BYTES:]
            self._head_bytes += len(piece)
            super().data_received(bytes(piece))
            if self._is_in_head and self._head_bytes > self.max_head_bytes:
                self._refuse(b"431 Request Header Fields Too Large")
        if view and not self.transport.is_closing():
            super().data_received(bytes(view))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arm()

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        self._disarm()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_in_head = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def _arm(self) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(self.head_timeout_s, self._give_up)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._arm()  # an answer to the request before is under way
        else:
            self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        self._disarm()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
            self.transport.close()
