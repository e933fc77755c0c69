# ruff: noqa: E501 - sentences and markup are easier to read on one line
"""Pages made to measure that hold no list of entries: articles, policies, error pages, walls, forms, in three languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tests.listings import LANGUAGES, Listing, items, page, typo3

_SENTENCES: Final = {
    "en": (
        "Whoever books a slot brings a safety officer, <a href='/doc/{n}'>as guide {n}</a>, so that nobody has to wait.",
        "The committee met on 4 March and asked <a href='/people/{n}'>the head of unit {n}</a> to report within 30 days.",
        "More than half of the members agreed with <a href='/report/{n}'>the report of group {n}</a>, which took 2 years to write.",
    ),
    "fr": (
        "Qui réserve un créneau vient avec un responsable, <a href='/doc/{n}'>selon le guide {n}</a>, afin que personne n’attende.",
        "Le comité s’est réuni le 4 mars et a prié <a href='/people/{n}'>le chef de l’unité {n}</a> de répondre sous 30 jours.",
        "Plus de la moitié des membres approuvent <a href='/report/{n}'>le rapport du groupe {n}</a>, qui a demandé 2 ans.",
    ),
    "de": (
        "Wer einen Platz bucht, bringt jemanden für die Sicherheit mit, <a href='/doc/{n}'>wie in Leitfaden {n}</a>, damit niemand wartet.",
        "Der Ausschuss tagte am 4. März und bat <a href='/people/{n}'>die Leitung der Abteilung {n}</a> um Antwort binnen 30 Tagen.",
        "Mehr als die Hälfte der Mitglieder stimmt <a href='/report/{n}'>dem Bericht der Gruppe {n}</a> zu, der 2 Jahre brauchte.",
    ),
}
_WORDS: Final = {
    "en": (
        "Privacy policy",
        "Page not found",
        "Sign in",
        "Our services",
        "We use cookies",
        "Just a moment...",
        "Under maintenance",
    ),
    "fr": (
        "Politique de confidentialité",
        "Page introuvable",
        "Connexion",
        "Nos services",
        "Nous utilisons des cookies",
        "Un instant…",
        "Maintenance en cours",
    ),
    "de": (
        "Datenschutzerklärung",
        "Seite nicht gefunden",
        "Anmelden",
        "Unsere Leistungen",
        "Wir verwenden Cookies",
        "Einen Moment…",
        "Wartungsarbeiten",
    ),
}
_ABOUT: Final = {
    "en": (
        "About the agency and its people",
        "Privacy policy of the agency",
        "Contact and directions to us",
        "Terms of use of this site",
        "Careers and open positions",
    ),
    "fr": (
        "À propos de l’agence et de ses équipes",
        "Politique de confidentialité de l’agence",
        "Contact et plan d’accès",
        "Conditions d’utilisation du site",
        "Carrières et postes à pourvoir",
    ),
    "de": (
        "Über die Agentur und ihre Menschen",
        "Datenschutzhinweise der Agentur",
        "Kontakt und Anfahrt zu uns",
        "Nutzungsbedingungen dieser Seite",
        "Karriere und offene Stellen",
    ),
}


def _prose(language: str, count: int, tag: str = "p") -> str:
    texts = _SENTENCES[language]
    return "".join(
        f"<{tag}>{texts[n % 3].format(n=n)} {texts[(n + 1) % 3].split('<a')[0]}…</{tag}>" for n in range(count)
    )


def _whole(language: str, title: str, body: str, head: str = "") -> str:
    made = page(lambda news, more: body, [], language)
    old = made[made.index("<title>") + 7 : made.index(" | Moonfield")]
    return made.replace(f"<title>{old}", f"{head}<title>{title}", 1).replace(f"<h1>{old}</h1>", f"<h1>{title}</h1>", 1)


def _links(language: str) -> str:
    return (
        "<ul>"
        + "".join(f'<li><a href="/about/{n}">{each}</a></li>' for n, each in enumerate(_ABOUT[language]))
        + "</ul>"
    )


def _article(language: str) -> str:
    return _whole(language, items(language, 1, is_dated=False)[0].title, f"<article>{_prose(language, 12)}</article>")


def _article_that_says_so(language: str) -> str:
    head = '<meta property="og:type" content="article">'
    return _whole(
        language, items(language, 1, is_dated=False)[0].title, f"<article>{_prose(language, 20)}</article>", head
    )


def _article_with_related_news(language: str) -> str:
    told = " ".join(f"{each.split('<a')[0].format(n=7)} {each.split('</a>')[-1]}" for each in _SENTENCES[language])
    text = f"<p>{told}</p>" * 9
    related = typo3(items(language, 4, is_dated=True), "→")
    return _whole(
        language, items(language, 9, is_dated=False)[8].title, f"<article>{text}</article><h2>…</h2>{related}"
    )


def _text_in_list_items(language: str) -> str:
    return _whole(language, "FAQ", f"<ol>{_prose(language, 12, 'li')}</ol>")


def _privacy(language: str) -> str:
    body = "".join(f"<h2>{n}. {each}</h2>{_prose(language, 2)}" for n, each in enumerate(_ABOUT[language] * 2, 1))
    return _whole(language, _WORDS[language][0], body)


def _not_found(language: str) -> str:
    return _whole(language, _WORDS[language][1], f"<p>404</p>{_links(language)}")


def _not_found_with_news(language: str) -> str:
    return _whole(language, _WORDS[language][1], "<p>404</p>" + typo3(items(language, 5, is_dated=True), "→"))


def _login(language: str) -> str:
    form = '<form><input name="user"><input type="password" name="word"><button>→</button></form>'
    return _whole(language, _WORDS[language][2], form + _links(language))


def _services(language: str) -> str:
    return _whole(language, _WORDS[language][3], _links(language))


def _consent(language: str) -> str:
    body = f"<p>{_ABOUT[language][1]}</p>" + _links(language)
    return _whole(language, _WORDS[language][4], body)


def _challenge(language: str) -> str:
    return f"<html lang={language}><head><title>{_WORDS[language][5]}</title></head><body><h1>agency.example</h1><p>…</p></body></html>"


def _maintenance(language: str) -> str:
    return _whole(language, _WORDS[language][6], "<p>…</p>")


def _shell(language: str) -> str:
    return f'<html lang={language}><head><title>News</title><script src="/app.js"></script></head><body><div id="root"></div></body></html>'


def _menu_only(language: str) -> str:
    return _whole(language, "Moonfield", "<p>…</p>")


def _not_found_without_a_name(language: str) -> str:
    """An error page in the site's own clothes: nothing but its text says so, and a list of links helps on."""
    return _whole(language, "Moonfield", f"<p>{_WORDS[language][1]}</p>{_links(language)}")


def _consent_without_a_name(language: str) -> str:
    return _whole(language, "Moonfield", f"<p>{_WORDS[language][4]}</p>{_links(language)}<button>OK</button>")


def _empty(language: str) -> str:
    return page(lambda news, more: "<p>–</p>", [], language)


KINDS: Final[tuple[Callable[[str], str], ...]] = (
    _article, _article_that_says_so, _article_with_related_news, _text_in_list_items, _privacy, _not_found,
    _not_found_with_news, _login, _services, _consent, _challenge, _maintenance, _shell, _menu_only,
    _not_found_without_a_name, _consent_without_a_name, _empty,
)  # fmt: skip


def bad_page(kind: str, language: str) -> str:
    """Return what a page may turn into: a kind by its name."""
    return next(each for each in KINDS if each.__name__ == f"_{kind}")(language)


def nonlists() -> Iterator[Listing]:
    """Yield a page of each kind in each language."""
    for kind in KINDS:
        for language in LANGUAGES:
            yield Listing(name=f"{kind.__name__[1:]}-{language}", language=language, html=kind(language), expected=())
