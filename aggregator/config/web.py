"""The part of the configuration that the web pages are served by: under which names, to whom, with which pictures."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from aggregator.config import network_values, values
from aggregator.config.settings import Settings


class Images(StrEnum):
    """Whether pages show the pictures of entries: not at all, or from where their publishers have them."""

    OFF = "off"
    DIRECT = "direct"


class Tokens(Settings):
    """Who may see what. Each token is asked for as a password (any user name), or in an address as `?token=`."""

    pages: network_values.AccessToken | None = Field(
        None, description="For the front page, stories, searching and the issues of digests; public when left out."
    )
    feeds: network_values.AccessToken | None = Field(
        None, description="For the feeds that have no token of their own, and their page; public when left out."
    )
    control_room: network_values.AccessToken | None = Field(
        None,
        description=(
            "For `/sources`, `/digests`, `/opml` and `/metrics`; public when left out, and `/digests` then tells "
            "nothing of who gets a digest."
        ),
    )


class Web(Settings):
    """How the web pages and feeds are served, and to whom (docs/reference/publishing.md)."""

    hosts: tuple[network_values.ServedHost, ...] = Field(
        (),
        description=(
            "More host names that the site answers to, such as `*.example.org`, or `*` for any; that of `site.url`, "
            "`localhost` and the address it listens on always work."
        ),
    )
    trusted_proxies: tuple[network_values.Network, ...] = Field(
        (), description="Reverse proxies whose `X-Forwarded-For` is trusted: addresses and networks."
    )
    searches_per_minute: values.Whole = Field(
        30, ge=1, le=10_000, description="How often one client may search per minute; beyond that it gets a 429."
    )
    images: Images = Field(
        Images.OFF,
        description="`direct`: pages load pictures of entries from their publishers; or `off`.",
    )
    tokens: Tokens = Field(Tokens(), description="Who may see what; without tokens everything is public.")
