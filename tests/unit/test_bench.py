"""Benchmarks that reach into the program name what is there."""

from __future__ import annotations

import pytest

from bench.soak import soak
from bench.stages import STAGES


def test_every_stage_is_a_function_of_the_program() -> None:
    assert [(owner, name) for owner, name, _ in STAGES if not callable(getattr(owner, name, None))] == []


@pytest.mark.slow
def test_the_main_job_keeps_its_size_under_steady_work() -> None:
    """The bench asks for 1.5 bare requests and takes ten minutes; here polls come few at a time, on a busy machine."""
    assert soak(48, count=120, every_s=5, most=4) == []
