"""The configuration's sources as records, each with a name of its own."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import fields
from hashlib import sha256

from pydantic import TypeAdapter

from aggregator.config import Config, SourceConfig, Storage, bare_address
from aggregator.model import BacklogRule, Source
from aggregator.text.hosts import host_of

_MAX_NAME = 48

# An option is a field of the same name in both, so that what is written in one arrives in the other.
_SOURCE = TypeAdapter(Source)
_NAMES = {each.name for each in fields(Source)}


def configured_sources(config: Config, *, known: Mapping[str, str] | None = None) -> tuple[Source, ...]:
    """Return the sources in the order of the files; those without a name get one from their title or address.

    ``known`` has the names that addresses have already, which they keep. User and password of an address are left out
    (see ``credentials``).
    """
    configured = []
    for each, name in zip(config.sources, _names(config.sources, known or {}), strict=True):
        given = {
            "name": name,
            "url": each.address,
            "group": each.politeness.group,
            "backlog": _backlog(each, config.storage),
            "timezone": each.timezone or config.site.timezone,
        }
        configured.append(_SOURCE.validate_python(each.model_dump(include=_NAMES) | given))
    return tuple(configured)


def _backlog(source: SourceConfig, storage: Storage) -> BacklogRule | None:
    """Return what is kept of a source's backlog; all of it where further pages of a list were asked for."""
    newest = storage.backlog if source.backlog is None else source.backlog
    if newest == "all" or (source.backlog is None and source.depth):
        return None
    return BacklogRule(newest=newest, younger_than=storage.keep)


def _names(sources: Sequence[SourceConfig], known: Mapping[str, str]) -> list[str]:
    """Return a name for each source: its own, else the one that it has, else one that follows from what it is alone.

    So it stays when another source comes or goes, or its address moves. Where several would have the same, each has a
    part of its address's hash behind it: no name ever comes to mean another source.
    """
    taken = {each.name for each in sources if each.name}
    names: list[str | None] = []
    for each in sources:
        kept = None if each.name else known.get(each.address)
        names.append(each.name or (None if kept in taken else kept))
        taken |= {kept} if kept else set()
    made = [
        made_name(each.title, each.url) if name is None else name for each, name in zip(sources, names, strict=True)
    ]
    used = Counter(made)
    return [
        new if name is not None or used[new] == 1 else f"{new}-{_digest(each.url)}"
        for each, name, new in zip(sources, names, made, strict=True)
    ]


def _digest(url: str) -> str:
    return sha256(bare_address(url).encode()).hexdigest()[:6]


def made_name(title: str | None, url: str) -> str:
    """Make a short name from a title, else from host and path: "space-news", "agency-example-science"."""
    host = re.sub(r"^(www|feeds?|rss|news|blog)\.", "", host_of(url) or "")
    path = re.sub(r"^[^:]*://[^/?#]*", "", url).partition("#")[0]
    path = "" if re.fullmatch(r"/?(feed/?)?", path) else re.sub(r"\.(xml|html?|php|aspx?)(?=$|\?)", "", path)
    return _slug(title or "") or _slug(f"{host} {path}") or "source"


def name_for(title: str | None, url: str, *, taken: Container[str] = ()) -> str:
    """Make a short name to be written down ("space-news") from a title, else from the host; numbered when taken."""
    slug = _slug(title or "") or _slug(re.sub(r"^(www|feeds?|rss|news|blog)\.", "", host_of(url) or ""))
    slug = slug or "source"
    name, number = slug, 1
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    return name


def _slug(text: str) -> str:
    # no better folding here: names are kept in the store, and a source would be another one under a new name
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_NAME].strip("-")
