"""The shipped sources and categories by subject: the parts of the shipped files, comments among them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from aggregator.config import shipped_dir


class Subject(StrEnum):
    """What a starter set of sources is about: how the headings in config/sources.yaml begin."""

    SPACE = "space"
    INNOVATION = "innovation"
    TALENT = "talent"
    LUXEMBOURG = "luxembourg"


SUBJECTS = tuple(Subject)

_HEADING = re.compile(r"^  # --- (\w+).*-$", re.MULTILINE)
_CATEGORY = re.compile(r"^(?:  #.*\n)*  - name: (\S+)$", re.MULTILINE)

_NO_SOURCES = """
  # - url: https://example.org/feed     # a feed, or a page that has none
  #   priority: 10                      # preferred when the same article comes from several sources
"""
_NO_CATEGORIES = """
  # - name: space
  #   title: Space
  #   any: [space resources, satellite*, lunar, =ESA]   # words, phrases, stem*, =Exact
  #   none: [office space, parking space]
"""


def sources_yaml(subjects: Iterable[Subject]) -> str:
    """Return a sources file with the shipped sources of these subjects; with an example alone when there are none."""
    head, parts = _parts((shipped_dir("config") / "sources.yaml").read_text(encoding="utf-8"), "sources", _HEADING)
    chosen = "".join(text for name, text in parts if name in set(subjects))
    return head + (f"\n{chosen}" if chosen else _NO_SOURCES)


def categories_yaml(subjects: Iterable[Subject]) -> str:
    """Return a categories file with the shipped categories of these subjects; with an example alone without any."""
    head, parts = _parts(
        (shipped_dir("config") / "categories.yaml").read_text(encoding="utf-8"), "categories", _CATEGORY
    )
    chosen = "".join(text for name, text in parts if name in set(subjects))
    return head + (f"\n{chosen}" if chosen else _NO_CATEGORIES)


def categories_of(subjects: Iterable[Subject]) -> tuple[tuple[str, str], ...]:
    """Return name and title of the shipped categories of these subjects."""
    parts = _parts((shipped_dir("config") / "categories.yaml").read_text(encoding="utf-8"), "categories", _CATEGORY)[1]
    titles = {name: re.search(r"^    title: (.+)$", text, re.MULTILINE) for name, text in parts}
    return tuple((name, found[1]) for name, found in titles.items() if found and name in set(subjects))


def _parts(text: str, key: str, beginning: re.Pattern[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return what stands before the list, its key included, and the named parts of the list."""
    head, _, rest = text.partition(f"\n{key}:\n")
    starts = [(match[1].lower(), match.start()) for match in beginning.finditer(rest)]
    ends = [start for _, start in starts[1:]] + [len(rest)]
    parts = [(name, rest[start:end].rstrip() + "\n\n") for (name, start), end in zip(starts, ends, strict=True)]
    return f"{head}\n{key}:\n", parts
