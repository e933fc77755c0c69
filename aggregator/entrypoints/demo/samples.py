"""The sample sources: what each one is, what it shows, and which articles it carries.

The table is written by hand beside the documents in ``site/``; a test holds them together. What a run over them
must find is counted from it, without any of the program's own reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.model import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSource:
    """One sample source. ``format`` is a ParsedFeed's, or "page"; ``articles`` are slugs, in document order.

    ``path`` is the address in the configuration; what is served there answers ``status``, and when that is a
    redirect the document is at ``moved_to``. ``template`` is a file in ``site/``.
    """

    name: str
    title: str
    path: str
    template: str
    content_type: str
    format: str
    language: str
    shows: str
    articles: tuple[str, ...]
    categories: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.AUTO
    priority: int = 0
    status: int = 200
    moved_to: str | None = None

    @property
    def document_path(self) -> str:
        return self.moved_to or self.path

    @property
    def is_readable(self) -> bool:
        """Whether entries can be had from it as things stand."""
        return (bool(self.articles) or self.kind is SourceKind.WATCH) and self.status < 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What one poll of every sample source finds: ``entries`` = ``articles`` + ``duplicates``."""

    sources: int
    failing: tuple[str, ...]
    entries: int
    articles: int

    @property
    def duplicates(self) -> int:
        return self.entries - self.articles


def sources() -> tuple[DemoSource, ...]:
    """Return every sample source, in the order of the configuration."""
    return _SOURCES


def expected(of: Iterable[DemoSource] | None = None) -> Expected:
    """Count what a poll of these sources (None: all) must find in a new store."""
    chosen = _SOURCES if of is None else tuple(of)
    carried = [article for source in chosen if source.is_readable for article in source.articles]
    return Expected(
        sources=len(chosen),
        failing=tuple(source.name for source in chosen if not source.is_readable),
        entries=len(carried),
        articles=len(set(carried)),
    )


# The first and the second edition of the ranking that is watched.
RANKINGS = (
    (
        ("Helvetia", "84.1"),
        ("Isle of Finch", "81.7"),
        ("Norrland", "80.2"),
        ("Luxemburgia", "78.9"),
        ("Batavia", "77.0"),
    ),
    (
        ("Helvetia", "84.3"),
        ("Luxemburgia", "82.5"),
        ("Isle of Finch", "81.7"),
        ("Norrland", "80.0"),
        ("Batavia", "77.0"),
    ),
)

_SOURCES = (
    DemoSource(
        name="orbital-harbour",
        title="Orbital Harbour Agency",
        path="/orbital-harbour/feed.xml",
        template="orbital-harbour.xml.j2",
        content_type="application/rss+xml; charset=utf-8",
        format="rss20",
        language="en",
        shows="RSS 2.0 with full texts, several authors, images, a table, a script, and an entry from the future",
        articles=(
            "sentinel-merle-launch",
            "regolith-mill",
            "harbour-tug-docking",
            "lunar-relay-contract",
            "ice-prospector-data",
            "debris-open-call",
            "crew-two-returns",
        ),
        categories=("space",),
        priority=10,
    ),
    DemoSource(
        name="moselle-cluster",
        title="Moselle Space Cluster",
        path="/moselle-cluster/atom.xml",
        template="moselle-cluster.xml.j2",
        content_type="application/atom+xml",
        format="atom10",
        language="en",
        shows="Atom 1.0 with XHTML content, xml:base and relative addresses, several links per entry",
        articles=(
            "accelerator-third-cohort",
            "regolith-mill",
            "oxygen-from-ilmenite",
            "prospecting-standard",
            "resources-week",
            "cluster-annual-report",
        ),
        categories=("space",),
        priority=10,
    ),
    DemoSource(
        name="institut-ardenne",
        title="Institut Ardenne – Actualités",
        path="/institut-ardenne/rss.rdf",
        template="institut-ardenne.xml.j2",
        content_type="text/xml",
        format="rss10",
        language="fr",
        shows="RSS 1.0 (RDF) in French, in ISO-8859-1",
        articles=(
            "four-solaire",
            "simulant-regolithe",
            "capteurs-cryogeniques",
            "plateforme-materiaux",
            "chaire-ia-spatiale",
        ),
        priority=10,
    ),
    DemoSource(
        name="sternwarte-eifelblick",
        title="Sternwarte Eifelblick",
        path="/sternwarte-eifelblick/feed/",
        template="sternwarte-eifelblick.xml.j2",
        content_type="application/rss+xml; charset=utf-8",
        format="rss20",
        language="de",
        shows="RSS 2.0 in German, umlauts as letters and as entities, an entry without a date",
        articles=(
            "mondfinsternis",
            "mondmuehle",
            "satellitenspuren",
            "exoplanet-wetter",
            "meteorstrom",
            "offene-kuppel",
        ),
        categories=("space",),
    ),
    DemoSource(
        name="gruenderwerk-mosel",
        title="Gründerwerk Mosel",
        path="/gruenderwerk-mosel/news.xml",
        template="gruenderwerk-mosel.xml.j2",
        content_type="application/xml",
        format="rss092",
        language="de",
        shows="RSS 0.92 without ids",
        articles=("gruenderstipendium", "festkoerperbatterie", "drohnen-weinberg", "demo-tag"),
        categories=("innovation",),
    ),
    DemoSource(
        name="observatoire-talents",
        title="Observatoire des talents",
        path="/observatoire-talents/rss",
        template="observatoire-talents.xml.j2",
        content_type="text/html; charset=utf-8",
        format="rss20",
        language="fr",
        shows="RSS 2.0 served as text/html, summaries only",
        articles=(
            "metiers-penurie",
            "frontaliers-qualifies",
            "competences-numeriques",
            "retour-des-cerveaux",
            "classement-attractivite",
        ),
        categories=("talent",),
    ),
    DemoSource(
        name="northgate",
        title="Northgate Institute for Competitiveness",
        path="/northgate/feed.json",
        template="northgate.json.j2",
        content_type="application/feed+json",
        format="json11",
        language="en",
        shows="JSON Feed 1.1, HTML and plain texts, an attachment",
        articles=(
            "talent-barometer",
            "city-attractiveness",
            "digital-skills-index",
            "brain-drain-report",
            "barometer-method",
        ),
        categories=("talent",),
        priority=10,
    ),
    DemoSource(
        name="regolith-radio",
        title="Regolith Radio",
        path="/regolith-radio/podcast.xml",
        template="regolith-radio.xml.j2",
        content_type="application/rss+xml",
        format="rss20",
        language="en",
        shows="a podcast: an audio enclosure per entry, iTunes elements",
        articles=("episode-44", "episode-43", "episode-42", "episode-41"),
        categories=("space",),
    ),
    DemoSource(
        name="launchpad-letter",
        title="The Launchpad Letter",
        path="/launchpad-letter/atom",
        template="launchpad-letter.xml.j2",
        content_type="application/atom+xml; charset=utf-8",
        format="atom10",
        language="en",
        shows="Atom 1.0 with escaped HTML, emoji, and an entry that was edited after publication",
        articles=(
            "hyperspectral-vineyards",
            "lunaforge-seed-round",
            "accelerator-third-cohort",
            "robotics-fair",
            "grant-voucher",
        ),
        categories=("innovation",),
    ),
    DemoSource(
        name="planet-orbit",
        title="Planet Orbit",
        path="/planet-orbit/atom.xml",
        template="planet-orbit.xml.j2",
        content_type="application/atom+xml",
        format="atom10",
        language="en",
        shows="a planet: other people's entries with their atom:source",
        articles=(
            "regolith-mill",
            "harbour-tug-docking",
            "accelerator-third-cohort",
            "ground-station-garage",
            "mission-patches",
        ),
        priority=-10,
    ),
    DemoSource(
        name="grand-region-wire",
        title="Grand Region Wire",
        path="/grand-region-wire/rss.xml",
        template="grand-region-wire.xml.j2",
        content_type="text/xml; charset=utf-8",
        format="rss20",
        language="en",
        shows="a re-publisher: tracking parameters in every link, and news that belongs to no category",
        articles=(
            "talent-barometer",
            "regolith-mill",
            "office-space-prices",
            "lunaforge-seed-round",
            "harbour-tug-docking",
            "tram-timetable",
            "bakery-bridge",
        ),
        priority=-10,
    ),
    DemoSource(
        name="courrier-orbital",
        title="Le Courrier orbital",
        path="/courrier/rss.xml",
        moved_to="/courrier-orbital/feed.xml",
        status=301,
        template="courrier-orbital.xml.j2",
        content_type="application/rss+xml; charset=utf-8",
        format="rss20",
        language="fr",
        shows="a source that has moved for good",
        articles=(
            "broyeur-regolithe",
            "four-solaire",
            "lanceur-reutilisable",
            "dechets-orbitaux",
            "assurance-satellites",
        ),
        categories=("space",),
    ),
    DemoSource(
        name="crater-notes",
        title="Crater Notes",
        path="/crater-notes/index.xml",
        template="crater-notes.xml.j2",
        content_type="application/xml",
        format="rss20",
        language="en",
        shows="broken XML, an unclosed tag and unknown entities, that can be read all the same",
        articles=(
            "mill-at-the-pole",
            "crater-rim-road",
            "polar-shadow-map",
            "dust-on-boots",
            "lava-tube-skylight",
            "basalt-bricks",
        ),
        categories=("space",),
    ),
    DemoSource(
        name="hilltop-observatory",
        title="Hilltop Observatory Bulletin",
        path="/hilltop-observatory/rss.xml",
        template="hilltop-observatory.xml.j2",
        content_type="text/xml",
        format="rss091u",
        language="en",
        shows="RSS 0.91 from a source that has gone silent",
        articles=("hilltop-farewell", "hilltop-comet", "hilltop-mirror", "hilltop-variable-star"),
        categories=("space",),
    ),
    DemoSource(
        name="exoplanet-club",
        title="Exoplanet Club",
        path="/exoplanet-club/feed.xml",
        status=500,
        template="exoplanet-club.xml.j2",
        content_type="application/rss+xml",
        format="rss20",
        language="en",
        shows="a server that is broken (HTTP 500); its feed is there once it recovers",
        articles=("club-transit-night", "club-spectrograph", "club-naming-vote", "club-summer-school"),
        categories=("space",),
    ),
    DemoSource(
        name="moselle-trade-desk",
        title="Moselle Trade Desk",
        path="/moselle-trade-desk/news/",
        template="moselle-trade-desk.html.j2",
        content_type="text/html; charset=utf-8",
        format="page",
        language="en",
        shows="a page without a feed: a list of teasers with dates and a link that says Read more",
        articles=(
            "trade-mission-nordics",
            "seed-fund-for-exporters",
            "lunar-dust-laboratory",
            "customs-window-online",
            "port-of-remich-study",
        ),
        categories=("innovation",),
    ),
    DemoSource(
        name="agence-belvedere",
        title="Agence Belvédère",
        path="/agence-belvedere/actualites/",
        template="agence-belvedere.html.j2",
        content_type="text/html; charset=utf-8",
        format="page",
        language="fr",
        shows="a page without a feed: cards with pictures, in French",
        articles=(
            "aides-vitrines-numeriques",
            "atelier-des-prototypes",
            "prix-de-la-frugalite",
            "residence-chercheurs",
        ),
        categories=("innovation",),
        kind=SourceKind.PAGE,
    ),
    DemoSource(
        name="talent-barometer",
        title="Talent barometer",
        path="/talent-barometer/",
        template="talent-barometer.html.j2",
        content_type="text/html; charset=utf-8",
        format="watch",
        language="en",
        shows="a ranking that is watched: when its table changes, an entry says what stood there before",
        articles=(),
        categories=("talent",),
        kind=SourceKind.WATCH,
    ),
    DemoSource(
        name="fonds-hemicycle",
        title="Fonds Hémicycle",
        path="/fonds-hemicycle/",
        template="fonds-hemicycle.html.j2",
        content_type="text/html; charset=utf-8",
        format="page",
        language="fr",
        shows="a web page that is neither a feed nor a list of news",
        articles=(),
        categories=("innovation",),
    ),
)
