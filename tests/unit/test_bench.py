"""Benchmarks that reach into the program name what is there."""

from __future__ import annotations

from bench.stages import STAGES


def test_every_stage_is_a_function_of_the_program() -> None:
    assert [(owner, name) for owner, name, _ in STAGES if not callable(getattr(owner, name, None))] == []
