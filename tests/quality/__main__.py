"""Print how good each judgment is. ``python -m tests.quality`` or ``make quality``.

A part is a module of this folder with a function ``report`` that yields lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.quality import categories

PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "categories": categories.report,
}


def main() -> None:
    for name, report in PARTS.items():
        print(name)
        for line in report():
            print(f"  {line}")


if __name__ == "__main__":
    main()
