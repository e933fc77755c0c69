"""Templates that the operator may replace one by one, and errors in them with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Self

from aggregator import __version__
from aggregator.config import Config, shipped_dir
from aggregator.errors import PublishError
from aggregator.text.locales import ENGLISH, Locale
from aggregator.text.states import state_in_words

if TYPE_CHECKING:
    from jinja2 import Environment


def folded(text: str) -> str:
    """Fold a paragraph of plain text, its later lines indented; addresses in it stay whole."""
    return fill(text, 74, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _is_markup(name: str | None) -> bool:
    """Whether values are escaped: everywhere but in plain text."""
    return name is None or not name.endswith(".txt.j2")


class Templates:
    """The templates and plain files of pages and messages, looked for in these folders in turn, in one language."""

    def __init__(self, *folders: Path, locale: Locale = ENGLISH) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self._folders = folders
        self.locale = locale
        self._environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=_is_markup,  # noqa: S701 - a function that says no for plain text only
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters["folded"] = folded
        self._environment.filters["number"] = locale.number
        self._environment.filters["state"] = partial(state_in_words, locale=locale)
        self._environment.globals.update(version=__version__)
        _translate(self._environment, locale)

    def speaking(self, locale: Locale) -> Self:
        """Return the same templates in another language."""
        return self if locale is self.locale else type(self)(*self._folders, locale=locale)

    def render(self, name: str, **values: object) -> bytes:
        """Return a page. Raises PublishError, which names the template's file and line."""
        with self._explained(name):
            return self._environment.get_template(name).render(**values).encode()

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

        try:
            yield
        except TemplateNotFound as error:
            raise PublishError(f"template {error.name} is in none of {self._searched()}") from error
        except TemplateSyntaxError as error:
            raise PublishError(f"{error.filename or name}:{error.lineno}: {error.message}") from error
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise PublishError(f"{self._place(error, name)}: {error}") from error

    def names(self) -> list[str]:
        """Return the names of all templates."""
        return self._environment.list_templates(extensions=["j2"])

    def compile(self, name: str) -> None:
        """Raise PublishError when a template can't be read."""
        with self._explained(name):
            self._environment.get_template(name)

    def has(self, name: str) -> bool:
        return any((folder / name).is_file() for folder in self._folders)

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


def _translate(environment: Environment, locale: Locale) -> None:
    """Give templates ``{% trans %}``, ``_()``, ``ngettext()`` and ``pgettext()``.

    The values of a message are escaped, the message is not. An int is a count,
    which is written as the language writes numbers.
    """
    from jinja2 import pass_eval_context
    from jinja2.nodes import EvalContext
    from markupsafe import Markup

    def shown(context: EvalContext, text: str, values: dict[str, object]) -> str:
        written = {name: locale.number(value) if type(value) is int else value for name, value in values.items()}
        return (Markup(text) if context.autoescape else text) % written  # noqa: S704 - messages are ours

    @pass_eval_context
    def gettext(context: EvalContext, message: str, **values: object) -> str:
        return shown(context, locale.gettext(message), values)

    @pass_eval_context
    def pgettext(context: EvalContext, about: str, message: str, **values: object) -> str:
        return shown(context, locale.pgettext(about, message), values)

    @pass_eval_context
    def ngettext(context: EvalContext, singular: str, plural: str, count: int, **values: object) -> str:
        return shown(context, locale.form(singular, plural, count), {"count": count, **values})

    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals.update(_=gettext, gettext=gettext, ngettext=ngettext, pgettext=pgettext)


def load_templates(config: Config, locale: Locale | None = None) -> Templates:
    """Return the templates of a configuration: the operator's first, the shipped ones for what those leave out.

    They speak the language of the site, where no other is named.
    """
    return Templates(*folders_of(config), locale=locale or config.site.locale)


def folders_of(config: Config) -> tuple[Path, ...]:
    """Return where templates are looked for, in order."""
    folders = (config.templates, shipped_dir("templates"))
    return tuple(folder for folder in folders if folder is not None)
