"""An entry with the whole text of its article, where the operator wants that."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model import Entry, Text
from aggregator.normalize.entry import MAX_SUMMARY_CHARS, MAX_TITLE_CHARS
from aggregator.normalize.html import clean_html, visible_text
from aggregator.text.lines import one_line, shorten


def with_article(entry: Entry, content: Text, *, title: str | None = None) -> Entry:
    """Return an entry with this content, as HTML in house form. Without a summary it gets the beginning of it.

    ``title`` takes the place of one that was made for want of any. The fingerprint stays that of what the source said:
    it is what the next document is compared with.
    """
    markup = clean_html(content.value, content.base or entry.url)
    return replace(
        entry,
        content=markup,
        summary=entry.summary or shorten(visible_text(markup), MAX_SUMMARY_CHARS),
        title=shorten(one_line(title), MAX_TITLE_CHARS) if title else entry.title,
        is_full=True,
    )
