"""How much memory this process has."""

from __future__ import annotations

import ctypes
import gc
import re
import resource
import sys
from contextlib import suppress
from pathlib import Path


def resident_mb() -> float:
    """The memory in use now; where the system doesn't tell, the most that it ever was."""
    gc.collect()
    with suppress(AttributeError, OSError):  # glibc's allocator keeps what is free; others have no such function
        ctypes.CDLL(None).malloc_trim(0)
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
        assert found
        return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
