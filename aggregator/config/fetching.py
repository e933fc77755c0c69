"""The part of the configuration that says how sources are polled."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from aggregator.config import network_values, values
from aggregator.config.approach import Politeness
from aggregator.config.network import Certificates, Proxy
from aggregator.config.settings import Settings


class WebSub(StrEnum):
    """Whether hubs are asked to tell us of news."""

    AUTO = "auto"
    OFF = "off"


class FetchSettings(Settings):
    """How sources are polled."""

    every: values.AutoOrDuration = Field(
        None,
        description="Time between two polls of a source; `auto` adapts to it, between `min_every` and `max_every`.",
        json_schema_extra={"default": "auto"},
    )
    min_every: values.Duration = Field(timedelta(minutes=30), description="With `auto`: the shortest interval.")
    max_every: values.Duration = Field(timedelta(hours=12), description="With `auto`: the longest interval.")
    workers: values.Whole = Field(
        32,
        ge=1,
        le=500,
        description="How many sources are polled at the same time; servers that don't answer don't count.",
    )
    timeout: values.Duration = Field(
        timedelta(seconds=20), description="Timeout of the whole exchange, not only of connecting."
    )
    reading: values.Duration = Field(
        timedelta(seconds=60),
        description="Timeout for parsing one answer; a reader process that takes longer is stopped.",
    )
    max_body: values.Size = Field(
        15_000_000,
        description="The largest answer to accept, after decompression.",
        json_schema_extra={"default": "15MB"},
    )
    contact: network_values.Contact | None = Field(
        None, description="Address where publishers can reach you; it goes into the User-Agent."
    )
    allow_private: network_values.AllowedHosts = Field(
        default=False,
        description="Whether sources may be in private networks: all, none, or only these hosts and networks.",
    )
    proxy: Proxy | None = Field(
        None,
        description=(
            "Proxy for all requests over http and https: `http://user:password@proxy.example:3128`, or `environment` "
            "for what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say (docs/explanation/polling.md)."
        ),
    )
    no_proxy: tuple[network_values.HostOrNetwork, ...] = Field(
        (), description="Hosts and networks that are asked directly, not through the proxy: `nas.lan`, `*.lan`."
    )
    ca_bundle: Certificates | None = Field(
        None,
        description=(
            "File with certificates (PEM) to trust beside those of the system: an authority of your own, or what a "
            "server leaves out."
        ),
    )
    politeness: Politeness = Field(Politeness(), description="Limits on requests to one server.")
    websub: WebSub = Field(
        WebSub.AUTO,
        description=(
            "`auto`: hubs that feeds name are asked to send news at once, where `site.url` is https; `off`: never "
            "(docs/how-to/websub.md)."
        ),
    )

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.min_every > self.max_every:
            raise ValueError("min_every is longer than max_every")
        return self
