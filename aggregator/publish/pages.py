"""The web pages, from templates that the operator may replace one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from aggregator import __version__
from aggregator.config import Config, shipped_dir
from aggregator.errors import PublishError
from aggregator.model import FeedFormat
from aggregator.publish.document import feed_title
from aggregator.publish.health import SourceRow
from aggregator.publish.river import Choice, Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page.

    ``root`` leads from the page to the site's top: "./" or "../…", so that the site works below any path.
    ``language`` is that of entries which don't say. A static site has the front page and the files beside it only.
    """

    title: str
    language: str
    root: str
    feeds: tuple[Choice, ...]
    is_static: bool = False

    def feed(self, name: str, format_: str) -> str:
        """Return where a feed is."""
        return f"{self.root}{'' if self.is_static else 'feeds/'}{name}.{format_}"

    def river(self, **query: str | None) -> str:
        """Return where the front page is that these filters choose; None leaves one out, a static page has none."""
        if self.is_static:
            return f"{self.root}index.html"
        given = {name: value for name, value in query.items() if value is not None}
        return f"{self.root}?{urlencode(given)}" if given else self.root


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """The front page. ``category``, ``source`` and ``language`` are the filters on; ``older`` the next cursor."""

    days: tuple[Day, ...]
    categories: tuple[Choice, ...]
    category: Choice | None = None
    source: Choice | None = None
    language: str | None = None
    older: str | None = None
    is_first: bool = True


class Templates:
    """The templates and plain files of the pages, looked for in these folders in turn."""

    def __init__(self, *folders: Path) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self._folders = folders
        self._environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.globals.update(version=__version__, formats=[format_.value for format_ in FeedFormat])

    def render(self, name: str, **values: object) -> bytes:
        """Return a page. Raises PublishError, which names the template's file and line."""
        from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

        try:
            return self._environment.get_template(name).render(**values).encode()
        except TemplateNotFound as error:
            raise PublishError(f"template {error.name} is in none of {self._searched()}") from error
        except TemplateSyntaxError as error:
            raise PublishError(f"{error.filename or name}:{error.lineno}: {error.message}") from error
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise PublishError(f"{self._place(error, name)}: {error}") from error

    def plain_file(self, name: str) -> bytes:
        """Return a file as it stands. Raises PublishError."""
        for folder in self._folders:
            try:
                return (folder / name).read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise PublishError(f"can't read {folder / name}: {error.strerror}") from error
        raise PublishError(f"{name} is in none of {self._searched()}")

    def _searched(self) -> str:
        return ", ".join(map(str, self._folders))

    def _place(self, error: BaseException, name: str) -> str:
        """Return file:line of the innermost template that an error passed; Jinja rewrites tracebacks to say so."""
        place, traceback = name, error.__traceback__
        while traceback is not None:
            file = Path(traceback.tb_frame.f_code.co_filename)
            if any(file.is_relative_to(folder) for folder in self._folders):
                place = f"{file}:{traceback.tb_lineno}"
            traceback = traceback.tb_next
        return place


def load_templates(config: Config) -> Templates:
    """Return the templates of a configuration: the operator's first, the shipped ones for what those leave out."""
    folders = (config.templates, shipped_dir("templates"))
    return Templates(*(folder for folder in folders if folder is not None))


def site_frame(config: Config, *, root: str, is_static: bool = False) -> Frame:
    """Return what stands around the pages of a configured site."""
    return Frame(
        title=config.site.title,
        language=config.site.language,
        root=root,
        feeds=tuple(Choice(name=feed.name, title=feed_title(feed, config)) for feed in config.feeds),
        is_static=is_static,
    )


def render_index(templates: Templates, frame: Frame, river: River) -> bytes:
    """Return the front page. Raises PublishError."""
    return templates.render("index.html.j2", frame=frame, river=river)


def render_sources(templates: Templates, frame: Frame, sources: Sequence[SourceRow]) -> bytes:
    """Return the page that tells how healthy each source is. Raises PublishError."""
    return templates.render("sources.html.j2", frame=frame, sources=sources)


def render_feeds(templates: Templates, frame: Frame) -> bytes:
    """Return the list of feeds. Raises PublishError."""
    return templates.render("feeds.html.j2", frame=frame)


def render_error(templates: Templates, frame: Frame, *, title: str, message: str) -> bytes:
    """Return a page that says what went wrong and where to go on. Raises PublishError."""
    return templates.render("error.html.j2", frame=frame, title=title, message=message)
