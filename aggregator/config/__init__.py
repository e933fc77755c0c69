"""The operator's YAML: loaded and checked, with file and line in every complaint."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.config.categories import CategoryConfig, Examples, TermGroup
    from aggregator.config.fetching import FetchSettings, WebSub
    from aggregator.config.messages import (
        Channel,
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
    from aggregator.config.yaml_load import load, shown_path

__all__ = [
    "CategoryConfig",
    "Channel",
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

# Loaded by the first who wants it: who reads documents wants the words of rules alone, and not what checks them.
_MODULES = {
    "CategoryConfig": "categories",
    "Channel": "messages",
    "ChatChannel": "messages",
    "ChatService": "messages",
    "Config": "models",
    "DigestConfig": "models",
    "EmailChannel": "messages",
    "EmailConfig": "messages",
    "Examples": "categories",
    "FeedConfig": "models",
    "FetchSettings": "fetching",
    "Images": "web",
    "Secrets": "secrets",
    "Semantic": "semantic",
    "Site": "models",
    "SmtpConfig": "messages",
    "SmtpSecurity": "messages",
    "SourceConfig": "source_config",
    "Storage": "models",
    "TermGroup": "categories",
    "Tokens": "web",
    "Web": "web",
    "WebSub": "fetching",
    "WebhookChannel": "messages",
    "WhenEmpty": "messages",
    "Where": "models",
    "bare_address": "suggest",
    "database_address": "values",
    "is_installed": "shipped",
    "load": "yaml_load",
    "shipped_dir": "shipped",
    "shown_path": "yaml_load",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever it is
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
