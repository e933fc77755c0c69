"""Which entry is it, and did it change? Keys and fingerprints (N60 to N66 of docs/explanation/normalization.md)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from aggregator.model import Enclosure, Entry
from aggregator.normalize.urls import comparable_url
from aggregator.text.hosts import names_an_article
from aggregator.text.one_line import one_line

MAX_KEY_CHARS = 500

# What publishers put behind the address of an article to number its revisions: "#3", "#v3", "?rev=3", "-v3", or a hash
# or the time of it. A date is none: that is a page of each day.
_WORD = "(?:v|r|ver|version|rev|revision|upd|update)"
_REVISION = re.compile(
    rf"#(?:{_WORD}[-_.:=]?)?\d{{1,4}}|#[0-9a-f]{{12,64}}|#\d{{10}}(?:\d{{3}})?"
    rf"|[?&;]{_WORD}=(?:\d{{1,4}}|[0-9a-f]{{12,64}}|\d{{10}}(?:\d{{3}})?)|[-_.:@/]{_WORD}[-_.:=]?\d{{1,3}}|[:@]\d{{1,3}}",
    re.IGNORECASE,
)
_MAY_BE_REVISION = re.compile(r"^https?://[^#]+(?:#|[?&;=@:/._-][\w.:=-]*\d$)", re.IGNORECASE)


def fingerprint(title: str, summary: str, text: str, enclosures: Iterable[Enclosure]) -> str:
    """Hash what readers see: title, summary, the visible text of the content, the names of the files.

    Not markup, not dates, not tags, not where links lead or files are kept: those change without the entry being
    another.
    """
    files = sorted(file.url.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2] for file in enclosures)
    return _hash("\n".join([title, summary, text, *files]))


def key_by_link(url: str) -> str:
    """Return the key of an entry without an id."""
    return f"url:{comparable_url(url, keep_fragment=True) or url}"


def key_by_title(entry: Entry, published: datetime | None) -> str:
    """Return the key of an entry with neither id nor link: not by its files, which move to other addresses."""
    said = f"at {published}" if published else entry.summary
    return f"hash:{_hash(f'{comparable_title(entry.title)} {said}')}"


def key_by_text(entry: Entry) -> str:
    """Return the key that tells entries without id and link apart when title and time don't."""
    return f"hash:{_hash(f'{entry.fingerprint} {entry.published}')}"


def is_revision(written: str, comparable: str | None, url: str, canonical: str | None) -> bool:
    """Whether an id is the entry's own link with the number of a revision behind it; the link names an article.

    ``comparable`` is the id, ``canonical`` the link in the form that compares.
    """
    is_numbered = "#" in written or written[-1:].isdigit()
    if not is_numbered or not _MAY_BE_REVISION.search(written):  # as nearly all
        return False
    if not comparable or not canonical or not comparable.startswith(canonical) or not names_an_article(canonical):
        return False
    is_numbered = _REVISION.fullmatch(comparable, len(canonical)) is not None
    return is_numbered and comparable_url(url, keep_fragment=True) == canonical


def link_detail(canonical: str | None) -> str:
    """Return what is added to the key of entries with the same id and other links."""
    return f"url:{canonical}"


def title_detail(title: str) -> str:
    """Return what is added to the key of entries with the same id and link, or link alone, and other titles."""
    return f"title:{_hash(comparable_title(title))[:16]}"


def comparable_title(title: str) -> str:
    """Return the form of a title in which two are equal."""
    return one_line(title).casefold()


def bounded(key: str) -> str:
    """Return a key that databases can index, whatever its length was."""
    return key if len(key) <= MAX_KEY_CHARS else f"{key.partition(':')[0]}:sha256:{_hash(key)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
