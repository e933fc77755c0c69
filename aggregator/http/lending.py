"""Our client, lent to a library that sends with requests' functions (Apprise): its requests go the way ours go.

``requests.post`` and its kin make a session for each request. While a client is lent to the thread at hand, that
session is one whose connections are ours: to addresses that the guard lets pass, through the proxy, with a deadline for
each exchange and a bound for the body; redirects too. Anybody else's sessions are as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import requests
import requests.api
from requests import PreparedRequest
from requests.adapters import BaseAdapter

# How a session sends: the request, whether the certificate is verified, and a certificate of ours.
Send = Callable[[PreparedRequest, bool, Any], requests.Response]

_lent: ContextVar[Send | None] = ContextVar("lent", default=None)


class _Adapter(BaseAdapter):
    def __init__(self, send: Send) -> None:
        super().__init__()
        self._send = send

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,  # noqa: ANN401 - as the others, requests' signature
        verify: bool | str = True,
        cert: Any = None,  # noqa: ANN401
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        return self._send(request, verify is not False, cert)

    def close(self) -> None:
        """Leave the connections alone: they are the lender's."""


def _session() -> requests.Session:
    send, session = _lent.get(), requests.Session()
    if send is not None:
        session.trust_env = False  # neither proxies nor passwords from the environment
        session.mount("http://", _Adapter(send))
        session.mount("https://", _Adapter(send))
    return session


@contextmanager
def lent(send: Send) -> Iterator[None]:
    """Have requests' functions send so, in this thread."""
    # the one name that the functions make their sessions by; it does as before for who has borrowed nothing
    vars(requests.api)["sessions"] = SimpleNamespace(Session=_session)
    token = _lent.set(send)
    try:
        yield
    finally:
        _lent.reset(token)
