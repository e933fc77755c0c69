"""Run every benchmark, one after the other."""

from __future__ import annotations

from bench import poll_unchanged

if __name__ == "__main__":
    poll_unchanged.main()
