"""What else repeats on pages as entries do: people, terms, goods, questions, files, what goes with one article."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

from aggregator.errors import NotAList
from aggregator.parse.pages.likely_lists import Candidate
from aggregator.parse.pages.outline import RELATED, SIDE, Outline
from aggregator.parse.pages.phrases import names_what_is_related, plain_words
from aggregator.parse.pages.records import Row, complete_titles, length_of

_FEWEST = 3  # records
_MOST = 0.6  # of the records
_CURRENCY = r"(?:[€$£¥]|\b(?:EUR|USD|CHF|GBP)\b)"
_PRICE = re.compile(rf"\D{{0,12}}(?:{_CURRENCY}\s?\d[\d.,' ]*|\d[\d.,' ]*\s?{_CURRENCY})\D{{0,12}}")
_FILES = tuple(
    f".{each}"
    for each in "jpg jpeg png gif webp svg bmp tif tiff eps zip rar 7z mp4 mov exe dmg ics vcf".split()  # noqa: SIM905
)
_PROFILE = re.compile(
    r"/(?:u|users?|profiles?|profil|members?|mitglied(?:er)?|membres?|people|authors?|autor(?:en)?|staff)/"
)
_IN_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_SMALL = re.compile(
    r"\b(?:the|of|and|for|der|die|das|und|von|van|de|du|des|la|le|les|et|en|di|del|dr|prof)\b|\b[ld]['’]", re.IGNORECASE
)
_STEP = re.compile(
    r"\W{0,3}(?:step|étape|schritt|phase|chapter|kapitel|chapitre|lesson|lektion|leçon|modul[eo]?|part|teil|partie)\s*\d",
    re.IGNORECASE,
)
_NAME_WORDS, _NAME = 2, 24  # words and letters that a name of a person, thing or service has, and few headlines
_TOPIC_WORDS, _TOPIC = (
    4,
    40,
)  # words and letters of what is listed on a page that is called after it: "Formulaire de demande"
_LONGEST_NOTE = 160  # characters of a text that says that nothing is there
_LONGEST_NAME = 60  # characters of what a page is called
# What pages are called that list people, things or places, not what was published; and words before that.
_OTHER_PAGES = frozenset(
    each.strip()
    for each in """
    team|people|staff|speakers|members|board|board of directors|advisory board|executive board|committee|committees
    faculty|experts|leadership|management|management team|partners|funding partners|sponsors|alumni|fellows|services
    products|solutions|glossary|gallery|galleries|photo gallery|image gallery|photos|forms|downloads|links|pricing
    press contact|press contacts|media contact|media contacts|press kit|media kit|logos|locations|offices|branches|shop
    store|courses|departments|topics|categories|tags
    mitarbeiter|mitarbeiterinnen|mitarbeitende|vorstand|referenten|referentinnen|mitglieder|ansprechpartner|experten
    ansprechpartnerinnen|ansprechpersonen|leistungen|dienste|produkte|lösungen|glossar|lexikon|galerie|bildergalerie
    fotogalerie|formulare|pressekontakt|pressekontakte|standorte|filialen|kurse|abteilungen|themen|kategorien
    schlagwörter
    équipe|équipes|intervenants|intervenantes|membres|conseil d administration|direction|partenaires|prestations
    produits|glossaire|galerie photos|galerie photo|photothèque|formulaires|téléchargements|liens|liens utiles
    contact presse|contacts presse|agences|thèmes|catégories|mots clés|boutique|tarifs
    ekipp|memberen|servicer|equipo|servicios|productos|glosario|galería|formularios|enlaces|squadra|servizi|prodotti
    glossario|galleria|diensten|producten|medewerkers
    """.replace("\n", "|").split("|")
    if each.strip()
)
_BEFORE_THEM = frozenset(
    (
        "our",
        "the",
        "meet",
        "useful",
        "all",
        "unser",
        "unsere",
        "das",
        "die",
        "nos",
        "notre",
        "l",
        "les",
        "le",
        "il",
        "i",
    )
)
# What stands in the place of a list that has nothing in it.
_NOTHING_LISTED = re.compile(
    r"""\W{0,3}(?:
    (?:sorry\W{1,3})?(?:there\ (?:are|is|were|was)|we\ have|we\ found)?\ ?(?:currently\ |at\ present\ )?
    (?:no|0)\ (?:\w+\ )?(?:results?|items?|entries|news|articles?|posts?|events?|content|records|press\ releases?
    |publications?|match\w*)\b(?!\ of\b)
    |nothing\ (?:found|here|to\ (?:show|display))
    |(?:es\ (?:gibt|liegen|sind|wurden)\ )?(?:derzeit\ |aktuell\ |zurzeit\ |leider\ )?keine\ (?:\w+\ )?
    (?:ergebnisse|treffer|einträge|nachrichten|meldungen|beiträge|artikel|inhalte|termine|veranstaltungen
    |pressemitteilungen|suchergebnisse|daten)\b
    |(?:il\ n.y\ a\ )?(?:désolé\W{1,3})?(?:actuellement\ |pour\ le\ moment\ )?aucune?\ (?:résultat|actualité|article
    |élément|contenu|événement|publication|communiqué|enregistrement|entrée)\b
    |keng\ (?:resultater|artikelen|neiegkeeten|noriichten)
    |no\ (?:se\ (?:han\ )?encontr|hay)\w*|(?:nessun|nessuna)\ (?:risultato|notizia|articolo|elemento)
    |geen\ (?:resultaten|berichten|nieuws|artikelen))""",
    re.IGNORECASE | re.VERBOSE,
)


def refuse_other_things(page: Outline, names: Sequence[str], best: Candidate, *, may_be_short: bool) -> None:
    """Raise NotAList where an undated list is of anything but what a site publishes one after the other.

    Titles that ``may_be_short`` are no names.
    """
    titles = [row.title.text for row in best.rows if row.title]
    if len(titles) >= _FEWEST and sum(title.rstrip().endswith("?") for title in titles) > len(titles) * _MOST:
        raise NotAList(f"these are questions and answers ({titles[0]!r}, …), not a list of entries")
    if sum(map(_has_price, best.rows)) > len(best.rows) * _MOST:
        raise NotAList(f"these are goods with their prices ({titles[0]!r}, …), not a list of entries")
    if sum(_is_file(page.hrefs.get(row.link, "")) for row in best.rows) > len(best.rows) * _MOST:
        raise NotAList(f"these are pictures or files ({titles[0]!r}, …), not a list of entries")
    heading = heading_above(page, best)
    if names_what_is_related(heading):
        raise NotAList(f"the list stands under {heading!r}: the page is about something else")
    if sum(map(bool, map(_STEP.match, titles))) > len(titles) * _MOST or _are_numbered(page, best):
        raise NotAList(f"these are the steps of one thing ({titles[0]!r}, …), not a list of entries")
    if not may_be_short and median(map(length_of, titles)) <= _TOPIC:
        _refuse_names(page, names, best)


def _are_numbered(page: Outline, best: Candidate) -> bool:
    """Tell whether all records are items of a numbered list, with nothing but a heading in each."""
    return best.dated == 0 and all(
        row.title is not None
        and row.title.heading
        and len(row.cells) == 1
        and page.tags[row.record.root] == "li"
        and page.tags[page.parent[row.record.root]] == "ol"
        for row in best.rows
    )


def _refuse_names(page: Outline, names: Sequence[str], best: Candidate) -> None:
    """Raise NotAList where titles are short as names are, or as what is listed on a page that is called after it."""
    complete_titles(page, best.rows, best.dates.only)
    titles = [row.headline for row in best.rows if row.title]
    words = median(len(_WORD.findall(_SMALL.sub("", _IN_BRACKETS.sub("", title)))) for title in titles)
    if words <= _NAME_WORDS and median(map(length_of, titles)) <= _NAME:
        raise NotAList(f"these are names ({titles[0]!r}, …), not a list of entries")
    named = next((name for name in names if _names_other_pages(name)), None)
    if named is not None and words <= _TOPIC_WORDS:
        raise NotAList(f"this is a page of {named!r} ({titles[0]!r}, …), not a list of entries")


def refuse_people(page: Outline, best: Candidate) -> None:
    """Raise NotAList for links to people, dated or not: those who wrote the posts of a thread."""
    links = [page.hrefs.get(row.link, "") for row in best.rows]
    if not any(map(_PROFILE.search, links[:_FEWEST])):
        return
    if sum(_PROFILE.search(link) is not None for link in links) <= len(links) * _MOST:
        return
    titles = [row.title.text for row in best.rows if row.title]
    if titles and median(map(length_of, titles)) <= _NAME:
        raise NotAList(f"these are people ({titles[0]!r}, …), not a list of entries")


def refuse_what_is_beside(page: Outline, best: Candidate) -> None:
    """Raise NotAList where nothing but "Most read" repeats beside what a page is about, or beside its empty list."""
    if not all(
        page.region[record.anchor] & (SIDE | RELATED) or not _is_in_main(page, record.root) for record in best.records
    ):
        return
    inside = bytearray(len(page.chunks) + 1)
    for record in best.records:
        inside[record.first : record.last] = b"\1" * (record.last - record.first)
    for cell in page.cells:
        if len(cell.text) <= _LONGEST_NOTE and _NOTHING_LISTED.match(cell.text) and not inside[cell.first_chunk]:
            raise NotAList(f"the list of the page is empty ({cell.text!r})")
    heading = heading_above(page, best)
    if names_what_is_related(heading):
        raise NotAList(f"the list stands under {heading!r}, beside what the page is about")


def _is_in_main(page: Outline, node: int) -> bool:
    return not page.mains or any(main <= node < page.stop[main] for main in page.mains)


def _has_price(row: Row) -> bool:
    return any(cell is not row.title and _PRICE.fullmatch(cell.text) for cell in row.cells)


def _is_file(href: str) -> bool:
    return href.partition("#")[0].partition("?")[0].rstrip().lower().endswith(_FILES)


def heading_above(page: Outline, best: Candidate) -> str:
    """Return the nearest heading above a list; "" where that is the page's own, or there is none."""
    first = best.records[0].first
    for node in reversed(page.headings[: bisect_left(page.headings, best.records[0].root)]):
        if page.last[node] <= first and page.tags[node] != "h1":
            return " ".join(" ".join(page.chunks[page.first[node] : page.last[node]]).split())
        return ""
    return ""


def _names_other_pages(name: str) -> bool:
    """Tell whether a page is called so as those are that list people, things or places: "Our team"."""
    words = plain_words(name).split() if len(name) <= _LONGEST_NAME else []
    while words and words[0] in _BEFORE_THEM:
        words = words[1:]
    return " ".join(words) in _OTHER_PAGES
