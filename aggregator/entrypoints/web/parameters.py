"""What a list is asked for in an address: names that are configured, languages."""

from __future__ import annotations

import re
from typing import Final

from aggregator.errors import NotHere
from aggregator.text.locales import marked

# An answer to a mistake names so many of what there is: thousands of sources would be a page of their own.
_MOST_NAMED = 20

_MOST_DIGITS = 6

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


NO_SOURCE: Final = marked("no source is named “%(name)s”; there are: %(names)s")
NO_CATEGORY: Final = marked("no category is named “%(name)s”; there are: %(names)s")
NO_PERIOD: Final = marked("no period is named “%(name)s”; there are: %(names)s")
NO_ORDER: Final = marked("no order is named “%(name)s”; there are: %(names)s")
NO_SCOPE: Final = marked("no scope is named “%(name)s”; there are: %(names)s")
NO_SHOW: Final = marked("no kind of sources is named “%(name)s”; there are: %(names)s")
NO_VIEW: Final = marked("no view is named “%(name)s”; there are: %(names)s")


def known_name(name: str | None, names: list[str], message: str) -> str | None:
    """Return a name that is configured; empty means none. Raises NotHere with a message for another."""
    if not name:
        return None
    if name not in names:
        shown = [*names[:_MOST_NAMED], *(["…"] if len(names) > _MOST_NAMED else [])]
        raise NotHere(message, name=name[:60], names=", ".join(shown) or "–")
    return name


def page_of(number: str | None) -> int:
    """Return the number of a page, counted from 1. Raises NotHere for what is none."""
    if not number:
        return 1
    if not number.isascii() or not number.isdigit() or len(number) > _MOST_DIGITS:
        raise NotHere(marked("“%(cursor)s” is not a page of this list"), cursor=number[:40])
    return int(number)


def language_of(tag: str | None) -> str | None:
    """Return a language tag (RFC 5646); empty means none. Raises NotHere for what is none."""
    if not tag:
        return None
    if not _LANGUAGE.fullmatch(tag):
        raise NotHere(marked("“%(tag)s” is not a language; write it as in: en, de, pt-BR"), tag=tag[:60])
    return tag.lower()
