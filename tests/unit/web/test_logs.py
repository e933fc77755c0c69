"""What other libraries log, in the program's own form."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from aggregator.entrypoints.logs import LogFormat, configure_logging


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave no logger that writes to what this test captured: the next test's would be closed."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_that_no_more_files_can_be_opened_is_a_sentence_and_other_errors_keep_their_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging(LogFormat.HUMAN)
    logger = logging.getLogger("asyncio")

    for message in ("socket.accept() out of system resource\nsocket: <socket>", "Task exception was never retrieved"):
        logger.error(message, exc_info=OSError(24, "Too many open files"))
        told = capsys.readouterr().err
        is_about_files = message.startswith("socket.accept()")
        assert ("OSError" not in told) == is_about_files
        assert ("too many files open" in told) == is_about_files
