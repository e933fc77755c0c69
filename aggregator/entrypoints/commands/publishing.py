"""preview, publish and opml: one address looked at, and the outputs as files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from aggregator.app import Aggregator, open_client, utc_now
from aggregator.config import Config, bare_address, load
from aggregator.entrypoints.commands.adding import find_behind
from aggregator.entrypoints.commands.options import ConfigOption, JsonOption, KindOption
from aggregator.entrypoints.opening import opened
from aggregator.entrypoints.terminal import counted, enclosures_json, print_json, rfc3339, say, show, table
from aggregator.errors import NoConfiguration
from aggregator.model import Entry, Source, SourceKind
from aggregator.normalize import canonical_url, notes_on_ids
from aggregator.polling.look import Found, find_source
from aggregator.publish import render_opml, write_named
from aggregator.sources.configured import configured_sources
from aggregator.sources.credentials import Credentials
from aggregator.sources.edit import written_source
from aggregator.text.legal import visible


def preview(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL", help="A feed, a page or a sitemap, https:// may be left out; or the name of a source."
        ),
    ],
    kind: KindOption = SourceKind.AUTO,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Fetch and read one address and show its entries. Nothing is stored.

    For the list on a page it prints the YAML that pins it. A configured source is read with its settings.

    Example: aggregator preview https://spacenews.com/feed/
    """
    try:
        loaded = load(config)
    except NoConfiguration:  # it is not needed to look at an address
        loaded = Config()
    configured = _as_configured(loaded, url, kind)
    if configured is None:
        found = find_behind(loaded, url, kind)
    else:
        source, secrets = configured
        found = find_source(open_client(loaded), source, utc_now(), secrets=secrets)
    if as_json:
        how = {"kind": found.kind.value, "found_in": found.page.found_in if found.page else None}
        print_json(_entry_json(entry) | how for entry in found.entries)
    else:
        _print_preview(found)


def _as_configured(config: Config, url: str, kind: SourceKind) -> tuple[Source, Mapping[str, str]] | None:
    """Return the configured source with this address or name and its secrets; None when there is none."""
    sources, address = configured_sources(config), canonical_url(url)
    same = (each for each in sources if each.name == url or (address and canonical_url(each.url) == address))
    found = next((each for each in same if kind in {SourceKind.AUTO, each.kind}), None)
    return None if found is None else (found, Credentials(config, sources).of(found))


def _print_preview(found: Found) -> None:
    document = found.document
    say(f"{document.title or 'untitled'}")
    say(f"  address   {bare_address(found.url)}" + ("" if found.is_direct else "  (found there)"))
    say(f"  format    {document.format}, read by {document.reader}")
    say(f"  language  {document.language or 'not given'}")
    say(f"  entries   {len(found.entries)}")
    if found.page is not None:
        say(f"  found in  {found.page.found_in}")
    for note in (found.note, document.complaint, *notes_on_ids(document)):
        if note is not None:
            say(f"  note      {note}")
    if found.kind is SourceKind.WATCH:
        say("  watched   as a whole: its changes will be entries")
        return
    say()
    listing = table("published", "title", "address", wide=("title", "address"))
    for entry in found.entries:
        listing.add_row(rfc3339(entry.published) or "undated", Text(entry.title), Text(visible(entry.url or "")))
    show(listing)
    if found.rules is not None:
        say()
        say("To pin where this stands, so that nothing else is ever taken for it, write into the sources file:")
        say()
        say(written_source(bare_address(found.url), found.kind, found.rules))


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "url": visible(entry.url) if entry.url else None,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "authors": list(entry.authors),
        "published": rfc3339(entry.published),
        "updated": rfc3339(entry.updated),
        "language": entry.language,
        "enclosures": enclosures_json(entry.enclosures),
        "tags": list(entry.tags),
    }


def publish(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to; created if missing.")],
    config: ConfigOption = None,
) -> None:
    """Write the whole site as files, for any web server.

    Only files that changed are written.

    Example: aggregator publish --out /var/www/news
    """
    from aggregator.outputs.static_site import publish as publish_site

    with opened(config) as aggregator:
        written = publish_site(aggregator, out)
        _tell_hubs(aggregator)
    removed = f", {len(written.removed)} removed" if written.removed else ""
    say(f"{out}: {counted(len(written.changed), 'file')} written, {len(written.unchanged)} unchanged{removed}")


def _tell_hubs(aggregator: Aggregator) -> None:
    """Tell hubs of the feeds that were written; what they don't hear now they are told the next time."""
    from aggregator.entrypoints.commands.hubs import attempt_pings

    base = aggregator.config.site.url
    ids = [each.id for each in aggregator.store.pings.all() if each.base == base]
    if ids:
        attempt_pings(aggregator, ids)


def opml_export(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to this file, not to standard output.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Write the sources as OPML, for other readers.

    Example: aggregator opml export --out sources.opml
    """
    with opened(config) as aggregator:
        body = render_opml(aggregator.config.site.title, aggregator.store.sources())
    if out is None:
        typer.echo(body, nl=False)
    else:
        write_named(out, body)
