"""The ``aggregator`` command: its commands in one list, and errors as sentences with an exit code."""

from __future__ import annotations

import sys
import traceback

import typer

from aggregator import __version__
from aggregator.entrypoints.commands import adding, digests, feeds, listing, polling, running
from aggregator.entrypoints.logs import masked
from aggregator.entrypoints.terminal import complain
from aggregator.errors import AggregatorError, ConfigError, UsageError

app = typer.Typer(
    name="aggregator",
    help="Follow a subject across many sites: one combined feed, every story once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
opml = typer.Typer(help="Subscription lists, to and from other readers.", no_args_is_help=True)
db = typer.Typer(help="The database.", no_args_is_help=True)

app.command()(running.run)
app.command()(polling.check)
app.command()(polling.poll)
app.command()(feeds.publish)
app.command()(digests.digest)
app.command()(digests.deliveries)
app.command()(listing.sources)
app.command()(listing.entries)
app.command()(listing.explain)
app.command()(feeds.preview)
app.command()(adding.add)
app.add_typer(opml, name="opml")
opml.command("import")(adding.opml_import)
opml.command("export")(feeds.opml_export)
app.command()(running.demo)
app.add_typer(db, name="db")
db.command("upgrade")(running.db_upgrade)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"aggregator {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Show the version."),
) -> None:
    """Follow a subject across many sites: one combined feed, every story once."""


def main() -> None:
    """Run a command. Exit codes: 0 it went well, 1 it failed, 2 wrong usage or configuration, 130 interrupted."""
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            complain(str(problem))
        sys.exit(2)
    except UsageError as error:
        complain(str(error))
        sys.exit(2)
    except AggregatorError as error:
        complain(str(error))
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away, as `head` does: not an error
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:  # noqa: BLE001 - a bug of ours: shown whole, but for the secrets in it
        sys.stderr.write(masked(traceback.format_exc()))
        sys.exit(1)


if __name__ == "__main__":
    main()
