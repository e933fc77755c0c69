"""What may be in an entry's HTML: the allow-list of N30 and N31 (docs/explanation/normalization.md)."""

from __future__ import annotations

# Blocks part the words before them from the words after them.
BLOCKS = {
    "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
INLINE = {
    "a", "abbr", "audio", "b", "bdi", "bdo", "cite", "code", "col", "colgroup", "del", "dfn", "em", "i", "img", "ins",
    "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "video", "wbr",
}  # fmt: skip
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
    "annotation", "applet", "button", "canvas", "embed", "frameset", "head", "iframe", "object", "option", "script",
    "select", "style", "svg", "template", "textarea", "title",
}  # fmt: skip
LINK_REL = "noopener noreferrer"
URL_SCHEMES = {"http", "https", "mailto"}
