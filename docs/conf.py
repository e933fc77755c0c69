"""The site of the documentation: ``make docs`` builds it; a warning is an error."""

from __future__ import annotations

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from aggregator import __version__

project = "aggregator"
author = "The aggregator authors"
version = release = __version__
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = f"aggregator {__version__}"
html_copy_source = False
html_show_copyright = False


def setup(app: Sphinx) -> None:
    """Know ``filter``, the language of filters in reference/rules.md."""
    app.add_lexer("filter", TextLexer)
