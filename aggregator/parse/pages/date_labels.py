"""What stands before a date, or above it in a table: is it the day of publication, of a change, or of a deadline?"""

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.parse.pages.outline import Cell, Outline

# Labels of dates, and which of them name the day of a change.
_CHANGED = re.compile(
    r"(?:\bupdated?|\bmodified|\blast (?:change|edit|review)\w*|\brevised|\bedited|mise?s? à jour|\bmodifiée?"
    r"|\bactualis\w+"
    r"|\baktualisiert|\bgeändert|\bänderung|\bbearbeitet|\bstand|\bupdate|\bactualizad\w+|\baggiornat\w+|\bbijgewerkt"
    r"|\bgewijzigd|\batualizad\w+|\buppdaterad|\bopdateret|\boppdatert|\bzaktualizowano|\baktualizováno|обновлено)"
    r"[^\d]{0,12}$",
    re.IGNORECASE,
)
# Labels of days from which something is in force.
_IN_FORCE = re.compile(
    r"(?:\bvalid from|\beffective|\bapplicable|\bapplies|\bin(?:to)? force|\bin kraft|\binkrafttreten|\ben vigueur)"
    r"[^\d]{0,24}$",
    re.IGNORECASE,
)
# Labels of days that lie ahead: by then something has to be done, or is over.
_DUE = re.compile(
    r"(?:(?:\bdeadline|\bclosing(?! (?:conference|event|ceremony|session|workshop|party|gala))|\bcloses|\bapply by"
    r"|\bexpir\w+|\bvalid until|\buntil|\bend date|\bfrist\w*|schluss|\bgültig|\bablauf|\bdate limite|\béchéance"
    r"|\bclôture|\bdélai|\bjusqu|\bexpire|\bplazo|\bfecha límite|\bscadenza|\bsluitingsdatum)[^\d]{0,24}"
    r"|\b(?:due(?: date| on| by)?|ends?(?: on)?|bis(?: zum| spätestens| einschließlich)?|hasta(?: el)?|entro(?: il)?"
    r"|tot(?: en met)?)\W{0,4})$",
    re.IGNORECASE,
)
LABELS = re.compile(
    r"\b(?:(?:last |first )?(?:updated?|modified|published|posted|released|issued|created|on|date|the)"
    r"|mise?s? à jour|le|du"
    r"|publiée?|modifiée?|paru|date de publication|mis en ligne|actualisée?|veröffentlicht|veröffentlichung"
    r"|aktualisiert"
    r"|geändert|erschienen|stand|vom|am|zuletzt|datum|publicado|actualizado|el|pubblicato|aggiornato|il|gepubliceerd"
    r"|bijgewerkt|op)\b",
    re.IGNORECASE,
)
# A part of each of these labels: to look for them takes a tenth of the time.
_STEMS_OF_DUE = tuple(
    "deadline clos due apply expir until end frist schluss bis gültig ablauf limite échéance clôture délai jusqu "  # noqa: SIM905
    "plazo límite hasta scadenza entro sluiting tot".split()
)
_STEMS_IN_FORCE = tuple("valid effective applicable applies force kraft vigueur".split())  # noqa: SIM905
_LEVELS = 3  # elements between a date and its cell


def is_of_another(label: str) -> bool:
    """Tell whether what stands before a date says that it is the day of a change, in force from then, or a deadline."""
    return _is_of_change(label) or is_due(label)


@lru_cache(maxsize=4_000)
def _is_of_change(label: str) -> bool:
    if _CHANGED.search(label) is not None:
        return True
    folded = label.casefold()
    return any(stem in folded for stem in _STEMS_IN_FORCE) and _IN_FORCE.search(label) is not None


@lru_cache(maxsize=4_000)
def is_due(label: str) -> bool:
    """Tell whether what stands before a date says that something has to be done by then, or is over."""
    folded = label.casefold()
    return any(stem in folded for stem in _STEMS_OF_DUE) and _DUE.search(label) is not None


def column_label(page: Outline, cell: Cell) -> str:
    """Return the name that the column of a table has in which a piece of text stands; "" where it has none."""
    tags, node = page.tags, cell.owner
    for _ in range(_LEVELS):
        if node < 0 or tags[node] == "td":
            break
        node = page.parent[node]
    if node < 0 or tags[node] != "td":
        return ""
    row = page.parent[node]
    table = page.parent[row]
    if table >= 0 and tags[table] in {"tbody", "tfoot"}:
        table = page.parent[table]
    if table < 0 or tags[table] != "table":
        return ""
    place = sum(1 for each in page.children(row) if each < node)
    names = _names(page, table)
    return names[place] if place < len(names) else ""


def _names(page: Outline, table: int) -> list[str]:
    """Return the names of a table's columns: its first row, where that is of names alone."""
    row = next((node for node in range(table + 1, page.stop[table]) if page.tags[node] == "tr"), -1)
    cells = list(page.children(row)) if row >= 0 else []
    if not cells or any(page.tags[each] != "th" for each in cells):
        return []
    return [" ".join(page.chunks[page.first[each] : page.last[each]]) for each in cells]
