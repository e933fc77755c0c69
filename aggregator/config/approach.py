"""How a source's server is approached: how gently, and with which credentials."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from aggregator.config import network_values, values
from aggregator.config.settings import Settings
from aggregator.model import Per


class Politeness(Settings):
    """Limits on requests to one server. What belongs together shares these limits, and rests together when asked to."""

    per: Per = Field(
        Per.HOST,
        description="What shares the limits: a `host` or a `domain` (`a.example.co.uk` and `b.example.co.uk` are one).",
    )
    connections: values.Whole = Field(2, ge=1, le=100, description="Requests at the same time.")
    spacing: values.ShortDuration = Field(
        timedelta(milliseconds=500), description="Least time between the starts of two requests."
    )


class SourcePoliteness(Settings):
    """With which sources a source shares its limits."""

    group: values.Slug | None = Field(
        None, description="Sources with the same group share their limits, wherever they are: one server, many names."
    )


class BasicAuth(Settings):
    """User and password, sent to the source's host and to no other."""

    user: network_values.UserName = Field(description="User name.")
    password: network_values.Secret = Field(description="Password; best from the environment.")
