"""The operator's YAML: loaded and checked, with file and line in every complaint."""

from aggregator.config.categories import CategoryConfig, Examples, TermGroup
from aggregator.config.fetching import FetchSettings, WebSub
from aggregator.config.load import load, shown_path
from aggregator.config.messages import (
    ChatChannel,
    ChatService,
    EmailChannel,
    EmailConfig,
    SmtpConfig,
    SmtpSecurity,
    WebhookChannel,
    WhenEmpty,
)
from aggregator.config.models import (
    Config,
    DigestConfig,
    FeedConfig,
    Site,
    Storage,
    Where,
)
from aggregator.config.secrets import Secrets
from aggregator.config.semantic import Semantic
from aggregator.config.shipped import is_installed, shipped_dir
from aggregator.config.source_config import SourceConfig
from aggregator.config.suggest import bare_address
from aggregator.config.values import database_address
from aggregator.config.web import Images, Tokens, Web

__all__ = [
    "CategoryConfig",
    "ChatChannel",
    "ChatService",
    "Config",
    "DigestConfig",
    "EmailChannel",
    "EmailConfig",
    "Examples",
    "FeedConfig",
    "FetchSettings",
    "Images",
    "Secrets",
    "Semantic",
    "Site",
    "SmtpConfig",
    "SmtpSecurity",
    "SourceConfig",
    "Storage",
    "TermGroup",
    "Tokens",
    "Web",
    "WebSub",
    "WebhookChannel",
    "WhenEmpty",
    "Where",
    "bare_address",
    "database_address",
    "is_installed",
    "load",
    "shipped_dir",
    "shown_path",
]
