"""The configuration's sources as records, each with a name of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import fields

from pydantic import TypeAdapter

from aggregator.config import Config, bare_address
from aggregator.model import Source
from aggregator.text.hosts import host_of

_MAX_NAME = 48

# An option is a field of the same name in both, so that what is written in one arrives in the other.
_SOURCE = TypeAdapter(Source)
_NAMES = {each.name for each in fields(Source)}


def configured_sources(config: Config) -> tuple[Source, ...]:
    """Return the sources in the order of the files; those without a name get one from their title or host.

    User and password of an address are left out (see ``credentials``).
    """
    taken = {each.name for each in config.sources if each.name}
    configured = []
    for each in config.sources:
        name = each.name or name_for(each.title, each.url, taken=taken)
        taken.add(name)
        given = {"name": name, "url": bare_address(each.url), "group": each.politeness.group}
        configured.append(_SOURCE.validate_python(each.model_dump(include=_NAMES) | given))
    return tuple(configured)


def name_for(title: str | None, url: str, *, taken: Container[str] = ()) -> str:
    """Make a short name ("space-news") from a title, else from the host; numbered when it is taken."""
    slug = _slug(title or "") or _slug(re.sub(r"^(www|feeds?|rss|news|blog)\.", "", host_of(url) or ""))
    slug = slug or "source"
    name, number = slug, 1
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    return name


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_NAME].strip("-")
