"""Render the sample documents: feeds, article pages and the index, with dates that count back from ``now``."""

from __future__ import annotations

import io
import json
import math
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aggregator.entrypoints.demo.samples import RANKINGS, data, sources

LANGUAGES = ("en", "fr", "de")
_MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
PICTURES = ("mill.svg", "ice.svg")
AUDIO_PATHS = tuple(f"/regolith-radio/episode-{number}.wav" for number in (41, 42, 43, 44))
RANKING_PATH = "/talent-barometer/"
REPORT_PATH = "/northgate/barometer-tables.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article: ``title`` is plain text, ``paragraphs`` too; ``path`` is where its page is."""

    slug: str
    language: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"/articles/{self.slug}"

    @property
    def summary(self) -> str:
        return self.paragraphs[0]


@cache
def articles() -> dict[str, Article]:
    """Return every article by its slug."""
    found = {}
    for name in (f"{part}{language}" for part in ("", "day-") for language in LANGUAGES):
        language = name[-2:]
        for slug, written in data(f"articles/{name}.yaml").items():
            paragraphs = tuple(" ".join(paragraph.split()) for paragraph in written["text"].strip().split("\n\n"))
            found[slug] = Article(slug=slug, language=language, title=written["title"], paragraphs=paragraphs)
    return found


def render_site(now: datetime, url: str) -> dict[str, tuple[bytes, str]]:
    """Return every document as path → (body, content type). ``url`` is the site's address, ending in a slash."""
    environment = _environment(now, url)

    def render(template: str, **values: object) -> bytes:
        text = environment.get_template(template).render(**values)
        # only an XML declaration may name another coding than UTF-8
        return text.encode("iso-8859-1" if 'encoding="ISO-8859-1"' in text[:60] else "utf-8")

    documents = {"/": (render("index.html.j2", sources=sources()), "text/html; charset=utf-8")}
    for source in sources():
        documents[source.document_path] = (
            render(source.template, source=source, ranking=RANKINGS[0], edition=1),
            source.content_type,
        )
    for article in articles().values():
        documents[article.path] = (render("article.html.j2", article=article), "text/html; charset=utf-8")
    for picture in PICTURES:
        documents[f"/media/{picture}"] = (render(picture), "image/svg+xml")
    documents |= {path: (_tone(), "audio/wav") for path in AUDIO_PATHS}
    documents[REPORT_PATH] = (render("barometer-tables.csv"), "text/csv; charset=utf-8")
    return documents


def render_ranking(now: datetime, url: str, *, edition: int) -> bytes:
    """Return the page with the ranking, in its first or second edition."""
    template = _environment(now, url).get_template("talent-barometer.html.j2")
    return template.render(ranking=RANKINGS[edition - 1], edition=edition).encode()


def _environment(now: datetime, url: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("aggregator.entrypoints.demo", "site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["tojson"] = to_json
    environment.globals |= {
        "site": url,
        "articles": articles(),
        "rss": _ago(now, lambda moment: format_datetime(moment, usegmt=True)),
        "iso": _ago(now, lambda moment: moment.isoformat().replace("+00:00", "Z")),
        "day": _ago(now, lambda moment: moment.date().isoformat()),
        "dmy": _ago(now, lambda moment: f"{moment:%d-%m-%Y}"),
        "jour": _ago(now, lambda moment: f"{moment.day} {_MOIS[moment.month - 1]} {moment.year}"),
        "audio_bytes": len(_tone()),
    }
    return environment


def _ago(now: datetime, write: Callable[[datetime], str]) -> Callable[..., str]:
    """Return the templates' way to write a time before ``now``: ``rss(hours=3)``; a negative one is to come."""

    def written(**before: int) -> str:
        return write(now.astimezone(UTC).replace(microsecond=0) - timedelta(**before))

    return written


def to_json(value: object) -> Markup:
    """Write a value as JSON that people can read: Jinja's own filter escapes for HTML and for ASCII."""
    return Markup(json.dumps(value, ensure_ascii=False))  # noqa: S704 - goes into JSON and YAML only


@cache
def _tone() -> bytes:
    """Return a second of a quiet tone (WAV, 8 kHz, 8 bit): what stands in for a podcast's episodes."""
    rate_hz = 8000
    samples = bytes(128 + round(12 * math.sin(2 * math.pi * 440 * n / rate_hz)) for n in range(rate_hz))
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(rate_hz)
        sound.writeframes(samples)
    return target.getvalue()
