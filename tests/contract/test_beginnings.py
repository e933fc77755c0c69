"""An article and a copy that was cut to its beginning are one, whichever is polled first; on every database."""

# ruff: noqa: E501 - the texts are written as they are read

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import Fetched, Selection
from tests.newsroom import Newsroom, make_config

TITLES = {
    "en": "Harbor town rebuilds its lighthouse",
    "fr": "Le vieux moulin de la vallée reprend du service",
    "de": "Stadtbücherei verleiht jetzt auch Werkzeug",
}
TEXTS = {
    "en": "The lighthouse above the old harbor, dark since a storm tore off its lantern eleven winters ago, will guide "
    "ships again from next autumn. Masons began this week to replace the cracked granite of the gallery, and a foundry "
    "in the next valley is casting the bronze frame for a new lens. The town pays for the stone; fishermen collected "
    "the money for the lens by selling smoked mackerel at every market since spring. The harbor master, whose "
    "grandfather tended the lamp, says that electronic charts have made nobody stop looking for a light. Visitors may "
    "climb the stairs once the scaffolding is down, though only twenty at a time, because the steps are narrow and the "
    "railing dates from another century. A small exhibition on the ground floor will show logbooks, oil cans and the "
    "brass clockwork that turned the lens.",
    "fr": "Arrêté depuis trois générations, le moulin qui domine la rivière tournera de nouveau avant les moissons. Une "
    "association d'habitants a remplacé la roue, curé le bief et retaillé les deux meules retrouvées sous un hangar "
    "voisin. Le meunier pressenti, ancien boulanger, veut y broyer l'épeautre et le seigle que cultivent quatre fermes "
    "des environs. La commune prête le bâtiment pour un euro symbolique, à condition que les écoles puissent le visiter "
    "chaque semaine. Reste à convaincre les pêcheurs, inquiets du niveau de l'eau pendant les étés secs: une vanne "
    "réglée par les deux parties devra garantir le passage des truites. Le soir de l'ouverture, les bénévoles serviront "
    "du pain cuit dans le four commun, que des maçons du village viennent de remettre en état.",
    "de": "Wer eine Bohrmaschine nur zweimal im Jahr braucht, muss sie künftig nicht mehr kaufen: Die Stadtbücherei "
    "verleiht seit gestern neben Romanen auch Schleifer, Leitern und Nähmaschinen. Möglich machen das Spenden von "
    "Handwerksbetrieben, die ausgemusterte Geräte prüfen und mit neuen Kabeln versehen haben. Ausleihen darf jeder mit "
    "gültigem Ausweis, höchstens für eine Woche und gegen ein kleines Pfand. Eine pensionierte Tischlerin erklärt an "
    "zwei Nachmittagen, wie man die Werkzeuge hält, ohne sich zu verletzen. Die Leiterin des Hauses rechnet damit, dass "
    "vor allem Familien kommen, deren Keller längst voll steht. Läuft der Versuch gut, sollen im Frühling Zelte, "
    "Schlitten und ein Lastenrad folgen, das vor dem Eingang einen überdachten Platz bekommt.",
}
SITES = {"agency": "08:00:00", "portal": "11:00:00"}


def document(site: str, texts: dict[str, str]) -> Fetched:
    at = f"<pubDate>Mon, 02 Mar 2026 {SITES[site]} GMT</pubDate>"
    items = "".join(
        f"<item><title>{TITLES[language]}</title><link>https://{site}.example/{language}</link>"
        f"<description>{text}</description>{at}</item>"
        for language, text in texts.items()
    )
    channel = f"<title>{site}</title><link>https://{site}.example/</link>{items}"
    body = f'<rss version="2.0"><channel>{channel}</channel></rss>'
    return Fetched(url=f"https://{site}.example/feed", body=body.encode(), content_type="application/rss+xml")


@pytest.mark.parametrize("first", SITES)
@pytest.mark.parametrize("cut", [30, 35, 41, 50, 64, 80])
def test_an_article_and_its_first_words_are_one_in_either_order(url: str, first: str, cut: int) -> None:
    documents = {
        "agency": document("agency", TEXTS),
        "portal": document("portal", {name: " ".join(text.split()[:cut]) for name, text in TEXTS.items()}),
    }
    sources = [{"url": f"https://{name}.example/feed", "name": name} for name in SITES]
    room = Newsroom(make_config(url, {"where": {}}, sources=sources, feeds=[{"name": "all", "title": "All"}]))
    try:
        store = room.aggregator.store
        for name in sorted(SITES, key=lambda name: name != first):
            [claim] = store.claims.take(now=room.clock(), lease=timedelta(minutes=5), limit=1, names=[name])
            room.aggregator.setup.pipeline.read(claim, documents[name])
            room.clock.advance(minutes=1)

        found = {(each.source, each.title): each for each in store.entries(Selection())}
    finally:
        room.close()

    assert len(found) == 2 * len(TITLES)
    for title in TITLES.values():
        assert found["agency", title].duplicate_of is None
        assert found["portal", title].duplicate_of == found["agency", title].id
