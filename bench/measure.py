"""What a command costs: wall time, CPU time and peak memory, all of its processes together (Linux)."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

# Between two looks at the memory: they cost time too, the same for all commands.
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and CPU seconds; megabytes at the highest, what processes share counted once."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    def __str__(self) -> str:
        return f"{self.wall_s:6.2f} s, CPU {self.cpu_s:6.2f} s, {self.peak_mb:4.0f} MB"


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> tuple[Cost, str]:
    """Run a command to its end; return what it cost and what it wrote. Raises RuntimeError when it fails."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        memory = _Memory(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        sampled_kb = memory.stop()
        output.seek(0)
        said = output.read().decode(errors="replace")
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} failed with {process.returncode}:\n{said[-2000:]}")
    # The kernel knows the peak of the largest process exactly; looking from time to time, that of all together.
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, max(sampled_kb, usage.ru_maxrss) / 1024), said


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(*(statistics.median(getattr(cost, field.name) for cost in costs) for field in fields(Cost)))


class _Memory(threading.Thread):
    """Looks at the memory of a process and its descendants until told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._peak_kb = 0
        self._is_over = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._is_over.wait(_LOOK_EVERY_S):
            self._peak_kb = max(self._peak_kb, sum(map(memory_kb, family(self._pid))))

    def stop(self) -> int:
        self._is_over.set()
        self.join()
        return self._peak_kb


def family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):  # it has ended meanwhile
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in _read(thread / "children").split():
                yield from family(int(child))


def memory_kb(pid: int) -> int:
    found = re.search(r"^Pss:\s+(\d+)", _read(Path(f"/proc/{pid}/smaps_rollup")), re.MULTILINE)
    return int(found[1]) if found else 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended meanwhile
        return ""
