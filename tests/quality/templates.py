"""Entries that were written from one template and are as many articles: fifty pairs in three languages."""

# ruff: noqa: E501, ISC004 - the texts are written as they are read

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from aggregator.model import Entry

# Each template: its title, its text, and what fills it. Neighbors are given to two sources.
_INTRO = {
    "en": (
        "Every Friday our columnists look back at the week in town: what was said in the council, who was seen at the "
        "market, which works have begun and which have not. They write what they think, not what the paper thinks, and "
        "they answer every letter. Here is what they have to tell this time, in their own words and at their own risk."
    ),
    "fr": (
        "Chaque vendredi, nos chroniqueurs reviennent sur la semaine en ville : ce qui s'est dit au conseil, qui l'on a vu "
        "au marché, quels travaux ont commencé et lesquels attendent. Ils écrivent ce qu'ils pensent, pas ce que pense le "
        "journal, et répondent à chaque lettre. Voici ce qu'ils racontent cette fois, avec leurs mots et à leurs risques."
    ),
    "de": (
        "Jeden Freitag blicken unsere Kolumnisten auf die Woche in der Stadt zurück: was im Rat gesagt wurde, wer auf dem "
        "Markt war, welche Arbeiten begonnen haben und welche nicht. Sie schreiben, was sie denken, nicht was die Zeitung "
        "denkt, und beantworten jeden Brief. Das haben sie diesmal zu erzählen, mit eigenen Worten und auf eigene Gefahr."
    ),
}
_COLUMNS = {
    "en": (
        ("The bench by the river", "Somebody has painted the bench by the river blue, and half the street is furious."),
        (
            "A choir without tenors",
            "The parish choir has lost its last tenor to a job in Ghent and now sings in thirds.",
        ),
        ("Late trains and warm beer", "My train stood for an hour beside a brewery, which is one way to make friends."),
    ),
    "fr": (
        (
            "Le banc au bord de l'eau",
            "Quelqu'un a peint en bleu le banc au bord de l'eau, et la moitié de la rue enrage.",
        ),
        (
            "Une chorale sans ténors",
            "La chorale a perdu son dernier ténor, parti travailler à Gand, et chante en tierces.",
        ),
        (
            "Trains en retard et bière tiède",
            "Mon train est resté une heure à côté d'une brasserie : on s'y fait des amis.",
        ),
    ),
    "de": (
        ("Die Bank am Fluss", "Jemand hat die Bank am Fluss blau gestrichen, und die halbe Straße ist wütend darüber."),
        (
            "Ein Chor ohne Tenöre",
            "Der Kirchenchor hat den letzten Tenor an eine Stelle in Gent verloren und singt in Terzen.",
        ),
        ("Späte Züge und warmes Bier", "Mein Zug stand eine Stunde neben einer Brauerei, so lernt man Leute kennen."),
    ),
}
_SLOTS = {
    "advert": (
        ("en", "{0} (m/f/d) in {1}", "For our site in {1} we are looking for a {0} (m/f/d), full time, from the first of next "
         "month. You work in a friendly team, get a fair wage, thirty days of leave and a ticket for bus and train. Send us "
         "your application with a letter, a curriculum and your certificates; we answer each one within a week."),
        ("fr", "{0} (h/f) à {1}", "Pour notre site de {1} nous cherchons un {0} (h/f), à temps plein, dès le premier du mois "
         "prochain. Vous travaillez dans une équipe agréable, avec un salaire juste, trente jours de congé et un abonnement "
         "de bus et de train. Envoyez-nous votre candidature avec une lettre et vos certificats ; nous répondons à chacun."),
        ("de", "{0} (m/w/d) in {1}", "Für unseren Standort in {1} suchen wir einen {0} (m/w/d) in Vollzeit ab dem Ersten des "
         "nächsten Monats. Sie arbeiten in einem freundlichen Team, erhalten einen fairen Lohn, dreißig Tage Urlaub und eine "
         "Fahrkarte für Bus und Bahn. Schicken Sie uns Ihre Bewerbung mit Lebenslauf; wir antworten jedem binnen einer Woche."),
    ),
    "pollen": (
        ("en", "Pollen report for {1}", "The load of birch pollen in {1} is moderate today, that of grasses low. In the evening "
         "the wind turns and brings rain, which washes the air. Those who are sensitive should air their rooms in the morning, "
         "wash their hair at night and dry their laundry indoors until the weekend."),
        ("fr", "Bulletin des pollens : {1}", "La charge de pollens de bouleau à {1} est modérée aujourd'hui, celle des "
         "graminées est faible. Le soir le vent tourne et apporte une pluie qui lave l'air. Les personnes sensibles aèrent "
         "leurs chambres le matin, se lavent les cheveux le soir et sèchent leur linge à l'intérieur jusqu'au week-end."),
        ("de", "Pollenflug in {1}", "Die Belastung durch Birkenpollen in {1} ist heute mäßig, die durch Gräser gering. Am Abend "
         "dreht der Wind und bringt Regen, der die Luft reinigt. Wer empfindlich ist, lüftet am Morgen, wäscht sich am Abend "
         "die Haare und trocknet die Wäsche bis zum Wochenende im Haus."),
    ),
    "statement": (
        ("en", "Statement by {2} on {3}", "{2} has taken note of the reports on {3}. We take them seriously and look into them "
         "with the care that they deserve. Until that is done we ask for your understanding that we do not comment on details, "
         "on persons or on what others say. We will inform the public as soon as there is something to inform it of."),
        ("fr", "Déclaration de {2} sur {3}", "{2} a pris connaissance des informations sur {3}. Nous les prenons au sérieux et "
         "les examinons avec tout le soin qu'elles méritent. D'ici là, nous ne commentons ni les détails, ni les personnes, "
         "ni les propos de tiers. Nous informerons le public dès qu'il y aura quelque chose à lui dire."),
        ("de", "Erklärung von {2} zu {3}", "{2} hat die Berichte über {3} zur Kenntnis genommen. Wir nehmen sie ernst und "
         "prüfen sie mit der Sorgfalt, die sie verdienen. Bis dahin bitten wir um Verständnis, dass wir uns zu Einzelheiten, "
         "zu Personen und zu Äußerungen anderer nicht äußern. Wir werden die Öffentlichkeit informieren, sobald es geht."),
    ),
    "market": (
        ("en", "{2} shares at noon", "The shares of {2} moved little until noon. Traders spoke of a quiet morning with few "
         "orders, as many wait for the figures of the central bank, which come in the afternoon. Analysts keep their advice "
         "unchanged and see the price where it should be, given rates, demand and the mood in the trade."),
        ("fr", "L'action {2} à midi", "L'action {2} a peu bougé jusqu'à midi. Les courtiers parlent d'une matinée calme avec "
         "peu d'ordres, beaucoup attendent les chiffres de la banque centrale, publiés dans l'après-midi. Les analystes "
         "gardent leur avis et voient le cours là où il doit être, vu les taux, la demande et l'humeur du secteur."),
        ("de", "{2}-Aktie am Mittag", "Die Aktie von {2} hat sich bis zum Mittag wenig bewegt. Händler sprachen von einem "
         "ruhigen Vormittag mit wenigen Aufträgen, da viele auf die Zahlen der Notenbank warten, die am Nachmittag kommen. "
         "Analysten lassen ihr Urteil unverändert und sehen den Kurs dort, wo er angesichts der Zinsen sein sollte."),
    ),
}  # fmt: skip
_FILLED = (
    ("Baker", "Wiltz", "Northmill", "the bridge"),
    ("Plumber", "Diekirch", "Eastgate", "the tunnel"),
    ("Gardener", "Vianden", "Southfield", "the harvest"),
    ("Tailor", "Echternach", "Westbrook", "the library"),
    ("Joiner", "Clervaux", "Highcroft", "the ferry"),
)


def template_pairs() -> Iterator[tuple[Entry, Entry]]:
    """Yield pairs of entries of two sources that are not one article."""
    number = 0
    for language, intro in _INTRO.items():
        told = [(title, f"<p>{intro}</p><p>{text}</p>") for title, text in _COLUMNS[language]]
        for one, two in pairwise(told):
            yield _entry(number, "a", language, *one), _entry(number, "b", language, *two)
            number += 1
    for templates in _SLOTS.values():
        for language, title, text in templates:
            for one, two in pairwise(_FILLED):
                pair = [(title.format(*each), f"<p>{text.format(*each)}</p>") for each in (one, two)]
                yield _entry(number, "a", language, *pair[0]), _entry(number, "b", language, *pair[1])
                number += 1


def _entry(number: int, source: str, language: str, title: str, content: str) -> Entry:
    url = f"https://{source}.example/template/{number}"
    return Entry(
        key=f"url:{url}",
        url=url,
        canonical_url=url,
        title=title,
        content=content,
        language=language,
        fingerprint=url,
    )
