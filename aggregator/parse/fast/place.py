"""Where in a document an element is: the base of its addresses and its language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aggregator.parse.absolute import WHOLE
from aggregator.parse.fast.doubt import Doubt
from aggregator.text.schemes import joined

_OPAQUE = ("tag:", "urn:")
_EXTRA_SLASHES = re.compile("^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")


@dataclass(frozen=True, slots=True)
class Place:
    """``base`` is "" in RSS without one; relative addresses stay so there."""

    base: str
    language: str | None  # None where nobody said one, or an element said that there is none

    def within(self, attributes: dict[str, str]) -> Place:
        """Return the place inside of an element with these attributes. Raises Doubt for a base that can't be one."""
        if not attributes:
            return self
        base = attributes.get("xml:base", attributes.get("base"))
        language = attributes.get("xml:lang", attributes.get("lang"))
        if not base and language is None:
            return self
        moved = join(self.base, base) if base else self.base
        if base and not moved.startswith(("http://", "https://")):
            raise Doubt("a base of another scheme")
        return Place(moved, self.language if language is None else language.replace("_", "-") or None)


def join(base: str, address: str) -> str:
    """Resolve an address as feedparser does: "http:///x" is repaired, what can't be an address is ""."""
    if WHOLE.fullmatch(address) or (address.startswith(_OPAQUE) and "//" not in address):
        return address
    return joined(base, _EXTRA_SLASHES.sub(r"\1\3", address)) or ""
