"""Where the picture of an ``img`` really is: pages load them late, and leave a placeholder for what browsers read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# What scripts put in the place of ``src`` when the picture comes into view.
LAZY: Final = (
    *("data-src", "data-lazy-src", "data-original", "data-orig-src", "data-actual-src", "data-img-src", "data-echo"),
    *("data-pagespeed-lazy-src", "data-cfsrc", "data-ezsrc", "data-runner-src", "data-nitro-lazy-src", "lazy-src"),
    *("data-actualsrc", "data-lazyload", "data-lazy", "data-defer-src", "data-llsrc"),
)
# What tells of another size, or of something else altogether: better than a placeholder only.
_OTHERS: Final = ("data-large-file", "data-orig-file", "data-full-src", "data-hi-res-src", "data-url", "data-image")
# Lists of candidates, those of scripts first.
LAZY_SETS: Final = ("data-srcset", "data-lazy-srcset", "data-original-set", "data-nitro-lazy-srcset", "data-ezsrcset")
SET: Final = "srcset"

_CANDIDATE: Final = re.compile(r"([^\s,]\S*[^\s,])(?:\s+([\d.]+)([wx])(?:\s+\d+h)?)?\s*(?:,|$)")
_PLACEHOLDER: Final = re.compile(
    r"(?:^|/)(?:(?:[\w-]*[_-])?(?:lazy[_-]?load(?:ing|er)?|place-?holder|spacer)|lazy|blank|transparent|trans|clear|empty"
    r"|loading|loader|pixel|gr[ae]y|dummy|1x1|1px)(?:[_-]?\d+(?:x\d+)?)?\.(?:gif|png|svg|jpe?g|webp)(?:$|[?#])",
    re.IGNORECASE,
)
_FILE: Final = re.compile(r"[^\s<>]*/[^\s<>]*\.(?:jpe?g|png|webp|avif|gif)(?:[?#][^\s<>]*)?", re.IGNORECASE)
_NO_ADDRESS: Final = ("data:", "blob:", "about:", "javascript:", "{", "[", "<", "#")
_HAS_SIZES: Final = re.compile(r"\s\d[\d.]*[wx](?:,|$)")
_MOST_CHARS: Final = 20_000  # a list of candidates has a few hundred


def picture_address(attributes: Mapping[str, str]) -> str | None:
    """Return the address of a picture, as written, by the attributes of its element; None when it has none.

    A script's attribute goes before ``src``, which is a placeholder then; ``src`` goes before ``srcset``, unless it is
    one too. Of several candidates the widest counts.
    """
    for name in LAZY:
        if name in attributes and (found := _address(attributes[name], by_script=True)):
            return found
    for name in LAZY_SETS:
        if name in attributes and (found := widest(attributes[name])):
            return found
    src = _address(attributes.get("src"))
    if src and not is_placeholder(src):
        return src
    others = (_address(attributes.get(name), by_script=True) for name in _OTHERS)
    known = widest(attributes.get(SET)) or next((each for each in others if each), None)
    return known or _by_some_script(attributes) or src


def _by_some_script(attributes: Mapping[str, str]) -> str | None:
    """Return the first address of a picture in an attribute of a script that we don't know."""
    return next((value.strip() for name, value in attributes.items() if _is_of_script(name, value)), None)


def _is_of_script(name: str, value: str) -> bool:
    is_file = len(value) < _MOST_CHARS and _FILE.fullmatch(value.strip()) is not None
    return name.startswith("data-") and is_file and not is_placeholder(value)


def is_placeholder(address: str) -> bool:
    """Tell whether an address is that of a picture that only keeps the place of another, by its name."""
    return _PLACEHOLDER.search(address) is not None


def widest(written: str | None) -> str | None:
    """Return the widest candidate of a ``srcset`` (https://html.spec.whatwg.org/multipage/images.html#srcset)."""
    if not written:
        return None
    best, most = None, -1.0
    for address, size, unit in _CANDIDATE.findall(written[:_MOST_CHARS].strip()):
        width = _number(size) * (1 if unit != "x" else 0.001)  # a density says less than a width
        if width > most and not address.lower().startswith(_NO_ADDRESS):
            best, most = address, width
    return best


def _number(written: str) -> float:
    try:
        return float(written or 0)
    except ValueError:  # "1.2.3"
        return 0.0


def _address(written: str | None, *, by_script: bool = False) -> str | None:
    """Return what may be an address; of a list of candidates, which some put into ``data-src``, the widest.

    Scripts have attributes of such names for other things too: what they have no use for as an address is none.
    """
    text = (written or "").strip()
    if not text or text.lower().startswith(_NO_ADDRESS) or (by_script and "/" not in text and "." not in text):
        return None
    return widest(text) if _HAS_SIZES.search(text[:_MOST_CHARS]) else text
