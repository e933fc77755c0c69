"""What an element's tag, classes and attributes say it is: bits of IS_…, of regions, and of what is to be noted."""

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.parse.pages.outline import (
    INLINE,
    IS_AUTHOR,
    IS_DATE,
    IS_SUMMARY,
    IS_TITLE,
    NAVIGATION,
    REGIONS,
    RELATED,
    SIDE,
    words,
)
from aggregator.parse.pages.phrases import (
    AUTHOR_CLASSES,
    DATE_CLASSES,
    FURNITURE,
    RELATED_CLASSES,
    SIDE_CLASSES,
    SUMMARY_CLASSES,
    TITLE_CLASSES,
    UTILITY,
)

# What is noted of an element beside what it is: is it one of these, a heading of all, do classes say where it
# stands, isn't it shown.
LINK, PICTURE, STAMPED, MAIN, TOP, NAMED, UNSEEN = 128, 256, 512, 1024, 2048, 4096, 8192

REGION_OF_ROLE = {"navigation": NAVIGATION, "complementary": SIDE}
REGION_OF_TAG = {"nav": NAVIGATION, "menu": NAVIGATION, "footer": NAVIGATION, "aside": SIDE}
_BITS_OF_TAG = {**REGION_OF_TAG, "time": IS_DATE, "main": MAIN, "h1": TOP}
_SKIPPED = words("script style noscript template svg math iframe select button textarea head canvas video audio map")
_WHOLES = frozenset(("body", "html", "main"))
_MEDIUM = frozenset(("data", "type"))  # without them an object is a wrapper: it lets cards that are links hold links
EPOCHS = ("data-timestamp", "data-time", "data-unixtime", "data-ts", "data-epoch")
_STAMPS = frozenset(("datetime", "data-date", *EPOCHS))
_TELLING = _STAMPS | {"hidden", "id", "role", "itemprop", "title"}
_IS_PUBLISHED = frozenset(("datePublished", "dateCreated"))
_YEAR = re.compile(r"\s?(?:19|20)\d\d-")
_HIDDEN = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|visuallyhidden|screen-reader-text|element-invisible)(?:$|\s)")
_FIGURE = re.compile(r"\d")
# Classes that differ between the records of a list.
_VARIANTS = words("odd even first last active current new sticky clearfix")
_ENDS = ("-odd", "-even", "-first", "-last", "_odd", "_even", "_first", "_last")
_PER_RECORD = ("category-", "tag-", "has-", "is-", "no-", "status-", "format-")
_KEPT_CLASSES = 2
_REMEMBERED = 200  # characters of class names that are judged once for all pages
_NAMES = (
    (FURNITURE, NAVIGATION),
    (SIDE_CLASSES, SIDE),
    (RELATED_CLASSES, RELATED),
    (TITLE_CLASSES, IS_TITLE),
    (DATE_CLASSES, IS_DATE),
    (SUMMARY_CLASSES, IS_SUMMARY),
    (AUTHOR_CLASSES, IS_AUTHOR),
)


def meaning_of(tag: str, classes: str | None) -> tuple[str, int] | None:
    """Return which classes are the same for all records of a list, and the bits that an element's tag and classes say.

    None for what isn't shown.
    """
    meaning = _meaning if len(classes or "") <= _REMEMBERED else _meaning.__wrapped__
    return meaning(tag, classes)


@lru_cache(maxsize=10_000)
def _meaning(tag: str, classes: str | None) -> tuple[str, int] | None:
    if tag in _SKIPPED or (classes and tag != "a" and _HIDDEN.search(classes)):
        return None  # a link that is read aloud alone is the link of what is shown around it
    lasting, bits = _names(classes, tag) if classes else ("", 0)
    if tag == "a":  # what holds a list says where it stands, no link in it
        bits &= ~REGIONS
    if bits & REGIONS and tag not in REGION_OF_TAG and tag != "time":
        bits |= NAMED
    return lasting, bits | _BITS_OF_TAG.get(tag, 0)


def said_by(given: dict[str, str], tag: str) -> int:
    """Return the bits that an element's attributes other than its classes say."""
    bits = PICTURE if tag == "img" else LINK if tag == "a" and given.get("href") else 0
    if tag == "object" and any(map(given.get, _MEDIUM)):
        return UNSEEN
    if _TELLING.isdisjoint(given):
        return bits
    if "hidden" in given and given.get("role") != "tabpanel" and given["hidden"] != "until-found":
        return UNSEEN
    if tag not in INLINE and (identifier := given.get("id")):
        bits |= _names(identifier, tag)[1]
    role = given.get("role")
    if role is not None:
        bits |= MAIN if role == "main" else REGION_OF_ROLE.get(role, 0)
    prop = given.get("itemprop")
    if prop in _IS_PUBLISHED:
        return bits | IS_DATE | STAMPED
    if prop in {"headline", "name"} and tag != "time":
        bits |= IS_TITLE
    is_stamped = not _STAMPS.isdisjoint(given) or _YEAR.match(given.get("title", ""))
    return bits | STAMPED if is_stamped else bits


def _names(names: str, tag: str) -> tuple[str, int]:
    """Return which classes are the same for all records of a list, and what they (or an id) say an element is.

    Those of the whole page don't say where it stands.
    """
    lasting, bits = _judged(names) if len(names) <= _REMEMBERED else _judged.__wrapped__(names)
    return lasting, bits & ~REGIONS if tag in _WHOLES else bits


@lru_cache(maxsize=10_000)
def _judged(names: str) -> tuple[str, int]:
    kept: list[str] = []
    for each in names.split():
        if not (_FIGURE.search(each) or each in _VARIANTS or each.endswith(_ENDS) or each.startswith(_PER_RECORD)):
            kept.append(each)
            if len(kept) == _KEPT_CLASSES:
                break
    lower = names.lower()
    if "-" in lower:
        lower = UTILITY.sub(" ", lower)
    hyphened = "-" + " -".join(lower.replace("_", "-").split())
    return " ".join(kept), sum([mark for named, mark in _NAMES if named.search(hyphened)])
