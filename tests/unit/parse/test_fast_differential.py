"""The fast reader makes of a document exactly what feedparser makes of it, or leaves it to feedparser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import feedparser.mixin
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.model import Entry, Fetched, ParsedEntry, ParsedFeed
from aggregator.normalize import normalize_feed
from aggregator.parse import parse_feed
from aggregator.parse.decode import decode_body
from aggregator.parse.fast.names import SHORT_NAMES
from aggregator.parse.repair import open_document
from aggregator.parse.slips import whole_characters
from aggregator.parse.xml_reader import read_xml
from tests.conftest import in_batches, name_of_batch, real_feeds
from tests.unit.parse.feeds import atom_feeds, rdf_feeds, rss_feeds

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
REAL = real_feeds()
OURS = sorted((ROOT / "tests" / "feeds").glob("*.xml"))
URL = "https://feeds.example.org/news/feed.xml"


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_both_readers_make_the_same_of_a_file(path: Path) -> None:
    assert differences(path.read_bytes()) == []


@pytest.mark.slow
@pytest.mark.parametrize("files", in_batches(REAL), ids=name_of_batch)
@pytest.mark.usefixtures("corpus")
def test_the_fast_reader_makes_the_same_of_every_field_of_real_feeds(files: list[Path]) -> None:
    documents = {path.name: path.read_bytes() for path in files}

    served = [name for name, body in documents.items() if (feed := read(body)) and feed.reader == "fast"]
    compared = [(name, *field) for name in served for field in fields_of_both(documents[name])]
    unlike = [field for field in compared if field[-2] != field[-1]]
    counts = f"{len(served)} of {len(documents)} files, {len(compared):,} fields, {len(unlike)} of them unlike"
    print(counts)  # noqa: T201 - the figures are worth knowing (pytest -s)

    assert {name for name, *_ in compared} == set(served)
    assert unlike == []


@pytest.mark.slow
@pytest.mark.usefixtures("corpus")
def test_the_fast_reader_serves_nearly_all_real_feeds() -> None:
    served = [path.name for path in REAL if (feed := read(path.read_bytes())) and feed.reader == "fast"]

    assert len(served) >= 0.9 * len(REAL)


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><entry>{}</entry></feed>'


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@example(ATOM.format("<author>Ada</author><author><name>Bo (sea)</name></author>"))  # the first one is renamed
@example(
    ATOM.format('<title>x</title><source><comments xml:lang="de">y</comments></source>')
)  # the source's title is y
@example(ATOM.format("<updated>2026-11-02</updated><media:group><date>2026-11-03</date></media:group>"))
@example(ATOM.format('<content src="/relative" type="xhtml"/><summary>x</summary>'))
@example(ATOM.format("<title>x</title><source><title>y</title></source><media:title>z</media:title>"))
@example(
    ATOM.format(
        '<title>x</title><source><psc:chapters xmlns:psc="http://podlove.org/simple-chapters">y</psc:chapters></source>'
    )
)
@example(ATOM.format("<summary>x</summary><author>Ada<summary>y</summary></author>"))
@given(st.one_of(rss_feeds(), rdf_feeds(), atom_feeds()))
def test_both_readers_make_the_same_of_any_feed(document: str) -> None:
    assert differences(document.encode()) == []


def test_the_namespaces_are_those_that_feedparser_knows() -> None:
    theirs = {address.lower(): name for address, name in feedparser.mixin._FeedParserMixin.namespaces.items()}

    assert theirs == SHORT_NAMES


def read(body: bytes) -> ParsedFeed | None:
    """Read a document; None when it is no feed."""
    try:
        return parse_feed(Fetched(url=URL, body=body, content_type=None))
    except ParseError:
        return None


def differences(body: bytes) -> list[str]:
    """Name every field that the readers differ in, of the feed, its entries, and these in house form."""
    return [f"{name}: {ours!r}, not {theirs!r}" for name, ours, theirs in fields_of_both(body) if ours != theirs]


def fields_of_both(body: bytes) -> Iterator[tuple[str, object, object]]:
    """Return every field as the fast reader and as feedparser has it; none where the fast reader isn't sure."""
    fast = read(body)
    tolerant = _read_by_feedparser(body) if fast and fast.reader == "fast" else None
    if fast is None or tolerant is None:
        return
    yield from _fields("feed", replace(fast, reader="", entries=()), replace(tolerant, reader="", entries=()))
    yield from _fields_of_entries("parsed", fast.entries, tolerant.entries)
    yield from _fields_of_entries("normalized", normalize_feed(fast, now=NOW), normalize_feed(tolerant, now=NOW))


def _read_by_feedparser(body: bytes) -> ParsedFeed | None:
    """Read a document with feedparser; None where that crashes, as over a position (gml:pos) that is nowhere."""
    try:
        document = open_document(whole_characters(decode_body(body, None)))
        return read_xml(document, url=URL, tolerantly=True)
    except ParseError as error:
        if "can't cope with" in str(error):
            return None
        raise


def _fields_of_entries(
    stage: str, fast: tuple[ParsedEntry | Entry, ...], tolerant: tuple[ParsedEntry | Entry, ...]
) -> Iterator[tuple[str, object, object]]:
    yield f"{stage}: number of entries", len(fast), len(tolerant)
    for number, (ours, theirs) in enumerate(zip(fast, tolerant, strict=False)):
        yield from _fields(f"{stage} entry {number}", ours, theirs)


def _fields(
    what: str, fast: ParsedFeed | ParsedEntry | Entry, tolerant: ParsedFeed | ParsedEntry | Entry
) -> Iterator[tuple[str, object, object]]:
    for field in dataclass_fields(fast):
        yield f"{what}.{field.name}", getattr(fast, field.name), getattr(tolerant, field.name)
