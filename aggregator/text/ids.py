"""The ids of entries."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache


# Asked for when it is looked up whether an id is taken, and when it is given.
@lru_cache(maxsize=2_048)
def entry_id(seed: str, key: str) -> str:
    """Return 16 characters that stay the same when the database is lost and the sources are polled again."""
    digest = hashlib.sha256(f"{seed}\n{key}".encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest[:10]).decode().lower()
