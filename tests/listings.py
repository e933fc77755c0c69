# ruff: noqa: E501 - sentences and markup are easier to read on one line
"""Press pages made to measure: the same news in ten markups, three languages, with and without dates, and with quirks.

``listings()`` yields all of them; each is a whole page (menu, crumbs, sidebar, pager, footer) with what it should be
read as. What a quirk changes is one function over a page's items or its finished HTML.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from html import escape
from typing import Final

LANGUAGES: Final = ("en", "fr", "de")
_FIRST_DAY: Final = date(2026, 10, 20)


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news. ``shown_title`` and ``shown_teaser`` are HTML; ``day`` None is an undated one."""

    number: int
    title: str
    teaser: str
    day: date | None
    topic: str
    href: str
    shown_title: str = ""
    shown_teaser: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page and what it is a list of: (address, title, day) in the page's order."""

    name: str
    language: str
    html: str
    expected: tuple[tuple[str, str, date | None], ...]
    url: str = "https://agency.example/news/"
    tags: tuple[str, ...] = field(default=())


_TITLES: Final = {
    "en": (
        "Orbital foundry opens its pilot hall in Belval",
        "Luxembourg ranked second for talent competitiveness",
        "Healthcare week brings AI to the Kirchberg",
        "Twelve start-ups join the Fit for Space programme",
        "All six crew members return from the analogue mission",
        "How a small country became a hub for lunar resources",
        "Minister signs agreement on satellite servicing",
        "More women lead research teams than ever before",
        "Passport remains one of the most powerful worldwide",
        "Archive of early telescopes goes online",
        "New visa for skilled workers starts in January",
        "Quantum link between two cities tested",
    ),
    "fr": (
        "Une fonderie orbitale ouvre sa halle pilote à Belval",
        "Le Luxembourg deuxième pour la compétitivité des talents",
        "La semaine de la santé met l’IA à l’honneur",
        "Douze jeunes pousses rejoignent le programme spatial",
        "Toutes les équipes sont revenues de la mission analogue",
        "Comment un petit pays est devenu un pôle lunaire",
        "La ministre signe un accord sur l’entretien de satellites",
        "Davantage de femmes à la tête des laboratoires",
        "Le passeport reste parmi les plus puissants du monde",
        "Les archives des premiers télescopes sont en ligne",
        "Un nouveau visa pour les talents dès janvier",
        "Liaison quantique testée entre deux villes",
    ),
    "de": (
        "Orbitale Gießerei eröffnet ihre Pilothalle in Belval",
        "Luxemburg auf Platz zwei im Wettbewerb um Talente",
        "Gesundheitswoche bringt KI auf den Kirchberg",
        "Zwölf Start-ups im neuen Raumfahrtprogramm",
        "Alle sechs Crewmitglieder von der Mission zurück",
        "Wie ein kleines Land zum Zentrum für Mondrohstoffe wurde",
        "Ministerin unterzeichnet Abkommen zur Satellitenwartung",
        "Mehr Frauen leiten Forschungsgruppen als je zuvor",
        "Reisepass bleibt einer der stärksten der Welt",
        "Archiv der ersten Teleskope ist jetzt online",
        "Neues Visum für Fachkräfte startet im Januar",
        "Quantenverbindung zwischen zwei Städten getestet",
    ),
}
_TEASERS: Final = {
    "en": "The {n} partners of the programme met in the old steel works, where engineers moved in this week.",
    "fr": "Les {n} partenaires du programme se sont réunis dans l’ancienne aciérie, investie cette semaine.",
    "de": "Die {n} Partner des Programms trafen sich im alten Stahlwerk, das diese Woche bezogen wurde.",
}
_LONGER: Final = {
    "en": " It is the first of its kind in the region, and those who built it say that more will follow before the year ends.",
    "fr": " C’est la première de son genre dans la région, et ses auteurs en annoncent d’autres avant la fin de l’année.",
    "de": " Es ist das erste seiner Art in der Region, und wer es gebaut hat, kündigt weitere vor dem Ende des Jahres an.",
}
_TOPICS: Final = {
    "en": ("Space", "Talent", "Health"),
    "fr": ("Espace", "Talents", "Santé"),
    "de": ("Raumfahrt", "Talente", "Gesundheit"),
}
_MORE: Final = {"en": "Read more", "fr": "Lire la suite", "de": "Weiterlesen"}
_MONTHS: Final = {"en": "October", "fr": "octobre", "de": "Oktober"}
_DAY_FORMS: Final = {
    "en": ("{d:02}-10-2026", "{d} October 2026", "Oct {d}, 2026"),
    "fr": ("{d:02}-10-2026", "{d} octobre 2026", "{d:02}/10/2026"),
    "de": ("{d:02}-10-2026", "{d}. Oktober 2026", "{d:02}.10.2026"),
}
_MENU: Final = {
    "en": ("Home", "About the agency", "Sectors and industries", "Our services", "Press room", "Contact"),
    "fr": ("Accueil", "À propos de l’agence", "Secteurs et industries", "Nos services", "Espace presse", "Contact"),
    "de": ("Startseite", "Über die Agentur", "Branchen und Sektoren", "Unsere Leistungen", "Presse", "Kontakt"),
}
_FOOT: Final = {
    "en": ("Legal notice", "Privacy policy", "Cookie settings", "Accessibility statement", "Site map"),
    "fr": ("Mentions légales", "Politique de confidentialité", "Gestion des cookies", "Accessibilité", "Plan du site"),
    "de": ("Impressum", "Datenschutzerklärung", "Cookie-Einstellungen", "Barrierefreiheit", "Inhaltsverzeichnis"),
}
LEAD_ON: Final = {
    "en": (
        "All news",
        "Older posts",
        "News archive",
        "Subscribe to our newsletter",
        "Back to overview",
        "See all news",
    ),
    "fr": (
        "Toutes les actualités",
        "Articles plus anciens",
        "Archives",
        "S’abonner à la newsletter",
        "Retour à la liste",
    ),
    "de": ("Alle Meldungen", "Zur Übersicht", "Ältere Beiträge", "Newsletter abonnieren", "Zum Archiv", "Alle News"),
}


def items(language: str, count: int, *, is_dated: bool, form: int = 0) -> list[Item]:
    made = []
    for number, title in enumerate(_TITLES[language][:count], 1):
        day = _FIRST_DAY - timedelta(days=3 * number // 2 + number % 2) if is_dated else None
        teaser = _TEASERS[language].format(n=number + 11)
        made.append(
            Item(
                number,
                title,
                teaser,
                day,
                _TOPICS[language][number % 3],
                f"/news/{number}-{_slug(title)}",
                escape(title),
                escape(teaser),
                _DAY_FORMS[language][form].format(d=day.day) if day else "",
            )
        )
    return made


def _slug(title: str) -> str:
    return "-".join("".join(each if each.isascii() and each.isalnum() else " " for each in title.lower()).split())


# --- ten markups: the HTML of a list from its items ------------------------------------------------------------------

Markup = Callable[[Sequence[Item], str], str]


def _day(item: Item, form: str) -> str:
    return form.format(item.written) if item.written else ""


def typo3(news: Sequence[Item], more: str) -> str:
    return (
        '<div class="news-list-view">'
        + "".join(
            f'<div class="article articletype-0"><div class="header"><h3><a title="{escape(each.title)}" href="{each.href}">'
            f'<span itemprop="headline">{each.shown_title}</span></a></h3></div><div class="teaser-text"><div itemprop="description">'
            f'<p>{each.shown_teaser}</p></div><a class="more" href="{each.href}">{more}</a></div>'
            + _day(each, '<div class="footer"><p><span class="news-list-date">{}</span></p></div>')
            + "</div>"
            for each in news
        )
        + "</div>"
    )


def drupal(news: Sequence[Item], more: str) -> str:
    return (
        '<div class="view view-news"><div class="view-content">'
        + "".join(
            f'<div class="views-row"><div class="views-field views-field-title"><span class="field-content"><a href="{each.href}">'
            f"{each.shown_title}</a></span></div>"
            + _day(each, '<div class="views-field views-field-created"><span class="field-content">{}</span></div>')
            + f'<div class="views-field views-field-body"><div class="field-content"><p>{each.shown_teaser}</p></div></div></div>'
            for each in news
        )
        + "</div></div>"
    )


def aem(news: Sequence[Item], more: str) -> str:
    return (
        '<div class="cmp-list aem-Grid">'
        + "".join(
            f'<div class="cmp-teaser"><a class="cmp-teaser__link" href="{each.href}"><div class="cmp-teaser__content">'
            + _day(each, '<p class="cmp-teaser__pretitle">{}</p>')
            + f'<h2 class="cmp-teaser__title">{each.shown_title}</h2><div class="cmp-teaser__description"><p>{each.shown_teaser}</p>'
            f'</div></div><div class="cmp-teaser__action-container"><span>{more}</span></div></a></div>'
            for each in news
        )
        + "</div>"
    )


def wordpress(news: Sequence[Item], more: str) -> str:
    return (
        '<ul class="wp-block-post-template">'
        + "".join(
            f'<li class="wp-block-post post-{each.number * 7} post type-post category-news"><h2 class="wp-block-post-title">'
            f'<a href="{each.href}">{each.shown_title}</a></h2><div class="wp-block-post-excerpt"><p>{each.shown_teaser} </p>'
            f'<p><a class="wp-block-post-excerpt__more-link" href="{each.href}">{more}</a></p></div>'
            + (
                f'<div class="wp-block-post-date"><time datetime="{each.day}T09:00:00+02:00">{each.written}</time></div>'
                if each.day
                else ""
            )
            + "</li>"
            for each in news
        )
        + "</ul>"
    )


def bootstrap(news: Sequence[Item], more: str) -> str:
    return (
        '<div class="row g-4">'
        + "".join(
            f'<div class="col-md-4"><div class="card h-100 text-center"><img class="card-img-top" src="/img/{each.number}.jpg" alt="">'
            f'<div class="card-body"><h5 class="card-title">{each.shown_title}</h5>'
            + _day(each, '<h6 class="card-subtitle text-muted">{}</h6>')
            + f'<p class="card-text">{each.shown_teaser}</p><a href="{each.href}" class="btn btn-primary">{more}</a></div></div></div>'
            for each in news
        )
        + "</div>"
    )


def tailwind(news: Sequence[Item], more: str) -> str:
    return (
        '<div class="grid gap-8 md:grid-cols-3">'
        + "".join(
            '<article class="flex flex-col bg-white rounded-xl"><div class="flex items-center gap-x-4 text-xs">'
            + _day(each, '<span class="text-gray-500">{}</span>')
            + f'<span class="rounded-full bg-gray-50 text-gray-600">{each.topic}</span></div><div class="group relative">'
            f'<h3 class="mt-3 text-lg font-semibold leading-6 text-gray-900"><a href="{each.href}"><span class="absolute inset-0"></span>'
            f'{each.shown_title}</a></h3><p class="mt-5 line-clamp-3 text-sm leading-6 text-gray-600">{each.shown_teaser}</p></div></article>'
            for each in news
        )
        + "</div>"
    )


def definitions(news: Sequence[Item], more: str) -> str:
    return (
        "<dl>"
        + "".join(
            f'<dt><a href="{each.href}">{each.shown_title}</a></dt>'
            + _day(each, "<dd>{}</dd>")
            + f"<dd>{each.shown_teaser}</dd>"
            for each in news
        )
        + "</dl>"
    )


def table(news: Sequence[Item], more: str) -> str:
    return (
        '<table class="listing"><tbody>'
        + "".join(
            "<tr>"
            + _day(each, "<td>{}</td>")
            + f'<td><a href="{each.href}">{each.shown_title}</a><br>{each.shown_teaser}</td><td>{each.topic}</td></tr>'
            for each in news
        )
        + "</tbody></table>"
    )


def flat(news: Sequence[Item], more: str) -> str:
    return "".join(
        f"<h4>{each.shown_title}</h4>"
        + _day(each, "<p>{}</p>")
        + f'<p>{each.shown_teaser}<br><a href="{each.href}">{more}</a></p>'
        for each in news
    )


def linked_cards(news: Sequence[Item], more: str) -> str:
    return (
        '<div class="tiles">'
        + "".join(
            f'<a class="tile" href="{each.href}"><span class="tile__kicker">{each.topic}</span>'
            f'<strong class="tile__headline">{each.shown_title}</strong>'
            + _day(each, '<span class="tile__date">{}</span>')
            + f'<span class="tile__body">{each.shown_teaser}</span></a>'
            for each in news
        )
        + "</div>"
    )


MARKUPS: Final[tuple[Markup, ...]] = (
    typo3, drupal, aem, wordpress, bootstrap, tailwind, definitions, table, flat, linked_cards,
)  # fmt: skip


def page(markup: Markup, news: Sequence[Item], language: str, *, after: str = "", before: str = "") -> str:
    """Return a whole page around a list."""
    menu = "".join(f'<li><a href="/{_slug(each)}">{each}</a></li>' for each in _MENU[language])
    foot = "".join(f'<li><a href="/{_slug(each)}">{each}</a></li>' for each in _FOOT[language])
    titles = _TITLES[language]
    side = "".join(f'<li><a href="/topics/{_slug(each)}">{each}</a></li>' for each in _TOPICS[language])
    related = "".join(f'<li><a href="/guides/{place}">{escape(titles[place])}?</a></li>' for place in (3, 1, 0))
    heading = {"en": "News", "fr": "Actualités", "de": "Aktuelles"}[language]
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{heading} | Moonfield Agency</title></head>'
        f'<body><header><a href="/"><img src="/logo.svg" alt="Moonfield"></a><nav><ul>{menu}</ul></nav></header>'
        f'<main id="content"><ol class="breadcrumb"><li><a href="/">{_MENU[language][0]}</a></li><li>{heading}</li></ol>'
        f"<h1>{heading}</h1>{before}{markup(news, _MORE[language])}{after}"
        '<ul class="pagination"><li><a href="?page=1">1</a></li><li><a href="?page=2">2</a></li><li><a href="?page=3">3</a></li></ul>'
        f'</main><aside class="sidebar"><h4>{heading}</h4><ul class="related">{related}</ul><ul>{side}</ul></aside>'
        f"<footer><ul>{foot}</ul><p>© 2026 Moonfield Agency</p></footer></body></html>"
    )


def _expected(news: Sequence[Item]) -> tuple[tuple[str, str, date | None], ...]:
    return tuple((f"https://agency.example{each.href}", each.title, each.day) for each in news)


def plain_listings() -> Iterator[Listing]:
    """Yield the first users' list: ten markups × three languages × dated or not × 5, 8 or 12 items."""
    for markup, language, is_dated, count in itertools.product(MARKUPS, LANGUAGES, (True, False), (5, 8, 12)):
        yield listing(markup, language, is_dated=is_dated, count=count)


def listing(markup: Markup, language: str, *, is_dated: bool, count: int) -> Listing:
    news = items(language, count, is_dated=is_dated, form=count % 3)
    return Listing(
        name=f"{markup.__name__}-{language}-{'dated' if is_dated else 'undated'}-{count}",
        language=language,
        html=page(markup, news, language),
        expected=_expected(news),
    )


# --- quirks ----------------------------------------------------------------------------------------------------------

_CLASS_WORDS: Final = (
    "related-articles", "recommended", "popular", "promo", "hot", "ranking", "similar", "trending", "secondary", "widget",
    "aside", "sidebar-list", "menu-items", "banner", "ads", "modal", "dropdown", "elementor-widget", "filters",
)  # fmt: skip


def quirky_listings() -> Iterator[Listing]:
    """Yield the same with one quirk each."""
    for quirk, apply in QUIRKS.items():
        for place, (markup, language, is_dated) in enumerate(itertools.product(MARKUPS, LANGUAGES, (True, False))):
            made = apply(markup, language, is_dated, place)
            if made is not None:
                yield replace(
                    made,
                    name=f"{quirk}-{markup.__name__}-{language}-{'dated' if is_dated else 'undated'}",
                    tags=(quirk,),
                )


def _made(markup: Markup, language: str, news: Sequence[Item], *, after: str = "", before: str = "") -> Listing:
    html = page(markup, news, language, after=after, before=before)
    return Listing(name="", language=language, html=html, expected=_expected(news))


Quirk = Callable[[Markup, str, bool, int], Listing | None]


def _held_by_a_class_word(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    word = _CLASS_WORDS[place % len(_CLASS_WORDS)]

    def held(news: Sequence[Item], more: str) -> str:
        return f'<div class="{word}">{markup(news, more)}</div>'

    return _made(held, language, items(language, 6, is_dated=is_dated))


def _links_with_a_class_word(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    word = _CLASS_WORDS[(place * 5) % len(_CLASS_WORDS)]
    made = _made(markup, language, items(language, 6, is_dated=is_dated))
    return replace(made, html=made.html.replace('<a href="/news/', f'<a class="{word}" href="/news/'))


def _ends_with_all_news(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    texts = LEAD_ON[language]
    after = f'<p><a href="/news">{texts[place % len(texts)]}</a></p>'
    return _made(markup, language, items(language, 6, is_dated=is_dated), after=after)


def _all_news_in_the_list(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    texts = LEAD_ON[language]

    def within(news: Sequence[Item], more: str) -> str:
        html = markup(news, more)
        at = html.rfind("</") if html.endswith(("</div>", "</ul>")) else len(html)
        tag = "li" if html.endswith("</ul>") else "p"
        return f'{html[:at]}<{tag}><a href="/news">{texts[place % len(texts)]}</a></{tag}>{html[at:]}'

    if markup in {definitions, table}:
        return _ends_with_all_news(markup, language, is_dated, place + 1)
    return _made(within, language, items(language, 6, is_dated=is_dated))


def _break_in_titles(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    news = []
    for number, each in enumerate(items(language, 6, is_dated=is_dated)):
        words = each.title.split()
        half = len(words) // 2
        one, other = " ".join(words[:half]), " ".join(words[half:])
        forms = (f"{one}<br>{other}", f"{one}<br/> {other}")
        shown = forms[place % 2] if place % 3 or number % 2 else each.title
        news.append(replace(each, shown_title=shown))
    return _made(markup, language, news)


def _pieces_in_titles(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    news = []
    for each in items(language, 6, is_dated=is_dated):
        words = each.title.split()
        half = len(words) // 2
        one, other = " ".join(words[:half]), " ".join(words[half:])
        forms = (f"<span>{one}</span> <em>{other}</em>", f"{one} <em>{other}</em>", f"<b>{one}</b> {other}")
        news.append(replace(each, shown_title=forms[place % 3]))
    return _made(markup, language, news)


def _blocks_in_titles(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    if markup in {linked_cards, table, definitions, drupal}:  # no headings
        return None
    news = []
    for each in items(language, 6, is_dated=is_dated):
        words = each.title.split()
        half = len(words) // 2
        one, other = " ".join(words[:half]), " ".join(words[half:])
        news.append(replace(each, shown_title=f"<div>{one}</div><div>{other}</div>"))
    return _made(markup, language, news)


def _kicker_in_titles(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    if markup in {linked_cards, table, definitions, drupal}:
        return None
    forms = (
        '<span class="kicker">{k}</span> <span class="headline">{t}</span>',
        '<div class="uppercase text-xs">{k}</div><div class="text-gray-900">{t}</div>',
        '<span class="text-sm font-bold">{k}</span><span class="text-xl leading-6">{t}</span>',
        "<small>{k}</small><br>{t}",
    )
    news = [
        replace(each, shown_title=forms[place % 4].format(k=each.topic, t=escape(each.title)))
        for each in items(language, 6, is_dated=is_dated)
    ]
    return _made(markup, language, news)


_DATELINES: Final = (
    "Luxembourg, {} – ", "{} – ", "<b>{}</b> ", "Esch-sur-Alzette, {} | ", "{}: ", "LUXEMBOURG ({}) — ", "{}, Luxembourg. ",
)  # fmt: skip


def _dateline(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    if not is_dated:
        return None
    news = [
        replace(
            each,
            written="",
            shown_teaser=_DATELINES[place // 2 % len(_DATELINES)].format(each.written)
            + each.shown_teaser
            + _LONGER[language],
        )
        for each in items(language, 6, is_dated=True, form=place // 2 % 3)
    ]
    if markup is wordpress:
        news = [replace(each, day=None) for each in news]
        html = page(markup, news, language)
        return Listing(name="", language=language, html=html, expected=_expected(items(language, 6, is_dated=True)))
    return _made(markup, language, news)


def _date_in_running_text(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    if is_dated:
        return None
    told = {
        "en": " The next meeting is on {} October 2025 in the same place, when those who could not come this time are expected to report on their work.",
        "fr": " La prochaine réunion aura lieu le {} octobre 2025 au même endroit, quand ceux qui n’ont pu venir présenteront leurs travaux au public.",
        "de": " Das nächste Treffen findet am {} Oktober 2025 am selben Ort statt, wenn diejenigen berichten, die diesmal nicht kommen konnten, und andere.",
    }[language]
    news = [
        replace(
            each, shown_teaser=each.shown_teaser + told.format(f"{each.number + 3}" + ("." if language == "de" else ""))
        )
        for each in items(language, 6, is_dated=False)
    ]
    return _made(markup, language, news)


def _cards_in_objects(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    if markup is not linked_cards:
        return None
    made = _made(markup, language, items(language, 6, is_dated=is_dated))
    html = made.html
    for topic in _TOPICS[language]:
        html = html.replace(
            f'<span class="tile__kicker">{topic}</span>',
            f'<object><a href="/topics/{_slug(topic)}">{topic}</a></object>',
        )
    return replace(made, html=html)


def _two_dates(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    if not is_dated or markup is wordpress:
        return None
    form = {
        "en": (
            "Updated 20/11/2026 Published {}",
            "Last updated: 20 November 2026 · Published: {}",
            "Published {} (updated 20 November 2026)",
        ),
        "fr": (
            "Mis à jour le 20/11/2026 Publié le {}",
            "Modifié le 20 novembre 2026, publié le {}",
            "Publié le {}, mis à jour le 20 novembre 2026",
        ),
        "de": (
            "Aktualisiert am 20.11.2026 Veröffentlicht am {}",
            "Stand: 20.11.2026, erschienen am {}",
            "Veröffentlicht: {} – geändert: 20.11.2026",
        ),
    }[language][place // 2 % 3]
    news = [
        replace(
            each,
            written=form.format(f"{each.day.day:02}.10.2026" if language == "de" else f"{each.day.day:02}/10/2026"),
        )
        for each in items(language, 6, is_dated=True)
        if each.day
    ]
    return _made(markup, language, news)


def _dates_in_titles(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    if not is_dated or markup is wordpress:
        return None
    forms = ("{d}: {t}", "{t} ({d})", "{d} – {t}", "[{d}] {t}")
    news = [
        replace(each, written="", shown_title=forms[place // 2 % 4].format(d=each.written, t=escape(each.title)))
        for each in items(language, 6, is_dated=True, form=0)
    ]
    return _made(markup, language, news)


def _pinned_post(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    """The first record has a class of its own."""
    news = items(language, 7, is_dated=is_dated)

    def pinned(given: Sequence[Item], more: str) -> str:
        html, name = markup(given, more), ("featured", "is-sticky", "news--highlight")[place % 3]
        first = html.find(">", html.find("<", 1) if not html.startswith(("<h4", "<dl", "<table")) else len(html))
        if first < 0:
            return html
        tag = html[html.rfind("<", 0, first) : first + 1]
        changed = tag.replace('class="', f'class="{name} ', 1) if 'class="' in tag else tag[:-1] + f' class="{name}">'
        return html.replace(tag, changed, 1)

    return _made(pinned, language, news)


def _pinned_and_undated(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    """The first record has a class of its own, and no date where all others have one."""
    if not is_dated or markup in {flat, definitions, table}:
        return None
    news = items(language, 7, is_dated=True)
    news[0] = replace(news[0], written="", day=None)

    def pinned(given: Sequence[Item], more: str) -> str:
        holder, mark, rest = markup(given, more).partition('class="')
        return holder + mark + rest.replace('class="', 'class="pinned ', 1)

    return _made(pinned, language, news)


def _two_columns(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    def split(news: Sequence[Item], more: str) -> str:
        half = (len(news) + 1) // 2
        return (
            f'<div class="row"><div class="col left">{markup(news[:half], more)}</div>'
            f'<div class="col right">{markup(news[half:], more)}</div></div>'
        )

    return _made(split, language, items(language, 8, is_dated=is_dated))


def _lead_stories(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    """One to three stories before the list, larger and in another layout."""
    if markup is wordpress and not is_dated:
        return None
    news = items(language, 9, is_dated=is_dated)
    count = 1 + place % 3
    lead = "".join(
        f'<div class="stage__item"><a href="{each.href}"><img src="/big/{each.number}.jpg" alt="" width="900"><h2 class="stage__title">'
        f"{each.shown_title}</h2></a>{_day(each, '<p class=stage__date>{}</p>')}<p>{each.shown_teaser}</p></div>"
        for each in news[:count]
    )

    def led(given: Sequence[Item], more: str) -> str:
        return f'<section class="stage">{lead}</section><section class="list">{markup(given[count:], more)}</section>'

    return _made(led, language, news)


def _beside_menu_links(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    """A block of links of the site's own, with tags as simple as those of the list."""
    texts = {
        "en": ("Updates by mail", "For developers and partners", "Press contacts and pictures"),
        "fr": ("Actualités par courriel", "Pour les développeurs et partenaires", "Contacts presse et images"),
        "de": ("Neuigkeiten per E-Mail", "Für Entwickler und Partner", "Pressekontakte und Bilder"),
    }[language]
    links = "".join(f'<li><a href="/service/{number}">{each}</a></li>' for number, each in enumerate(texts))
    return _made(
        markup, language, items(language, 6, is_dated=is_dated), after=f"<div class=box><ul>{links}</ul></div>"
    )


def _no_main(markup: Markup, language: str, is_dated: bool, place: int) -> Listing:
    made = _made(markup, language, items(language, 6, is_dated=is_dated))
    html = made.html.replace("<main ", "<div ").replace("</main>", "</div>").replace("<header>", "<div>")
    return replace(
        made, html=html.replace("</header>", "</div>").replace("<footer>", "<div>").replace("</footer>", "</div>")
    )


def _day_in_the_address(markup: Markup, language: str, is_dated: bool, place: int) -> Listing | None:
    if not is_dated or markup is wordpress:
        return None
    forms = ("/{y}-{m}-{d}-{s}", "/news/{y}/{m}/{d}/{s}", "/{y}/{m}/{d}-{s}")
    news = []
    for each in items(language, 6, is_dated=True):
        day = each.day
        assert day is not None
        day = day.replace(month=3 + each.number % 3, day=each.number + 2)
        href = forms[place // 2 % 3].format(y=day.year, m=day.month, d=day.day, s=_slug(each.title))
        news.append(replace(each, day=day, href=href, written=""))
    return _made(markup, language, news)


QUIRKS: Final[dict[str, Quirk]] = {
    "held by a class word": _held_by_a_class_word,
    "links with a class word": _links_with_a_class_word,
    "ends with all news": _ends_with_all_news,
    "all news in the list": _all_news_in_the_list,
    "break in titles": _break_in_titles,
    "pieces in titles": _pieces_in_titles,
    "blocks in titles": _blocks_in_titles,
    "kicker in titles": _kicker_in_titles,
    "dateline": _dateline,
    "date in running text": _date_in_running_text,
    "cards in objects": _cards_in_objects,
    "two dates": _two_dates,
    "dates in titles": _dates_in_titles,
    "pinned post": _pinned_post,
    "pinned and undated": _pinned_and_undated,
    "two columns": _two_columns,
    "lead stories": _lead_stories,
    "beside menu links": _beside_menu_links,
    "no main": _no_main,
    "day in the address": _day_in_the_address,
}
