"""Looking for garbage is put off, and taken up again whatever happens."""

from __future__ import annotations

import gc

import pytest

from aggregator import garbage


def test_it_is_put_off_and_taken_up_again() -> None:
    with garbage.put_off():
        with garbage.put_off():
            assert not gc.isenabled()
        assert not gc.isenabled()

    assert gc.isenabled()


def test_it_is_taken_up_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="x"), garbage.put_off():
        raise ValueError("x")

    assert gc.isenabled()


def test_who_wants_none_at_all_has_none() -> None:
    gc.disable()
    try:
        with garbage.put_off():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
