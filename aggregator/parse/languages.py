"""Language codes in one spelling."""

from __future__ import annotations

import re

_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?(?:-.*)?", re.IGNORECASE)
_NO_LANGUAGE = {"und", "zxx", "mul", "mis"}


def language_code(written: str | None) -> str | None:
    """Return a BCP 47 code as language, script and region in their usual case ("de-LU"), None for what is none."""
    found = _TAG.fullmatch((written or "").strip().replace("_", "-"))
    if found is None or found[1].lower() in _NO_LANGUAGE:
        return None
    script, region = found[2], found[3]
    return "-".join(
        part for part in (found[1].lower(), script and script.capitalize(), region and region.upper()) if part
    )
