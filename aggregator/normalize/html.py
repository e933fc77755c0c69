"""HTML as publishers send it → HTML that is safe to show and pleasant to read (docs/normalization.md, N30–N38).

nh3 parses and cleans; what is done to its output afterwards removes whole elements only, which can't make it unsafe.
"""

from __future__ import annotations

import html
import re
from collections import Counter

import nh3

from aggregator.normalize.junk import is_junk_image, is_junk_link
from aggregator.normalize.text import without_controls
from aggregator.normalize.urls import absolute_url, resolve

TAGS = frozenset(
    "a abbr article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small source "
    "strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video wbr".split()
)
ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"src", "poster", "width", "height"},
}
FORCED = {"audio": {"controls": ""}, "img": {"loading": "lazy"}, "video": {"controls": ""}}
DROPPED_WITH_CONTENT = {
    "applet", "button", "canvas", "embed", "frameset", "head", "iframe", "math-field", "object", "option", "script",
    "select", "style", "svg", "template", "textarea", "title",
}  # fmt: skip
LINK_REL = "noopener noreferrer"

MAX_DEPTH = 300  # of open elements; nesting costs an HTML parser quadratic time
MAX_REOPENED = 20  # formatting elements open at each tag on average: a parser opens them all again in every paragraph

_BLOCKS = frozenset(
    "article aside blockquote br caption dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre "
    "section summary table tbody td tfoot th thead tr ul".split()
)
_URL_ATTRIBUTES = {"src", "poster", "cite"}
_SIZE = re.compile(r"\s*([0-9]{1,4})(?:\.\d+)?(?:px)?\s*")

_RENAMED = re.compile(r"<(/?)(?:address|center|dialog|dir|fieldset|footer|form|header|hgroup|main|menu|nav)\b", re.IGNORECASE)
_NOSCRIPT = re.compile(r"</?(?:noscript|noframes|noembed|picture|plaintext|xmp)\b[^<>]*>", re.IGNORECASE)
_OPENING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_FLAT = re.compile(r"<(?!/?(?:script|style)\b)[^<>]*>", re.IGNORECASE)
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_UNNESTED = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dd dt td th tr tbody thead tfoot "
    "option optgroup colgroup caption body html head".split()
)

# nh3's output has lower-case names and double quotes only.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s">=]+(?:="[^"]*")?)*)>')
_ATTRIBUTE = re.compile(r' ([^\s">=]+)(?:="([^"]*)")?')
_VOID_JUNK = re.compile(r'<(?P<tag>img|source|a)(?P<attributes>(?: [^\s">=]+(?:="[^"]*")?)*)>')
_DEAD_LINK = re.compile(r'<a(?: (?!href=)[^\s">=]+(?:="[^"]*")?)*>(.*?)</a>', re.DOTALL)
_EMPTY = re.compile(
    r"<(p|div|span|a|b|i|em|strong|u|small|figure|figcaption|section|article|aside|blockquote|h[1-6]|ul|ol|li|audio|video)"
    r'(?: (?!src=)[^\s">=]+(?:="[^"]*")?)*>(?:\s|&nbsp;|<br>)*</\1>'
)
_MANY_BREAKS = re.compile(r"(?:<br>\s*){3,}")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
