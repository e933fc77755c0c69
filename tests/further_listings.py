# ruff: noqa: E501 - markup is easier to read on one line
"""Twelve more markups for the lists of tests/listings.py: builders of pages, portals, and what people write by hand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import Final

from tests.listings import LANGUAGES, QUIRKS, Item, Listing, Markup, _day, listing


def elementor(ns: Sequence[Item], more: str) -> str:
    return (
        '<div class="elementor-widget elementor-widget-posts"><div class="elementor-widget-container"><div class="elementor-posts-container elementor-grid">'
        + "".join(
            f'<article class="elementor-post elementor-grid-item post-{n.number} post type-post"><a class="elementor-post__thumbnail__link" href="{n.href}" tabindex="-1"><div class="elementor-post__thumbnail"><img src="/i/{n.number}.jpg"></div></a><div class="elementor-post__text"><h3 class="elementor-post__title"><a href="{n.href}">{n.shown_title}</a></h3><div class="elementor-post__meta-data">{_day(n, "<span class=elementor-post-date>{}</span>")}</div><div class="elementor-post__excerpt"><p>{n.shown_teaser}</p></div><a class="elementor-post__read-more" href="{n.href}">{more} »</a></div></article>'
            for n in ns
        )
        + "</div></div></div>"
    )


def joomla(ns: Sequence[Item], more: str) -> str:
    return (
        '<div class="blog"><div class="blog-items items-leading">'
        + "".join(
            f'<div class="blog-item" itemprop="blogPost" itemscope><div class="item-content"><div class="page-header"><h2><a href="{n.href}">{n.shown_title}</a></h2></div>{_day(n, "<dl class=article-info><dt class=article-info-term>Details</dt><dd class=published>{}</dd></dl>")}<p>{n.shown_teaser}</p><p class="readmore"><a class="btn btn-secondary" href="{n.href}" aria-label="{more}: {escape(n.title)}">{more} …</a></p></div></div>'
            for n in ns
        )
        + "</div></div>"
    )


def liferay(ns: Sequence[Item], more: str) -> str:
    return (
        '<ul class="list-unstyled">'
        + "".join(
            f'<li class="media mb-3">{_day(n, "<div class=mr-3><time>{}</time></div>")}<div class="media-body"><a class="h5 d-block" href="{n.href}">{n.shown_title}</a><p class="mb-0">{n.shown_teaser}</p></div></li>'
            for n in ns
        )
        + "</ul>"
    )


def hashed(ns: Sequence[Item], more: str) -> str:
    return (
        '<div class="sc-1x2y3z css-8hj2k">'
        + "".join(
            f'<div class="css-1q2w3e"><a class="css-9o8i7u" href="{n.href}"><div class="css-aa1"><div class="css-bb2">{n.topic}</div><div class="css-cc3">{n.shown_title}</div>{_day(n, "<div class=css-dd4>{}</div>")}</div></a></div>'
            for n in ns
        )
        + "</div>"
    )


def plainul(ns: Sequence[Item], more: str) -> str:
    return "<ul>" + "".join(f'<li>{_day(n, "{} – ")}<a href="{n.href}">{n.shown_title}</a></li>' for n in ns) + "</ul>"


def tworow(ns: Sequence[Item], more: str) -> str:
    return (
        '<table width="100%">'
        + "".join(
            f'<tr><td class="d">{n.written}</td><td><b><a href="{n.href}">{n.shown_title}</a></b></td></tr><tr><td></td><td>{n.shown_teaser}</td></tr>'
            for n in ns
        )
        + "</table>"
    )


def accordion(ns: Sequence[Item], more: str) -> str:
    return (
        '<div class="accordion">'
        + "".join(
            f'<details><summary><span class="ttl">{n.shown_title}</span>{_day(n, " <span class=dt>{}</span>")}</summary><p>{n.shown_teaser}</p><a href="{n.href}">{more}</a></details>'
            for n in ns
        )
        + "</div>"
    )


def sharepoint(ns: Sequence[Item], more: str) -> str:
    return "".join(
        f'<div class="item-wrapper"><div class="ms-tableRow">{_day(n, "<div class=ms-tableCell>{}</div>")}<div class="ms-tableCell"><div class="ms-h3"><a href="{n.href}" onclick="x()">{n.shown_title}</a></div><div class="ms-text">{n.shown_teaser}</div></div></div></div>'
        for n in ns
    )


def headingfirst(ns: Sequence[Item], more: str) -> str:
    return "".join(
        f'<h3><a href="{n.href}">{n.shown_title}</a></h3>{_day(n, "<p class=meta>{}</p>")}<p>{n.shown_teaser}</p><hr>'
        for n in ns
    )


def section_kicker(ns: Sequence[Item], more: str) -> str:
    return (
        '<div class="list">'
        + "".join(
            f'<section><p class="eyebrow">{n.topic}{_day(n, " | {}")}</p><h3>{n.shown_title}</h3><p>{n.shown_teaser}</p><a href="{n.href}" aria-label="{escape(n.title)}"></a></section>'
            for n in ns
        )
        + "</div>"
    )


def image_links(ns: Sequence[Item], more: str) -> str:
    return (
        '<div class="teasers">'
        + "".join(
            f'<div class="teaser"><a href="{n.href}" class="img"><img src="/p/{n.number}.jpg" alt="{escape(n.title)}"></a><div class="txt">{_day(n, "<span class=date>{}</span>")}<h2>{n.shown_title}</h2><p>{n.shown_teaser}</p></div><a href="{n.href}" class="overlay"><span class="sr-only">{escape(n.title)}</span></a></div>'
            for n in ns
        )
        + "</div>"
    )


def boxes(ns: Sequence[Item], more: str) -> str:
    return (
        "<div>"
        + "".join(
            (
                f'<div class="news"><div class="cal"><span class="d">{n.day.day:02}</span><span class="m">Oct</span><span class="y">2026</span></div>'
                if n.day
                else '<div class="news">'
            )
            + f'<div class="c"><h4><a href="{n.href}">{n.shown_title}</a></h4><p>{n.shown_teaser} <a href="{n.href}">{more}</a></p></div></div>'
            for n in ns
        )
        + "</div>"
    )


FURTHER: Final[tuple[Markup, ...]] = (
    elementor, joomla, liferay, hashed, plainul, tworow, accordion, sharepoint, headingfirst, section_kicker, image_links, boxes,
)  # fmt: skip

# Quirks that make sense in every one of them.
_FITTING: Final = (
    "links with a class word", "ends with all news", "all news in the list", "break in titles", "pieces in titles",
    "kicker in titles", "pinned post", "two columns", "lead stories", "beside menu links", "no main",
)  # fmt: skip


def further_listings() -> Iterator[Listing]:
    """Yield plain lists in these markups, then one with each quirk."""
    for markup, language, is_dated, count in itertools.product(FURTHER, LANGUAGES, (True, False), (5, 8, 12)):
        yield listing(markup, language, is_dated=is_dated, count=count)
    for quirk in _FITTING:
        for place, (markup, language, is_dated) in enumerate(itertools.product(FURTHER, LANGUAGES, (True, False))):
            made = QUIRKS[quirk](markup, language, is_dated, place)
            if made is not None:
                yield replace(made, name=f"{quirk}-{markup.__name__}-{language}-{is_dated}")
