"""What handlers need of the web application: configuration and templates of now, the frame, what was rendered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from aggregator.config import Config
from aggregator.config.templates import Templates
from aggregator.publish import Frame

Current = Callable[[], tuple[Config, Templates]]


class Framing(Protocol):
    """The frame of a page, and what was searched for on it."""

    def __call__(self, request: Request, config: Config, query: str | None = None) -> Frame: ...


class Remembering(Protocol):
    """An answer from memory: ``make`` renders what is at an address unless it did so under an equal ``stamp``."""

    def __call__(
        self,
        request: Request,
        address: str,
        stamp: object,
        make: Callable[[], bytes],
        media_type: str,
        cache_control: str,
    ) -> Response: ...
