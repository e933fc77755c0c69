"""Passwords and the like for the sources' servers: kept apart from all records, so that no store or page has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aggregator.config import Config, SourceConfig
from aggregator.http import basic_authorization, parse_address
from aggregator.model import Source


class Credentials:
    """The configured sources' secret headers. They are for the hosts of the configured addresses and no others."""

    def __init__(self, config: Config, sources: Sequence[Source]) -> None:
        """``sources`` are those of ``config``, in its order."""
        self._headers = {
            (source.name, source.url): _headers(each) for source, each in zip(sources, config.sources, strict=True)
        }

    def of(self, source: Source) -> Mapping[str, str]:
        """Return the headers for this source; none for one that has another name or address by now."""
        return self._headers.get((source.name, source.url), {})


def _headers(source: SourceConfig) -> dict[str, str]:
    headers = {name: value.get_secret_value() for name, value in source.headers.items()}
    if source.auth:
        headers["Authorization"] = basic_authorization(source.auth.user, source.auth.password.get_secret_value())
    elif userinfo := parse_address(source.url).authorization:
        headers["Authorization"] = userinfo
    return headers
