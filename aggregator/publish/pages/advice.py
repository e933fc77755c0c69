"""What an operator does about a source that is in trouble, in words."""

from __future__ import annotations

import re
from typing import Final

from aggregator.model import SourceHealth, SourceStatus

# What the errors of http/failures.py, fetch/ and parse/ say → the next step. The first that fits counts.
_STEPS: Final = (
    ("no such host", "The name is unknown now. If the site has moved, change its url in the sources file."),
    ("can't be looked up now", "The name server of this machine gives no answer; other sources will say the same."),
    ("certificate", "The site has to renew its certificate; it is asked again by itself. Check this machine's clock."),
    ("does not speak TLS", "Try http:// instead of https:// in the sources file."),
    ("allow_private", "If this address is yours, allow it in fetch.allow_private."),
    ("did not finish answering", "It is asked again with growing pauses. If it is always slow, raise fetch.timeout."),
    ("larger than|too large", "Raise fetch.max_body, or look for a shorter feed of the same site."),
    (r"\b40[13]\b", "The site refuses us. Does it want a login (headers: in the sources file)? Else ask its owner."),
    (r"\b404\b", "Nothing is at this address any more. Open the site, and run: aggregator add URL"),
    (r"\b429\b", "It finds that we come too often, and is left alone for as long as it asks. Nothing is to be done."),
    (r"\b5\d\d\b", "The site has a fault, and is asked again by itself. Nothing is to be done."),
    ("feed|list|page", "See what it answers with: aggregator preview URL. For the feed behind a page: aggregator add"),
)  # fmt: skip
_OTHERWISE: Final = "It is asked again by itself. See what it answers with: aggregator preview URL"


def next_step(health: SourceHealth) -> str | None:
    """Return what to do about a source, None when there is nothing."""
    match health.state.status:
        case SourceStatus.MOVED:
            return "It works as it is. To write the new address into the sources file: aggregator sources --apply-moves"
        case SourceStatus.GONE:
            return "The site says that it is gone for good, and it is not asked any more. Remove it, or change its url."
        case SourceStatus.CHANGED:
            return "Its page was rebuilt. See what is found on it now, and pin it (page:): aggregator preview URL"
        case SourceStatus.FAILING:
            error = health.state.last_error or ""
            return next((step for pattern, step in _STEPS if re.search(pattern, error, re.IGNORECASE)), _OTHERWISE)
    return None
