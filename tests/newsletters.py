"""Fifty newsletters, in the shapes that common senders give them, with what a reader has to find in each.

Ten shapes in five editions: English, French, German, Luxembourgish, and French again from a careless sender.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from textwrap import dedent

OWN = "https://lists.example/u/7f3a?subscriber=reader%40press.example"
PIXEL = "https://lists.example/open.php?u=7f3a"
PICTURE = "https://institute.example/pictures/launch.jpg"


@dataclass(frozen=True, slots=True)
class Edition:
    """Words of one language, and how they are packed: charset of the bytes, label of it, transfer encoding."""

    language: str
    title: str
    lines: tuple[str, str]
    on_the_web: str
    leave: str
    charset: str = "utf-8"
    label: str | None = "utf-8"
    packing: str = "quoted-printable"


EDITIONS = (
    Edition(
        "en",
        "Five start-ups join the space resources programme",
        ("They will work in Belval for a year.", "The ministry pays € 3.2 million – “a first”, it says."),
        "View this email in your browser",
        "You get this as a subscriber. If you want no more of it, unsubscribe here.",
    ),
    Edition(
        "fr",
        "Le Luxembourg gagne deux places au classement des talents",
        ("Il est désormais quatrième, derrière la Suède.", "L'étude compare soixante-sept pays à l'échelle mondiale."),
        "Voir cette lettre en ligne",
        "Vous recevez ce message car vous êtes inscrit. Pour vous désabonner, suivez ce lien.",
        "iso-8859-15",
        "iso-8859-15",
    ),
    Edition(
        "de",
        "Weltraumgesetz: Der Bundestag stimmt für den Entwurf",
        ("Künftig brauchen Betreiber eine Genehmigung.", "Das Gesetz tritt am 1. März in Kraft, so das „Ministerium“."),
        "Newsletter im Browser ansehen",
        "Sie möchten keine Mails mehr? Hier können Sie sich abmelden.",
        packing="base64",
    ),
    Edition(
        "lb",
        "D’Uni Lëtzebuerg rekrutéiert zwanzeg Fuerscher",
        ("Si schaffen un de Materialie vum Mound.", "De Projet leeft fënnef Joer a kascht aacht Milliounen."),
        "Dëse Bréif am Browser kucken",
        "Wann Dir dëse Bréif net méi wëllt, kënnt Dir Iech hei ofmellen.",
        packing="8bit",
    ),
    Edition(
        "fr",
        "L’Agence spatiale cherche « dix ingénieurs »",
        (
            "Les candidatures sont ouvertes jusqu’à l’été.",
            "L’appel s’adresse d’abord aux diplômés des écoles voisines.",
        ),
        "Version en ligne",
        "Se désinscrire",
        "windows-1252",
        "iso-8859-1",  # which it is not: it has quotation marks that iso-8859-1 lacks
        "8bit",
    ),
)


@dataclass(frozen=True, slots=True)
class Newsletter:
    """``raw`` as it was sent; ``link`` is where it stands on the web, None where it doesn't say."""

    name: str
    raw: bytes
    edition: Edition
    link: str | None


def newsletters() -> Iterator[Newsletter]:
    for number, edition in enumerate(EDITIONS):
        for shape in SHAPES:
            name = f"{shape.__name__}-{number}"
            raw, link = shape(edition, f"{name}@sender.example")
            yield Newsletter(name, raw, edition, link)


def _packed(text: str, edition: Edition) -> tuple[str, bytes]:
    raw = text.encode(edition.charset, "xmlcharrefreplace")
    match edition.packing:
        case "base64":
            return "base64", base64.encodebytes(raw)
        case "quoted-printable":
            return "quoted-printable", quopri.encodestring(raw)
        case _:
            return "8bit", raw


def part(text: str, edition: Edition, kind: str = "text/html", more: str = "") -> bytes:
    """Return a part with its head."""
    packing, raw = _packed(text, edition)
    charset = f"; charset={edition.label}" if edition.label else ""
    head = f"Content-Type: {kind}{charset}{more}\r\nContent-Transfer-Encoding: {packing}\r\n\r\n"
    return head.encode() + raw


def joined(kind: str, *parts: bytes) -> bytes:
    mark = f"=_{kind}_1"
    head = f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n'.encode()
    return head + b"".join(f"--{mark}\r\n".encode() + each + b"\r\n" for each in parts) + f"--{mark}--\r\n".encode()


def head(edition: Edition, message_id: str, *, more: str = "", is_raw: bool = False) -> bytes:
    title = edition.title if is_raw else _word(edition.title, edition)
    fields = (
        f"Return-Path: <bounce@sender.example>\r\nFrom: {_word('Institut für Weltraum', edition)} <news@sender.example>\r\n"
        f"To: reader@press.example\r\nSubject: {title}\r\nDate: Sat, 28 Feb 2026 08:30:00 +0100\r\n"
        f"Message-ID: <{message_id}>\r\nList-Unsubscribe: <mailto:leave@lists.example>,\r\n <{OWN}>\r\n"
        f"MIME-Version: 1.0\r\n{more}"
    )
    return fields.encode("utf-8")


def _word(text: str, edition: Edition) -> str:
    """Encode words as senders do: in pieces, of which the first ends in the middle."""
    pieces = [text[:25], text[25:]]
    charset = edition.charset
    return "\r\n ".join(f"=?{charset}?B?{base64.b64encode(each.encode(charset)).decode()}?=" for each in pieces if each)


def _paragraphs(edition: Edition) -> str:
    return "".join(f"<p style='margin:0'>{line}</p>" for line in edition.lines)


def campaign_service(edition: Edition, message_id: str) -> tuple[bytes, str]:
    """Nested tables, a preheader that is hidden, pictures that count, settings and address in the footer."""
    page = f"""<!doctype html><html lang="{edition.language}"><head><title>*|MC:SUBJECT|*</title><style>p{{margin:0}}</style></head>
    <body><!--[if !gte mso 9]><!----><span style="display:none;font-size:0px;max-height:0px">preheader text
    &#847; &#847;</span><!--<![endif]--><center><table width="100%" id="bodyTable"><tr><td align="center">
    <table><tbody><tr><td><a href="https://us7.campaign-archive.com/?u=5b1&id=9c2&e=7f3a">{edition.on_the_web}</a></td></tr></tbody></table>
    <table class="templateContainer"><tbody><tr><td class="mcnTextContent"><h1>{edition.title}</h1>{_paragraphs(edition)}
    <img src="{PICTURE}" width="564" alt=""></td></tr></tbody></table>
    <table id="templateFooter"><tbody><tr><td><em>Copyright © 2026</em></td></tr><tr><td>{edition.leave}
    <a href="{OWN}">→</a></td></tr></tbody></table></td></tr></table></center>
    <img src="{PIXEL}" height="1" width="1"></body></html>"""
    body = joined("alternative", part(edition.lines[0], edition, "text/plain"), part(page, edition))
    return head(edition, message_id) + body, "https://us7.campaign-archive.com/?u=5b1&id=9c2"


def mirror_page(edition: Edition, message_id: str) -> tuple[bytes, str]:
    """The line on top is half text, half link; all links lead through the service's counter."""
    page = f"""<html><body bgcolor="#ffffff"><table role="presentation"><tr><td style="font-size:11px">
    {edition.on_the_web}: <a href="https://r.mail.example/mk/mr/abc123">↗</a></td></tr></table>
    <table role="presentation"><tr><td><h2><a href="https://r.mail.example/mk/cl/f/1">{edition.title}</a></h2></td></tr>
    <tr><td>{_paragraphs(edition)}</td></tr></table><table><tr><td><p>{edition.leave} <a href="{OWN}">ok</a></p></td></tr></table>
    <img src="https://r.mail.example/mk/op/abc" style="width:1px;height:1px"></body></html>"""
    return head(edition, message_id) + part(page, edition), "https://r.mail.example/mk/mr/abc123"


def archived_at(edition: Edition, message_id: str) -> tuple[bytes, str]:
    """A mailing list's own archive, named in the head (RFC 5064)."""
    page = f"<html><body><h1>{edition.title}</h1>{_paragraphs(edition)}<hr><p><a href='{OWN}'>{edition.leave}</a></p></body></html>"
    fields = "Archived-At: <https://lists.example/arc/17>\r\nList-Id: Space <space.lists.example>\r\n"
    return head(edition, message_id, more=fields) + part(page, edition), "https://lists.example/arc/17"


def by_hand(edition: Edition, message_id: str) -> tuple[bytes, None]:
    """A press officer's own mail program, with an invitation for the calendar."""
    page = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta http-equiv=Content-Type
    content="text/html"><style><!-- @font-face {{font-family:Calibri}} p.MsoNormal {{margin:0cm}} --></style>
    <!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head>
    <body lang={edition.language}><div class=WordSection1>{"".join(f"<p class=MsoNormal>{line}<o:p></o:p></p>" for line in edition.lines)}
    <p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal><a href="{OWN}">{edition.leave}</a></p></div></body></html>"""
    calendar = b"Content-Type: text/calendar; method=REQUEST\r\nContent-Disposition: attachment; filename=x.ics\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR"
    alternative = joined("alternative", part("\n".join(edition.lines), edition, "text/plain"), part(page, edition))
    return head(edition, message_id) + joined("mixed", alternative, calendar), None


def plain_flowed(edition: Edition, message_id: str) -> tuple[bytes, str]:
    """No HTML at all; lines that were broken to be sent."""
    first, second = edition.lines
    cut = first.find(" ", 12) + 1
    text = (
        f"{edition.on_the_web}:\r\nhttps://institute.example/letters/9\r\n\r\n{first[:cut]}\r\n{first[cut:]}\r\n\r\n{second}\r\n"
        f"\r\n-- \r\n{edition.leave}\r\n{OWN}\r\n"
    )
    return head(edition, message_id) + part(text, edition, "text/plain", "; format=flowed"), (
        "https://institute.example/letters/9"
    )


def html_without_label(edition: Edition, message_id: str) -> tuple[bytes, None]:
    """Neither a text part nor a charset in the head, and a subject in bare bytes."""
    page = f"<html><body><div><b>{edition.title}</b></div>{_paragraphs(edition)}<div><small><a href='{OWN}'>{edition.leave}</a></small></div>"
    unlabelled = Edition(**{each: getattr(edition, each) for each in edition.__slots__} | {"label": None})
    return head(edition, message_id, is_raw=True) + part(page, unlabelled), None


def mailing_list(edition: Edition, message_id: str) -> tuple[bytes, None]:
    """A list's program puts its own footer below a plain text, as a part of its own."""
    footer = f"_______________________________________________\r\nSpace mailing list\r\nTo unsubscribe: {OWN}\r\n"
    text = joined("mixed", part("\n\n".join(edition.lines), edition, "text/plain"), part(footer, edition, "text/plain"))
    return head(edition, message_id, more="List-Id: <space.lists.example>\r\n") + text, None


def signed(edition: Edition, message_id: str) -> tuple[bytes, None]:
    """Signed, with pictures that lie in the mail and a report attached."""
    page = f"<html><body><img src='cid:logo@sender'>{_paragraphs(edition)}<p><a href='{OWN}'>{edition.leave}</a></p></body></html>"
    logo = (
        b"Content-Type: image/png\r\nContent-ID: <logo@sender>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="
    )
    report = b"Content-Type: application/pdf; name=report.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK"
    signature = (
        b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIG"
    )
    inner = joined("mixed", joined("related", part(page, edition), logo), report)
    return head(edition, message_id) + joined("signed", inner, signature), None


def government(edition: Edition, message_id: str) -> tuple[bytes, str]:
    """A portal's layout of floating columns; the link on top says nothing but that it is one."""
    page = f"""<html><body><div style="width:600px"><div class="top"><p>{edition.on_the_web} <a
    href="https://portal.example/nl/2026-11">&raquo;</a></p></div><div class="col" style="float:left"><table width="100%"
    border="0"><tr><td valign="top" width="30%"><img src="{PICTURE}" alt="Photo"></td><td><h3>{edition.title}</h3>
    {_paragraphs(edition)}</td></tr></table></div><div class="foot"><font size=1>{edition.leave} <a href="{OWN}">link</a></font></div>
    </div></body></html>"""
    body = joined("alternative", part(edition.lines[0], edition, "text/plain"), part(page, edition))
    return head(edition, message_id) + body, "https://portal.example/nl/2026-11"


def with_ranking(edition: Edition, message_id: str) -> tuple[bytes, None]:
    """A table that is one."""
    rows = "".join(f"<tr><td>{rank}</td><td>{name}</td></tr>" for rank, name in enumerate(("CH", "SE", "IS", "LU"), 1))
    page = f"""<html><body><table><tr><td>{_paragraphs(edition)}<table class="ranks"><tr><th>#</th><th>Land</th></tr>{rows}</table>
    </td></tr><tr><td><a href="{OWN}">{edition.leave}</a></td></tr></table></body></html>"""
    return head(edition, message_id) + part(page, edition), None


SHAPES: tuple[Callable[[Edition, str], tuple[bytes, str | None]], ...] = (
    campaign_service,
    mirror_page,
    archived_at,
    by_hand,
    plain_flowed,
    html_without_label,
    mailing_list,
    signed,
    government,
    with_ranking,
)


def listing_letter(message_id: str = "listing@sender.example") -> bytes:
    """A letter that lists three articles, each in a table of its own."""
    articles = "".join(
        f"""<table><tr><td><img src="https://institute.example/{slug}.jpg" width="200"></td><td><h2><a
        href="https://institute.example/news/{slug}">{title}</a></h2><p>{lead}</p><a
        href="https://institute.example/news/{slug}">Read more</a></td></tr></table>"""
        for slug, title, lead in LISTED
    )
    page = dedent(f"""<html><body><table width="600"><tr><td>{articles}</td></tr><tr><td>You get this as a subscriber.
    <a href="{OWN}">Unsubscribe</a></td></tr></table></body></html>""")
    return head(EDITIONS[0], message_id) + part(page, EDITIONS[0])


LISTED = (
    (
        "five-start-ups",
        "Five start-ups for the space resources programme",
        "They will work in Belval for a year on regolith.",
    ),
    (
        "drill",
        "A drill for the Moon passes its first test",
        "It went half a metre deep into simulant in a vacuum chamber.",
    ),
    ("school", "Summer school: applications are open until March", "Thirty students from all of Europe can take part."),
)
