"""The parts of a published entry that all formats show alike. What they return is legal in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from mimetypes import MimeTypes
from urllib.parse import urlsplit

from aggregator import __version__
from aggregator.model import (
    Enclosure,
    FeedDocument,
    Mention,
    PublishedEntry,
    SourceFeed,
    SourceHealth,
    StoredEntry,
)
from aggregator.model.originals import Home
from aggregator.publish.readable import first_image
from aggregator.text.hidden_keys import discreet, source_address
from aggregator.text.legal import legal, web_address
from aggregator.text.locales import Locale, locale_of
from aggregator.text.one_line import one_line, shorten
from aggregator.text.tongues import other_language

_TITLE_CHARACTERS = 80

# Of a long story a feed names the newest articles.
_MAX_RELATED = 10

# Only what Python itself knows: the tables of the machine differ, and with them our bytes would.
_MEDIA_TYPES = MimeTypes()


@dataclass(frozen=True, slots=True)
class Term:
    """A category of an entry: one of ours (with scheme and label) or a tag of the publisher's."""

    term: str
    scheme: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """The same article elsewhere, or another one of its story; ``language`` is "" where it is the same as here."""

    title: str
    url: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a feed to another address (RFC 8288), which for us is one of the feed itself or a hub's."""

    rel: str
    url: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a document is in one format, and what it leads to."""

    own: str
    links: tuple[Link, ...]

    def first(self, rel: str) -> str | None:
        """Return the address of the first link of this kind; None when there is none."""
        return next((link.url for link in self.links if link.rel == rel), None)


def addresses_of(
    document: FeedDocument, *, ending: str, names_hubs: bool = True, leads_to_archives: bool = True
) -> Addresses:
    """Return a document's own address, and its links: hubs (RULES E20), archives (RFC 5005 §4).

    A full archive names the next one from the beginning, so that it need not change: as long as that one isn't full,
    its address has what will be in it so far.
    """
    current, number = f"{document.base}{document.name}.{ending}{document.query}", document.number

    def archive(wanted: int) -> str:
        return f"{document.base}{document.name}/{wanted}.{ending}{document.query}"

    links = [Link("hub", hub) for hub in document.hubs if names_hubs]
    if number is not None:
        links.append(Link("current", current))
    previous = document.last_archive if number is None else number - 1
    if leads_to_archives and previous > 0:
        links.append(Link("prev-archive", archive(previous)))
    if leads_to_archives and number is not None and document.is_sealed:
        links.append(Link("next-archive", archive(number + 1)))
    return Addresses(own=current if number is None else archive(number), links=tuple(links))


def generator_version(document: FeedDocument) -> str | None:
    """Return which program made a document; None for an archive, which is to be the same after an upgrade."""
    return None if document.number is not None else __version__


def entry_id(document: FeedDocument, item: PublishedEntry) -> str:
    """Return the entry's permanent id: the same in every feed and format, whichever duplicate is shown (E8)."""
    return f"tag:{document.authority}:entry/{item.id}"


def title_of(entry: StoredEntry, locale: Locale) -> str:
    """Return the title as plain text; formats want one, so an untitled entry gets its first words, or its address."""
    summary = shorten(one_line(entry.summary), _TITLE_CHARACTERS)
    return one_line(entry.title) or summary or web_address(entry.url) or locale.gettext("Untitled")


def title_in(document: FeedDocument, entry: StoredEntry) -> str:
    """Return the title as a feed has it: with the source in front where it wants that."""
    title = title_of(entry, locale_of(document.language))
    return f"{one_line(entry.feed.title) or entry.source}: {title}" if document.names_sources else title


def source_title(health: SourceHealth) -> str:
    """Return what people call a source: its title of ours, else its own, else its name."""
    return one_line(health.source.title or health.state.feed_title or "") or health.source.name


def source_of(entry: StoredEntry) -> SourceFeed:
    """Return who said it first: the origin that the entry names, else the feed that it came from (E4).

    ``updated`` is when the entry last changed there: many feeds move their own time whenever somebody asks, and it
    would move our bytes although nothing is new (E9b).
    """
    feed, origin = entry.feed, entry.origin
    if origin is None or not (origin.title or origin.url or origin.id):
        return replace(feed, id=discreet(legal(feed.id)), title=one_line(feed.title), updated=entry.updated)
    url = web_address(origin.url)
    return SourceFeed(
        id=legal(origin.id or "") or url or discreet(legal(feed.id)),
        title=one_line(origin.title or "") or one_line(feed.title),
        feed_url="",
        site_url=url,
        updated=entry.updated,
    )


def origin_of(entry: StoredEntry) -> str | None:
    """Return whom an entry names as its origin, where that isn't its own feed: a claim, which nobody has checked."""
    title = source_of(entry).title
    return title if title != one_line(entry.feed.title) else None


def authors_of(document: FeedDocument, entry: StoredEntry) -> tuple[str, ...]:
    """Return the authors' names, the source behind the last; who has none is signed by its source.

    Most readers show the author and no atom:source: "Ann Roe, Example Times". A name that has the source's in it needs
    no more. What an entry says to be from elsewhere names the feed that we read it in with each: a claimed name is
    never alone.
    """
    feed, origin = one_line(entry.feed.title) or entry.source, origin_of(entry)
    names = [name for name in dict.fromkeys(one_line(author) for author in entry.authors) if name]
    if origin is None and not has_other_origin(entry):
        return _with_source(names, feed)
    via_feed = locale_of(document.language).pgettext("one source by another", "via")
    return tuple(f"{name} {via_feed} {feed}" for name in names or ([origin] if origin else [])) or (feed,)


def _with_source(names: Sequence[str], feed: str) -> tuple[str, ...]:
    if not names:
        return (feed,)
    if any(feed.casefold() in name.casefold() for name in names):
        return tuple(names)
    return (*names[:-1], f"{names[-1]}, {feed}")


def has_other_origin(entry: StoredEntry) -> bool:
    """Whether an entry names an origin that is not its own feed or site, by title or address."""
    return origin_of(entry) is not None or (
        entry.origin is not None and entry.home is Home.AWAY and bool(entry.origin.url or entry.origin.id)
    )


def via(entry: StoredEntry) -> Link | None:
    """Return the feed that we read an entry in, where the entry names another origin."""
    url = source_address(entry.feed.feed_url) if has_other_origin(entry) else None
    return Link("via", url) if url else None


def terms_of(document: FeedDocument, item: PublishedEntry) -> list[Term]:
    """Return our categories, then the publisher's tags."""
    scheme = f"tag:{document.authority}:category"
    ours = [Term(name, scheme, legal(document.labels.get(name, name))) for name in item.categories]
    tags = dict.fromkeys(one_line(tag) for tag in item.entry.tags)
    return ours + [Term(tag) for tag in tags if tag]


def enclosures_of(entry: StoredEntry) -> list[Enclosure]:
    """Return the files of an entry, each with a media type, guessed from its name where the publisher gave none."""
    found = []
    for enclosure in entry.enclosures:
        url = web_address(enclosure.url)
        if url is not None:
            media_type = legal(enclosure.type or "") or _MEDIA_TYPES.guess_type(urlsplit(url).path)[0]
            found.append(replace(enclosure, url=url, type=media_type or "application/octet-stream"))
    return found


def related_to(item: PublishedEntry) -> list[Related]:
    """Return where else the article is, then the other articles of its story, each address once."""
    titled: list[tuple[str, Mention | StoredEntry]] = [(one_line(other.feed.title), other) for other in item.also]
    titled += [(mention_title(mention, beside=item.entry), mention) for mention in item.related[:_MAX_RELATED]]
    found: dict[str | None, Related] = {web_address(item.entry.url): Related("", "")}
    for title, other in titled:
        if (url := web_address(other.url)) is not None:
            found.setdefault(url, Related(title, url, _foreign(other.language, item.entry)))
    return [each for each in found.values() if each.title]


def _foreign(language: str | None, beside: StoredEntry) -> str:
    """Return a language where it is another one than an entry's, else ""."""
    return legal(language or "") if other_language(language, beside.language) else ""


def mention_title(mention: Mention, *, beside: StoredEntry) -> str:
    """Return the headline of another article, with its source behind it; and its language, where it is another one."""
    headline, source = one_line(mention.title), one_line(mention.source_title)
    behind = ", ".join(filter(None, (source, other_language(mention.language, beside.language))))
    return f"{headline} ({behind})" if headline else behind


def also_at(item: PublishedEntry) -> list[StoredEntry]:
    """Return the other sources' duplicates, one for each source."""
    others: dict[str, StoredEntry] = {}
    for other in item.also:
        if other.source != item.entry.source:
            others.setdefault(other.source, other)
    return list(others.values())


def content_of(document: FeedDocument, item: PublishedEntry) -> str:
    """Return the HTML of an entry; "" when there is nothing to show.

    Its last lines name the other sources that have it and the other articles of its story: readers show no more of it.
    """
    entry, others = item.entry, also_at(item)
    content = legal(entry.content)
    locale = locale_of(document.language)
    also = locale.gettext("Also at:")
    lines = [f"<p>{also} {', '.join(_links(others, entry))}</p>"] if others else []
    if item.related:
        told, story = (_mention(each, entry) for each in item.related[:_MAX_RELATED]), locale.gettext("The same story:")
        lines.append(f"<p>{story} {'; '.join(told)}</p>")
    return "\n".join([content or summary_html(entry), *lines]) if lines else content


def summary_html(entry: StoredEntry) -> str:
    """Return the summary where a format expects HTML; "" when there is none."""
    return f"<p>{escape(legal(entry.summary), quote=False)}</p>" if entry.summary else ""


def _mention(mention: Mention, beside: StoredEntry) -> str:
    title, url = escape(mention_title(mention, beside=beside)), web_address(mention.url)
    return f'<a href="{escape(url)}"{_hreflang(mention, beside)}>{title}</a>' if url else title


def _links(others: Iterable[StoredEntry], beside: StoredEntry) -> Iterable[str]:
    for other in others:
        spoken = other_language(other.language, beside.language)
        title = escape(one_line(other.feed.title)) + (f" ({escape(spoken)})" if spoken else "")
        url = web_address(other.url)
        yield f'<a href="{escape(url)}"{_hreflang(other, beside)}>{title}</a>' if url else title


def _hreflang(other: Mention | StoredEntry, beside: StoredEntry) -> str:
    language = _foreign(other.language, beside)
    return f' hreflang="{escape(language)}"' if language else ""


def image_of(entry: StoredEntry) -> str | None:
    """Return the picture of an entry: the one that comes with it, else the first of its text; None when it has none."""
    enclosed = next((each.url for each in enclosures_of(entry) if (each.type or "").startswith("image/")), None)
    return enclosed or web_address(first_image(entry.content))
