"""How the fast reader gives up; never leaves its room."""

from __future__ import annotations


class Doubt(Exception):
    """What feedparser makes of this document is not plain: leave it to feedparser.

    A document is in doubt when it

    - is not well-formed, has a document type, an undeclared prefix, or references that XML and HTML read differently
      (``__init__``): mended, it is read once more;
    - has names that are not ASCII, one prefix for several namespaces, one namespace by several prefixes, the known
      prefix of another namespace, or Media RSS by another prefix than its own (``names``);
    - has a base that is no web address, or in RSS any base without one around it (``place``, ``dialects``);
    - has parts in an odd place: entries in entries, a source in a source, a picture with more than usual, fields in
      parts of entries that ``parse.nested`` leaves there (``dialects``, ``elements``, ``walker``);
    - has elements where text belongs, more than XHTML in XHTML, or a text that is neither text nor HTML
      (``constructs``, ``walker``);
    - has persons with a text beside their fields, or texts that feedparser adds to those around them (``persons``);
    - has more of something than feedparser, or our memory, can cope with.
    """
