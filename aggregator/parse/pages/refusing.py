"""Why a page is no list, in words for the operator."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from aggregator.errors import Challenge, NotAList
from aggregator.parse.pages.choosing import best_of, is_beside_a_text
from aggregator.parse.pages.dating import stand_under_days
from aggregator.parse.pages.likely_lists import OUTSIDE, Candidate, of_dates
from aggregator.parse.pages.meanings import REGION_OF_ROLE, REGION_OF_TAG
from aggregator.parse.pages.other_things import heading_above, refuse_other_things, refuse_people, refuse_what_is_beside
from aggregator.parse.pages.outline import NAVIGATION, RELATED, SIDE, Outline
from aggregator.parse.pages.phrases import ABOUT_ITSELF, GONE, OWN_PAGES, names_jobs
from aggregator.parse.pages.records import Row
from aggregator.parse.pages.repeats import WEIGHTS
from aggregator.parse.pages.tree import PageDocument
from aggregator.parse.pages.walls import CHALLENGE, SHORT, wall
from aggregator.text.hosts import host_of
from aggregator.text.schemes import joined

_LEAST = 2.8  # links of a few words in a row have about 2, the poorest lists that people mean near 4

_PLACE = re.compile(r"[^\W\d_]{4}")
_COUNTED = re.compile(r"\b(?:jobs?|positions?|vacanc\w+|roles?|openings?|stellen|offres?|postes?)\b", re.IGNORECASE)
_LEAST_JOBS = 1.0  # "Welder", "Accountant": what is vacant is called shortly

_SEGMENTS = re.compile(r"\s+[|–—·•∙»:-]+\s+|\s*[|»]\s*")  # what parts the pieces of a page's title
_FEWEST = 3  # records without a date
_DATED = 0.5  # of the records: a list that is news, whatever it stands under
_OWN = 0.4  # of the records
_SAYS_MORE = 30  # characters of text in each record, beside its title
_SCRIPTED = 400  # characters that a page has which shows nothing without its scripts


def found_list(
    document: PageDocument, page: Outline, candidates: Sequence[Candidate], *, language: str | None
) -> Candidate | None:
    """Return the list that a page is about, None where it shows none but may hold one as data.

    Raises NotAList, with the reason, for a page that is about something else.
    """
    best = best_of(page, candidates)
    if best is not None and best.dated < _DATED and stand_under_days(page, best.rows, language):
        best = replace(best, dated=1.0, worth=best.worth * of_dates(1.0) / of_dates(best.dated))
    names = _names(document, page)
    is_of_jobs = best is not None and any(map(names_jobs, names)) and _is_told(best)
    least = _LEAST_JOBS if is_of_jobs else _LEAST
    is_weak = (
        best is None or _without_names(page, best) < least or (not best.dated and _is_scattered(document, page, best))
    )
    if CHALLENGE.search(document.title or "") and _chars(page) < SHORT:
        raise Challenge(f"the server answered with a page that checks who asks ({document.title!r})")
    gone = next((name for name in names if GONE.match(name)), None)
    if gone is not None:
        raise NotAList(f"this is an error page ({gone!r})")
    if not is_weak and best is not None:
        if best.dated < _DATED:
            _refuse_own_pages(document, names, best)
        if best.dated < _DATED and any(ABOUT_ITSELF.match(name) for name in names):
            raise NotAList(f"this is a page about the site itself ({names[0]!r}), not a list of entries")
        if best.dated < _DATED:
            refuse_other_things(page, names, best, may_be_short=is_of_jobs)
        refuse_people(page, best)
        refuse_what_is_beside(page, best)
        is_beside = all(page.region[record.anchor] & (SIDE | RELATED) for record in best.records)
        is_bare = not best.dated and not best.prose and bool(heading_above(page, best))
        is_doubted = is_beside or is_bare or says_article(document)
        if is_beside_a_text(page, best.records, is_doubted=is_doubted) and not _is_above(document, page, best):
            raise NotAList("this looks like a single article, not a list of them")
        return best
    return None


def _refuse_own_pages(document: PageDocument, names: Sequence[str], best: Candidate) -> None:
    """Raise NotAList where an undated list stands in a wall or a form, or is of the site's own pages."""
    reason = wall(document, names, SHORT)
    if reason is not None:
        raise reason
    own = [row.title.text for row in best.rows if row.title and OWN_PAGES.match(row.title.text)]
    if len(own) >= max(2, len(best.rows) * _OWN):
        raise NotAList(f"these are links to the site's own pages ({own[0]!r}, …), not a list of entries")


def _is_told(best: Candidate) -> bool:
    """Tell whether most records say more than their title: where it is, full-time or not; but not how many they are."""
    told = sum(
        any(cell is not row.title and _PLACE.search(cell.text) and not _COUNTED.search(cell.text) for cell in row.cells)
        for row in best.rows
    )
    return len(best.rows) >= _FEWEST and told > len(best.rows) / 2


def _without_names(page: Outline, best: Candidate) -> float:
    """Return what a list is worth whatever classes say of the place it stands in: they choose, and refuse nothing.

    Names of menus count unless the list is dated, or in the page's main part under headings or with more than its
    titles: what isn't is one.
    """
    middle = best.records[len(best.records) // 2]
    is_in_main = any(main <= middle.root < page.stop[main] for main in page.mains)
    weight, node = OUTSIDE if page.mains and not is_in_main else 1.0, page.parent[middle.root]
    if page.region[middle.root] & NAVIGATION:
        is_told = sum(bool(row.title and row.title.heading) for row in best.rows) > len(best.rows) / 2
        if best.dated < _DATED and not (is_in_main and (is_told or best.prose > _SAYS_MORE)):
            weight = WEIGHTS[NAVIGATION]
    while node >= 0:
        tagged = REGION_OF_TAG.get(page.tags[node], 0) | REGION_OF_ROLE.get(page.nodes[node].get("role") or "", 0)
        if tagged:
            weight = min(weight, WEIGHTS[tagged])
        node = page.parent[node]
    return best.worth / best.region * weight


def why_nothing(document: PageDocument, page: Outline) -> NotAList:
    """Return why a page on which nothing repeats is no list, as far as one can tell."""
    if document.root.find(".//input[@type='password']") is not None:
        return NotAList("this is a form to log in")
    if _chars(page) < _SCRIPTED and document.root.find(".//script") is not None:
        return NotAList(
            "the page is empty without its scripts, and holds no list as data; render: browser loads it with them"
        )
    return NotAList("nothing on the page repeats like a list of entries")


def _is_above(document: PageDocument, page: Outline, best: Candidate) -> bool:
    """Tell whether a dated list leads to pages below this one, as "/news" does to "/news/a-story".

    And stands under nothing but the page's own heading: there may be an introduction between the two.
    """
    own = urlsplit(document.url).path.rstrip("/")
    if best.dated < _DATED or not own or heading_above(page, best):
        return False
    paths = [urlsplit(address).path for row in best.rows if (address := _address(document, page, row))]
    return bool(paths) and sum(path.startswith(f"{own}/") for path in paths) >= len(best.rows) * _DATED


def _address(document: PageDocument, page: Outline, row: Row) -> str | None:
    return joined(document.base, page.hrefs.get(row.link, "")) or None


def _chars(page: Outline) -> int:
    return sum([len(cell.text) for cell in page.cells])


def _is_scattered(document: PageDocument, page: Outline, best: Candidate) -> bool:
    """Tell whether these are two links, or links to as many other sites: "follow us", friends, pictures' owners."""
    own = host_of(document.base)
    hosts = [host_of(page.hrefs.get(record.anchor, "")) for record in best.records]
    return len(hosts) < _FEWEST or (len(set(hosts)) == len(hosts) and not {None, own}.intersection(hosts))


def _names(document: PageDocument, page: Outline) -> list[str]:
    """Return what a page is called: the pieces of its title, and its first headings."""
    named = [each for each in _SEGMENTS.split(document.title or "") if each]
    return named + [cell.text for cell in page.cells if cell.heading == 1][:2]


def says_article(document: PageDocument) -> bool:
    return "article:published_time" in document.metas or document.metas.get("og:type") == "article"
