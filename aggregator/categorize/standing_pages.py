"""Pages that say what a site is and not what is new, by their titles: About, Privacy Policy, Impressum …

Some feeds and pages list them among the news. What they say below the title is about everything that the site is about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aggregator.text.terms import Field

# What their summary and content count, as a share of what these count in news.
_SHARE = 0.25
_LONGEST = 80
_ENDS = re.compile(r"\s*(?:[|·•:–—]|\s-\s).*", re.DOTALL)  # "About us | Orbit News"
_TITLES = frozenset(
    title
    for line in """
    about, about us, about this site, about the site, about me, who we are, our team, the team, team, our mission,
    what we do, our story, contact, contact us, contacts, get in touch, privacy, privacy policy, privacy notice,
    privacy statement, cookies, cookie policy, cookie notice, cookie settings, terms, terms of use, terms of service,
    terms and conditions, terms & conditions, legal, legal notice, legal information, disclaimer, imprint,
    accessibility, accessibility statement, newsletter, newsletters, subscribe, subscription, sign up, login, log in,
    register, careers, jobs, work with us, join us, partners, our partners, sponsors, faq, faqs, help, sitemap,
    site map, home, homepage, welcome, advertise, advertise with us, advertising, press, press kit, media kit, archive,
    archives, search, donate
    à propos, à propos de nous, qui sommes-nous, qui sommes-nous ?, notre équipe, l'équipe, équipe, notre mission,
    nos missions, nous contacter, contactez-nous, mentions légales, politique de confidentialité, confidentialité,
    politique de cookies, gestion des cookies, vie privée, données personnelles, conditions générales,
    conditions d'utilisation, conditions générales d'utilisation, aspects légaux, accessibilité, plan du site, accueil,
    bienvenue, s'abonner, abonnement, inscription, connexion, nos partenaires, partenaires, recrutement, emplois,
    nous rejoindre, rejoignez-nous, aide, publicité, espace presse, contact presse
    über uns, wir über uns, wer wir sind, unser team, das team, unsere mission, kontakt, impressum, datenschutz,
    datenschutzerklärung, datenschutzhinweise, nutzungsbedingungen, agb, rechtliches, rechtliche hinweise,
    barrierefreiheit, erklärung zur barrierefreiheit, startseite, willkommen, anmelden, anmeldung, abonnieren,
    karriere, stellenangebote, partner, unsere partner, hilfe, werbung, mediadaten, presse, archiv, suche, spenden
    iwwer eis, wie mir sinn, kontaktéiert eis, rechtlech hiweiser, dateschutz, wëllkomm
    """.splitlines()
    for title in line.strip().rstrip(",").split(", ")
    if title
)
_BEGINNINGS = frozenset(title[:3] for title in _TITLES if title)  # few titles of news begin so


def is_standing_page(title: str) -> bool:
    """Whether a title names a page of a site; what stands behind a bar or a dash doesn't matter."""
    if not title or title[:3].lower() not in _BEGINNINGS or len(title) > _LONGEST:
        return False
    return _ENDS.sub("", title).strip(" .!").lower().replace("’", "'") in _TITLES


def lessened(fields: Mapping[Field, float]) -> dict[Field, float]:
    """Return what terms count in the parts of such a page."""
    return {
        field: weight * (_SHARE if field in {Field.SUMMARY, Field.CONTENT} else 1) for field, weight in fields.items()
    }
