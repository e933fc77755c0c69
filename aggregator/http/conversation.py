"""A connection for another protocol than HTTP, such as IMAP: checked and bounded as every other. No proxy is used."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import cast

from aggregator.http.sockets import DeadlineTLSSocket, Exchange, Limits, connect_first, permitted


@dataclass(slots=True)
class Conversation:
    """``sock`` receives until the deadline of the exchange."""

    host: str
    sock: socket.socket
    exchange: Exchange

    @classmethod
    def begin(cls, host: str, port: int, exchange: Exchange, *, is_tls: bool) -> Conversation:
        """Connect. Raises what connecting raises: OSError, UnicodeError, AddressRefused."""
        endpoints = exchange.resolver.resolve(host, port, deadline=exchange.deadline)
        sock = connect_first(permitted(host, endpoints, exchange.guard), exchange)
        sock.limits = Limits(exchange=exchange)
        talk = cls(host, sock, exchange)
        if is_tls:
            talk.start_tls()
        return talk

    def start_tls(self) -> socket.socket:
        """Go on with TLS; the connection is closed when that can't be. Raises OSError."""
        self.sock.settimeout(self.exchange.left_s())
        try:
            wrapped = self.exchange.context().wrap_socket(self.sock, server_hostname=self.host)
        except OSError:
            self.sock.close()
            raise
        cast("DeadlineTLSSocket", wrapped).limits = Limits(exchange=self.exchange)
        self.sock = wrapped
        return wrapped
