"""Passwords and the like for the sources' servers: kept apart from all records, so that no store or page has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from aggregator.config import Config, SourceConfig
from aggregator.http import basic_authorization, parse_address
from aggregator.model import Source, SourceKind


class Credentials:
    """The configured sources' secrets, headers for most: for the hosts of the configured addresses and no others."""

    def __init__(self, config: Config, sources: Sequence[Source]) -> None:
        """``sources`` are those of ``config``, in its order."""
        self._headers = {
            (source.name, source.url): _secrets(each) for source, each in zip(sources, config.sources, strict=True)
        }

    def of(self, source: Source) -> Mapping[str, str]:
        """Return the headers for this source, ``user`` and ``password`` for a mailbox.

        None for one that has another name or address by now.
        """
        return self._headers.get((source.name, source.url), {})


def _secrets(source: SourceConfig) -> dict[str, str]:
    if source.kind is SourceKind.MAILBOX:
        return _login(source)
    headers = {name: value.get_secret_value() for name, value in source.headers.items()}
    if source.auth:
        headers["Authorization"] = basic_authorization(source.auth.user, source.auth.password.get_secret_value())
    elif userinfo := parse_address(source.url).authorization:
        headers["Authorization"] = userinfo
    return headers


def _login(source: SourceConfig) -> dict[str, str]:
    parts = urlsplit(source.url)
    password = source.password.get_secret_value() if source.password else unquote(parts.password or "")
    return {"user": unquote(parts.username), "password": password} if parts.username else {}
