"""Logging: structlog, for people on a terminal or as JSON for machines; other libraries' records in the same form."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from aggregator.config import Config, Secrets
from aggregator.text.hidden_keys import hide_in_addresses, is_key

if TYPE_CHECKING:
    from structlog.typing import Processor


class _Discretion:
    """The last thing that happens to every line: the secrets of a configuration are taken out, of tracebacks too."""

    def __init__(self) -> None:
        self._secrets = cache(Secrets)

    def keep(self, config: Config) -> None:
        hide_in_addresses(config.hidden_in_addresses)
        self._secrets = cache(
            lambda: Secrets(config, *_keys_of(config))
        )  # looked for by the first line: most polls log none

    def __call__(self, _logger: object, _method: str, line: Any) -> str:  # noqa: ANN401 - rendered by now
        return self._secrets().mask(line)


def _keys_of(config: Config) -> Iterator[SecretStr]:
    return (SecretStr(text) for _, text in config.hidden_in_addresses if is_key(text))


_discretion = _Discretion()
keep_secrets_of = _discretion.keep


def masked(text: str) -> str:
    """Return a text without the secrets of the configuration of now."""
    return _discretion(None, "", text)


class LogFormat(StrEnum):
    HUMAN = "human"
    JSON = "json"


def _in_a_sentence(record: logging.LogRecord) -> bool:
    """Say what asyncio shows as a traceback each second while no more files can be opened."""
    if record.getMessage().startswith("socket.accept() out of system resource"):
        record.msg, record.args, record.exc_info = "too many files open to answer more readers (ulimit -n)", (), None
    return True


def configure_logging(log_format: LogFormat) -> None:
    """Send every log line to the standard error in one form; libraries speak from WARNING on.

    Tracebacks come without the values of variables: passwords may be among them.
    """
    import structlog  # loads rich's tracebacks and asyncio: a fifth of the start of a command that logs nothing

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[Processor]
    if log_format is LogFormat.JSON:
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        render = [
            structlog.processors.ExceptionRenderer(tracebacks),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        render = [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), pad_event_to=20, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    structlog.configure(
        processors=[*shared, *render, _discretion],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render, _discretion],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("asyncio").addFilter(_in_a_sentence)
