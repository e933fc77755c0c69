"""Well-formed feeds in one walk over lxml's tree: the same as feedparser makes of them, in a fiftieth of the time.

What comes out has feedparser's quirks, so that nobody notices who read a feed; wherever feedparser's reading is not
plain from the document, this reader gives up (``Doubt``) and leaves the document to it. The one exception: a feed that
feedparser fails on, or that is kept from it because it would take too long, may be read here.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from aggregator.parse.fast.dialects import read_document
from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.fast.elements import MEANINGS
from aggregator.parse.fast.names import Names
from aggregator.parse.raw import RawFeed
from aggregator.parse.repair import code_of, has_more_tags

MAX_TAGS = 200_000  # what a tree of them takes in memory is bounded

# Also in what is escaped once more, or in CDATA sections.
_REFERENCE: Final = re.compile(rb"#([0-9]+|[xX][0-9a-fA-F]+);")
# Controls that are windows-1252, and what looks like UTF-8 that was encoded twice.
_CONTROL: Final = re.compile(rb"\xc2[\x80-\x9f]")
_TWICE: Final = re.compile(rb"\xc3[\x82-\xb4]\xc2[\x80-\xbf]")
_FIRST: Final = re.compile(rb"\xc3[\x82-\xb4]")  # a byte of such a pair, of which the other may be a reference
_SECOND: Final = re.compile(rb"\xc2[\x80-\xbf]")

__all__ = ["read_fast"]


def read_fast(document: bytes, *, base: str | None, is_mended: bool = False) -> RawFeed | None:
    """Read a document in UTF-8, without a prolog; None when there is any doubt.

    ``base`` is its base address, None where feedparser is given none. ``is_mended``: it went through
    ``parse.repair``. Raises nothing.
    """
    try:
        is_tidy = _is_tidy(document, is_mended=is_mended)
        root = _tree(document)
        return read_document(root, Names.declared_in(root, document, MEANINGS), document, base=base, is_tidy=is_tidy)
    except Doubt:
        return None


def _is_tidy(document: bytes, *, is_mended: bool) -> bool:
    """Tell whether no text in a document can need ``constructs.tidy``. Raises Doubt where it needs to be mended."""
    numbers = set() if is_mended else {found[1] for found in _REFERENCE.finditer(document)}
    codes = {code_of(number.decode()) for number in numbers}
    if None in codes:
        raise Doubt("a reference that XML and HTML read differently")
    if _CONTROL.search(document) or _TWICE.search(document):
        return False
    in_latin_1 = [code for code in codes if code and 0x80 <= code <= 0xFF]
    return not in_latin_1 or not (
        (any(code > 0xC1 for code in in_latin_1) or _FIRST.search(document))
        and (any(code < 0xC0 for code in in_latin_1) or _SECOND.search(document))
    )


def _tree(document: bytes) -> etree._Element:
    """Parse without entities, network, DTD; libxml2 itself bounds depth (256) and the size of a text (10 MB)."""
    if document.count(b"<") > MAX_TAGS and has_more_tags(document.decode("utf-8", "replace"), MAX_TAGS):
        raise Doubt("very many tags")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise Doubt("not well-formed") from error
    if len(parser.error_log):  # libxml2 reads on after an undeclared prefix, feedparser doesn't
        raise Doubt("warnings")
    if root.getroottree().docinfo.internalDTD is not None:
        raise Doubt("a document type")
    return root
