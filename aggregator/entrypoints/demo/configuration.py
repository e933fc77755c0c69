"""Write the configuration that watches the sample site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from aggregator.entrypoints.demo.content import to_json
from aggregator.entrypoints.demo.samples import DemoSource, sources
from aggregator.errors import UsageError

FILES = ("aggregator.yaml", "sources.yaml", "categories.yaml")


def write_config(
    folder: Path,
    site_url: str,
    *,
    public_url: str = "http://127.0.0.1:8080/",
    language: str = "en",
    of: Sequence[DemoSource] | None = None,
    has_inlets: bool = False,
) -> Path:
    """Write a complete configuration into ``folder``, made if need be, and return its main file.

    The database will be in the folder too. ``site_url`` is a DemoSite's ``url``; ``public_url`` is where the program
    will serve its own page, in ``language``; ``of`` are the sources to watch (None: all), beside those of
    ``write_inlets`` when it ``has_inlets``. Files of an earlier demo are replaced. A folder that can't be written is a
    UsageError.
    """
    environment = Environment(
        loader=PackageLoader("aggregator.entrypoints.demo", "config"),
        autoescape=False,  # noqa: S701 - YAML; values are written as JSON strings, which are YAML too
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["tojson"] = to_json
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            text = environment.get_template(f"{name}.j2").render(
                sources=sources() if of is None else of,
                site=site_url,
                public_url=public_url,
                language=language,
                has_inlets=has_inlets,
            )
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can't write the demo's configuration to {folder}: {error}") from error
    return folder / FILES[0]
