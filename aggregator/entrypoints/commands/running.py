"""run and demo: the main job, and the whole of it on sample sources."""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Timer
from typing import Annotated

import typer

from aggregator.app import utc_now
from aggregator.entrypoints.commands.options import ConfigOption
from aggregator.entrypoints.demo import DemoHub, DemoSite, push_news, write_config, write_inlets
from aggregator.entrypoints.logs import LogFormat, configure_logging
from aggregator.entrypoints.main_job import USUAL_PORT, run_main_job
from aggregator.entrypoints.roles import Role, roles_of
from aggregator.entrypoints.terminal import say
from aggregator.errors import UsageError
from aggregator.text.locales import languages, speaks

# When the ranking of the demo changes: when there has been time to look around.
_CHANGES_AFTER_S = 120

HostOption = Annotated[str, typer.Option("--host", metavar="H", help="The address to listen on.")]
PortOption = Annotated[int, typer.Option("--port", metavar="P", min=0, max=65535, help="The port to listen on.")]
AnyPortOption = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="P",
        min=0,
        max=65535,
        help=f"The port to listen on ({USUAL_PORT}). Without the role `web`: none, or this one for monitoring only.",
        show_default=False,
    ),
]
OnlyOption = Annotated[
    str,
    typer.Option("--only", metavar="ROLES", help="Do part of the work, next to other processes on one database."),
]
LanguageOption = Annotated[
    str, typer.Option("--language", metavar="L", help="The language of the pages and messages: en, fr or de.")
]
LogOption = Annotated[LogFormat, typer.Option("--log-format", help="For people, or one JSON object per line.")]


def run(
    host: HostOption = "127.0.0.1",
    port: AnyPortOption = None,
    only: OnlyOption = ",".join(Role),
    log_format: LogOption = LogFormat.HUMAN,
    config: ConfigOption = None,
) -> None:
    """The main job: poll, send digests, serve pages and feeds.

    It polls on schedule, until Ctrl-C or SIGTERM.

    Example: aggregator run --host 0.0.0.0 --port 8080
    """
    configure_logging(log_format)
    run_main_job(config, host=host, port=port, roles=roles_of(only))


def demo(
    host: HostOption = "127.0.0.1",
    port: PortOption = USUAL_PORT,
    language: LanguageOption = "en",
    log_format: LogOption = LogFormat.HUMAN,
) -> None:
    """Run everything on a day of news, without a network.

    The program serves the sources itself; nothing is kept.

    Example: aggregator demo --language fr
    """
    configure_logging(log_format)
    if not speaks(language):
        raise UsageError(f"there is no catalogue for {language!r}; there are: {', '.join(languages())}")
    with (
        tempfile.TemporaryDirectory(prefix="aggregator-demo-") as folder,
        DemoSite(now=utc_now()) as site,
        DemoHub() as hub,
    ):
        public_url = f"http://{host}:{port}/"
        config = write_config(Path(folder), site.url, public_url=public_url, language=language, has_inlets=True)
        write_inlets(Path(folder), site, hub, now=utc_now())
        say(f"sample sources: {site.url}")
        say(f"their combined feed and pages, in a moment: http://{host}:{port}/")
        say("in two minutes a ranking that is watched will change, and a hub will send news")

        def change_sites() -> None:
            site.publish_ranking(utc_now())
            push_news(site, hub, now=utc_now())

        change = Timer(_CHANGES_AFTER_S, change_sites)
        change.daemon = True
        change.start()
        run_main_job(config, host=host, port=port)
