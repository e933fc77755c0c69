"""Text as feedparser hands it out: text constructs, XHTML written out again, the repairs of what was encoded twice."""

from __future__ import annotations

import re
from contextlib import suppress
from html import escape

from lxml import etree

from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.fast.names import items
from aggregator.parse.fields import string
from aggregator.parse.slips import TYPED, known_type

XHTML = "application/xhtml+xml"
TEXT_TYPES = {"text/plain", "text/html", XHTML}

_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "xhtml": XHTML}
_XHTML_TAG = "{http://www.w3.org/1999/xhtml}"
_XML_ATTRIBUTE = "{http://www.w3.org/XML/1998/namespace}"
_NOT_JUST_MARKUP = {"body", "entry", "item", "math", "svg"}  # feedparser and parse.nested see more in them
_C1 = re.compile("[\x80-\x9f]")
_WINDOWS_1252 = {number: bytes([number]).decode("cp1252", "ignore") or chr(number) for number in range(0x80, 0xA0)}


def tidy(text: str) -> str:
    """Undo what publishers do: UTF-8 taken for ISO 8859-1 and encoded once more, windows-1252 taken for that."""
    if text.isascii():
        return text
    tidied = text
    with suppress(UnicodeError):
        tidied = text.encode("iso-8859-1").decode("utf-8")
    if _C1.search(tidied):
        tidied = tidied.translate(_WINDOWS_1252)
    return text if tidied is text else string(tidied) or ""


def type_of(element: etree._Element, attributes: dict[str, str], default: str) -> str:
    written = attributes.get("type")
    if written is None:
        return default
    if written not in _TYPES and written not in TEXT_TYPES and element.tag.rpartition("}")[2] in TYPED:
        written = known_type(written)
    return _TYPES.get(written, written)


def is_markup_alone(element: etree._Element) -> bool:
    """Whether all that an element holds is text and XHTML that feedparser sees nothing else in."""
    return all(
        each.tag.startswith(_XHTML_TAG) and each.tag[len(_XHTML_TAG) :].lower() not in _NOT_JUST_MARKUP
        for each in element.iterdescendants()
    )


def inner_markup(element: etree._Element, *, without_div: bool) -> str:
    """Write out what is in an element; of a single ``div`` around it only what is in that."""
    if not is_markup_alone(element):
        raise Doubt("more than XHTML in XHTML")
    only = element[0] if len(element) == 1 else None
    if (
        without_div
        and only is not None
        and _local_name(only) == "div"
        and not f"{element.text or ''}{only.tail or ''}".strip()
    ):
        element = only
    pieces: list[str] = []
    _write(element, pieces)
    return "".join(pieces).strip()


def _write(element: etree._Element, pieces: list[str]) -> None:
    pieces.append(escape(element.text or "", quote=False))
    for child in element:
        name = _local_name(child)
        written = (
            (key, escape(value, quote=False).replace('"', "&quot;")) for key, value in _attributes(child).items()
        )
        attributes = "".join(f' {key}="{value}"' for key, value in written)
        pieces.append(f"<{name}{attributes}>")
        _write(child, pieces)
        pieces.append(f"</{name}>{escape(child.tail or '', quote=False)}")


def _local_name(element: etree._Element) -> str:
    name: str = element.tag[len(_XHTML_TAG) :]
    if not name.isascii():
        raise Doubt("a name that expat may not accept")
    return name.lower()


def _attributes(element: etree._Element) -> dict[str, str]:
    attributes = {}
    for name, value in items(element):
        key = name.replace(_XML_ATTRIBUTE, "xml:").lower()
        if key.startswith("{") or not key.isascii():
            raise Doubt("attributes of other namespaces in XHTML")
        attributes[key] = value.lower() if key in {"rel", "type"} else value
    return attributes
