"""The operator's YAML: loaded and checked, with file and line in every complaint."""

from aggregator.config.categories import CategoryConfig, TermGroup
from aggregator.config.load import load
from aggregator.config.models import (
    Channel,
    ChatChannel,
    Config,
    DigestConfig,
    EmailChannel,
    EmailConfig,
    FeedConfig,
    FetchSettings,
    Site,
    SmtpConfig,
    SmtpSecurity,
    SourceConfig,
    Storage,
    WebhookChannel,
    Where,
)
from aggregator.config.shipped import shipped_dir
from aggregator.config.suggest import bare_address
from aggregator.config.units import format_duration, parse_duration, parse_size

__all__ = [
    "CategoryConfig",
    "Channel",
    "ChatChannel",
    "Config",
    "DigestConfig",
    "EmailChannel",
    "EmailConfig",
    "FeedConfig",
    "FetchSettings",
    "Site",
    "SmtpConfig",
    "SmtpSecurity",
    "SourceConfig",
    "Storage",
    "TermGroup",
    "WebhookChannel",
    "Where",
    "bare_address",
    "format_duration",
    "load",
    "parse_duration",
    "parse_size",
    "shipped_dir",
]
