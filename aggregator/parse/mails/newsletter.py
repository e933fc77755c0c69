"""The HTML of a newsletter without what is not its text.

That is what is hidden or for mail programs alone, pictures that only count or lie in the mail, the tables that place
things side by side; and what is for one subscriber alone: links to unsubscribe, to settings, to forward, with the
sentence around them. Whoever reads what we publish must not be able to end the operator's subscription.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import etree, html

# A sentence around a link for one subscriber, and not half of the letter.
_LONGEST_NOTE: Final = 500
_LONGEST_LINE: Final = 160

_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0(?:px)?\s*(?:;|$)"
    r"|font-size\s*:\s*0(?:px)?\s*(?:;|$)|opacity\s*:\s*0\s*(?:;|$)",
    re.IGNORECASE,
)
_TINY: Final = re.compile(r"(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*[01]px", re.IGNORECASE)
_COUNTS: Final = re.compile(
    r"/(?:track/)?open(?:\.php|\.aspx|\.gif|/|\?|$)|/wf/open|/o\.gif|/e2t/|/trk\?|/pixel|/beacon|[?&]open=|/q/[\w-]{20,}$",
    re.IGNORECASE,
)
# For one subscriber alone, by the words of the link or the address. "se désabonner", "vous désinscrire", "abmelden" …
_OWN_WORDS: Final = re.compile(
    r"\bunsubscri|\bopt[ -]?out\b|\bmanage (?:your |my )?(?:e-?mail |newsletter )?(?:preferences|subscription)"
    r"|\b(?:update|change|edit) (?:your |my )?(?:profile|preferences|subscription|e-?mail|settings)"
    r"|\b(?:e-?mail|subscription|communication) (?:preferences|settings)\b|\bforward (?:to a friend|this)"
    r"|\bd[ée]sabonn|\bd[ée]sinscri|\bme d[ée]sin|\bg[ée]rer (?:mes|vos|votre) (?:pr[ée]f|abonn|inscri)"
    r"|\bmodifier (?:mes|vos|votre) (?:pr[ée]f|abonn|profil|coordonn)|\btransf[ée]rer (?:à|a|cet)"
    r"|\babmeld|\babbestell|\baus(?:ge)?tragen\b|\bnewsletter (?:verwalten|ändern)"
    r"|\b(?:profil|einstellungen|abonnement|daten) (?:ändern|aktualisieren|verwalten|bearbeiten)\b"
    r"|\b(?:read|open|view) in (?:the )?app\b|\bin der app (?:lesen|öffnen)|\b(?:lire|ouvrir) dans l['’]app"
    r"|\bweiterleiten\b|\bofmellen|\bremove me\b|\bstop receiving\b",
    re.IGNORECASE,
)
_OWN_ADDRESS: Final = re.compile(
    r"unsub|opt-?out|abmeld|abbestell|d[ée]sabonn|desinscri|list-manage\.com/(?:unsubscribe|profile)|/preferences?\b"
    r"|forward-to-friend|manage[-_]?(?:preferences|subscription)|email[-_]?preferences|subscription[-_]?(?:center|settings)",
    re.IGNORECASE,
)
_ON_THE_WEB: Final = re.compile(
    r"\b(?:view|read|see|open|display)\b[^.]{0,40}\b(?:browser|online|web ?page|on the web|web ?version)"
    r"|\b(?:web|online|browser)[ -]?(?:version|ansicht)\b|\bview (?:it )?online\b"
    r"|\bversion (?:en ligne|web|navigateur)\b"
    r"|\b(?:voir|lire|consulter|afficher|visualiser|ouvrir)\b[^.]{0,50}\b(?:en ligne|navigateur|version web)"
    r"|\bim (?:web)?browser (?:ansehen|anzeigen|öffnen|lesen|betrachten)|\b(?:online|im web) (?:ansehen|anzeigen|lesen)"
    r"|\bam (?:browser|internet) (?:kucken|liesen|weisen|opmaachen)|\bnot displaying (?:correctly|properly)"
    r"|\bne s['’]affiche pas|\bnicht (?:richtig|korrekt) (?:dargestellt|angezeigt)",
    re.IGNORECASE,
)
# Whom a link was sent to, in the addresses of mailing services; the page is the same without it.
_SUBSCRIBER: Final = frozenset({"e", "mc_eid", "ss_email_id", "vgo_ee", "_hsenc", "ck_subscriber_id", "subscriber_id"})
_TOKEN: Final = re.compile(r"eyJ[\w-]{10,}(?:\.[\w-]+)*$")  # a JSON Web Token, which says who it was given to
_SERVICES: Final = re.compile(r"(?:^|\.)(?:campaign-archive\.com|mailchi\.mp|list-manage\.com)$")
_DROPPED: Final = frozenset({
    "head", "style", "script", "title", "meta", "link", "base", "form", "input", "button", "object", "iframe", "map",
})  # fmt: skip
_BLOCKS: Final = ("p", "td", "th", "div", "li", "center", "blockquote", "tr", "table", "h1", "h2", "h3", "h4", "font")
_PLACING: Final = ("tbody", "thead", "tfoot", "tr", "td", "th")
_SAYS: Final = frozenset({"p", "div", "ul", "ol", "table", "h1", "h2", "h3", "h4", "img", "blockquote"})


@dataclass(frozen=True, slots=True)
class Letter:
    """``content`` is to be read, ``listing`` the same with its tables, where its articles stand; ``web_address`` is
    where the letter stands on the web, None when it doesn't say. ``links`` are addresses with their words, all of them.
    """

    content: str
    listing: str
    text: str
    web_address: str | None
    language: str | None
    links: list[tuple[str, str]]


def read_letter(source: str, *, unsubscribe: frozenset[str] = frozenset()) -> Letter | None:
    """Read the HTML of a mail; None when there is nothing in it. ``unsubscribe`` are addresses that its head gives."""
    root = _opened(source)
    if root is None:
        return None
    language = root.get("lang")
    _drop(each for each in root.iter() if not isinstance(each.tag, str) or each.tag in _DROPPED or _is_hidden(each))
    _drop(each for each in root.iter("img") if not _is_picture(each))
    links = [(each.get("href", "").strip(), _words(each)) for each in root.iter("a")]
    web_address = _without_web_link(root)
    _without_own_links(root, unsubscribe)
    text = _words(root)
    if not text and root.find(".//img") is None:
        return None
    listing = html.tostring(root, encoding="unicode")
    _without_placing(root)
    body = root if root.tag == "body" else root.find("body")
    content = html.tostring(body if body is not None else root, encoding="unicode")
    return Letter(content=content, listing=listing, text=text, web_address=web_address, language=language, links=links)


def read_plain(text: str) -> tuple[str, str | None]:
    """Return a plain text without what is for one subscriber alone, and where it stands on the web.

    An address that stands alone below a line belongs to that line.
    """
    kept, web_address, about = list[str](), None, ""
    for line in text.splitlines():
        address = re.search(r"https?://[^\s<>\"]+", line)
        if line.strip() and not (about and address and len(line.split()) == 1):
            about = _about(line, has_address=address is not None)
        if about == "web" and address and web_address is None:
            web_address = for_everybody(address[0].rstrip(").,"))
        if not about or not line.strip():
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(), web_address


def _about(line: str, *, has_address: bool) -> str:
    """What a line of a plain text is about: "own", what is for one subscriber; "web", its page; else nothing."""
    if len(line) < _LONGEST_NOTE and (_OWN_WORDS.search(line) or (has_address and _OWN_ADDRESS.search(line))):
        return "own"
    return "web" if len(line) < _LONGEST_LINE and _ON_THE_WEB.search(line) else ""


def for_everybody(url: str) -> str:
    """Return an address of a letter without the part that says to whom it was sent."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    names = _SUBSCRIBER if _SERVICES.search(parts.hostname or "") else _SUBSCRIBER - {"e"}
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name not in names and not _TOKEN.match(value)]
    return url if len(kept) == len(pairs) else urlunsplit(parts._replace(query=urlencode(kept)))


def _opened(source: str) -> html.HtmlElement | None:
    source = re.sub(r"<!--\[if[^\]]*\]>.*?<!\[endif\]-->", "", source, flags=re.DOTALL | re.IGNORECASE)
    source = re.sub(r"<\?xml[^>]*>", "", source)
    try:
        return html.document_fromstring(source, parser=html.HTMLParser(remove_comments=True, remove_pis=True))
    except (etree.ParserError, ValueError):
        return None


def _drop(elements: Iterator[html.HtmlElement]) -> None:
    for each in list(elements):
        if each.getparent() is not None:
            each.drop_tree()


def _is_hidden(element: html.HtmlElement) -> bool:
    if element.tag in {"html", "body"}:
        return False
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style", "")))


def _is_picture(image: html.HtmlElement) -> bool:
    """Whether a picture is one to look at: not one that counts readers, fills space, or lies in the mail itself."""
    address, style = image.get("src", "").strip(), image.get("style", "")
    sizes = [image.get(name, "").strip().removesuffix("px") for name in ("width", "height")]
    if not address.startswith(("http://", "https://", "//")) or any(each in {"0", "1", "2"} for each in sizes):
        return False
    return not (_TINY.search(style) or _COUNTS.search(address))


def _words(element: html.HtmlElement) -> str:
    pictures = [image.get("alt", "") for image in element.iter("img")] if element.tag == "a" else []
    text = " ".join([str(each) for each in element.itertext()] + pictures)
    return " ".join(re.sub(r"[\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f]", "", text).split())


def _without_web_link(root: html.HtmlElement) -> str | None:
    """Return where the letter stands on the web, and take the line out that says so."""
    for link in root.iter("a"):
        address = link.get("href", "").strip()
        if not address.startswith(("http://", "https://")) or _OWN_ADDRESS.search(address):
            continue
        around = _around(link, _LONGEST_LINE)
        if _ON_THE_WEB.search(_words(link)) or (len(_words(link)) < 40 and _ON_THE_WEB.search(_words(around))):
            (around if _ON_THE_WEB.search(_words(around)) else link).drop_tree()
            return for_everybody(address)
    return None


def _without_own_links(root: html.HtmlElement, unsubscribe: frozenset[str]) -> None:
    for link in list(root.iter("a")):
        address = link.get("href", "").strip()
        words = _words(link)
        around = _around(link, _LONGEST_NOTE)
        # "To unsubscribe, click here": the link's own words say nothing
        told = _words(around) if len(words) < 20 else words
        is_own = address in unsubscribe or bool(_OWN_WORDS.search(told) or _OWN_ADDRESS.search(address))
        if is_own and link.getparent() is not None and root in link.iterancestors():
            (around if around is not root else link).drop_tree()
        else:
            link.set("href", for_everybody(address))


def _around(link: html.HtmlElement, most: int) -> html.HtmlElement:
    """Return the nearest block around a link when it is a note of few words; else the link."""
    for each in link.iterancestors(*_BLOCKS):
        return each if len(_words(each)) <= most else link
    return link


def _without_placing(root: html.HtmlElement) -> None:
    """Turn tables that only place things into blocks, one below the other; those with data stay."""
    for table in list(root.iter("table")):
        if not _has_data(table):
            parts = [part for part in table.iterdescendants(*_PLACING) if _table_of(part) is table]
            for each in [table, *parts]:
                each.tag = "div"
                each.attrib.clear()
    for each in list(root.iter("center")):
        each.tag = "div"
    for each in reversed(list(root.iter("div"))):  # from the inside: what holds nothing, or one block alone
        children = list(each)
        is_alone = len(children) == 1 and not (each.text or "").strip() and not (children[0].tail or "").strip()
        if not children and not (each.text or "").strip():
            each.drop_tree()
        elif is_alone and children[0].tag in {"div", "p"}:
            each.drop_tag()


def _table_of(part: html.HtmlElement) -> html.HtmlElement | None:
    return next(part.iterancestors("table"), None)


def _has_data(table: html.HtmlElement) -> bool:
    """Whether a table has rows of the same few short cells, and nothing that is a layout's."""
    if table.get("role") == "presentation" or next(table.iterdescendants("table"), None) is not None:
        return False
    rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")]
    widths = {len(row) for row in rows}
    if len(rows) < 2 or len(widths) != 1 or max(widths) < 2:
        return False
    if any(cell.tag == "th" for row in rows for cell in row):
        return True
    cells = [cell for row in rows for cell in row]
    return all(
        len(_words(cell)) <= 60 and not any(each.tag in _SAYS for each in cell.iterdescendants()) for cell in cells
    )
